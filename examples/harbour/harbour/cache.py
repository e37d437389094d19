"""The front page's posts, kept in Redis for a moment. The board never waits for the cache and never needs it."""

import json
import logging
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

KEY = "harbour:front-page"
SECONDS = 30


def connect(redis_url: str) -> "redis.Redis | None":
    """A client, or None when there is no cache. Opens no connection yet."""
    if not redis_url:
        return None
    no_retry = Retry(NoBackoff(), 0)  # the client's own default waits for seconds
    return redis.Redis.from_url(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=no_retry)


def remembered(client: "redis.Redis | None") -> list[dict[str, Any]] | None:
    """The posts of the front page, or None when they are not known."""
    if client is None:
        return None
    try:
        text = client.get(KEY)
    except redis.RedisError as err:
        log.warning("cache: %s", type(err).__name__)
        return None
    return json.loads(text) if text else None


def remember(client: "redis.Redis | None", posts: list[dict[str, Any]]) -> None:
    """Keep the posts of the front page."""
    if client is None:
        return
    try:
        client.set(KEY, json.dumps(posts), ex=SECONDS)
    except redis.RedisError as err:
        log.warning("cache: %s", type(err).__name__)


def forget(client: "redis.Redis | None") -> None:
    """Drop the front page because a post came, went or got its picture."""
    if client is None:
        return
    try:
        client.delete(KEY)
    except redis.RedisError as err:
        log.warning("cache: %s", type(err).__name__)
