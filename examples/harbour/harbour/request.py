"""What belongs to the request being answered: its services, its database session, its user."""

import time
import uuid

from flask import current_app, g, request, session
from sqlalchemy.orm import Session

from harbour.models import User
from harbour.services import Services

STAFF_SECONDS = 8 * 3600


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


def visitor_address() -> str:
    """Where the visitor is, as the proxy in front of Harbour says (app.py): limits on codes count by it."""
    return request.remote_addr or ""


def signed_in_user() -> User | None:
    """Whoever is signed in to this browser session."""
    user_id = session.get("user_id")
    return database().get(User, uuid.UUID(user_id)) if user_id else None


def sign_staff_in(email: str) -> None:
    """Let a member of staff in. Not for long: whoever leaves the company is only known to the identity provider."""
    session["staff"] = {"email": email, "until": time.time() + STAFF_SECONDS}


def staff_email() -> str | None:
    """The address of the member of staff who is signed in to this browser session."""
    staff = session.get("staff")
    return staff["email"] if staff and staff["until"] > time.time() else None
