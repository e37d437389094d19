"""What a client made from an export cannot do as it did at the old provider, in words for the checklist.

In: a record of identity.applications. Out: the record with the addresses that work, and what is missing. Keycloak knows
one wildcard, at the end of a path; anywhere else a star stands for itself, or opens the client to strangers.
"""

import re

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_ADDRESSES = {
    "redirect_uris": "addresses people are taken back to",
    "post_logout_redirect_uris": "addresses after signing out",
    "web_origins": "web origins",
}
# an authority that is closed before the star, or an application's own scheme with something behind it
_CLOSED = re.compile(r"(?:https?://[^/*?#]+/|(?!https?:)[A-Za-z][\w.+-]*:/*[^/*?#]+/?)[^*]*\*?")
_WORKING = {"authorization_code", "refresh_token", DEVICE}
_OUTDATED = {"implicit", "password"}


def grants(app):
    return set(app.get("grant_types") or [])


def workable(app):
    """(the application with addresses that work alone, what is missing)."""
    kept, missing = dict(app), []
    for key, what in _ADDRESSES.items():
        bad = [address for address in app.get(key) or [] if "*" in address and not _works(key, address)]
        if bad:
            kept[key] = [address for address in app[key] if address not in bad]
            missing.append(f"{what} with a wildcard that cannot work, left out ({', '.join(bad)}): enter each real one")
    if signs_in(app) and not kept.get("redirect_uris"):
        missing.append("no address people are taken back to: enter one, nobody can sign in without it")
    return kept, [*missing, *_of_grants(app)]


def signs_in(app):
    """Whether a browser comes back to it with a code."""
    asked = grants(app)
    return app.get("kind") != "service" and (not asked or bool(asked & {"authorization_code", "implicit"}))


def _works(key, address):
    return key != "web_origins" and _CLOSED.fullmatch(address) is not None


def _of_grants(app):
    asked = grants(app)
    if old := sorted(asked & _OUTDATED):
        code = " beside the code it also asks for" if "authorization_code" in asked else ""
        yield f"the grant {' and '.join(old)}{code} stays off: the application has to use the authorization code with PKCE"
    if "client_credentials" in asked and app.get("kind") != "service":
        yield "the grant client_credentials stays off for a client people use: make one of its own for its programs"
    if other := sorted(asked - _WORKING - _OUTDATED - {"client_credentials"}):
        yield f"the grant {', '.join(other)} is not offered: see in the application what uses it"
