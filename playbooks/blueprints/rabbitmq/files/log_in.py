"""Whether the broker lets in who it should, over TLS, and nobody else.

In (stdin, JSON): {"url": "amqps://…", "authority": file}. A message goes through a queue of this connection's own;
then a wrong password, another authority and a connection in the clear are tried.
"""

import json
import re
import socket
import ssl
import sys

import pika

TIMEOUT_S = 20
SLOWLY = {"blocked_connection_timeout": TIMEOUT_S, "socket_timeout": TIMEOUT_S, "stack_timeout": 2 * TIMEOUT_S}


def connect(url, authority):
    """A connection whose certificate is checked against the authority in a file (None: those that everybody has)."""
    parameters = pika.URLParameters(url)
    parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=authority), parameters.host)
    for name, value in SLOWLY.items():
        setattr(parameters, name, value)
    return pika.BlockingConnection(parameters)


def passes_a_message(url, authority):
    connection = connect(url, authority)
    channel = connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.confirm_delivery()
    channel.basic_publish("", queue, b"written", mandatory=True)
    _, _, body = channel.basic_get(queue, auto_ack=True)
    connection.close()
    if body != b"written":
        sys.exit("a message that was sent did not come")


def refuses_a_wrong_password(url, authority):
    try:
        connect(re.sub(r":[^:@/]+@", ":wrong@", url), authority).close()
    except (pika.exceptions.ProbableAuthenticationError, pika.exceptions.AuthenticationError):
        return
    sys.exit("a wrong password was let in")


def refuses_the_clear(url):
    address = pika.URLParameters(url)
    try:
        with socket.create_connection((address.host, address.port), TIMEOUT_S) as raw:
            raw.settimeout(TIMEOUT_S)
            raw.sendall(b"AMQP\x00\x00\x09\x01")
            said = raw.recv(100)
    except OSError:
        return
    # a TLS alert is fine, an answer in AMQP is not
    if said and said[0] not in (0x15, 0x16):
        sys.exit("a connection in the clear was answered")


def main():
    given = json.load(sys.stdin)
    passes_a_message(given["url"], given["authority"])
    refuses_a_wrong_password(given["url"], given["authority"])
    refuses_the_clear(given["url"])


if __name__ == "__main__":
    main()
