"""Which settings say where a program is reached, and which may say where it listens."""

from pathlib import Path

import pytest

from tests.collect.programs.test_stacks import Files, only, write
from toolkit.collect.programs import find_programs
from toolkit.collect.programs.addresses import address_of

_NODE = '{"private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'
_GIN = 'package main\nfunc main() {\n r := gin.Default()\n r.Run(":3032")\n}'
_AXUM = '[package]\nname = "x"\n\n[dependencies]\naxum = "1"\n'


@pytest.mark.parametrize(
    ("name", "sample", "reference"),
    [
        ("APP_URL", "http://localhost", "${address.url}"),
        ("BASE_URL", "http://localhost:3000/", "${address.url}/"),
        ("FRONTEND_HOST", "http://localhost:5173", "${address.url}"),
        ("DJANGO_ALLOWED_HOSTS", "example.com,www.example.com", "${address.domains}"),
        ("CSRF_TRUSTED_ORIGINS", "", "${address.url}"),
        ("PHX_HOST", "", "${address.domain}"),
        ("SHOP_SERVICE_PUBLICURL", "", "${address.url}"),
        ("S3_PUBLIC_URL", "", None),
        ("APP_HOST", "shop.example.com", "${address.domain}"),
        ("ALLOWED_HOSTS", '["shop.example"]', None),
        ("SERVER_HOST", "localhost", None),
        ("HOSTNAME", "", None),
        ("DATABASE_URL", "postgres://x", None),
        ("SITE_ROOT", "", "${address.url}"),
        ("APPLICATION_ROOT", "", None),  # Flask's path
        ("APP_ROOT", "/srv/shop", None),  # a folder
    ],
)
def test_a_name_and_its_sample_say_which(name: str, sample: str, reference: str | None) -> None:
    assert address_of(name, sample) == reference


def test_an_address_of_another_program_is_asked_for(tmp_path: Path) -> None:
    for name in ("shop", "desk"):
        sample = "API_URL=http://localhost:1\nAPP_URL=http://localhost:2\n"
        write(tmp_path / name, {"package.json": _NODE, ".env.example": sample})
    for one in find_programs({"checkout": tmp_path}):
        assert one.environment["APP_URL"].text == "${address.url}"
        assert "API_URL" not in one.environment
        assert any(line.startswith("API_URL: ") for line in one.open)


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"Cargo.toml": _AXUM, "src/main.rs": 'serve(&"0.0.0.0:3030".parse()?)'}, "3030"),
        ({"Cargo.toml": _AXUM, "src/main.rs": "SocketAddr::from(([127, 0, 0, 1], 3031))"}, "3031"),
        ({"Cargo.toml": _AXUM, "src/main.rs": 'env::var("PORT").unwrap_or("3030");\nbind("0.0.0.0:3030")'}, None),
        (
            {"go.mod": "module x/y\n", "main.go": 'package main\nfunc main() {\n r.Run(":3032")\n gin.Default()\n}'},
            "3032",
        ),
        ({"package.json": _NODE, "server.js": "app.listen(3033, () => {})"}, "3033"),
        ({"package.json": _NODE, "server.js": "const port = process.env.PORT || 3;\napp.listen(3034)"}, None),
    ],
)
def test_a_port_that_stands_in_the_code_is_the_programs(tmp_path: Path, files: Files, port: str | None) -> None:
    program = only(tmp_path, files)
    assert (program.port.text if program.port else None) == port
