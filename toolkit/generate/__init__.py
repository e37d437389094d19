"""Plan → files in memory → disk: a self-contained Terraform root module and Ansible project.

`generate` is a function of the plan, the catalogue and the target: the same three give the same bytes. `write` brings
its result to disk without losing a user's edits. `make_vault` makes the project's secrets, once.
"""

from toolkit.generate.disk import Written, write
from toolkit.generate.project import generate
from toolkit.generate.vault import Vault, default_key, make_vault

__all__ = ["Vault", "Written", "default_key", "generate", "make_vault", "write"]
