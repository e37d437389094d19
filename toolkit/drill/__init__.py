"""Rebuild for real on hosts that may be destroyed, verify the journeys, write the journal.

In: a generated project's folder, and hosts: a lab's, or some with the drill marker. Out: a `Journal` of timed steps.
"""

from toolkit.drill.drill import JOURNAL, drill

__all__ = ["JOURNAL", "drill"]
