"""What the worker does. Every task may run twice without harm."""

import uuid

from celery import Task, shared_task
from sqlalchemy import select

from harbour import cache, mail, pictures, push
from harbour.errors import Unavailable
from harbour.models import Post
from harbour.news import EXCERPT

RETRY = {"autoretry_for": (Unavailable,), "retry_backoff": True, "max_retries": 8}


@shared_task(bind=True, name="harbour.make_thumbnail", **RETRY)
def make_thumbnail(self: Task, post_id: str) -> None:
    """Make the small version of a post's picture and note its key."""
    services = self.app.services
    with services.sessions() as session:
        post = session.get(Post, uuid.UUID(post_id))
        if post is None or post.picture_key is None or post.thumbnail_key is not None:
            return
        original = pictures.load(services.settings, post.picture_key)
        small = pictures.scaled(original, pictures.THUMBNAIL_EDGE)
        post.thumbnail_key = pictures.store(services.settings, "thumbnails", small)
        session.commit()
    cache.forget(services.cache)


@shared_task(bind=True, name="harbour.repair_thumbnails")
def repair_thumbnails(self: Task) -> None:
    """Queue every thumbnail that is missing, for example after the broker was replaced and its messages lost."""
    with self.app.services.sessions() as session:
        missing = select(Post.id).where(Post.picture_key.is_not(None), Post.thumbnail_key.is_(None))
        for post_id in session.scalars(missing):
            make_thumbnail.delay(str(post_id))


@shared_task(bind=True, name="harbour.announce_post", **RETRY)
def announce_post(self: Task, post_id: str, way: str) -> None:
    """Tell phones of a post by one of the ways of push.py, unless it was hidden meanwhile."""
    services = self.app.services
    with services.sessions() as session:
        post = session.get(Post, uuid.UUID(post_id))
        if post is not None and post.hidden_at is None:
            push.announce(services.settings, way, f"{post.author.name} on Harbour", post.body[:EXCERPT], post_id)


@shared_task(bind=True, name="harbour.send_mail", **RETRY)
def send_mail(self: Task, to: str, subject: str, body: str) -> None:
    """Send one mail."""
    mail.send(self.app.services.settings, to, subject, body)
