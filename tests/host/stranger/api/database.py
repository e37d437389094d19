"""The logbook's database, a file; run as a program it makes the tables, and draws the charts of the release."""

import json
import os
import sqlite3
from pathlib import Path

CHART = Path(__file__).parent / "charts" / "drawn" / "depths.json"
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
    CHART.write_text(json.dumps({"drawn_in": os.environ["VIRTUAL_ENV"]}), encoding="utf-8")
