"""Outgoing e-mail over SMTP; in production the submission endpoint of Amazon SES."""

import smtplib
import ssl
from email.message import EmailMessage

from harbour.config import Settings
from harbour.errors import Unavailable

TIMEOUT_SECONDS = 15


def send(settings: Settings, to: str, subject: str, body: str, reply_to: str = "") -> None:
    """Hand one plain-text message to the mail server. Raises Unavailable."""
    if not settings.smtp_host:
        raise Unavailable("Mail cannot be sent: no server is configured.")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    if reply_to:
        message["Reply-To"] = reply_to
    message.set_content(body)
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_user:  # credentials only ever travel encrypted
                server.starttls(context=ssl.create_default_context())
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as err:
        raise Unavailable("Mail cannot be sent at the moment.") from err
