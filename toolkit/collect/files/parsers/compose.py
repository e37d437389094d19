"""Compose files: images, environment names, hosts. Images are what a build fetches (`build/ci`)."""

from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import commented, named
from toolkit.collect.files.parsers._shell import commands
from toolkit.collect.files.yamltree import Leaf, leaves

CLAIMS = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml", "docker-stack*.yml")
KINDS: frozenset[SignalKind] = frozenset({"image", "call", "config", "host", "uri", "arn", "env", "setting"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one compose file."""
    yield from dict.fromkeys(commented(text))
    for leaf in leaves(text):
        yield from dict.fromkeys(_leaf(leaf))


def _leaf(leaf: Leaf) -> Iterator[Mention]:
    key = next((part for part in reversed(leaf.path) if part != "[]"), "")
    parent = leaf.path[-2] if len(leaf.path) > 1 else ""
    if key == "image":
        yield from image(leaf.value, leaf.line)
        return
    if parent in ("environment", "args"):
        name = leaf.path[-1] if leaf.path[-1] != "[]" else leaf.value.partition("=")[0]
        if name.replace("_", "").isalnum() and name.isupper():
            yield Mention("env", name, leaf.line)
    if "logging" in leaf.path and key == "driver":
        yield Mention("config", f"logging/{leaf.value}", leaf.line)
    if key in ("command", "entrypoint"):
        yield from commands(leaf.value, leaf.line)
    else:
        yield from named(leaf.value, leaf.line)
