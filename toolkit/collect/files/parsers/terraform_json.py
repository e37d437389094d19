"""Terraform written as JSON (also by CDK for Terraform): the same blocks as in HCL, as nested objects."""

from collections.abc import Iterator
from typing import Any

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import _terraform as terraform
from toolkit.collect.files.parsers._documents import json_document
from toolkit.collect.files.parsers._named import named
from toolkit.collect.files.parsers._places import Lines

CLAIMS = ("?*.tf.json", "cdk.tf.json")
KINDS: frozenset[SignalKind] = frozenset({"tf_resource", "tf_provider", "host", "uri", "arn", "env"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Resources, data sources, providers, backends and registry modules of one file, and the names in its values."""
    document = json_document(text)
    if not isinstance(document, dict):
        return
    lines = Lines(text)
    for section in ("resource", "data"):
        for kind, instances in _objects(document.get(section)):
            line = lines.find(kind, f'"{section}"')
            yield from (Mention("tf_resource", kind, line, role="infra") for _ in _objects(instances))
    for name, _ in _objects(document.get("provider")):
        yield from terraform.provider(name, lines.find(name, '"provider"'))
    for _, module in _objects(document.get("module")):
        source = module.get("source") if isinstance(module, dict) else None
        yield from terraform.module(source, lines.find(source)) if isinstance(source, str) else ()
    for settings in _each(document.get("terraform")):
        for name, _ in _objects(settings.get("backend")):
            yield Mention("tf_resource", f"backend.{name}", lines.find(name, '"backend"'), role="infra")
    yield from named(text, 1, "infra")


def _each(value: Any) -> Iterator[dict[str, Any]]:
    """An object, or the objects of a list: Terraform takes both."""
    yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def _objects(value: Any) -> Iterator[tuple[str, Any]]:
    for one in _each(value):
        yield from one.items()
