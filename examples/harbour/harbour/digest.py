"""The daily mail of new posts, for members who want it: python -m harbour.digest

For who has no page open: it needs no store and no maker of a phone or browser.
"""

import os
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harbour import mail
from harbour.config import Settings
from harbour.database import session_factory
from harbour.models import Post, User, now

MOST = 20
MAIL = "{posts}\n\nAll of them: {url}\nNo more of these mails: {url}/app\n"


def send_digests(session: Session, settings: Settings) -> int:
    """Write to everybody who has not heard of something yet; returns to how many. Raises Unavailable.

    Each is noted before the next: started again after an outage it goes on where it stopped.
    """
    written = 0
    for user in session.scalars(select(User).where(User.digest_from.is_not(None), User.email.is_not(None))).all():
        until = now()
        if posts := _posts(session, user, until):
            subject = f"Harbour: {len(posts)}{'+' if len(posts) == MOST else ''} new posts"
            body = MAIL.format(posts="\n\n".join(posts), url=settings.public_url)
            mail.send(settings, str(user.email), subject, body)
            written += 1
        user.digest_from = until
        session.commit()
    return written


def _posts(session: Session, user: User, until: datetime) -> list[str]:
    """What others wrote since the last mail, the newest first."""
    query = select(Post).where(Post.hidden_at.is_(None), Post.author_id != user.id)
    query = query.where(Post.created_at > user.digest_from, Post.created_at <= until)
    newest = session.scalars(query.order_by(Post.created_at.desc()).limit(MOST))
    return [f"{post.author.name}: {post.body}" for post in newest]


def main() -> None:
    """Command line."""
    settings = Settings.from_env(os.environ)
    with session_factory(settings.database_url)() as session:
        print(f"{send_digests(session, settings)} digests sent")


if __name__ == "__main__":
    main()
