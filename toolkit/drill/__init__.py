"""Rebuild for real on hosts that may be destroyed, verify the journeys, write the journal."""
