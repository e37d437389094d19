"""Error reports to Sentry, or to any server that takes its protocol."""

import sentry_sdk

from harbour.config import Settings


def start_reporting(settings: Settings) -> None:
    """Report unhandled errors when SENTRY_DSN is set. Phone numbers and addresses stay here."""
    if settings.sentry_dsn:
        sentry_sdk.init(
            dsn=settings.sentry_dsn,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,  # the password of the database is one, and so is every phone number
        )
