"""Files of application platforms: Heroku's app.json, Render, Serverless Framework, Pulumi, Netlify, Procfile, and the
other hosts' own files for the names in them.
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import commented, named
from toolkit.collect.files.parsers._shell import commands
from toolkit.collect.files.parsers.cloudformation import parse as cloudformation_types
from toolkit.collect.files.yamltree import Leaf, leaves

CLAIMS = (
    "app.json", "heroku.yml", "Procfile", "Procfile.*", "render.yaml", "render.yml", "serverless.yml",
    "serverless.yaml", "serverless.*.yml", "Pulumi.yaml", "Pulumi.*.yaml", "netlify.toml", "fly.toml", "railway.json",
    "railway.toml", "vercel.json", "now.json", "project.toml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset(
    {"config", "cfn", "pulumi", "image", "call", "host", "uri", "arn", "env", "setting"}
)

_PLUGIN = re.compile(r"\s*package\s*=\s*[\"']([^\"'\n]{1,200})[\"']")
_COMMAND_KEYS = frozenset({"buildCommand", "startCommand", "preDeployCommand", "command", "release_command", "build"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one platform file."""
    name = path.rpartition("/")[2]
    if name.startswith("Procfile"):
        yield from _procfile(text)
    elif name.endswith(".toml"):
        yield from _toml(text)
    else:
        if name.startswith("serverless"):
            yield from cloudformation_types(path, text)
        yield from dict.fromkeys(commented(text))
        for leaf in leaves(text):
            yield from dict.fromkeys(_leaf(leaf, name))


def _procfile(text: str) -> Iterator[Mention]:
    for number, line in enumerate(text.split("\n"), 1):
        kind, colon, command = line.partition(":")
        if colon and not line.lstrip().startswith("#"):
            yield from commands(command, number, "build/ci" if kind.strip() == "release" else None)


def _toml(text: str) -> Iterator[Mention]:
    yield from dict.fromkeys(commented(text))
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        if found := _PLUGIN.match(line):
            yield Mention("config", f"plugin/{found[1]}", number, role="build/ci")
        yield from named(line, number)


def _leaf(leaf: Leaf, file: str) -> Iterator[Mention]:
    keys = [part for part in leaf.path if part != "[]"]
    key = keys[-1] if keys else ""
    if value := _config(keys, leaf.value, file):
        yield Mention("config", value, leaf.line, role="infra")
    if file.startswith("Pulumi"):
        yield from _pulumi(keys, leaf)
    if key in ("image", "dockerImage"):
        yield from image(leaf.value, leaf.line)
    elif key in _COMMAND_KEYS:
        yield from commands(leaf.value, leaf.line)
    else:
        if key.isupper() and len(keys) > 1:
            yield Mention("env", key, leaf.line)
        elif key == "key" and leaf.value.isupper():  # Render's envVars
            yield Mention("env", leaf.value, leaf.line)
        yield from named(leaf.value, leaf.line)


def _config(keys: list[str], value: str, file: str) -> str:
    """The normal form of what a platform adds, '' for anything else."""
    top, key = keys[:1], keys[-1] if keys else ""
    if file.startswith("serverless"):
        if keys == ["provider", "name"]:
            return f"serverless-provider/{value}"
        if top == ["plugins"]:
            return f"serverless-plugin/{value}"
        if top == ["functions"] and "events" in keys[:-1]:
            return f"serverless-event/{keys[keys.index('events') + 1]}"
    if "addons" in keys and key in ("addons", "plan"):
        return f"addon/{value.partition(':')[0]}"
    if "buildpacks" in keys and key == "url":
        return f"buildpack/{value.removesuffix('.git').removeprefix('https://')}"
    return f"render/{value}" if file.startswith("render") and key == "type" else ""


def _pulumi(keys: list[str], leaf: Leaf) -> Iterator[Mention]:
    """'aws:s3/bucket:Bucket' → aws:s3:Bucket; configuration keys name their provider: 'aws:region'."""
    if keys[:1] == ["resources"] and keys[-1] == "type":
        parts = leaf.value.split(":")
        value = ":".join([*parts[:1], *(part.partition("/")[0] for part in parts[1:-1]), *parts[-1:]])
        yield Mention("pulumi", value, leaf.line, role="infra")
    elif keys[:1] == ["config"] and len(keys) > 1 and ":" in keys[1]:
        yield Mention("pulumi", keys[1], leaf.line, role="infra")
