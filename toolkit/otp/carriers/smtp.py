"""E-mail through the platform's own mail server."""

import ssl
from email.message import EmailMessage

import aiosmtplib

from toolkit.otp.carriers import Carrier, Outcome, Outgoing
from toolkit.otp.settings import Mail

_SECONDS = 15


def mail(settings: Mail) -> Carrier:
    """A carrier that hands messages to a mail server."""

    async def send(message: Outgoing) -> Outcome:
        client = _client(settings)
        try:
            await client.connect()
            if settings.username:
                await client.login(settings.username, settings.password)
        except (aiosmtplib.SMTPException, OSError) as err:
            return Outcome("later", 30001, type(err).__name__)
        try:
            await client.send_message(_message(settings, message))
        except aiosmtplib.SMTPRecipientsRefused as err:
            return _answered(err.recipients[0])
        except aiosmtplib.SMTPResponseException as err:
            return _answered(err)
        except (aiosmtplib.SMTPException, OSError) as err:  # perhaps it was the answer to the last line
            return Outcome("unknown", 30008, type(err).__name__)
        finally:
            client.close()
        return Outcome("accepted")

    return send


def _client(settings: Mail) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        timeout=_SECONDS,
        use_tls=False,
        start_tls=settings.starttls,
        tls_context=ssl.create_default_context() if settings.starttls else None,
    )


def _message(settings: Mail, message: Outgoing) -> EmailMessage:
    made = EmailMessage()
    made["From"] = settings.sender
    made["To"] = message.to
    made["Subject"] = message.subject
    made["Message-ID"] = f"<{message.sid}@{settings.sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    made.set_content(message.body)
    return made


def _answered(answer: aiosmtplib.SMTPResponseException) -> Outcome:
    """4xx asks for another attempt, 5xx for none."""
    detail = f"the mail server answered {answer.code}"
    return Outcome("later", 30001, detail) if answer.code < 500 else Outcome("refused", 30003, detail)
