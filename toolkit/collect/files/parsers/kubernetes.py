"""Kubernetes manifests, Kustomize, Helm charts and values: images, custom resources, annotations, classes.

Read line by line: a Helm template is no YAML before it is rendered.
"""

import re
from collections.abc import Generator, Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image, normal

CLAIMS = ("*.yml", "*.yaml", "*.tpl", "*.tmpl", "*.yml.j2", "*.yaml.j2", "*.yml.erb", "*.yaml.erb")
KINDS: frozenset[SignalKind] = frozenset({"k8s", "image", "host"})
HINTS = ("apiVersion:", "repository:")

_API = re.compile(r"(?:-\s)?(\s{0,20})apiVersion:\s{1,4}[\"']?([a-z0-9.\-]{1,100})/v\d")
_KIND = re.compile(r"\s{0,20}kind:\s{1,4}[\"']?([A-Za-z0-9]{1,60})")
_IMAGE = re.compile(r"\s{0,40}(?:-\s{1,4})?(?:image|newName):\s{1,8}([^\s#]{2,300})")
_REPOSITORY = re.compile(r"\s{0,40}(registry|repository|tag|imageRegistry):\s{1,8}[\"']?([^\s#\"']{2,200})")
_KEY = re.compile(r"\s{1,40}[\"']?((?:[a-z0-9\-]{1,60}\.){1,6}[a-z]{2,12}/[A-Za-z0-9._\-]{1,80})[\"']?\s{0,4}:")
_CLASS = re.compile(
    r"\s{0,40}(provisioner|storageClassName|storageClass|ingressClassName|loadBalancerClass|controller)"
    r":\s{1,4}[\"']?([A-Za-z0-9.\-/]{2,100})"
)
_CLASSES = {"storageClassName": "storageclass", "storageClass": "storageclass", "ingressClassName": "ingressclass"}
_BUILT_IN = re.compile(
    r"(?:apps|batch|autoscaling|policy|extensions|[a-z0-9.\-]*\.k8s\.io|kustomize\.config\.k8s\.io|kind\.x-k8s\.io)"
)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one manifest, chart file or values file; other YAML yields nothing."""
    is_manifest = "apiVersion:" in text
    if not is_manifest and "repository:" not in text:
        return
    yield from dict.fromkeys(_mentions(text, is_manifest))


def _mentions(text: str, is_manifest: bool) -> Iterator[Mention]:
    group, registry = "", ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw[:500]
        if line.lstrip().startswith(("#", "{{/*", "{{- /*")):
            continue
        if line.startswith("---"):
            group = ""
        if found := _REPOSITORY.match(line):
            registry = yield from _values(found[1], found[2], registry, number)
        elif is_manifest:
            if found := _API.match(line):
                group = found[2]
            elif group and (found := _KIND.match(line)):
                if not _BUILT_IN.fullmatch(group):
                    yield Mention("k8s", f"{group}/{found[1]}", number, role="infra")
                group = ""
            yield from _line(line, number)


def _line(line: str, number: int) -> Iterator[Mention]:
    if found := _IMAGE.match(line):
        yield from image(found[1], number)
    elif found := _CLASS.match(line):
        name = _CLASSES.get(found[1], found[1].lower())
        yield Mention("k8s", f"{name}/{found[2]}", number, role="infra")
    elif found := _KEY.match(line):
        yield Mention("k8s", f"annotation/{found[1]}", number, role="infra")


def _values(key: str, value: str, registry: str, number: int) -> Generator[Mention, None, str]:
    """Helm values split an image into registry, repository and tag. Returns the registry that goes on to hold."""
    if key in ("registry", "imageRegistry"):
        return value
    if key == "repository" and "://" not in value and "/" in f"{registry}/{value}".strip("/"):
        reference = f"{registry}/{value}" if registry else value
        if normal(reference):
            yield from image(reference, number)
    return ""
