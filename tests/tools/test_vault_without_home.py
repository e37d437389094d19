"""A vault is made wherever the user's home is, and where there is none."""

import os
import subprocess
import sys

import pytest

PROGRAM = "from toolkit.tools.ansible_vault import vault; print(vault('key').encrypt('text').decode())"


@pytest.mark.parametrize("home", ["/dev/null", "/proc"])
def test_a_vault_needs_no_home(home: str) -> None:
    environment = {**os.environ, "HOME": home}
    environment.pop("ANSIBLE_LOCAL_TEMP", None)
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("$ANSIBLE_VAULT;1.1;AES256\n"), done.stderr
