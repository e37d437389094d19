"""What belongs to the request being answered: its services, its database session, its user."""

import uuid

from flask import current_app, g, session
from sqlalchemy.orm import Session

from harbour.models import User
from harbour.services import Services


def services() -> Services:
    """Those of the running web application."""
    found: Services = current_app.extensions["harbour"]
    return found


def database() -> Session:
    """The database session of this request, opened on first use and closed with the request."""
    if "database" not in g:
        g.database = services().sessions()
    opened: Session = g.database
    return opened


def close_database(_error: BaseException | None) -> None:
    """End of a request: whatever was not committed is rolled back."""
    opened: Session | None = g.pop("database", None)
    if opened is not None:
        opened.close()


def signed_in_user() -> User | None:
    """Whoever is signed in to this browser session."""
    user_id = session.get("user_id")
    return database().get(User, uuid.UUID(user_id)) if user_id else None


def staff_email() -> str | None:
    """The address of the member of staff who came in through the identity provider, if any."""
    email: str | None = session.get("staff_email")
    return email
