"""Pipelines of GitLab, CircleCI, Azure, Bitbucket, Buildkite, Travis, Woodpecker, Drone, AWS CodeBuild and Google Cloud
Build: images, orbs, tasks, pipes, plugins, deploy targets, secrets by name, what scripts call and reach.

They all are YAML in which a few keys have the same meaning, so one table reads them. Role: `build/ci`.
"""

from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import commented, named
from toolkit.collect.files.parsers._shell import commands
from toolkit.collect.files.yamltree import Leaf, leaves

CLAIMS = (
    ".gitlab-ci.yml", "*.gitlab-ci.yml", ".gitlab-ci/*.yml", ".gitlab/ci/*.yml", ".gitlab/*.yml",
    ".circleci/*.yml", ".circleci/**/*.yml",
    "azure-pipelines*.yml", "azure-pipelines*.yaml", ".azure-pipelines/*.yml", ".azuredevops/*.yml",
    "bitbucket-pipelines.yml",
    ".buildkite/*.yml", ".buildkite/*.yaml", "buildkite.yml", "buildkite*.yml",
    ".travis.yml", ".woodpecker.yml", ".woodpecker.yaml", ".woodpecker/*.yml", ".woodpecker/*.yaml",
    ".drone.yml", "appveyor.yml", ".appveyor.yml", ".cirrus.yml", ".semaphore/*.yml",
    "buildspec*.yml", "buildspec*.yaml", "cloudbuild*.yml", "cloudbuild*.yaml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"action", "image", "call", "host", "uri", "arn", "env"})

_SCRIPTS = frozenset({
    "script", "before_script", "after_script", "run", "command", "commands", "bash", "pwsh", "powershell",
    "inlineScript", "install", "before_install", "after_success", "before_deploy", "deploy_script", "test_script",
    "build_script", "args",
})  # fmt: skip
_IMAGES = frozenset({"image", "container"})
_NAMED_BY_VALUE = {"task": "task", "pipe": "pipe", "provider": "deploy", "template": "include", "component": "include"}
_VARIABLES = frozenset({"variables", "env", "environment", "secrets", "parameter-store", "secrets-manager"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one pipeline."""
    yield from dict.fromkeys(commented(text))
    for leaf in leaves(text):
        yield from dict.fromkeys(_leaf(leaf))


def _leaf(leaf: Leaf) -> Iterator[Mention]:
    keys = [part for part in leaf.path if part != "[]"]
    key = keys[-1] if keys else ""
    parent = keys[-2] if len(keys) > 1 else ""
    if name := _step(keys, leaf.value):
        yield Mention("action", name, leaf.line, role="build/ci")
    if key in _SCRIPTS or (parent in _SCRIPTS and not name):
        yield from commands(leaf.value, leaf.line, "build/ci")
    elif parent == "pool":  # Azure's pools have images of machines
        return
    elif key in _IMAGES or key == "services" or (parent in _IMAGES and key == "name"):
        yield from image(leaf.value, leaf.line)
    else:
        yield from _names(keys, leaf)


def _step(keys: list[str], value: str) -> str:
    """The normal form of a ready-made step, '' for anything else."""
    plain = value.strip().partition("@")[0]
    key = keys[-1] if keys else ""
    if keys[:1] == ["orbs"] and len(keys) == 2:
        return f"orb/{plain}"
    if key == "pipe":
        return f"pipe/{plain.partition(':')[0].removeprefix('docker://')}"
    if key == "provider" and "deploy" not in keys:
        return ""
    if key in _NAMED_BY_VALUE and plain and " " not in plain:
        return f"{_NAMED_BY_VALUE[key]}/{plain}"
    if "plugins" in keys:
        plugin = keys[keys.index("plugins") + 1] if len(keys) > keys.index("plugins") + 1 else value
        return f"plugin/{plugin.partition('#')[0]}" if " " not in plugin else ""
    return ""


def _names(keys: list[str], leaf: Leaf) -> Iterator[Mention]:
    key = keys[-1] if keys else ""
    if _VARIABLES.intersection(keys):
        name = key if key.isupper() else leaf.value.partition("=")[0]
        if name.isupper() and name.replace("_", "").isalnum():
            yield Mention("env", name, leaf.line, role="build/ci")
    yield from named(leaf.value, leaf.line, "build/ci")
