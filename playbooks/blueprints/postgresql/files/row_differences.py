"""Which rows of a table differ, by key, in little memory however large the table is.

In: two functions that write a table's rows, as COPY writes them, to a file. Out: sentences, none when they are equal.
Rows are counted in buckets by their hash; only those of unequal buckets are looked at one by one. Values are not shown
besides the key's: they may be anybody's.
"""

import hashlib
from collections import Counter

BUCKETS = 1 << 16
LOOKED_AT = 10  # unequal buckets
SHOWN = 5  # differing rows
WIDTH = 40  # letters of a key's value


class Lines:
    """A file to write COPY's text to; calls `add` with every line."""

    def __init__(self):
        self.rest = b""

    def write(self, data):
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            self.add(line)


class Sums(Lines):
    """A sum for every bucket."""

    def __init__(self):
        super().__init__()
        self.rows, self.sums = 0, [0] * BUCKETS

    def add(self, line):
        bucket, number = hashed(line)
        self.rows += 1
        self.sums[bucket] = (self.sums[bucket] + number) % (1 << 128)


class Picked(Lines):
    """The rows of some buckets."""

    def __init__(self, buckets):
        super().__init__()
        self.buckets, self.counted = buckets, Counter()

    def add(self, line):
        if hashed(line)[0] in self.buckets:
            self.counted[line] += 1


def hashed(line):
    digest = hashlib.sha256(line).digest()
    return int.from_bytes(digest[:2], "big"), int.from_bytes(digest[2:18], "big")


def described(title, columns, key, of_dump, of_database, *, more_allowed):
    """`more_allowed`: the database may hold rows that the dump does not."""
    ours, theirs = Sums(), Sums()
    of_dump(theirs)
    of_database(ours)
    unequal = [bucket for bucket in range(BUCKETS) if ours.sums[bucket] != theirs.sums[bucket]]
    if not unequal:
        return
    dumped, found = Picked(set(unequal[:LOOKED_AT])), Picked(set(unequal[:LOOKED_AT]))
    if more_allowed:
        dumped.buckets = found.buckets = set(unequal)
    of_dump(dumped)
    of_database(found)
    missing, more = dumped.counted - found.counted, found.counted - dumped.counted
    if more_allowed and not missing:
        return
    # a changed row lies in two buckets: its other half is looked for by its key
    places = [columns.index(column) for column in key]
    if places:
        missing, more = with_partners(places, missing, more, of_dump, of_database)
    rows = sentences(columns, places, missing, more)
    shown = "; ".join(rows[:SHOWN]) + (" …" if len(rows) > SHOWN or len(unequal) > LOOKED_AT else "")
    yield f"{title} ({theirs.rows} rows in the dump, {ours.rows} in the database): {shown}"


def with_partners(places, missing, more, of_dump, of_database):
    keys = {key_of(row, places) for row in (*missing, *more)}
    sides = []
    for write in (of_dump, of_database):
        side = ByKey(places, keys)
        write(side)
        sides.append(side.counted)
    return sides[0] - sides[1], sides[1] - sides[0]


class ByKey(Lines):
    """The rows with some keys."""

    def __init__(self, places, keys):
        super().__init__()
        self.places, self.keys, self.counted = places, keys, Counter()

    def add(self, line):
        if key_of(line, self.places) in self.keys:
            self.counted[line] += 1


def key_of(row, places):
    fields = row.split(b"\t")
    return tuple(fields[place] for place in places)


def sentences(columns, places, missing, more):
    by_key = {}
    for side, rows in (("dump", missing), ("database", more)):
        for row in rows:
            by_key.setdefault(key_of(row, places) if places else row, {})[side] = row
    named = places or range(min(3, len(columns)))
    lines = []
    for sides in by_key.values():
        row = next(iter(sides.values())).split(b"\t")
        label = ", ".join(f"{columns[place]}={row[place].decode(errors='replace')[:WIDTH]}" for place in named)
        lines.append(f"{label} {what_differs(columns, sides)}")
    return sorted(lines)


def what_differs(columns, sides):
    if len(sides) == 1:
        return "is missing" if "dump" in sides else "is not in the dump"
    pairs = zip(columns, sides["dump"].split(b"\t"), sides["database"].split(b"\t"), strict=True)
    return "differs in " + ", ".join(column for column, theirs, ours in pairs if theirs != ours)
