"""The vendors' own OpenAPI documents. None is committed: Okta's comes with its SDK for Go, from the module proxy; all
are taken from the folder $OPENAPI_DOCUMENTS where it has them (okta.yaml, auth0.json, zendesk.yaml).
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

_OKTA = "github.com/okta/okta-sdk-golang/v6@v6.0.0"
_IN_MODULE = ".generator/okta-management-APIs-oasv3-noEnums-inheritance.yaml"


class _Loader(yaml.CSafeLoader):
    """Takes a lone "=" for a text, as YAML 1.2 does."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def published(name: str, cache: Path) -> dict[str, Any]:
    """A vendor's document; the test is skipped where there is none. `cache`: a folder for what is slow to parse."""
    path = _path(name)
    parsed = cache / f"{name}-{path.stat().st_size}.json"
    if not parsed.exists():
        text = path.read_text()
        document = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)  # noqa: S506  # a safe one
        parsed.write_text(json.dumps(document, default=str))
    known: dict[str, Any] = json.loads(parsed.read_text())
    return known


def _path(name: str) -> Path:
    folder = os.environ.get("OPENAPI_DOCUMENTS", "")
    found = sorted(Path(folder).glob(f"{name}.*")) if folder else []
    if found:
        return found[0]
    if name == "okta":
        return _from_module()
    pytest.skip(f"no registry carries this document: put {name}.json or .yaml into a folder, $OPENAPI_DOCUMENTS")


def _from_module() -> Path:
    if not shutil.which("go"):
        _missing("Go is not installed")
    command = ["go", "mod", "download", "-json", _OKTA]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        _missing(f"the module proxy does not give {_OKTA}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return Path(json.loads(done.stdout)["Dir"]) / _IN_MODULE


def _missing(reason: str) -> None:
    """Skip; with CI=true fail, since a run that proves nothing must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
