"""The captcha of the sign-up form (Cloudflare Turnstile): who fills it in is not a program, or pays for it.

Without a site key there is none. Whatever goes wrong here keeps the newcomer out: there is no path on which an outage
lets programs in.
"""

import logging

import requests

from harbour.config import Settings
from harbour.errors import Refused, Unavailable

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
FIELD = "cf-turnstile-response"


def check(settings: Settings, response: str, address: str) -> None:
    """What the form brought, from a visitor's address. Raises Refused or Unavailable."""
    if not settings.turnstile_site_key:
        return
    if not response:
        raise Refused("Please wait until the check against automated sign-ups is finished.")
    form = {"secret": settings.turnstile_secret, "response": response, "remoteip": address}
    try:
        answer = requests.post(settings.turnstile_verify_url, data=form, timeout=TIMEOUT_SECONDS)
        told = answer.json()
    except (requests.RequestException, ValueError) as err:
        raise _unavailable(type(err).__name__) from err
    if told.get("success") is True:
        return
    codes = told.get("error-codes", [])
    if {"invalid-input-response", "timeout-or-duplicate"} & set(codes):
        raise Refused("The check against automated sign-ups has run out. Please send the form again.")
    raise _unavailable(", ".join(codes))


def _unavailable(reason: str) -> Unavailable:
    log.error("the captcha cannot be checked: %s", reason)
    return Unavailable("New accounts cannot be made at the moment. Please try again later.")
