"""What web requests and worker tasks share: the settings, and the two connections that are kept open."""

from dataclasses import dataclass

import redis
from sqlalchemy.orm import Session, sessionmaker

from harbour import cache
from harbour.config import Settings
from harbour.database import session_factory


@dataclass(frozen=True)
class Services:
    """Made once a process."""

    settings: Settings
    sessions: sessionmaker[Session]
    cache: "redis.Redis | None"


def open_services(settings: Settings) -> Services:
    """Everything that `settings` describes. Opens no connection yet."""
    return Services(settings, session_factory(settings.database_url), cache.connect(settings.redis_url))
