#!/usr/bin/env python3
"""Sign in with a password as a browser would, over HTTPS on this host, up to the page that asks for the second factor.

In: JSON on stdin {hostname, realm, username, password}. Exit 0 when that page came. No code is used up.
"""

import html
import http.client
import json
import re
import socket
import ssl
import sys
from urllib.parse import urlencode, urlsplit


def main():
    given = json.load(sys.stdin)
    query = {
        "client_id": "account-console",
        "redirect_uri": f"https://{given['hostname']}/realms/{given['realm']}/account/",
        "response_type": "code",
        "scope": "openid",
        "state": "-",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # the example of RFC 7636
        "code_challenge_method": "S256",
    }
    connection = connect(given["hostname"])
    page, cookies = ask(
        connection, "GET", f"/realms/{given['realm']}/protocol/openid-connect/auth?{urlencode(query)}", {}
    )
    form = urlencode({"username": given["username"], "password": given["password"]})
    page, _ = ask(connection, "POST", action(page), cookies, form)
    if not re.search(r'name="(otp|totp|recoveryCodeInput|authenticationExecution)"', page):
        sys.exit("the second step of the sign-in did not come: " + said(page))


def connect(hostname):
    """To this host, under the name it is known by."""
    connection = http.client.HTTPSConnection(hostname, timeout=60)
    plain = socket.create_connection(("127.0.0.1", 443), timeout=60)
    connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=hostname)
    return connection


def ask(connection, method, target, cookies, body=None):
    """The page and the cookies after it. What an account has yet to do is a page further on: led there, it goes."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    fresh = (line.partition(";")[0].partition("=") for line in response.headers.get_all("Set-Cookie") or [])
    cookies = {**cookies, **{name: value for name, _, value in fresh}}
    further = urlsplit(response.headers.get("Location") or "")
    if response.status == 302 and "/login-actions/required-action" in further.path:
        return ask(connection, "GET", f"{further.path}?{further.query}", cookies)
    if response.status != 200:
        sys.exit(f"{method} {urlsplit(target).path}: {response.status}")
    return text, cookies


def action(page):
    """Where the sign-in form goes."""
    if not (found := re.search(r'<form[^>]* action="([^"]+)"', page)):
        sys.exit("there is no sign-in form: " + said(page))
    parts = urlsplit(html.unescape(found[1]))
    return f"{parts.path}?{parts.query}"


def said(page):
    """The text of a page, without its tags."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())[:300]


if __name__ == "__main__":
    main()
