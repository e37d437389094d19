"""Reading, posting and pictures, with the worker on either broker."""

import html
import io
import json
import re
import subprocess
from pathlib import Path

import boto3
import pytest
import requests
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from harbour.app import create_app
from harbour.models import Post
from tests.browser import Browser
from tests.conftest import BUCKET, ROOT, Brokers, second_site, worker_command
from tests.stand_ins.serving import eventually, free_port, running
from tests.stand_ins.verify import VerifyServer

FIXTURES = Path(__file__).parent / "fixtures"


def test_everybody_reads_what_members_write(browser: Browser, site: str, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    for text in json.loads((FIXTURES / "posts.json").read_text()):
        assert browser.post(text).ok
        assert html.escape(text) in html.unescape(Browser(site).get("/").text).replace(text, html.escape(text))


def test_markup_is_shown_not_run(browser: Browser, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    page = browser.post("<script>alert(1)</script>").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


def test_only_members_post(browser: Browser) -> None:
    assert browser.submit("/signup", {"body": "hello"}, action="/posts").url.endswith("/signin")


def test_a_form_of_another_site_is_refused(browser: Browser, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    assert browser.session.post(f"{browser.base}/posts", data={"body": "forged"}, timeout=30).status_code == 400


@pytest.mark.parametrize("body", ["", "   ", "x" * 2001])
def test_bodies_have_a_length(body: str, browser: Browser, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    assert browser.post(body).status_code == 400


@pytest.mark.parametrize("picture", [b"not a picture", b"GIF89a" + b"\0" * 40, b""])
def test_only_pictures_are_taken(picture: bytes, browser: Browser, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    assert browser.post("look", picture).status_code == 400


def test_the_worker_makes_a_thumbnail_on_sqs(
    browser: Browser, verify_server: VerifyServer, worker: Path, database: Session, backing: Brokers
) -> None:
    browser.sign_up(verify_server)
    browser.post("a picture over SQS", photo())
    post = wait_for_thumbnail(database, "a picture over SQS", worker)
    _check_pictures(post, browser, backing)


def test_the_worker_makes_a_thumbnail_on_valkey(
    environ: dict[str, str], verify_server: VerifyServer, database: Session, backing: Brokers, tmp_path: Path
) -> None:
    moved, worker_log = environ | {"BROKER_URL": backing.redis}, tmp_path / "worker.log"
    with second_site(moved, tmp_path) as browser, running(worker_command(), worker_log, moved, cwd=ROOT):
        browser.sign_up(verify_server)
        browser.post("a picture over Valkey", photo())
        post = wait_for_thumbnail(database, "a picture over Valkey", worker_log)
        _check_pictures(post, browser, backing)


@pytest.mark.parametrize("scheme", ["redis", "sqs"])
def test_a_post_survives_a_dead_broker_and_cache(
    scheme: str,
    environ: dict[str, str],
    verify_server: VerifyServer,
    worker: Path,
    database: Session,
    tmp_path: Path,
) -> None:
    text, nobody = f"no {scheme} today", f"testing:testing@127.0.0.1:{free_port()}"
    broken = environ | {"BROKER_URL": f"{scheme}://{nobody}/", "REDIS_URL": f"redis://{nobody}"}
    with second_site(broken, tmp_path) as browser:
        browser.sign_up(verify_server)
        browser.post(text, photo())
        assert text in browser.get("/").text
    assert database.scalars(select(Post).where(Post.body == text)).one().thumbnail_key is None

    repair = [*worker_command()[:3], "call", "harbour.repair_thumbnails"]
    subprocess.run(repair, cwd=ROOT, env=environ, check=True)
    wait_for_thumbnail(database, text, worker)


def test_pictures_come_from_the_cdn_where_there_is_one(
    environ: dict[str, str], browser: Browser, verify_server: VerifyServer, database: Session
) -> None:
    browser.sign_up(verify_server)
    browser.post("seen from afar", photo())
    key = database.scalars(select(Post).where(Post.body == "seen from afar")).one().picture_key
    page = (
        create_app(environ | {"ASSET_HOST": "https://assets.harbour.example", "REDIS_URL": ""}).test_client().get("/")
    )
    assert f"https://assets.harbour.example/{key}" in page.text


def test_older_posts_are_on_further_pages(browser: Browser, verify_server: VerifyServer) -> None:
    browser.sign_up(verify_server)
    for number in range(51):
        browser.post(f"page filler {number}")
    assert "page filler 50" in browser.get("/").text
    older = re.search(r'href="(/\?before=[^"]+)"', browser.get("/").text)
    assert older and "page filler 0<" in browser.get(html.unescape(older[1])).text


@pytest.mark.parametrize("key", ["../etc/passwd", "pictures/none.jpg", "pictures/" + "0" * 36 + ".jpg"])
def test_only_pictures_are_served(key: str, site: str) -> None:
    assert requests.get(f"{site}/media/{key}", timeout=30).status_code == 404


def photo() -> bytes:
    """A picture as a camera makes it: large, and with the place where it was taken."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (53.0, 33.0, 0.0)}  # GPS
    out = io.BytesIO()
    Image.new("RGB", (3000, 1500), (20, 80, 107)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def wait_for_thumbnail(database: Session, body: str, log: Path) -> Post:
    """The post, once the worker has given it a thumbnail."""

    def ready() -> Post | None:
        database.rollback()  # look again, not at the transaction's picture of the past
        return database.scalar(select(Post).where(Post.body == body, Post.thumbnail_key.is_not(None)))

    return eventually(ready, log)  # type: ignore[return-value]  # only a true answer comes back


def _check_pictures(post: Post, browser: Browser, backing: Brokers) -> None:
    s3 = boto3.client(
        "s3", endpoint_url=backing.s3, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    for key, size in ((post.picture_key, (2048, 1024)), (post.thumbnail_key, (480, 240))):
        assert key is not None
        stored = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert browser.get(f"/media/{key}").content == stored
        with Image.open(io.BytesIO(stored)) as image:
            assert image.size == size
            assert not image.getexif()
    eventually(lambda: f"/media/{post.thumbnail_key}" in browser.get("/").text)
