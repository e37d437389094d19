"""What a checkout says of one of its programs: every value with the place it was read at.

Made by `collect/programs`, written down by `draft.py` as an `[[application]]` table to correct. Texts are one printable
line each.
"""

from typing import Literal

from msgspec import field

from toolkit.model import Value

Runtime = Literal["python", "node", "ruby", "php", "binary"]


class Said(Value):
    """One value, and where it was read: "Procfile:2", or by which convention it is assumed."""

    text: str
    where: str


class Program(Value):
    """One program that serves something, or works beside one that does."""

    name: str
    source: str  # absolute folder that is installed; commands run in it
    folder: str  # where in the checkout the program stands: "" or "apps/web/"
    stack: str  # "Django", "Express", "Spring Boot": the words of docs/programs.md
    runtime: Runtime
    image: Said | None = None  # the Dockerfile of one that runs in a container, in `source`, and why it does
    version: Said | None = None  # of the runtime, as the checkout wants it
    install: tuple[Said, ...] = ()  # empty: the runtime's usual way
    release: tuple[Said, ...] = ()
    start: Said | None = None
    port: Said | None = None  # which it listens on whatever PORT says
    serve: dict[str, Said] = field(default_factory=dict)  # path -> folder of files for browsers
    fallback: Said | None = None  # the page for paths that are no file
    workers: dict[str, Said] = field(default_factory=dict)
    cron: tuple[tuple[str, Said], ...] = ()  # when, and which command
    paths: tuple[Said, ...] = ()  # where on the domain that it shares with a page
    together: bool = False  # whether it shares its domain with the other programs: they say who answers where
    health: Said | None = None
    writable: tuple[Said, ...] = ()  # folders and files it writes, in `source` or absolute
    packages: tuple[Said, ...] = ()
    environment: dict[str, Said] = field(default_factory=dict)
    secrets: dict[str, Said] = field(default_factory=dict)  # its own: made once, into the vault
    brought: dict[str, Said] = field(default_factory=dict)  # keys of others' services, by name
    open: tuple[str, ...] = ()  # what the user has to say, one sentence each
