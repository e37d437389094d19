"""Settings: environment in, one frozen value out. No other module reads the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


class ConfigError(ValueError):
    """A required variable is missing; the message names every one of them."""


@dataclass(frozen=True)
class Settings:
    """Each field is the environment variable of the same name in capitals.

    Only the fields without a default are required. A feature whose variables are empty answers 503 and the rest of
    the site runs, so that the board can be read again before everything around it is back.
    """

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    public_url: str = "http://127.0.0.1:8000"
    asset_host: str = ""  # where the CDN serves the bucket; empty: Harbour serves the pictures itself

    redis_url: str = field(default="", repr=False)
    broker_url: str = field(default="", repr=False)  # sqs://, or redis:// for Valkey and Redis
    queue_name: str = "harbour"

    pictures_bucket: str = ""
    s3_addressing_style: str = "auto"  # "path" for most S3-compatible servers; the endpoint is AWS_ENDPOINT_URL_S3

    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_verify_service_sid: str = ""
    twilio_api_base: str = ""  # empty: Twilio's own address

    turnstile_site_key: str = ""  # empty: the sign-up form has no captcha
    turnstile_secret: str = field(default="", repr=False)
    turnstile_script_url: str = "https://challenges.cloudflare.com/turnstile/v0/api.js"
    turnstile_verify_url: str = "https://challenges.cloudflare.com/turnstile/v0/siteverify"

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_staff_group: str = ""  # empty: everybody whom the issuer lets in is staff

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = "Harbour <noreply@harbour.example>"

    play_store_url: str = ""  # where the apps are; what is empty is not shown
    app_store_url: str = ""
    app_repository_url: str = ""
    fcm_credentials: str = field(default="", repr=False)  # JSON of a service account; empty: the apps get no push
    fcm_api_base: str = "https://fcm.googleapis.com"
    ntfy_url: str = ""  # a push server of one's own, for phones with its app
    ntfy_topic: str = "news"
    ntfy_user: str = ""
    ntfy_password: str = field(default="", repr=False)

    zendesk_url: str = ""
    zendesk_email: str = ""
    zendesk_token: str = field(default="", repr=False)
    support_mail_to: str = ""  # set: the support form sends mail there instead of opening a Zendesk ticket

    sentry_dsn: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read every field from `environ`; an empty variable counts as unset. Raises ConfigError."""
        values = {f.name: environ[f.name.upper()] for f in fields(cls) if environ.get(f.name.upper())}
        missing = [name.upper() for name in ("secret_key", "database_url") if name not in values]
        if missing:
            raise ConfigError(f"required environment variables are not set: {', '.join(missing)}")
        try:
            port = int(values.pop("smtp_port", "587"))
        except ValueError as err:
            raise ConfigError("SMTP_PORT must be a number") from err
        return cls(smtp_port=port, **values)
