"""Which programs are drafted to run in their own image, and what is said of those."""

import tomllib
from pathlib import Path

import pytest
import tomlkit

from toolkit.collect.programs import find_programs
from toolkit.documents import decode
from toolkit.draft.programs import program_tables
from toolkit.generate import runnable
from toolkit.model import Platform
from toolkit.program import Program

DOCKERFILE = """\
FROM node:{version} AS build
RUN npm ci
FROM node:{version}
WORKDIR /app
COPY . .
ENV NODE_ENV=production UPLOADS_DIR=/app/uploads
VOLUME /app/uploads
EXPOSE 3000
HEALTHCHECK CMD wget http://localhost:3000/ready
CMD ["node", "server.js"]
"""
PACKAGE = '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5", "pg": "8"}}'


def _only(root: Path, files: dict[str, str]) -> Program:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": root})
    return program


def _drafted(program: Program, root: Path) -> tuple[Platform, str]:
    document = tomlkit.document()
    document.add("application", program_tables([program], root))
    text = tomlkit.dumps(document)
    return decode(tomllib.loads(text), "platform", Platform, where=root), text


def test_a_newer_runtime_than_debians_runs_in_its_image(tmp_path: Path) -> None:
    files = {"Dockerfile": DOCKERFILE.format(version=24), "package.json": PACKAGE, ".env.example": "DATABASE_URL=\n"}
    program = _only(tmp_path, files)
    platform, text = _drafted(program, tmp_path)
    [application] = platform.applications
    runnable.check(platform)
    assert (application.run, application.start, application.install) == ("container", "", ())
    assert (application.port, application.health, application.writable) == (3000, "/ready", ("/app/uploads",))
    assert application.environment["DATABASE_URL"] == "${data.relational.url}"
    assert "UPLOADS_DIR" not in application.environment, "the image says it itself"
    assert 'run = "container" # node 24 is asked for (Dockerfile:1), Debian 13 has 20' in text
    assert "its image begins from node:24: the host fetches it, or an archive brings it" in text


COPYING = "FROM node:24\nCOPY target/app/ /app/\nEXPOSE 4000\nCMD node server.js\n"


def test_an_image_of_what_a_build_elsewhere_makes_comes_last(tmp_path: Path) -> None:
    own = DOCKERFILE.format(version=24)
    program = _only(tmp_path, {"Dockerfile": COPYING, "docker/Dockerfile.full": own, "package.json": PACKAGE})
    assert program.image is not None
    assert program.image.text == "docker/Dockerfile.full"


@pytest.mark.parametrize("made", ["target/app/", "./dist", "artifacts/shop-*-${TARGETARCH}", "_output/*.tar.gz"])
def test_what_an_image_copies_and_nobody_has_built_is_said(tmp_path: Path, made: str) -> None:
    files = {"Dockerfile": COPYING.replace("target/app/", made), "package.json": PACKAGE}
    said = f"its image copies {made.removeprefix('./')}, which the checkout lacks"
    assert any(line.startswith(said) for line in _only(tmp_path / "bare", files).open)
    place = made.partition("*")[0]
    kept = _only(tmp_path / "kept", {**files, f"{place}{'' if place.endswith('/') else '/'}x": ""})
    assert not any("copies" in line for line in kept.open)


def test_a_port_for_root_alone_is_raised_where_a_setting_names_it(tmp_path: Path) -> None:
    dockerfile = DOCKERFILE.format(version=24).replace("EXPOSE 3000", "ENV SHOP_PORT=80\nEXPOSE 80")
    program = _only(tmp_path, {"Dockerfile": dockerfile, "package.json": PACKAGE})
    platform, text = _drafted(program, tmp_path)
    [application] = platform.applications
    runnable.check(platform)
    assert (application.port, application.environment["SHOP_PORT"]) == (8080, "8080")
    assert "without rights" not in text


def test_what_debian_has_runs_from_source(tmp_path: Path) -> None:
    program = _only(tmp_path, {"Dockerfile": DOCKERFILE.format(version=20), "package.json": PACKAGE})
    assert program.image is None
    assert program.start is not None


def test_a_newer_runtime_without_an_image_is_said(tmp_path: Path) -> None:
    program = _only(tmp_path, {"package.json": PACKAGE, ".nvmrc": "24\n"})
    assert program.image is None
    assert any("Debian 13 has 20: where it does not do, it needs a container" in line for line in program.open)


def test_a_program_of_no_known_stack_runs_in_its_image(tmp_path: Path) -> None:
    image = 'FROM crystallang/crystal\nWORKDIR /srv/kv\nCOPY . .\nEXPOSE 8080\nCMD ["/srv/kv/server"]\n'
    program = _only(tmp_path, {"deploy/Dockerfile": image, "deploy/shard.yml": "name: kv\n"})
    assert program.image is not None
    platform, text = _drafted(program, tmp_path)
    assert platform.applications[0].port == 8080
    assert "crystallang/crystal is whatever is newest on the day" in text


def test_a_page_is_built_and_served_whatever_its_image_does(tmp_path: Path) -> None:
    page = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "6"}}'
    image = "FROM node:24 AS build\nFROM nginx:1.29\nEXPOSE 80\n"
    program = _only(tmp_path, {"Dockerfile": image, "package.json": page, "index.html": "", "vite.config.js": ""})
    assert program.image is None
    assert "/" in program.serve


def test_of_several_images_the_one_without_engines_is_run(tmp_path: Path) -> None:
    whole = DOCKERFILE.format(version=24).replace("VOLUME ", "VOLUME /var/lib/mysql ")
    files = {"docker/multi-process/Dockerfile": whole, "docker/plain/Dockerfile": DOCKERFILE.format(version=24)}
    program = _only(tmp_path, {**files, "package.json": PACKAGE})
    assert program.image is not None
    assert program.image.text == "docker/plain/Dockerfile"
    (tmp_path / "docker/plain/Dockerfile").write_text(whole)
    [program] = find_programs({"checkout": tmp_path})
    assert [said.text for said in program.writable] == ["/app/uploads"], "an engine's data is the engine's"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("privileged: true", "privileged"),
        ("network_mode: host", "network_mode"),
        ("pid: host", "pid"),
        ("cap_add: [NET_ADMIN]", "cap_add"),
        ('devices: ["/dev/fuse"]', "devices"),
        ('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]', "/var/run/docker.sock"),
        ('volumes: ["/srv/media:/media:ro"]', "/srv/media"),
    ],
)
def test_what_reaches_into_the_machine_is_refused_with_what_to_change(tmp_path: Path, option: str, said: str) -> None:
    compose = f"services:\n  app:\n    build: .\n    {option}\n"
    files = {"Dockerfile": DOCKERFILE.format(version=24), "package.json": PACKAGE, "compose.yaml": compose}
    program = _only(tmp_path, files)
    [line] = [line for line in program.open if "compose.yaml" in line]
    assert said in line
    assert "does not get" in line


def test_what_a_built_program_keeps_is_not_looked_for_in_its_source(tmp_path: Path) -> None:
    image = "FROM rust:1.91\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD /app/board\n"
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["server"]\n',
        "rust-toolchain.toml": '[toolchain]\nchannel = "1.91"\n',
        "server/Cargo.toml": '[package]\nname = "board"\n\n[dependencies]\naxum = "1"\n',
        "server/src/main.rs": 'env::var("CLINE_JWT_SECRET");\n',
        "server/src/config.rs": '#[builder(default = "sqlite://users.db")]\n',
        "Dockerfile": image,
    }
    program = _only(tmp_path, files)
    assert program.image
    assert program.writable == ()
    assert list(program.secrets) == ["CLINE_JWT_SECRET"], "a name within another word is no vendor's"


@pytest.mark.parametrize("ports", ['"3000"', '"3000:3000"', '"127.0.0.1:80:3000/tcp"', '"${PORT:-8080}:3000"'])
def test_a_port_of_a_compose_file_is_the_one_inside(tmp_path: Path, ports: str) -> None:
    compose = f"services:\n  web:\n    build: .\n    ports:\n      - {ports}\n"
    image = "FROM node:24\nWORKDIR /app\nCOPY . .\nCMD node server.js\n"
    program = _only(tmp_path, {"Dockerfile": image, "package.json": PACKAGE, "compose.yaml": compose})
    assert program.port
    assert program.port.text == "3000"


def test_what_another_stage_makes_is_not_missed(tmp_path: Path) -> None:
    image = DOCKERFILE.format(version=24).replace("COPY . .", "COPY --from=build --chown=1 /app/dist/app .")
    program = _only(tmp_path, {"Dockerfile": image, "package.json": PACKAGE})
    assert not any("lacks" in line for line in program.open)


def test_an_image_that_copies_from_above_is_built_there(tmp_path: Path) -> None:
    image = "FROM python:3.14\nWORKDIR /app\nCOPY package.json /app/\nCOPY ./api/main.py /app/api/\nEXPOSE 8000\n"
    settings = (
        "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    NAME: str\n"
        "    FIRST_PASSWORD: str\n    SHADE: str = 'grey'\n"
    )
    files = {
        "package.json": "{}",
        "api/Dockerfile": image,
        "api/pyproject.toml": '[project]\nname = "api"\nrequires-python = ">=3.14"\ndependencies = ["fastapi"]\n',
        "api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "api/config.py": settings,
    }
    program = _only(tmp_path, files)
    assert program.image
    assert (program.source, program.image.text) == (str(tmp_path), "api/Dockerfile")
    platform, text = _drafted(program, tmp_path)
    assert platform.applications[0].container.dockerfile == "api/Dockerfile"
    assert platform.applications[0].secrets == ("FIRST_PASSWORD",)
    assert "# NAME: it does not start without (api/config.py:4)" in text
    assert "SHADE" not in text


DEVELOPERS = "FROM node:24\nEXPOSE 9229\nCMD npm run debug\n"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("production.Dockerfile", {}),
        ("Dockerfile.prod", {}),
        ("web.Dockerfile", {"heroku.yml": "build:\n  docker:\n    web: web.Dockerfile\n"}),
        ("Dockerfile.web", {"fly.toml": '[build]\ndockerfile = "./Dockerfile.web"\n'}),
        ("Dockerfile.web", {"compose.prod.yml": "services: {app: {build: {context: ., dockerfile: Dockerfile.web}}}"}),
    ],
)
def test_the_image_that_is_deployed_speaks_before_the_plain_name(
    tmp_path: Path, name: str, more: dict[str, str]
) -> None:
    files = {"Dockerfile": DEVELOPERS, name: DOCKERFILE.format(version=24), "package.json": PACKAGE, **more}
    program = _only(tmp_path, files)
    [application] = _drafted(program, tmp_path)[0].applications
    assert (application.container.dockerfile, application.port) == (name, 3000)


def test_a_plain_name_that_is_deployed_speaks_before_others(tmp_path: Path) -> None:
    files = {
        "Dockerfile": DOCKERFILE.format(version=24),
        "Dockerfile.prod": DEVELOPERS,
        "package.json": PACKAGE,
        "render.yaml": "services:\n  - type: web\n    runtime: docker\n    dockerfilePath: ./Dockerfile\n",
    }
    [application] = _drafted(_only(tmp_path, files), tmp_path)[0].applications
    assert (application.container.dockerfile or "Dockerfile", application.port) == ("Dockerfile", 3000)
