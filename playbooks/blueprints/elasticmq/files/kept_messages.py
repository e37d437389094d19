"""What is kept: queues, and the rows and checksum of every queue's messages, read from the database beside the running
server. Receipts and counters of deliveries are left out: they change whenever somebody looks.

Arguments: the folder of the archives, the database's JDBC URL. Out (JSON): {"queues": {name: its settings},
"messages": {table: {"rows": number, "checksum": SHA-256}}}.
"""

import hashlib
import json
import re
import subprocess
import sys

CHANGING = ("created", "lastModified")
# one column that begins with a sign of ours, so that no heading and no count is taken for a row
TABLES = "SELECT '> ' || TABLE_NAME AS R FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME LIKE 'MESSAGE!_%' ESCAPE '!'"
QUEUES = "SELECT '> ' || RAWTOHEX(DATA) AS R FROM QUEUE"
MESSAGES = """SELECT '> ' || MESSAGE_ID || ' ' || RAWTOHEX(HASH('SHA-256', CONTENT)) || ' '
|| RAWTOHEX(HASH('SHA-256', ATTRIBUTES)) || ' ' || COALESCE(GROUP_ID, '') AS R FROM "{}" ORDER BY MESSAGE_ID"""


def ask(archives, url, statement):
    """The rows of a statement's only column."""
    words = ["java", "-Xmx64m", "-cp", f"{archives}/*", "org.h2.tools.Shell"]
    words += ["-url", f"{url};IFEXISTS=TRUE", "-user", "sa", "-sql", statement]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode or not re.search(r"^\(\d+ rows?, ", done.stdout, re.MULTILINE):
        sys.exit(f"the database did not answer: {done.stdout.strip()[:500]} {done.stderr.strip()[:500]}")
    return [line[2:].strip() for line in done.stdout.splitlines() if line.startswith("> ")]


def queue(row):
    """Name and settings of a row of the table of queues."""
    settings = json.loads(bytes.fromhex(row))
    return settings["name"], {key: value for key, value in settings.items() if key not in CHANGING}


def messages(archives, url, table):
    """How many messages a table holds, and a checksum of all of them."""
    rows = ask(archives, url, MESSAGES.format(table.replace('"', '""')))
    return {"rows": len(rows), "checksum": hashlib.sha256("\n".join(rows).encode()).hexdigest()}


def main():
    archives, url = sys.argv[1:]
    tables = ask(archives, url, TABLES)
    noted = {
        "queues": dict(sorted(queue(row) for row in ask(archives, url, QUEUES))),
        "messages": {table: messages(archives, url, table) for table in sorted(tables)},
    }
    print(json.dumps(noted, sort_keys=True))


if __name__ == "__main__":
    main()
