"""News for whoever has a page open: new posts as server-sent events, over a connection to Harbour and nobody else.

PostgreSQL carries them from the process that took a post to all others. Each listener holds one of gunicorn's threads,
so there are only so many places; a page that finds none asks again later.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from queue import Empty, Full, SimpleQueue

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from harbour.models import Post

log = logging.getLogger(__name__)

CHANNEL = "harbour_news"
PLACES = 16  # a process; gunicorn.conf.py has threads for these and for pages
HEARTBEAT_SECONDS = 15  # proxies cut what is silent for a minute, and who left shows when something is sent
RECONNECT_SECONDS = 5
EXCERPT = 140


def tell(session: Session, post: Post, author: str) -> None:
    """Tell everybody who listens of a post, as soon as the session is committed."""
    news = json.dumps({"id": str(post.id), "author": author, "text": post.body[:EXCERPT]})
    session.execute(text("SELECT pg_notify(:channel, :news)"), {"channel": CHANNEL, "news": news})


class News:
    """The listeners of this process."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._listeners: set[SimpleQueue[str]] = set()
        self._lock = threading.Lock()
        self._follower: threading.Thread | None = None

    def enter(self) -> "SimpleQueue[str]":
        """Take a place, to be given back by `leave`. Raises Full."""
        mine: SimpleQueue[str] = SimpleQueue()
        with self._lock:
            if len(self._listeners) >= PLACES:
                raise Full
            self._listeners.add(mine)
            if self._follower is None:  # only now: threads do not survive gunicorn's fork
                self._follower = threading.Thread(target=self._follow, daemon=True)
                self._follower.start()
        return mine

    def leave(self, mine: "SimpleQueue[str]") -> None:
        """Give the place back."""
        with self._lock:
            self._listeners.discard(mine)

    def _follow(self) -> None:
        while True:
            try:
                with psycopg.connect(self._database_url, autocommit=True, keepalives_idle=30) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    for notice in connection.notifies():
                        self._hand_out(notice.payload)
            except psycopg.Error as err:
                log.warning("news: %s", type(err).__name__)
                time.sleep(RECONNECT_SECONDS)

    def _hand_out(self, news: str) -> None:
        with self._lock:
            for listener in self._listeners:
                listener.put(news)


def events(mine: "SimpleQueue[str]") -> Iterator[str]:
    """What a browser's EventSource reads: an event for each post, a comment when there is none for a while."""
    yield "retry: 5000\n\n"
    while True:
        try:
            yield f"event: post\ndata: {mine.get(timeout=HEARTBEAT_SECONDS)}\n\n"
        except Empty:
            yield ": still here\n\n"
