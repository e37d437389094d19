"""Phone numbers: their form, and the proof by SMS that one belongs to the visitor (Twilio Verify v2).

Whatever goes wrong here leaves the visitor unverified: there is no path on which an outage lets somebody in.
"""

import logging

import phonenumbers
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.verify.v2.service import ServiceContext

from harbour.config import Settings
from harbour.errors import Refused, Unavailable
from harbour.rebase import RebaseAdapter

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
# https://www.twilio.com/docs/api/errors: invalid parameter, and the limits on attempts.
INVALID_PARAMETER = 60200
TOO_MANY_ATTEMPTS = (60202, 60203, 60207, 60212)


def normalise(number: str) -> str:
    """The E.164 form of a number typed with its country code. Raises Refused."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as err:
        raise Refused("Write the number with its country code, for example +49 1512 3456789.") from err
    if not phonenumbers.is_possible_number(parsed):
        raise Refused("This is not a phone number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def send_code(settings: Settings, number: str, address: str) -> None:
    """Send a code to `number` (E.164) by SMS; `address` is the visitor's. Raises Refused or Unavailable."""
    try:
        _service(settings, address).verifications.create(to=number, channel="sms", device_ip=address)
    except TwilioRestException as err:
        raise _translated(err) from err
    except (TwilioException, requests.RequestException) as err:
        raise _unavailable(err) from err


def code_is_right(settings: Settings, number: str, code: str, address: str) -> bool:
    """Whether `code` is the one that was sent to `number`. Raises Refused or Unavailable."""
    try:
        check = _service(settings, address).verification_checks.create(to=number, code=code)
    except TwilioRestException as err:
        if err.status == 404:  # expired, already used, or never sent
            return False
        raise _translated(err) from err
    except (TwilioException, requests.RequestException) as err:
        raise _unavailable(err) from err
    return bool(check.status == "approved")


def _service(settings: Settings, address: str) -> ServiceContext:
    if not (settings.twilio_account_sid and settings.twilio_verify_service_sid):
        raise Unavailable("Phone numbers cannot be verified: no service is configured.")
    http = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
    if settings.twilio_api_base:
        http.session.mount("https://verify.twilio.com/", RebaseAdapter(settings.twilio_api_base))
        http.session.params = {"DeviceIp": address}  # the SDK has no parameter for it where codes are checked
    client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
    return client.verify.v2.services(settings.twilio_verify_service_sid)


def _translated(err: TwilioRestException) -> Refused | Unavailable:
    if err.code == INVALID_PARAMETER:
        return Refused("Codes cannot be sent to this number, or the code has the wrong form.")
    if err.code in TOO_MANY_ATTEMPTS:
        return Refused("Too many attempts. Please wait ten minutes and start again.")
    return _unavailable(err)


def _unavailable(err: Exception) -> Unavailable:
    log.error("phone verification failed: %s", type(err).__name__)  # the error's text may hold the number
    return Unavailable("Phone numbers cannot be verified at the moment. Please try again later.")
