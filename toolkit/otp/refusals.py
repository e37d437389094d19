"""Twilio's error answers: the codes applications know how to handle, with their HTTP status and wording.

https://www.twilio.com/docs/api/errors lists them; the SDKs turn the body into their exceptions.
"""

import math
from typing import Any

_ANSWERS = {
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource {} was not found"),
    20422: (400, "Invalid Parameter: {}"),
    20429: (429, "Too many requests"),
    20500: (500, "Internal server error"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "Invalid From Number (caller ID): {}"),
    21408: (403, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}"),
    21602: (400, "Message body is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s): {}"),
    21624: (400, "Invalid validity period value"),
    21627: (400, "Max Price must be a valid float"),
    21655: (400, "The ContentSid is Invalid"),
    21705: (400, "The Messaging Service is invalid"),
    35114: (400, "Scheduling does not support this timestamp: {}"),
    60200: (400, "Invalid parameter `{}`"),
    60202: (429, "Max check attempts reached"),
    60203: (429, "Max send attempts reached"),
    60204: (403, "Service does not support this feature: {}"),
    60207: (429, "Max rate limit reached: {}"),
    60212: (429, "Too many concurrent requests for phone number"),
    60306: (400, "Invalid Request: {}"),
    60310: (429, "Factor verification attempts reached"),
    60318: (403, "Factor is unverified"),
    60369: (400, "Factor type invalid or not provided"),
    60410: (403, "The destination phone number has been temporarily blocked by fraud guard"),
    60605: (403, "Verification delivery attempt blocked: the destination country is not enabled ({})"),
}


class Refusal(Exception):
    """A request answered with one of Twilio's errors. `subject` is the parameter, number or path it is about."""

    def __init__(self, code: int, subject: str = "", *, retry_after: float | None = None) -> None:
        self.code, self.retry_after = code, retry_after
        self.status, wording = _ANSWERS[code]
        super().__init__(wording.format(subject))

    def body(self) -> dict[str, Any]:
        """What the SDKs read."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}

    def headers(self) -> dict[str, str]:
        """Retry-After in whole seconds, where waiting helps; the challenge where nobody signed in."""
        if self.status == 401:
            return {"WWW-Authenticate": 'Basic realm="Twilio API"'}
        return {} if self.retry_after is None else {"Retry-After": str(math.ceil(self.retry_after))}
