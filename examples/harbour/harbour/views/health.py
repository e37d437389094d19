"""For load balancers and monitors."""

import logging

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from harbour.request import database

log = logging.getLogger(__name__)
views = Blueprint("health", __name__)


@views.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """200 while the database answers and holds the schema; nothing else can take the board down."""
    try:
        database().execute(text("SELECT 1 FROM posts LIMIT 1"))
    except SQLAlchemyError as err:
        log.error("health: %s", type(err).__name__)
        return {"status": "no database"}, 503
    return {"status": "ok"}, 200
