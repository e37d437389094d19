"""The vendors' own OpenAPI documents.

None is committed: Okta's comes with its SDK for Go, Twilio's with its command line for Node, from their registries; any
is taken from the folder $OPENAPI_DOCUMENTS if it is there (auth0.json, zendesk.yaml …).
"""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

_OKTA = "github.com/okta/okta-sdk-golang/v6@v6.0.0"
_OKTA_FILE = ".generator/okta-management-APIs-oasv3-noEnums-inheritance.yaml"
_TWILIO = "@twilio/cli-core@8.3.2"


class _Loader(yaml.CSafeLoader):
    """Takes a lone "=" for a text, as YAML 1.2 does."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def published(name: str, cache: Path) -> dict[str, Any]:
    """A vendor's document; the test is skipped where there is none. `cache`: a folder for what is slow to get."""
    path = _path(name, cache)
    parsed = cache / f"{name}-{path.stat().st_size}.json"
    if not parsed.exists():
        text = path.read_text()
        document = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)  # noqa: S506  # a safe one
        parsed.write_text(json.dumps(document, default=str))
    known: dict[str, Any] = json.loads(parsed.read_text())
    return known


def _path(name: str, cache: Path) -> Path:
    folder = os.environ.get("OPENAPI_DOCUMENTS", "")
    found = sorted(Path(folder).glob(f"{name}.*")) if folder else []
    if found:
        return found[0]
    if name == "okta":
        return Path(json.loads(_run("go", "mod", "download", "-json", _OKTA))["Dir"]) / _OKTA_FILE
    if name.startswith("twilio_"):
        return _from_package(f"package/src/services/twilio-api/{name}.json", cache)
    pytest.skip(f"no registry carries this document: put {name}.json or .yaml into a folder, $OPENAPI_DOCUMENTS")


def _from_package(member: str, cache: Path) -> Path:
    file = cache / Path(member).name
    if not file.exists():
        packed = cache / _run("npm", "pack", "--silent", "--pack-destination", str(cache), _TWILIO).strip()
        with tarfile.open(packed) as archive:
            content = archive.extractfile(member)
            assert content
            file.write_bytes(content.read())
    return file


def _run(*command: str) -> str:
    if not shutil.which(command[0]):
        _missing(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        _missing(f"{' '.join(command)} failed: {done.stdout[-300:]}{done.stderr[-300:]}")
    return done.stdout


def _missing(reason: str) -> None:
    """Skip; with CI=true fail, since a run that proves nothing must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
