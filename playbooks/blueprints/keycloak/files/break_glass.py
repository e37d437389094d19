#!/usr/bin/env python3
"""The account for emergencies: what Keycloak stores of its password and recovery codes; and the codes, for the safe.

    ansible-vault view inventory/group_vars/all/vault.yml | roles/keycloak/files/break_glass.py

prints the codes: each works once, in their order. They come from `keycloak_break_glass_seed` alone, so they can be
printed again at any time by who holds the vault's key.
"""

import base64
import hashlib
import hmac
import json

from opened_vault import from_vault

CODES = 12


def main():
    printed = codes(from_vault("keycloak_break_glass_seed"))
    print("break-glass: recovery codes, to be used in this order, each once")
    for number, code in enumerate(printed, start=1):
        print(f"{number:>3}  {code}")


def codes(seed):
    """Twelve codes of 60 bits in Keycloak's own form: 12 letters and digits."""
    digests = (hmac.digest(seed.encode(), str(number).encode(), "sha256") for number in range(1, CODES + 1))
    return [base64.b32encode(digest).decode()[:12] for digest in digests]


def credentials(account):
    """Keycloak's form of {password, seed}: the codes as it would have stored them itself (SHA-512 each)."""
    stored = [
        {"number": number, "encodedHashedValue": base64.b64encode(hashlib.sha512(code.encode()).digest()).decode()}
        for number, code in enumerate(codes(account["seed"]), start=1)
    ]
    described = {"hashIterations": None, "algorithm": "SHA-512", "remaining": CODES, "total": CODES}
    return [
        {"type": "password", "value": account["password"], "temporary": False},
        {
            "type": "recovery-authn-codes",
            "userLabel": "Printed",
            "secretData": json.dumps({"codes": stored}),
            "credentialData": json.dumps(described),
        },
    ]


if __name__ == "__main__":
    main()
