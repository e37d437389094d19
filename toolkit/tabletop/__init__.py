"""A loss gone through at a table: a timed script for people, what they answer, and what nobody knew.

In: a plan, and the scenario whose losses it answers. Out: a `Tabletop`. `script` is pure; `go` asks the open decisions
one after the other, and hands every state of the record over to be kept.
"""

from toolkit.tabletop.script import fingerprint, script
from toolkit.tabletop.session import go

__all__ = ["fingerprint", "go", "script"]
