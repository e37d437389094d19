"""The checklist of applications to move: a part for each export, by where it came from.

In: the list as it lies beside the playbooks, with what was ticked in it. Out: the same with one part written anew. In
that part, too, what was ticked stays ticked; the others stay as they are.
"""

import re
from collections import Counter

HEADING = "## Checklist: "
_ENTRY = re.compile(r"- \[(.)\] (\*\*.*?\*\* \(\w+\)): ")


def checklist(listed, source, rows):
    """`rows` are {name, protocol, state, values}; they and the source are text in which Markdown finds nothing."""
    parts = dict(split(listed))
    parts[source] = part(rows, ticked(parts.get(source, "")))
    return "\n\n".join(f"{HEADING}{name}\n{text}" for name, text in parts.items()) + "\n"


def split(listed):
    """(source, text) of each part; what comes before the first is not the list's."""
    for text in re.split(f"^{HEADING}", listed, flags=re.MULTILINE)[1:]:
        source, _, entries = text.partition("\n")
        yield source.strip(), entries.rstrip()


def ticked(text):
    """(entry, how many with the same name and protocol came before it) of whatever is ticked."""
    seen, done = Counter(), set()
    for mark, entry in _ENTRY.findall(text):
        if mark.lower() == "x":
            done.add((entry, seen[entry]))
        seen[entry] += 1
    return done


def part(rows, done):
    seen, lines = Counter(), []
    for row in rows:
        entry = f"**{row['name']}** ({row['protocol']})"
        mark = "x" if (entry, seen[entry]) in done else " "
        seen[entry] += 1
        lines.append(f"- [{mark}] {entry}: {row['state']}")
        lines += [f"  - {label}: {value}" for label, value in sorted(row["values"].items())]
    return "\n".join(lines)
