"""Harbour: a message board that people join with a phone number."""
