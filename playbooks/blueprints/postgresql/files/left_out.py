"""What of a dump is not taken over, in text and archives alike, and what must be known before it is.

In: statements (`sql_text`) or lines of pg_restore's list. Out: why one is left out, or nothing when it is taken over.
The platform needs none of them to run: rights of the old server's roles, what only a superuser may make, what names the
old database or machine, what the new server has already, and the drops of --clean, as the database is empty.
"""

import re

# By how a statement begins.
BEGINNINGS = {
    "GRANT": "rights",
    "REVOKE": "rights",
    "ALTER DEFAULT PRIVILEGES": "rights",
    "SECURITY LABEL": "rights",
    "CREATE ROLE": "roles",
    "CREATE USER": "roles",
    "CREATE USER MAPPING": "user mappings",
    "ALTER USER MAPPING": "user mappings",
    "CREATE GROUP": "roles",
    "ALTER ROLE": "roles",
    "ALTER USER": "roles",
    "ALTER GROUP": "roles",
    "DROP ROLE": "roles",
    "DROP USER": "roles",
    "COMMENT ON ROLE": "roles",
    "SET SESSION AUTHORIZATION": "roles",
    "SET ROLE": "roles",
    "RESET SESSION AUTHORIZATION": "roles",
    "CREATE DATABASE": "the old database",
    "ALTER DATABASE": "the old database",
    "DROP DATABASE": "the old database",
    "COMMENT ON DATABASE": "the old database",
    "CREATE TABLESPACE": "tablespaces",
    "ALTER TABLESPACE": "tablespaces",
    "DROP TABLESPACE": "tablespaces",
    "SET DEFAULT_TABLESPACE": "tablespaces",
    "CREATE EVENT TRIGGER": "event triggers",
    "ALTER EVENT TRIGGER": "event triggers",
    "COMMENT ON EVENT TRIGGER": "event triggers",
    "CREATE PUBLICATION": "publications",
    "ALTER PUBLICATION": "publications",
    "COMMENT ON PUBLICATION": "publications",
    "CREATE SUBSCRIPTION": "subscriptions",
    "ALTER SUBSCRIPTION": "subscriptions",
    "COMMENT ON SUBSCRIPTION": "subscriptions",
    "COMMENT ON EXTENSION": "comments on extensions",
    "ALTER EXTENSION": "extensions' versions",
    "SELECT PG_CATALOG . LO_UNLINK": "drops of --clean",
    # the planner's numbers; ANALYZE makes them anew
    "SELECT * FROM PG_CATALOG . PG_RESTORE_RELATION_STATISTICS": "planner statistics",
    "SELECT * FROM PG_CATALOG . PG_RESTORE_ATTRIBUTE_STATISTICS": "planner statistics",
}
LONGEST = max(len(beginning.split()) for beginning in BEGINNINGS)
# psql's own commands that pg_dump and pg_dumpall write
COMMANDS = {b"\\restrict", b"\\unrestrict", b"\\connect"}
# The same in pg_restore's list, besides what its options leave out.
ENTRIES = re.compile(
    r"\d+; \d+ \d+ (?:(?:COMMENT|ACL|SECURITY LABEL) - (?:EXTENSION|EVENT TRIGGER|PUBLICATION|SUBSCRIPTION|DATABASE)|"
    r"EVENT TRIGGER|PUBLICATION|PUBLICATION TABLE|PUBLICATION TABLES IN SCHEMA|SUBSCRIPTION|SCHEMA - public|"
    r"USER MAPPING|DEFAULT ACL|ACL|STATISTICS DATA|DATABASE|DATABASE PROPERTIES) "
)
EXTENSION_ENTRY = re.compile(r"\d+; \d+ \d+ EXTENSION - (\S+) ")


class Choice:
    """Decides for one dump.

    `settings` are those the server knows, `extensions` those to leave out, `schemas` those there already.
    """

    def __init__(self, settings, extensions=(), schemas=()):
        self.settings, self.extensions = settings, set(extensions)
        self.schemas = {"public", *schemas}
        self.drops = 0  # those of --clean come before anything is made
        self.made = False

    def reason(self, statement):
        """Why a statement is left out, or None."""
        words = statement.words
        try:
            return beginning(words) or self.by_name(words) or self.of_clean(words)
        except IndexError:  # too short for SQL: the server will say so
            return None

    def by_name(self, words):
        if words[:1] == ["ALTER"] and words[-4:-2] == ["OWNER", "TO"]:
            return "rights"
        if words[:1] == ["SET"] and not self.is_known(words[1:]):
            return "settings this server lacks"
        if words[:2] == ["CREATE", "EXTENSION"] and extension(words)[0] in self.extensions:
            return f"extension {extension(words)[0]}"
        if words[:2] == ["CREATE", "SCHEMA"] and words[3:] == [";"] and name(words[2]) in self.schemas:
            return "there already"
        return None

    def is_known(self, words):
        words = words[1:] if words[:1] in (["SESSION"], ["LOCAL"]) else words
        several = words[1:2] == ["."] or words[0] in ("TIME", "TRANSACTION", "CONSTRAINTS", "NAMES", "CHARACTERISTICS")
        return several or name(words[0]).lower() in self.settings or name(words[0]) in ("xml", "schema")

    def of_clean(self, words):
        """--clean drops before it makes; a view it must go around is replaced by an empty one."""
        if self.made or not words:
            return None
        if words[0] == "DROP" or (words[0] == "ALTER" and "DROP" in words):
            self.drops += 1
            return "drops of --clean"
        if self.drops and words[:4] == ["CREATE", "OR", "REPLACE", "VIEW"]:
            return "drops of --clean"
        self.made = words[0] in ("CREATE", "COPY", "INSERT")
        return None


def beginning(words):
    for count in range(LONGEST, 0, -1):
        found = BEGINNINGS.get(" ".join(words[:count]))
        if found and words[1:4] != ["DEFAULT_TABLESPACE", "=", "''"]:
            return found
    return None


def name(word):
    """The name that a word or a quoted name stands for."""
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def extension(words):
    """(name, schema or None) of CREATE EXTENSION [IF NOT EXISTS] x [WITH] [SCHEMA y]."""
    rest = words[5:] if words[2:5] == ["IF", "NOT", "EXISTS"] else words[2:]
    schema = rest[rest.index("SCHEMA") + 1] if "SCHEMA" in rest else None
    return name(rest[0]), schema and name(schema)


def command_is_left_out(line):
    return line.split(maxsplit=1)[0] in COMMANDS


def entry_is_left_out(line, extensions=(), schemas=()):
    """Whether a line of pg_restore's list is."""
    found = EXTENSION_ENTRY.match(line)
    schema = re.match(r"\d+; \d+ \d+ SCHEMA - (\S+) ", line)
    in_place = bool(schema) and schema[1] in schemas
    return bool(ENTRIES.match(line)) or in_place or (bool(found) and found[1] in extensions)
