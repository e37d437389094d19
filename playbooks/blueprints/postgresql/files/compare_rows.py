"""Whether every table holds the dump's rows: the values are compared, not how they are written.

In: the dump, its survey, the imported database. Out: table → rows and checksum, and sentences on what differs.

First the text of both is compared. Old servers write the same numbers otherwise, other encodings and time zones the
same texts and moments; so where it differs, the server itself reads the dump's rows, under the dump's own settings,
into a temporary table of the same types, and writes them out again. That happens with the owner's rights. The imported
tables are read by COPY TABLE, which reads no views and runs nothing of the owner's, so that a superuser, whom no row
policy holds back, may do it.
"""

import sql_text
from dump_file import Refused, lines, text
from fingerprint import Tally, query
from psycopg2 import sql
from row_differences import described
from survey import SPELLING, Name, cased, insert_target, name, sets_search_path

COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND (%s OR attgenerated = '') ORDER BY attnum
"""
# amounts of money mean what lc_monetary says, so only their text can be compared
MONEY = """
    SELECT attname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = %s AND (atttypid IN (790, 791) OR typbasetype IN (790, 791))
"""
KEY = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indexrelid = (
        SELECT indexrelid FROM pg_index
        WHERE indrelid = %s AND indisunique AND indpred IS NULL AND indexprs IS NULL
        ORDER BY indisprimary DESC, indnatts, indexrelid LIMIT 1
    ) ORDER BY attnum
"""
LEAVES = """
    SELECT format('%%I.%%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND pg_class.oid IN (SELECT relid FROM pg_partition_tree(%s) UNION ALL SELECT %s)
"""
OTHERS = """
    SELECT format('%I.%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND relpersistence <> 't' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
    )
"""
OF_EXTENSION = "SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = %s AND deptype = 'e'"


class Group:
    """A table of the dump, or a partitioned one with its partitions: rows may be written under either."""

    def __init__(self, reader, oid):
        self.oid = oid
        self.title = query(
            reader, "SELECT format('%%I.%%I', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = %s", oid
        )[0]
        self.leaves = query(reader, LEAVES, oid, oid)
        self.of_extension = bool(query(reader, OF_EXTENSION, oid))
        self.names, self.columns, self.expected = [], None, Tally()
        self.by_insert = False

    def take(self, table, expected):
        self.names.append(table)
        self.by_insert = self.by_insert or expected.by_insert
        self.columns = self.columns or expected.columns
        self.expected.include(expected.tally)


def compare_rows(path, found, reader, owner):
    """`reader` is a superuser's connection, `owner` its owner's."""
    groups = grouped(found, reader, owner)
    tables, unlike = {}, []
    for group in groups:
        if group.by_insert and not found.by_pg_dump:
            continue  # a program of its own, with defaults and changes: only running it tells its rows
        group.columns = group.columns or query(reader, COLUMNS, group.oid, False)
        tally = Tally()
        copy_out(reader, group, tally)
        tables[group.title] = tally.result()
        if group.by_insert or group.expected.result() != tally.result():
            unlike.append(group)
    differences = replayed(path, unlike, reader, owner) if unlike else ()
    return tables, [*differences, *unexpected(groups, reader)]


def grouped(found, reader, owner):
    """The tables that the dump names, each under the topmost partitioned one that it names."""
    oids = {table: resolved(table, owner) for table in found.tables}
    groups = {}
    for table, oid in oids.items():
        ancestors = query(reader, "SELECT relid::oid FROM pg_partition_ancestors(%s)", oid)
        top = [ancestor for ancestor in ancestors if ancestor in oids.values()]
        root = top[-1] if top else oid
        if root not in groups:
            groups[root] = Group(reader, root)
        groups[root].take(table, found.tables[table])
    return list(groups.values())


def resolved(table, owner):
    """The oid of a table as the dump names it."""
    with owner.cursor() as cursor:
        cursor.execute(table.path or "SELECT 1")
        cursor.execute("SELECT to_regclass(%s)::oid", [table.sql])
        oid = cursor.fetchone()[0]
    if oid is None:
        raise Refused(f"the table {table.sql} of the dump is not in the database")
    return oid


def copy_out(reader, group, target):
    """The rows as COPY writes them; `target` is a file."""
    columns = sql.SQL(", ").join(map(sql.Identifier, group.columns))
    chosen = sql.SQL("({})").format(columns) if group.columns else sql.SQL("")
    for leaf in group.leaves:
        statement = sql.SQL("COPY {} {} TO STDOUT").format(sql.SQL(leaf), chosen)
        with reader.cursor() as cursor:
            cursor.copy_expert(statement, target)


def unexpected(groups, reader):
    """Tables that the dump has no rows of, and that have some all the same."""
    known = {leaf for group in groups for leaf in group.leaves}
    for table in query(reader, OTHERS):
        if table not in known:
            tally = Tally()
            with reader.cursor() as cursor:
                cursor.copy_expert(f"COPY {table} TO STDOUT", tally)
            if tally.rows:
                yield f"{table}: {tally.rows} rows that the dump does not have"


# --- the dump's rows, read by the server ------------------------------------------------------------------------------
def replayed(path, groups, reader, owner):
    """Sentences on the tables whose values differ."""
    copies = {}
    for number, group in enumerate(groups):
        make_copy(owner, reader, group, f"expected_{number}")
        copies |= dict.fromkeys(group.names, f"expected_{number}")
    load(path, copies, owner)
    with owner.cursor() as cursor:
        for setting in SPELLING:
            cursor.execute(f"RESET {setting}")
        cursor.execute("SELECT pg_catalog.set_config('search_path', '', false)")
    for number, group in enumerate(groups):
        yield from unlike_rows(group, f"expected_{number}", reader, owner)


def make_copy(owner, reader, group, copy):
    money = set(query(reader, MONEY, group.oid))
    columns = [
        sql.SQL("{0}::text AS {0}" if column in money else "{0}").format(sql.Identifier(column))
        for column in query(reader, COLUMNS, group.oid, True)
    ]
    statement = sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA")
    with owner.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(copy), sql.SQL(", ").join(columns), sql.SQL(group.title)))


def load(path, copies, owner):
    """Run the dump's COPY and INSERT again, into the copies."""
    with text(path) as stream, owner.cursor() as cursor:
        parts = sql_text.read(lines(stream))
        search_path = ""
        for part in parts:
            if not isinstance(part, sql_text.Statement) or not part.tokens:
                continue
            words = part.words
            if is_spelling(words):
                cursor.execute(part.text)
                search_path = spelled_path(words, search_path)
            elif words[0] == "INSERT" or sql_text.takes_rows(part):
                replay(cursor, part, words, parts, search_path, copies)


def is_spelling(words):
    if words[0] == "SET":
        return name(words[1]) in SPELLING or words[1] in ("NAMES", "TIME")
    return words[0] == "SELECT" and sets_search_path(words)


def spelled_path(words, before):
    if words[0] == "SELECT":
        return " ".join(words)
    return "".join(f"{word} " for word in words) if name(words[1]) == "search_path" else before


def replay(cursor, statement, words, parts, search_path, copies):
    if words[0] == "COPY":
        begin, end = 1, min(words.index(word) for word in ("(", "FROM") if word in words)
    else:
        begin, end = 2, 2 + len(insert_target(words))
    copy = copies.get(Name(search_path, tuple(cased(words[begin:end]))))
    if copy is None:
        return
    head, tail = statement.tokens[begin].start, statement.tokens[end].start
    rewritten = statement.text[:head] + f"pg_temp.{copy} ".encode() + statement.text[tail:]
    if words[0] == "INSERT":
        cursor.execute(rewritten)
    else:
        cursor.copy_expert(rewritten, Rows(parts))


class Rows:
    """A file that COPY reads from: the rows that follow."""

    def __init__(self, parts):
        self.parts, self.rest, self.ended = parts, b"", False

    def read(self, size):
        gathered = [self.rest]
        length = len(self.rest)
        while length < size and not self.ended:
            row = next(self.parts, None)
            self.ended = row is None or row.is_end
            if not self.ended:
                gathered.append(row.text)
                length += len(row.text)
        data = b"".join(gathered)
        self.rest = data[size:]
        return data[:size]


def unlike_rows(group, copy, reader, owner):
    columns = sql.SQL(", ").join(map(sql.Identifier, group.columns))
    statement = sql.SQL("COPY (SELECT {} FROM pg_temp.{}) TO STDOUT").format(columns, sql.Identifier(copy))

    def of_dump(target):
        with owner.cursor() as cursor:
            cursor.copy_expert(statement, target)

    def of_database(target):
        copy_out(reader, group, target)

    key = [column for column in query(reader, KEY, group.oid) if column in group.columns]
    yield from described(group.title, group.columns, key, of_dump, of_database, more_allowed=group.of_extension)
