"""The logbook's database, a file; run as a program it makes the tables."""

import sqlite3
from pathlib import Path

FILE = Path(__file__).parent / "data" / "tides.sqlite3"
TABLES = """
CREATE TABLE IF NOT EXISTS tide (id INTEGER PRIMARY KEY, place TEXT NOT NULL, picture TEXT);
CREATE TABLE IF NOT EXISTS count (at TEXT NOT NULL, tides INTEGER NOT NULL);
"""


def connect():
    database = sqlite3.connect(FILE, timeout=30)
    database.execute("PRAGMA journal_mode = WAL")
    return database


if __name__ == "__main__":
    with connect() as opened:
        opened.executescript(TABLES)
