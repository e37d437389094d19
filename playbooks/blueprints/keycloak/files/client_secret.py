#!/usr/bin/env python3
"""The secret of an OIDC client made from the settings or an import.

    ansible-vault view inventory/group_vars/all/vault.yml | roles/keycloak/files/client_secret.py CLIENT_ID

prints it. It comes from `keycloak_client_seed` and the id alone: nothing is asked, and a rebuild has the same one.
"""

import sys

from clients import secret
from opened_vault import from_vault


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(secret(sys.argv[1], from_vault("keycloak_client_seed")))


if __name__ == "__main__":
    main()
