"""Whether what is no row arrived: sequences, large objects, and everything a dump makes by a statement.

In: the dump's survey, connections, the server's own pg_dump of the imported database. Out: sentences on what differs.
Views, functions, triggers, comments, statistics, policies and the rest are compared statement by statement with what
pg_dump writes of the new database. Servers of different versions write some of them otherwise; then the object of that
name must be there, and the bodies of functions and the texts of comments be the same.
"""

import hashlib
import re
import subprocess
from collections import Counter

import sql_text
from fingerprint import query
from left_out import Choice, name
from psycopg2 import sql
from sql_text import literal
from survey import OBJECTS, cased

LITERALS = ("'", "$", "E'", "e'")
SIMPLE = re.compile('"[a-z_][a-z0-9_]*"')
PAGE = 2048  # of a large object
NOISE = {"ONLY", "IF", "NOT", "EXISTS", "OR", "REPLACE"}
# a statement's head ends here: what follows may be spelled in more than one way
ENDS = {"(", ";", "AS", "START", "INCREMENT", "USING", "WITH", "RETURNS", "DEFAULT", "IS", "LANGUAGE"}
STANDARD = ["COMMENT", "ON", "IS", "'standard public schema'", ";"]


def compare_objects(found, reader, owner, dump_command, environment):
    yield from unlike_sequences(found, owner)
    yield from unlike_large_objects(found, reader)
    if found.by_pg_dump:
        yield from unlike_statements(found, dump_command, environment)


def unlike_sequences(found, owner):
    for sequence, expected in found.sequences.items():
        with owner.cursor() as cursor:
            cursor.execute(sequence.path or "SELECT 1")
            cursor.execute("SELECT to_regclass(%s)::oid", [sequence.sql])
            oid = cursor.fetchone()[0]
            if oid is None:
                yield f"sequence {sequence.sql} is missing"
                continue
            cursor.execute(
                "SELECT format('%%I.%%I', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = %s", [oid]
            )
            title = cursor.fetchone()[0]
            cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.SQL(title)))
            if cursor.fetchone() != expected:
                yield f"sequence {title} stands elsewhere than in the dump"


def unlike_large_objects(found, reader):
    present = query(reader, "SELECT oid::bigint FROM pg_largeobject_metadata ORDER BY oid")
    expected = found.large_objects
    yield from (f"large object {oid} is missing" for oid in expected if oid not in set(present))
    for oid in present:
        if oid not in expected:
            yield f"large object {oid} is not in the dump"
        elif content(reader, oid) != expected[oid].digest():
            yield f"large object {oid} differs"


def content(reader, oid):
    """SHA-256 of a large object; pages that were never written are zeros."""
    total, length = hashlib.sha256(), 0
    with reader.cursor("pages") as cursor:
        cursor.execute("SELECT pageno, data FROM pg_largeobject WHERE loid = %s ORDER BY pageno", [oid])
        for number, page in cursor:
            total.update(bytes(number * PAGE - length) + bytes(page))
            length = number * PAGE + len(page)
    return total.digest()


# --- statements -------------------------------------------------------------------------------------------------------
def unlike_statements(found, dump_command, environment):
    ours = Counter(map(unquoted_names, objects_of(dump_command, environment)))
    named = {}
    for words in ours:
        named.setdefault(head(words), []).append(texts(words))
    for words, count in Counter(map(unquoted_names, filter(is_comparable, found.objects))).items():
        if ours[words] >= count:
            continue
        if texts(words) not in named.get(head(words), []):
            yield f"not as in the dump: {' '.join(shown(words))}"


def objects_of(dump_command, environment):
    choice = Choice({})
    with subprocess.Popen(dump_command, stdout=subprocess.PIPE, env=environment) as reader:
        for part in sql_text.read(reader.stdout):
            if not isinstance(part, sql_text.Statement) or not part.tokens or choice.reason(part):
                continue
            if part.words[0] in OBJECTS:
                yield part.words
    if reader.returncode:
        raise subprocess.CalledProcessError(reader.returncode, dump_command)


def unquoted_names(words):
    """pg_dump --quote-all-identifiers means the same."""
    return tuple(word[1:-1].upper() if SIMPLE.fullmatch(word) else word for word in words)


def is_comparable(words):
    """Whether pg_dump --schema-only writes such a statement again."""
    if words[:4] == ["COMMENT", "ON", "LARGE", "OBJECT"] or words[:3] == ["ALTER", "LARGE", "OBJECT"]:
        return False
    return words[:2] != ["CREATE", "EXTENSION"] and words[:2] + words[4:] != STANDARD


def head(words):
    """Which object a statement is about, without schemas: old dumps leave them to search_path."""
    kept = []
    for word in words:
        if word in ENDS or word.startswith(LITERALS):
            break
        if word == ".":
            kept.pop()
        elif word not in NOISE:
            kept.append("FUNCTION" if word == "PROCEDURE" else word)
    return tuple(cased(kept))


def texts(words):
    """A comment's text, a routine's body: the same however they are quoted. Nothing for other statements."""
    if words[0] != "COMMENT" and "FUNCTION" not in words[:4] and "PROCEDURE" not in words[:4]:
        return ()
    return tuple(sorted(unquoted(word) for word in words if word.startswith(LITERALS) and len(word) > 1))


def unquoted(word):
    if word.startswith("$"):
        tag = word[: word.index("$", 1) + 1]
        return word[len(tag) : -len(tag)]
    return literal(word)


def shown(words):
    kept = []
    for word in words:
        if word in ("(", ";", "AS", "IS") or word.startswith(LITERALS):
            break
        kept.append(word if word.isupper() and word in CAPITALS else name(word))
    return kept


CAPITALS = {
    *OBJECTS,
    "TABLE",
    "VIEW",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "INDEX",
    "UNIQUE",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "ON",
    "ADD",
    "CONSTRAINT",
    "COLUMN",
    "POLICY",
    "RULE",
    "STATISTICS",
    "MATERIALIZED",
    "ONLY",
    "SCHEMA",
    "BEFORE",
    "AFTER",
}
