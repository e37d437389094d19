"""Whether memcached keeps a value, in the protocol that its settings want, and refuses what they do not.

In (stdin, JSON): {"host", "port", "authority": file or "" without TLS, "user": or "" without SASL, "password"}.
"""

import json
import socket
import ssl
import struct
import sys

TIMEOUT_S = 20
KEY, VALUE = b"offramp:verify", b"written"
# of the binary protocol: https://docs.memcached.org/protocols/binary/
HEADER = struct.Struct("!BBHBBHIIQ")
GET, SET, SASL_AUTH = 0x00, 0x01, 0x21
NO_RIGHT = 0x20


def connect(given):
    raw = socket.create_connection((given["host"], given["port"]), TIMEOUT_S)
    if not given["authority"]:
        return raw
    return ssl.create_default_context(cafile=given["authority"]).wrap_socket(raw, server_hostname=given["host"])


def ask(stream, operation, key=b"", extras=b"", value=b""):
    """Status and body of the answer to one request of the binary protocol."""
    body = extras + key + value
    stream.write(HEADER.pack(0x80, operation, len(key), len(extras), 0, 0, len(body), 0, 0) + body)
    stream.flush()
    _, _, _, _, _, status, length, _, _ = HEADER.unpack(stream.read(HEADER.size))
    return status, stream.read(length)


def binary(given):
    """With a password: without one, and with a wrong one, nothing is kept."""
    for password, lets_in in ((None, False), ("wrong", False), (given["password"], True)):
        with connect(given) as connection, connection.makefile("rwb") as stream:
            if password is not None:
                ask(stream, SASL_AUTH, b"PLAIN", value=f"\0{given['user']}\0{password}".encode())
            status, _ = ask(stream, SET, KEY, struct.pack("!II", 0, 60), VALUE)
            if lets_in != (status == 0):
                sys.exit(f"with {'the' if lets_in else 'a wrong'} password the answer is {status}")
            if lets_in and not ask(stream, GET, KEY)[1].endswith(VALUE):
                sys.exit("a value that was kept did not come back")


def text(given):
    with connect(given) as connection, connection.makefile("rwb") as stream:
        stream.write(b"set %s 0 60 %d\r\n%s\r\nget %s\r\n" % (KEY, len(VALUE), VALUE, KEY))
        stream.flush()
        said = [stream.readline() for _ in range(3)]
    if said != [b"STORED\r\n", b"VALUE %s 0 %d\r\n" % (KEY, len(VALUE)), VALUE + b"\r\n"]:
        sys.exit(f"a value that was kept did not come back: {said}")


def refuses_the_clear(given):
    try:
        with socket.create_connection((given["host"], given["port"]), TIMEOUT_S) as raw:
            raw.settimeout(TIMEOUT_S)
            raw.sendall(b"version\r\n")
            if raw.recv(100).startswith(b"VERSION"):
                sys.exit("a connection in the clear was answered")
    except OSError:
        return


def main():
    given = json.load(sys.stdin)
    if given["user"]:
        binary(given)
    else:
        text(given)
    if given["authority"]:
        refuses_the_clear(given)


if __name__ == "__main__":
    main()
