"""What handlers of requests are given, and what they give back."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from toolkit.otp.gateway import Gateway


class Call(NamedTuple):
    """A request of an application that has signed in."""

    gateway: Gateway
    path: Mapping[str, str]
    form: Mapping[str, str]


Handler = Callable[[Call], tuple[int, dict[str, Any]]]  # status and JSON
