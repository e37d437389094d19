"""Terraform state and plans as JSON: resource types with the number of instances, providers. Never a value: state holds
secrets."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import _terraform as terraform
from toolkit.collect.files.parsers._documents import json_document

CLAIMS = ("*.tfstate", "*.tfstate.backup", "*.tfplan.json", "tfplan.json", "plan.json", "terraform.json")
KINDS: frozenset[SignalKind] = frozenset({"tf_resource", "tf_provider"})

_PROVIDER = re.compile(r"provider\[\"([^\"]{1,200})\"\]")


class _Resource(msgspec.Struct):
    type: str = ""
    instances: tuple[dict[str, Any], ...] | None = None
    provider: str = ""


class _Module(msgspec.Struct):
    resources: tuple[_Resource, ...] = ()
    child_modules: tuple["_Module", ...] = ()


class _Values(msgspec.Struct):
    root_module: _Module = msgspec.field(default_factory=_Module)


class _Change(msgspec.Struct):
    type: str = ""
    provider_name: str = ""


class _Document(msgspec.Struct):
    """State files have `resources`, `show -json` has `values`, plans have `planned_values` and `resource_changes`."""

    resources: tuple[_Resource, ...] = ()
    values: _Values | None = None
    planned_values: _Values | None = None
    resource_changes: tuple[_Change, ...] = ()


def parse(path: str, text: str) -> Iterator[Mention]:
    """One mention per resource type and per provider, at the first line that names it."""
    document: _Document = json_document(text, _Document)
    counts: dict[str, int] = {}
    providers: dict[str, None] = {}
    for resource in _resources(document):
        if resource.type:
            instances = 1 if resource.instances is None else len(resource.instances)
            counts[resource.type] = counts.get(resource.type, 0) + instances
        if found := _PROVIDER.search(resource.provider):
            providers[found[1]] = None
    for change in document.resource_changes:
        if change.provider_name:
            providers[change.provider_name] = None
    for name, count in counts.items():
        if count:
            yield Mention("tf_resource", name, _line(text, f'"{name}"'), role="infra", quantity=count)
    for address in providers:
        yield from terraform.provider(address, _line(text, address))


def _resources(document: _Document) -> Iterator[_Resource]:
    yield from document.resources
    values = document.planned_values or document.values
    waiting = [values.root_module] if values else []
    while waiting:
        module = waiting.pop()
        yield from module.resources
        waiting.extend(module.child_modules)


def _line(text: str, needle: str) -> int:
    return text.count("\n", 0, max(text.find(needle), 0)) + 1
