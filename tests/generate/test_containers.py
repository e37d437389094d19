"""Applications in containers: what becomes of their commands, and what is refused with what to change."""

import re

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate import containers, generate
from toolkit.model import Application, Container, Platform


def in_container(**said: object) -> Application:
    return Application("a", "a", run="container", **said)  # type: ignore[arg-type]  # the tests' own words


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", []),
        ("bin/server --name 'a b'", ["bin/server", "--name", "a b"]),
        ("serve --port $PORT", ["sh", "-c", "serve --port $PORT"]),
        ("MODE=x serve", ["sh", "-c", "MODE=x serve"]),
        ("a && b", ["sh", "-c", "a && b"]),
        ("it's", ["sh", "-c", "it's"]),
    ],
)
def test_a_command_replaces_that_of_the_image(command: str, words: list[str]) -> None:
    assert containers.words(command) == words


@pytest.mark.parametrize(
    ("application", "said"),
    [
        (in_container(serve={"/": "dist"}), "let the image serve them"),
        (in_container(install=("make",)), "its Dockerfile says them"),
        (in_container(container=Container(image="x:1")), "name the archive that brings it"),
        (in_container(container=Container(image="x:1", archives=("x.tar",), target="web")), "take one away"),
        (in_container(container=Container(dockerfile="--x")), "container names '--x'"),
        (in_container(container=Container(target="a b")), "container names 'a b'"),
        (in_container(container=Container(arguments={"a b": "c"})), "'a b' is no name of a variable"),
        (in_container(writable=("data",)), "writable names 'data': in a container it is a folder of the image"),
        (in_container(writable=("/",)), "writable names '/'"),
        (in_container(writable=("/proc/x",)), "writable names '/proc/x'"),
        (in_container(writable=("/usr",)), "writable names '/usr'"),
        (in_container(writable=("/app/../etc",)), "writable names '/app/../etc'"),
        (in_container(writable=("/app:rw",)), "writable names '/app:rw'"),
        (in_container(port=80), "port 80 is not one"),
    ],
)
def test_what_could_not_work_in_a_container_is_said(
    make_plan, catalog: Catalog, application: Application, said: str
) -> None:
    plan = make_plan(platform=Platform(domains=("board.example",), applications=(application,)))
    with pytest.raises(BadInput) as caught:
        generate(plan, catalog, target="hosts")
    assert said in str(caught.value)


def test_an_image_needs_no_start_and_gets_a_port(make_plan, catalog: Catalog) -> None:
    application = in_container(writable=("/usr/src/app/uploads/",), workers={"mail": "bin/mail {{ 7 * 7 }}"})
    plan = make_plan(platform=Platform(domains=("x.example",), applications=(application,)))
    [text] = [file.content for file in generate(plan, catalog, target="hosts") if file.path.endswith("10-offramp.yml")]
    assert "runtime: container" in text
    assert "port: 8000" in text
    assert re.search(r"mail:\n +- sh\n +- -c\n +- !unsafe '?bin/mail \{\{ 7 \* 7 \}\}", text), text
