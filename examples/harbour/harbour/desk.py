"""The support desk: a ticket in Zendesk, or a mail to any desk that takes mail (set SUPPORT_MAIL_TO)."""

import logging
from urllib.parse import urlsplit

import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket, User
from zenpy.lib.exception import APIException, ZenpyException

from harbour import mail
from harbour.config import Settings
from harbour.errors import Unavailable
from harbour.rebase import RebaseAdapter

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10


def ask(settings: Settings, email: str, subject: str, question: str) -> str:
    """File a visitor's question. Returns the ticket's number, or "" where mail has none. Raises Unavailable."""
    if settings.support_mail_to:
        mail.send(settings, settings.support_mail_to, subject, question, reply_to=email)
        return ""
    if not settings.zendesk_url:
        raise Unavailable("The support desk is not configured.")
    ticket = Ticket(
        subject=subject,
        comment=Comment(body=question),
        requester=User(name=email, email=email),
        tags=["harbour", "web-form"],
    )
    try:
        audit = _client(settings).tickets.create(ticket)
    except (APIException, ZenpyException, requests.RequestException) as err:
        log.error("the support desk refused a ticket: %s", type(err).__name__)
        raise Unavailable("The support desk cannot be reached at the moment. Please try again later.") from err
    return str(audit.ticket.id)


def _client(settings: Settings) -> Zenpy:
    session = requests.Session()
    session.mount("https://", RebaseAdapter(settings.zendesk_url))
    return Zenpy(
        # Zenpy wants a subdomain and makes a host name of it; the adapter replaces that name by ZENDESK_URL's.
        subdomain=(urlsplit(settings.zendesk_url).hostname or "").split(".")[0],
        email=settings.zendesk_email,
        token=settings.zendesk_token,
        session=session,
        timeout=TIMEOUT_SECONDS,
    )
