"""Push to Harbour's apps, through Firebase Cloud Messaging, which hands what is for iPhones on to Apple.

The apps subscribe to one topic: Harbour knows no device, and has none to lose. Without credentials nothing is sent.
"""

import json

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import AssertionSession
from joserfc.jwk import RSAKey

from harbour.config import Settings
from harbour.errors import Unavailable

TIMEOUT_SECONDS = 10
TOPIC = "posts"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"


def announce(settings: Settings, title: str, body: str, post_id: str) -> None:
    """Tell every app of a post; told twice, a phone shows it once. Raises Unavailable."""
    if not settings.fcm_credentials:
        return
    account = json.loads(settings.fcm_credentials)  # of a service account, as Google's console gives it
    message = {
        "topic": TOPIC,
        "notification": {"title": title, "body": body},
        "data": {"link": f"{settings.public_url}/#{post_id}"},
        "android": {"notification": {"tag": post_id}},
        "apns": {"headers": {"apns-collapse-id": post_id}},
    }
    address = f"{settings.fcm_api_base}/v1/projects/{account['project_id']}/messages:send"
    try:
        answer = _session(account).post(address, json={"message": message}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except (requests.RequestException, OAuthError) as err:
        raise Unavailable("The apps cannot be told at the moment.") from err


def _session(account: dict[str, str]) -> AssertionSession:
    """Requests with a token that Google gives for a statement signed with the service account's key."""
    return AssertionSession(
        token_endpoint=account["token_uri"],
        issuer=account["client_email"],
        subject=account["client_email"],
        audience=account["token_uri"],
        claims={"scope": SCOPE},
        header={"alg": "RS256"},
        key=RSAKey.import_key(account["private_key"]),
        default_timeout=TIMEOUT_SECONDS,
    )
