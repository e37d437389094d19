"""JSON Schemas (2020-12) of everything Offramp reads and writes, generated from the structs.

`python -m toolkit.schema` writes them to `checks/schema/`; a test proves that what is published is up to date. Titles
and descriptions come from the structs' docstrings and from the comment behind each field.
"""

import ast
import inspect
import io
import json
import tokenize
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import msgspec

from toolkit import model, shipped
from toolkit.catalog import entries

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# document -> the type it is decoded to; the name is that of the published file
_OF_STAGES: Mapping[str, Any] = {
    "platform": model.Platform,
    "audit": model.Audit,
    "plan": model.Plan,
    "manifest": model.Manifest,
    "go-bag": model.Bag,
    "journal": model.Journal,
    "tabletop": model.Tabletop,
    "verdict": model.Verdict,
    "diff": model.Diff,
}
DOCUMENTS: Mapping[str, Any] = {
    **_OF_STAGES,
    "vendor": entries.Vendor,
    "service": entries.Service,
    "capabilities": dict[str, entries.Capability],
    "needs": entries.NeedsFile,
    "tasks": entries.TasksFile,
    "runners": dict[str, entries.Runner],
    "engines": dict[str, entries.Engine],
    "families": entries.Families,
    "hosts": entries.Hosts,
    "switches": entries.Switches,
    "readiness": entries.RuleFile,
    "scenario": entries.Scenario,
    "policy": entries.Policy,
    "blueprint": entries.Blueprint,
    "plan-file": entries.PlanFile,
}


@cache
def of(document: str) -> dict[str, Any]:
    """The schema a document is checked against. Without descriptions: those need the source and serve readers only."""
    schema = msgspec.json.schema(DOCUMENTS[document])
    # the `#:schema` line is a comment, but JSON editors put the same thing into the document
    return {"$schema": DIALECT, "$id": f"urn:offramp:schema:{document}:{model.SCHEMA_VERSION}", **schema}


def published(document: str) -> str:
    """The text of `checks/schema/<document>.schema.json`."""
    schema = json.loads(json.dumps(of(document)))  # a copy; tuples become lists
    comments = _all_comments(model)
    if document not in _OF_STAGES:
        comments |= _all_comments(entries)
    for name, definition in schema.get("$defs", {}).items():
        for key, text in comments.get(name, {}).items():
            if key in definition.get("properties", {}):
                definition["properties"][key].setdefault("description", text)
    for definition in schema.get("$defs", {}).values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])  # as msgspec does from 0.23 on
    schema["title"] = document
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _all_comments(package: ModuleType) -> dict[str, dict[str, str]]:
    modules = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))
    return {name: keys for module in modules for name, keys in _field_comments(module).items()}


def _field_comments(module: ModuleType) -> dict[str, dict[str, str]]:
    """struct -> key in the document -> the comment behind the field; a struct has its parents' comments too."""
    source = inspect.getsource(module)
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        struct = getattr(module, node.name)
        encoded = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
        inherited = {key: text for base in struct.__bases__ for key, text in found.get(base.__name__, {}).items()}
        own = {
            encoded[field.target.id]: comments[field.end_lineno]
            for field in node.body
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and field.end_lineno in comments
            and field.target.id in encoded
        }
        found[node.name] = inherited | own
    return found


def main() -> None:
    """Write every schema into the checkout's `checks/schema/`."""
    for document in DOCUMENTS:
        path = shipped.CHECKOUT / "checks/schema" / f"{document}.schema.json"
        path.write_text(published(document), encoding="utf-8")


if __name__ == "__main__":
    main()
