"""A generated project that somebody broke: what cannot be understood is named, and nothing is packed of it."""

from pathlib import Path

import pytest

from toolkit.errors import BadInput
from toolkit.model import Manifest
from toolkit.pack import sources
from toolkit.pack.project import Project, _applications


@pytest.mark.parametrize(
    "content",
    [
        "a: [\n",
        "a: " + "[" * 5_000,
        "applications: 2001-99-99\n",
        "applications: 5\n",
        "applications: [{name: ../../x, source: .}]\n",
        "applications: [{name: /x, source: .}]\n",
    ],
)
def test_variables_that_cannot_be_understood(tmp_path: Path, content: str) -> None:
    file = tmp_path / "10-offramp.yml"
    file.write_text(content)
    with pytest.raises(BadInput, match=r"10-offramp\.yml"):
        _applications(file)


@pytest.mark.parametrize(
    "content", [b"no section\n", b"\xff\xfe", b"[defaults]\nvault_password_file = ~nobody-of-this-name/key\n"]
)
def test_settings_of_ansible_that_cannot_be_understood(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ansible.cfg").write_bytes(content)
    manifest = Manifest("1.0", "offramp", "", "board", "hosts")
    with pytest.raises(BadInput, match=r"ansible\.cfg"):
        sources.parts(Project(tmp_path, tmp_path, manifest, {}, (), ()))
