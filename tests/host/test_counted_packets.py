"""What the packet filter counts: a drill of a go-bag says how often its hosts tried to get out."""

import contextlib
import socket

from toolkit.tools import network

NOBODY = "192.0.2.77"  # RFC 5737: an address for documents
TABLE = "offramp_test_counted"


def test_a_packet_that_is_refused_is_counted(lab_possible: None) -> None:
    chain = f"chain output {{ type filter hook output priority filter; ip daddr {NOBODY} counter drop\n}}"
    network.replace_table(TABLE, chain)
    try:
        assert network.packets_counted(TABLE) == 0
        refusal = contextlib.suppress(PermissionError)  # how the kernel tells the sender
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened, refusal:
            opened.sendto(b"x", (NOBODY, 9))
        assert network.packets_counted(TABLE) == 1
    finally:
        network.delete_table(TABLE)
