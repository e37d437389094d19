"""The moderation area. Staff come in through the identity provider (OIDC, authorization code with PKCE)."""

import logging
import uuid
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from joserfc.errors import JoseError
from sqlalchemy import select
from werkzeug.wrappers import Response

from harbour import cache
from harbour.config import Settings
from harbour.errors import Unavailable
from harbour.models import ModerationEvent, Post, now
from harbour.queue import enqueue
from harbour.request import database, services, sign_staff_in, staff_email
from harbour.tasks import send_mail

log = logging.getLogger(__name__)
views = Blueprint("staff", __name__, url_prefix="/staff")

NOTICE = "A moderator has hidden your post of {at:%-d %B %Y}.\n\nReason: {reason}\n\nAnswer through {url}/support\n"


def register_provider(app: Flask, settings: Settings) -> None:
    """Tell Authlib who the provider is; its addresses and keys are read when the first member of staff signs in."""
    OAuth(app).register(
        "staff",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email groups", "code_challenge_method": "S256", "timeout": 10},
    )


@views.get("/signin")
def sign_in() -> Response:
    """Off to the identity provider."""
    callback = services().settings.public_url.rstrip("/") + url_for("staff.callback")
    try:
        response: Response = _provider().authorize_redirect(callback)
    except requests.RequestException as err:
        raise Unavailable("The staff's identity provider cannot be reached.") from err
    return response


@views.get("/callback")
def callback() -> Response:
    """Back from the identity provider, with a code that is exchanged for an ID token."""
    try:
        claims = _provider().authorize_access_token()["userinfo"]
    except requests.RequestException as err:
        raise Unavailable("The staff's identity provider cannot be reached.") from err
    except (OAuthError, JoseError, KeyError) as err:
        log.warning("staff sign-in refused: %s", type(err).__name__)
        abort(403)
    if not _is_staff(claims, services().settings):
        abort(403)
    sign_staff_in(claims["email"])
    return redirect(url_for("staff.posts"))


@views.get("/")
def posts() -> str | Response:
    """The newest hundred posts, hidden ones included."""
    if staff_email() is None:
        return redirect(url_for("staff.sign_in"))
    newest = database().scalars(select(Post).order_by(Post.created_at.desc(), Post.id).limit(100)).all()
    return render_template("staff.html", posts=newest)


@views.post("/posts/<uuid:post_id>/<any(hide, restore):action>")
def moderate(post_id: uuid.UUID, action: str) -> Response:
    """Hide a post or bring it back; the author hears of the former."""
    member = staff_email()
    post = database().get(Post, post_id) if member else None
    if member is None or post is None:
        abort(404 if member else 403)
    reason = request.form.get("reason", "").strip()
    post.hidden_at = now() if action == "hide" else None
    database().add(ModerationEvent(post_id=post.id, staff=member, action=action, reason=reason))
    database().commit()
    cache.forget(services().cache)
    if action == "hide" and post.author.email:
        notice = NOTICE.format(at=post.created_at, reason=reason or "none given", url=services().settings.public_url)
        enqueue(services(), send_mail, post.author.email, "Your post on Harbour", notice)
    return redirect(url_for("staff.posts"))


def _provider() -> FlaskOAuth2App:
    if not services().settings.oidc_issuer:
        raise Unavailable("Staff cannot sign in: no identity provider is configured.")
    return current_app.extensions["authlib.integrations.flask_client"].staff


def _is_staff(claims: dict[str, Any], settings: Settings) -> bool:
    """Authlib has verified the token's signature, nonce, audience and times, and its issuer against the metadata."""
    if claims["iss"].rstrip("/") != settings.oidc_issuer.rstrip("/") or not claims.get("email"):
        return False
    return not settings.oidc_staff_group or settings.oidc_staff_group in claims.get("groups", [])
