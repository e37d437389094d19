"""Staff sign-in through a real authorization-code flow, and moderation."""

import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from harbour.app import create_app
from harbour.models import ModerationEvent, Post
from tests.browser import Browser
from tests.stand_ins.mailbox import Mailbox
from tests.stand_ins.oidc import Provider
from tests.stand_ins.serving import free_port
from tests.stand_ins.verify import VerifyServer

MODERATOR = {"sub": "1", "email": "mo@harbour.example", "groups": ["moderators"]}


def test_a_moderator_comes_in(browser: Browser, provider: Provider) -> None:
    provider.person = MODERATOR
    page = browser.get("/staff/signin")
    assert page.url.endswith("/staff/")
    assert "mo@harbour.example" in page.text


def test_a_moderator_does_not_stay_for_ever(environ: dict[str, str]) -> None:
    client = create_app(environ).test_client()
    for hours, status in ((1, 200), (-1, 302)):
        with client.session_transaction() as session:
            session["staff"] = {"email": "mo@harbour.example", "until": time.time() + 3600 * hours}
        assert client.get("/staff/").status_code == status


def test_others_of_the_company_do_not(browser: Browser, provider: Provider) -> None:
    provider.person = MODERATOR | {"groups": ["accounting"]}
    assert browser.get("/staff/signin").status_code == 403
    assert browser.get("/staff/").status_code == 403  # through the provider once more


def test_tokens_of_another_issuer_are_refused(browser: Browser, provider: Provider) -> None:
    provider.person, provider.issuer_in_tokens = MODERATOR, "https://elsewhere.example"
    assert browser.get("/staff/signin").status_code == 403


def test_a_callback_that_nobody_asked_for_is_refused(browser: Browser) -> None:
    assert browser.get("/staff/callback?code=stolen&state=guessed").status_code == 403


def test_a_dead_provider_is_said_so(environ: dict[str, str]) -> None:
    for issuer in ("", f"http://127.0.0.1:{free_port()}"):
        assert create_app(environ | {"OIDC_ISSUER": issuer}).test_client().get("/staff/signin").status_code == 503


def test_visitors_cannot_moderate(browser: Browser, verify_server: VerifyServer, database: Session) -> None:
    browser.sign_up(verify_server)
    browser.post("hands off")
    post = database.scalars(select(Post).where(Post.body == "hands off")).one()
    assert browser.submit("/", {}, action=f"/staff/posts/{post.id}/hide").status_code == 403
    assert "hands off" in browser.get("/").text


def test_hiding_a_post(
    site: str,
    provider: Provider,
    verify_server: VerifyServer,
    mails: Mailbox,
    worker: Path,
    database: Session,
) -> None:
    author, moderator = Browser(site), Browser(site)
    author.sign_up(verify_server, email="author@example.org")
    author.post("far too rude")
    post = database.scalars(select(Post).where(Post.body == "far too rude")).one()

    provider.person = MODERATOR
    moderator.get("/staff/signin")
    moderator.submit("/staff/", {"reason": "manners"}, action=f"/staff/posts/{post.id}/hide")

    assert "far too rude" not in author.get("/").text
    event = database.scalars(select(ModerationEvent).where(ModerationEvent.post_id == post.id)).one()
    assert (event.staff, event.action, event.reason) == ("mo@harbour.example", "hide", "manners")
    assert "manners" in mails.message_to("author@example.org").get_content(), worker.read_text()

    moderator.submit("/staff/", {}, action=f"/staff/posts/{post.id}/restore")
    assert "far too rude" in author.get("/").text
