"""Run by cron: how many tides there are."""

from database import connect

with connect() as database:
    database.execute("INSERT INTO count SELECT datetime('now'), count(*) FROM tide")
