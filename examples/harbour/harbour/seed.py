"""Demonstration data, the same rows on every run: python -m harbour.seed [--users 500] [--posts 2000] [--pictures 0]

Pictures need the bucket, questions the support desk. Running it again adds nothing but questions.
"""

import argparse
import io
import os
import random
import uuid
from datetime import UTC, datetime, timedelta

from PIL import Image
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from harbour import desk, pictures
from harbour.config import Settings
from harbour.database import session_factory
from harbour.models import Post, User

NAMESPACE = uuid.UUID("6d1c1a52-3d5e-4b6c-9a35-6c0f2f9f6a01")
EPOCH = datetime(2024, 3, 11, 9, 0, tzinfo=UTC)
WORDS = """
anchor bell bow buoy channel chart compass crane current dawn deck drift ferry fog gull harbour hull jetty
keel lantern mast mooring pier pilot quay rope rudder sail shoal signal stern swell tide tug wake wharf wind
""".split()


def seed(session: Session, users: int, posts: int) -> None:
    """Add the users and posts that are not there yet, and commit."""
    people = [_user(number) for number in range(users)]
    session.execute(insert(User).on_conflict_do_nothing(), people)
    session.execute(insert(Post).on_conflict_do_nothing(), [_post(number, people) for number in range(posts)])
    session.commit()


def add_pictures(session: Session, settings: Settings, count: int) -> None:
    """Give the first `count` posts a picture and a thumbnail in the bucket, and commit."""
    for number in range(count):
        post = session.get_one(Post, _id("post", number))
        post.picture_key = f"pictures/{_id('picture', number)}.jpg"
        post.thumbnail_key = f"thumbnails/{_id('picture', number)}.jpg"
        pictures.put(settings, post.picture_key, _jpeg(number, (640, 480)))
        pictures.put(settings, post.thumbnail_key, _jpeg(number, (160, 120)))
    session.commit()


def ask(settings: Settings, count: int) -> None:
    """Have the first `count` members ask the support desk something."""
    for number in range(count):
        email = f"sailor-{number:04}@members.harbour.example"
        desk.ask(settings, email, f"Question {number}", f"Where is the {WORDS[number % len(WORDS)]}?")


def _user(number: int) -> dict[str, object]:
    joined = EPOCH + timedelta(hours=number)
    return {
        "id": _id("user", number),
        "name": f"sailor-{number:04}",
        # The first thousand are kept free for films by Ofcom: a code sent to one reaches nobody.
        "phone": f"+4477009{number:05}",
        "email": f"sailor-{number:04}@members.harbour.example" if number % 3 == 0 else None,
        "phone_verified_at": joined,
        "created_at": joined,
    }


def _post(number: int, people: list[dict[str, object]]) -> dict[str, object]:
    dice = random.Random(number)
    return {
        "id": _id("post", number),
        "author_id": dice.choice(people)["id"],
        "body": " ".join(dice.choices(WORDS, k=dice.randint(4, 60))).capitalize() + ".",
        "created_at": EPOCH + timedelta(days=30, minutes=7 * number),
        "hidden_at": EPOCH + timedelta(days=60) if number % 97 == 0 else None,
    }


def _id(kind: str, number: int) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"{kind} {number}")


def _jpeg(number: int, size: tuple[int, int]) -> bytes:
    dice = random.Random(number)
    out = io.BytesIO()
    Image.new("RGB", size, (dice.randrange(256), dice.randrange(256), dice.randrange(256))).save(out, "JPEG")
    return out.getvalue()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m harbour.seed", description="Add demonstration data.")
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--pictures", type=int, default=0, help="posts that get a picture in the bucket")
    parser.add_argument("--questions", type=int, default=0, help="questions to the support desk")
    wanted = parser.parse_args()
    settings = Settings.from_env(os.environ)
    with session_factory(settings.database_url)() as session:
        seed(session, wanted.users, wanted.posts)
        add_pictures(session, settings, wanted.pictures)
    ask(settings, wanted.questions)


if __name__ == "__main__":
    main()
