"""What the packet filter counts: a drill of a go-bag says how often its hosts tried to get out."""

import contextlib
import socket

from toolkit.tools import network

NOBODY = "192.0.2.77"  # RFC 5737: an address for documents
TABLE = "offramp_test_counted"


def test_a_packet_that_is_refused_is_counted(lab_possible: None) -> None:
    rules = f"ip daddr {NOBODY} {network.NOTE}\nip daddr {NOBODY} counter drop"
    chain = f"chain output {{ type filter hook output priority filter;\n{rules}\n}}"
    network.replace_table(TABLE, f"{network.NOTING}\n{chain}")
    try:
        assert network.packets_counted(TABLE) == 0
        assert network.packets_headed(TABLE) == []
        refusal = contextlib.suppress(PermissionError)  # how the kernel tells the sender
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened, refusal:
            opened.sendto(b"x", (NOBODY, 9))
        assert network.packets_counted(TABLE) == 1
        [way] = network.packets_headed(TABLE)
        assert (way.target, way.protocol, way.port, way.packets) == (NOBODY, "udp", 9, 1)
    finally:
        network.delete_table(TABLE)
