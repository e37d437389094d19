"""Which settings say where a program is reached, and which may say where it listens."""

from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.collect.programs.addresses import address_of

_NODE = '{"private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'


@pytest.mark.parametrize(
    ("name", "sample", "reference"),
    [
        ("APP_URL", "http://localhost", "${address.url}"),
        ("BASE_URL", "http://localhost:3000/", "${address.url}/"),
        ("FRONTEND_HOST", "http://localhost:5173", "${address.url}"),
        ("DJANGO_ALLOWED_HOSTS", "example.com,www.example.com", "${address.domains}"),
        ("CSRF_TRUSTED_ORIGINS", "", "${address.url}"),
        ("PHX_HOST", "", "${address.domain}"),
        ("APP_HOST", "shop.example.com", "${address.domain}"),
        ("ALLOWED_HOSTS", '["shop.example"]', None),
        ("SERVER_HOST", "localhost", None),
        ("HOSTNAME", "", None),
        ("DATABASE_URL", "postgres://x", None),
    ],
)
def test_a_name_and_its_sample_say_which(name: str, sample: str, reference: str | None) -> None:
    assert address_of(name, sample) == reference


def test_an_address_of_another_program_is_asked_for(tmp_path: Path) -> None:
    for name in ("shop", "desk"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "package.json").write_text(_NODE)
        (folder / ".env.example").write_text("API_URL=http://localhost:1\nAPP_URL=http://localhost:2\n")
    for one in find_programs({"checkout": tmp_path}):
        assert one.environment["APP_URL"].text == "${address.url}"
        assert "API_URL" not in one.environment
        assert any(line.startswith("API_URL: ") for line in one.open)
