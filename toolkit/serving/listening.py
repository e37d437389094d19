"""Where a service listens: ADDRESS:PORT as text, and the socket."""

import ipaddress
import socket

from toolkit.errors import BadInput


def host_and_port(listen: str) -> tuple[str, int]:
    """("127.0.0.1", 8085) from "127.0.0.1:8085"; an IPv6 address stands in brackets."""
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdigit() or not 0 <= int(port) < 65_536:
        raise ValueError(f"{listen!r} is no ADDRESS:PORT")
    return str(ipaddress.ip_address(host)), int(port)


def listener(listen: str) -> socket.socket:
    """The socket to serve on; BadInput when it cannot be had."""
    host, port = host_and_port(listen)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as err:
        raise BadInput(f"cannot listen there: {err.strerror}", where=listen, hint="another port?") from err
