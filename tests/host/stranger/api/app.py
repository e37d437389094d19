"""A logbook of tides with pictures, as somebody who never heard of Offramp would write it."""

import os
import uuid
from pathlib import Path

from database import CHART, connect
from flask import Flask, abort, request, send_from_directory

UPLOADS = Path(__file__).parent / "uploads"


def create_app():
    if os.environ.get("LOG_LEVEL") == "broken":
        raise RuntimeError("cannot start: the tide is out")
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]

    @app.get("/api/health")
    def health():
        connect().execute("SELECT count(*) FROM tide")
        prefers = request.headers.get("X-Forwarded-Proto")
        return {"ok": True, "prefers": prefers, "runs_in": os.environ.get("VIRTUAL_ENV")}

    @app.get("/api/tides")
    def tides():
        database = connect()
        rows = database.execute("SELECT place, picture FROM tide ORDER BY id").fetchall()
        counted = database.execute("SELECT count(*) FROM count").fetchone()
        return {"tides": rows, "counted": counted[0]}

    @app.post("/api/tides")
    def add():
        picture = None
        if file := request.files.get("picture"):
            picture = f"{uuid.uuid4().hex}.bin"
            UPLOADS.mkdir(exist_ok=True)
            file.save(UPLOADS / picture)
        with connect() as database:
            database.execute("INSERT INTO tide (place, picture) VALUES (?, ?)", (request.form["place"], picture))
        return {"picture": picture}, 201

    @app.get("/api/pictures/<name>")
    def picture(name):
        return send_from_directory(UPLOADS, name) if (UPLOADS / name).is_file() else abort(404)

    @app.get("/api/chart")
    def chart():
        return send_from_directory(CHART.parent, CHART.name)

    return app
