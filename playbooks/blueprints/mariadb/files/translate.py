"""What of a dump is not taken over, and what is written otherwise for this server.

In: statements. Out: why one is left out, or its text for MariaDB. Left out is what the platform does not need to run:
accounts and rights of the old server, its replication, names of its database. Collations of MySQL 8 become those of
MariaDB that sort by the same table, without padding as there; who defined a view or a trigger becomes who imports it.
"""

import re
from collections import Counter

from statements import NAME, STRING, literal

# By how a statement begins.
BEGINNINGS = {
    "CREATE DATABASE": "the old database",
    "CREATE SCHEMA": "the old database",
    "ALTER DATABASE": "the old database",
    "ALTER SCHEMA": "the old database",
    "DROP DATABASE": "the old database",
    "DROP SCHEMA": "the old database",
    "USE": "the old database",
    "GRANT": "accounts and rights",
    "REVOKE": "accounts and rights",
    "CREATE USER": "accounts and rights",
    "ALTER USER": "accounts and rights",
    "DROP USER": "accounts and rights",
    "RENAME USER": "accounts and rights",
    "CREATE ROLE": "accounts and rights",
    "DROP ROLE": "accounts and rights",
    "SET ROLE": "accounts and rights",
    "SET DEFAULT ROLE": "accounts and rights",
    "SET PASSWORD": "accounts and rights",
    "FLUSH": "accounts and rights",
    "SET @@GLOBAL": "the old server's settings",
    "SET GLOBAL": "the old server's settings",
    "SET PERSIST": "the old server's settings",
    "SET @MYSQLDUMP_TEMP_LOG_BIN": "replication",
    "SET @@SESSION . SQL_LOG_BIN": "replication",
    "SET SQL_LOG_BIN": "replication",
    "SET SESSION SQL_LOG_BIN": "replication",
    "SET @@SESSION . GTID_NEXT": "replication",
    "SET @@GLOBAL . GTID_PURGED": "replication",
    "CHANGE MASTER": "replication",
    "CHANGE REPLICATION": "replication",
    "START SLAVE": "replication",
    "START REPLICA": "replication",
    "STOP SLAVE": "replication",
    "STOP REPLICA": "replication",
    "RESET MASTER": "replication",
    "CREATE TABLESPACE": "tablespaces",
    "ALTER TABLESPACE": "tablespaces",
    "DROP TABLESPACE": "tablespaces",
    "CREATE LOGFILE": "tablespaces",
    "INSTALL PLUGIN": "plugins",
    "INSTALL SONAME": "plugins",
    "CREATE SERVER": "connections to other servers",
    "LOCK TABLES": "locks",
    "UNLOCK TABLES": "locks",
}
LONGEST = max(len(beginning.split()) for beginning in BEGINNINGS)
SYSTEM = {"mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp"}
# MySQL's languages by the names of MariaDB; those without a table of their own sort by the common one
LANGUAGES = {
    "cs": "czech", "da": "danish", "de_pb": "german2", "eo": "esperanto", "es": "spanish", "es_trad": "spanish2",
    "et": "estonian", "hr": "croatian", "hu": "hungarian", "is": "icelandic", "la": "roman", "lt": "lithuanian",
    "lv": "latvian", "pl": "polish", "ro": "romanian", "sk": "slovak", "sl": "slovenian", "sv": "swedish",
    "tr": "turkish", "vi": "vietnamese",
}  # fmt: skip
COLLATION = re.compile(r"utf8mb4_(?:([a-z_]+)_)?0900_(bin|ai_ci|as_ci|as_cs)(?:_ks)?", re.IGNORECASE)
REWRITTEN = re.compile(STRING + rb"|" + NAME + rb"|\butf8mb4_\w*0900_\w+", re.DOTALL | re.IGNORECASE)
QUOTED = NAME + rb"|" + STRING
ACCOUNT = rb"(?:CURRENT_USER(?:\s*\(\s*\))?|(?:" + QUOTED + rb"|\w+)(?:\s*@\s*(?:" + QUOTED + rb"|[\w.%-]+))?)"
DEFINER = re.compile(
    rb"\A(?P<before>(?:\s|/\*M?!\d*|\*/|CREATE\b|ALTER\b|OR\s+REPLACE\b|ALGORITHM\s*=\s*\w+)*)"
    rb"DEFINER\s*=\s*" + ACCOUNT,
    re.IGNORECASE,
)


class Choice:
    """Decides for one dump, statement by statement: it remembers which database is in use."""

    def __init__(self):
        self.database = ""

    def reason(self, statement):
        """Why a statement is left out, or None."""
        words = statement.words
        if words[:1] == ["USE"] and len(words) > 1:
            self.database = literal(words[1])
            self.database = self.database if words[1].startswith("`") else self.database.lower()
        if found := beginning(words):
            return found
        if self.database in SYSTEM:
            return "the old server's own tables"
        return None


def beginning(words):
    for count in range(LONGEST, 0, -1):
        if found := BEGINNINGS.get(" ".join(words[:count])):
            return found
    return None


def translated(statement, counted=None):
    """Its text for this server; `counted` notes what was written otherwise."""
    text = statement.text[statement.start :]
    kind = statement.words[:1]
    if kind in (["INSERT"], ["REPLACE"]):
        return text
    counted = Counter() if counted is None else counted
    if kind == ["CREATE"] or kind == ["ALTER"]:
        text, found = DEFINER.subn(rb"\g<before>", text)
        counted["definers"] += found
    return REWRITTEN.sub(lambda match: recoded(match[0], counted), text)


def recoded(found, counted):
    if found[:1] in b"'`":
        return found
    new = collation(found.decode())
    counted[f"collation {found.decode().lower()} as {new}"] += 1
    return new.encode()


def collation(name):
    """MariaDB's for one of MySQL 8: the same alphabet (UCA 14 for UCA 9), no padding."""
    match = COLLATION.fullmatch(name)
    if not match:
        return name
    language, kind = match[1], match[2].lower()
    if kind == "bin":
        return "utf8mb4_nopad_bin"
    named = LANGUAGES.get((language or "").lower())
    return "utf8mb4_uca1400_" + (f"{named}_" if named else "") + f"nopad_{kind}"


def defined_by(text, account):
    """A definition with another definer: `account` as SQL writes it."""
    return DEFINER.sub(lambda match: match["before"] + b"DEFINER=" + account, text, count=1)
