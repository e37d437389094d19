"""The board: everybody reads it, whoever is signed in posts."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from harbour import cache, news, pictures, push
from harbour.errors import Refused
from harbour.models import Post
from harbour.queue import enqueue
from harbour.request import database, services, signed_in_user
from harbour.tasks import announce_post, make_thumbnail

views = Blueprint("board", __name__)

PAGE_SIZE = 50
MAX_BODY = 2_000
KEY = re.compile(r"(pictures|thumbnails)/[0-9a-f-]{36}\.jpg")


@views.get("/")
def read() -> str:
    """The newest posts, or those before the time in `before`."""
    posts = _page(request.args.get("before", type=datetime.fromisoformat))
    return render_template("board.html", posts=posts, older=posts[-1]["at"] if len(posts) == PAGE_SIZE else None)


@views.post("/posts")
def post() -> AnyResponse | tuple[str, int]:
    """Put a message, with or without a picture, on the board."""
    user = signed_in_user()
    if user is None:
        return redirect(url_for("accounts.sign_in"))
    try:
        new = Post(author_id=user.id, body=_body(), picture_key=_picture_key())
    except Refused as refusal:
        return render_template("board.html", posts=_page(None), older=None, error=str(refusal)), 400
    database().add(new)
    database().flush()
    news.tell(database(), new, user.name)
    database().commit()
    cache.forget(services().cache)
    if new.picture_key:
        enqueue(services(), make_thumbnail, str(new.id))
    for way in push.ways(services().settings):
        enqueue(services(), announce_post, str(new.id), way)
    return redirect(url_for("board.read"))


@views.get("/media/<path:key>")
def media(key: str) -> Response:
    """A picture out of the bucket, where no CDN serves it."""
    if not KEY.fullmatch(key):
        abort(404)
    try:
        jpeg = pictures.load(services().settings, key)
    except KeyError:
        abort(404)
    return Response(jpeg, mimetype="image/jpeg", headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _page(before: datetime | None) -> list[dict[str, Any]]:
    if before is not None:
        return _posts(before)
    posts = cache.remembered(services().cache)
    if posts is None:
        posts = _posts(None)
        cache.remember(services().cache, posts)
    return posts


def _posts(before: datetime | None) -> list[dict[str, Any]]:
    """Visible posts, newest first: id, author, body, at (ISO 8601), picture and thumbnail (addresses or None)."""
    query = select(Post).where(Post.hidden_at.is_(None)).order_by(Post.created_at.desc(), Post.id).limit(PAGE_SIZE)
    if before is not None:
        query = query.where(Post.created_at < before)
    return [
        {
            "id": str(post.id),
            "author": post.author.name,
            "body": post.body,
            "at": post.created_at.isoformat(),
            "picture": _address(post.picture_key),
            "thumbnail": _address(post.thumbnail_key),
        }
        for post in database().scalars(query)
    ]


def _address(key: str | None) -> str | None:
    if key is None:
        return None
    asset_host = services().settings.asset_host
    return f"{asset_host.rstrip('/')}/{key}" if asset_host else url_for("board.media", key=key)


def _body() -> str:
    body = request.form.get("body", "").strip()
    if not body:
        raise Refused("Write something first.")
    if len(body) > MAX_BODY:
        raise Refused(f"A post has at most {MAX_BODY} characters.")
    return body


def _picture_key() -> str | None:
    upload = request.files.get("picture")
    if upload is None or not upload.filename:
        return None
    jpeg = pictures.scaled(upload.read(), pictures.PICTURE_EDGE)
    return pictures.store(services().settings, "pictures", jpeg)
