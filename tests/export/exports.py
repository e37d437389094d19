"""Whole exports of the tests' servers, as the command makes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import auth0_server
import okta_server
import zendesk_server
from vendor import Vendor

from toolkit.export import auth0, dataset, okta, zendesk

Sleep = Callable[[float], None]


def export_okta(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with okta.client(vendor.url, okta_server.TOKEN) as client:
        return dataset.export(okta.streams(client, sleep=sleep), folder, source="okta test", log=print)


def export_auth0(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with auth0.client(vendor.url, auth0_server.TOKEN) as client:
        return dataset.export(auth0.streams(client, sleep=sleep), folder, source="auth0 test", log=print)


def export_zendesk(vendor: Vendor, folder: Path, sleep: Sleep) -> dataset.Manifest:
    with zendesk.client(vendor.url, zendesk_server.EMAIL, zendesk_server.TOKEN) as client:
        streams = zendesk.streams(client, folder, sleep=sleep)
        return dataset.export(streams, folder, source="zendesk test", log=print)


def records(folder: Path, name: str) -> list[dict[str, Any]]:
    """The records of a dataset."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:  # not splitlines: names may hold other line breaks
        return [json.loads(line) for line in lines]
