"""What web requests and worker tasks share: the settings, and the connections that are kept open."""

from dataclasses import dataclass

import redis
from sqlalchemy.orm import Session, sessionmaker

from harbour import cache
from harbour.config import Settings
from harbour.database import session_factory
from harbour.news import News


@dataclass(frozen=True)
class Services:
    """Made once a process."""

    settings: Settings
    sessions: sessionmaker[Session]
    cache: "redis.Redis | None"
    news: News


def open_services(settings: Settings) -> Services:
    """Everything that `settings` describes. Opens no connection yet."""
    sessions = session_factory(settings.database_url)
    return Services(settings, sessions, cache.connect(settings.redis_url), News(settings.database_url))
