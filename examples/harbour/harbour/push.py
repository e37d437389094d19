"""Push to phones: through Firebase to the apps from the stores, and through a push server of one's own (ntfy).

Firebase hands what is for iPhones on to Apple. Both ways have one topic that phones subscribe to: Harbour knows no
device, and has none to lose. What has no configuration is not used.
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


def ways(settings: Settings) -> list[str]:
    """Those that are configured; each is told by itself, so that what one refuses does not ring twice on the other."""
    configured = {"firebase": settings.fcm_credentials, "ntfy": settings.ntfy_url}
    return [way for way, setting in configured.items() if setting]


def announce(settings: Settings, way: str, title: str, body: str, post_id: str) -> None:
    """Tell everybody who subscribed there of a post. Raises Unavailable."""
    link = f"{settings.public_url}/#{post_id}"
    try:
        if way == "ntfy":
            answer = _post_to_ntfy(settings, title, body, link)
        else:
            answer = _post_to_firebase(settings, title, body, link, post_id)
        answer.raise_for_status()
    except (requests.RequestException, OAuthError) as err:
        raise Unavailable("Phones cannot be told at the moment.") from err


def _post_to_ntfy(settings: Settings, title: str, body: str, link: str) -> requests.Response:
    message = {"topic": settings.ntfy_topic, "title": title, "message": body, "click": link}
    login = (settings.ntfy_user, settings.ntfy_password)
    return requests.post(settings.ntfy_url, json=message, auth=login, timeout=TIMEOUT_SECONDS)


def _post_to_firebase(settings: Settings, title: str, body: str, link: str, post_id: str) -> requests.Response:
    account = json.loads(settings.fcm_credentials)  # of a service account, as Google's console gives it
    message = {
        "topic": TOPIC,
        "notification": {"title": title, "body": body},
        "data": {"link": link},
        "android": {"notification": {"tag": post_id}},  # told twice, a phone shows it once
        "apns": {"headers": {"apns-collapse-id": post_id}},
    }
    address = f"{settings.fcm_api_base}/v1/projects/{account['project_id']}/messages:send"
    with _session(account) as session:
        answer: requests.Response = session.post(address, json={"message": message}, timeout=TIMEOUT_SECONDS)
    return answer


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
