"""What a JSON document is, by its keys: for the answer to a file of the wrong kind.

In: the text of a file. Out: its name among people, or nothing.
"""

import json
from collections.abc import Mapping

# the first whose keys are all there; what it is, and the command that makes it where one does
_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("survey", "assessment"), "an audit"),
    (("old_catalog", "before"), "a diff"),
    (("tasks", "schedule"), "a plan"),
    (("steps", "restored"), "a journal of a drill"),
    (("entries", "plan"), "a record of a tabletop"),
    (("project", "debian"), "the manifest of a go-bag"),
    (("target", "files", "tool"), "the manifest of a generated project"),
    (("source", "datasets"), "the manifest of an export"),
    (("passed",), "a verdict of the gate"),
    (("losses",), "a simulation"),
    (("dependency", "reported"), "an explanation"),
    (("runs", "$schema"), "a SARIF report"),
    (("bomFormat",), "a CycloneDX document"),
    (("log",), "a HAR"),
)
WANTED: Mapping[str, str] = {
    "audit": "an audit, the JSON that `offramp audit -o json=FILE` writes",
    "plan": "a plan, the JSON that `offramp plan -o json=FILE` writes",
    "journal": "a journal, the JSON that `offramp drill -o json=FILE` writes",
    "tabletop": "a record, the `tabletop.json` of the folder that `offramp tabletop --to FOLDER` wrote",
    "manifest": "offramp-manifest.json of a generated project",
}


def kind_of(text: str, ending: str = "") -> str:
    """`a plan`; empty where nobody can say."""
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        return "a report in HTML"
    if ending == ".toml":
        return "a TOML file"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    return next((kind for keys, kind in _KINDS if all(key in document for key in keys)), "")
