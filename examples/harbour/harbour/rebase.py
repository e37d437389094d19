"""Point a vendor's SDK at another server.

The SDKs of Twilio and Zendesk build absolute URLs from host names of their own. Both send them through a `requests`
session, and a transport adapter is the seam which that library offers for changing where a request goes.
"""

from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


class RebaseAdapter(HTTPAdapter):
    """Sends each request to the same path and query below `base`, for example http://127.0.0.1:8085."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base.rstrip("/")

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Rewrite the address, then send as usual."""
        assert request.url is not None  # a prepared request always has one
        parts = urlsplit(request.url)
        request.url = f"{self.base}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)
