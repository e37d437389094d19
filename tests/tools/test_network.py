import ipaddress
import sys

import pytest

from toolkit.tools import network

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


def test_a_free_subnet_is_none_that_is_used_or_routed() -> None:
    used = [ipaddress.IPv4Network("198.18.0.0/24"), ipaddress.IPv4Network("198.18.1.128/25")]
    assert network.free_subnet(["198.18.0.0/16"], used=used) == ipaddress.IPv4Network("198.18.2.0/24")
    assert network.free_subnet(["198.18.0.0/23"], used=used) is None
    assert network.free_subnet(["127.0.0.0/24"], used=[]) is None  # loopback has a route
