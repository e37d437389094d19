"""GitHub workflows (Forgejo and Gitea read the same) and composite actions: actions, runners, images, secrets by name,
what scripts call and reach.
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import commented, named
from toolkit.collect.files.parsers._shell import commands
from toolkit.collect.files.yamltree import Leaf, leaves

CLAIMS = (
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".forgejo/workflows/*.yml", ".forgejo/workflows/*.yaml",
    ".gitea/workflows/*.yml", ".gitea/workflows/*.yaml", "action.yml", "action.yaml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"action", "image", "call", "host", "uri", "arn", "env"})

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,60}")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one workflow, all with the role `build/ci`."""
    yield from dict.fromkeys(commented(text))
    for leaf in leaves(text):
        yield from dict.fromkeys(_leaf(leaf))


def _leaf(leaf: Leaf) -> Iterator[Mention]:
    keys = [part for part in leaf.path if part != "[]"]
    key = keys[-1] if keys else ""
    if key == "uses":
        yield from _uses(leaf)
    elif key == "runs-on" or keys[-2:-1] == ["runs-on"]:
        if _LABEL.fullmatch(leaf.value):
            yield Mention("action", f"runs-on/{leaf.value}", leaf.line, role="build/ci")
    elif key == "container" or (key == "image" and ("container" in keys or "services" in keys or "runs" in keys)):
        yield from image(leaf.value, leaf.line)
    elif key == "run":
        yield from commands(leaf.value, leaf.line, "build/ci")
    elif keys[-2:-1] == ["with"] and "steps" not in keys:
        yield from _given(key, leaf)
    elif "description" not in key and key != "name":
        if "env" in keys[:-1] and key.isupper():
            yield Mention("env", key, leaf.line, role="build/ci")
        yield from named(leaf.value, leaf.line, "build/ci")


def _uses(leaf: Leaf) -> Iterator[Mention]:
    """'owner/name/path@ref' → owner/name/path; local actions and workflows yield nothing."""
    reference = leaf.value.strip()
    if reference.startswith("docker://"):
        yield from image(reference, leaf.line)
    elif not reference.startswith(".") and "/" in reference:
        yield Mention("action", reference.partition("@")[0], leaf.line, role="build/ci")


def _given(key: str, leaf: Leaf) -> Iterator[Mention]:
    """What a workflow of another repository is told: its inputs' names (`ecs_cluster`) may be the only trace of where
    it deploys to."""
    name = key.lower().replace("-", "_")
    if _LABEL.fullmatch(name):
        yield Mention("action", f"with/{name}", leaf.line, role="build/ci")
    yield from named(leaf.value, leaf.line, "build/ci")
