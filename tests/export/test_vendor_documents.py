"""What the exports ask, and what the tests' servers answer, held against the vendors' own OpenAPI documents."""

from collections.abc import Callable
from pathlib import Path

import auth0_sdk
import pytest
from auth0_server import tenant
from documents import checked_by
from exports import export_auth0, export_okta, export_zendesk
from okta_server import organisation
from published import published
from vendor import Budget, Vendor
from zendesk_server import account

Sleep = Callable[[float], None]


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> Path:
    kept: Path = request.config.cache.mkdir("openapi")
    return kept


def test_okta(vendor: Vendor, cache: Path, tmp_path: Path, sleep: Sleep) -> None:
    # the vendor's own console has a name that only customers' applications are listed with
    vendor.check = checked_by(published("okta", cache), deviations="'saasure' is not one of")
    vendor.app, vendor.budget = organisation(vendor), Budget(vendor, 5)
    export_okta(vendor, tmp_path, sleep)
    assert vendor.checked >= 20
    assert not vendor.violations


def test_auth0(vendor: Vendor, cache: Path, tmp_path: Path, sleep: Sleep) -> None:
    # the forms of an answer with and without totals are not told apart
    vendor.check = checked_by(published("auth0", cache), prefix="/api/v2", deviations="is valid under each of")
    vendor.app, vendor.budget, vendor.largest = tenant(vendor), Budget(vendor, 5), 1
    export_auth0(vendor, tmp_path, sleep)
    assert vendor.checked > 10
    assert not vendor.violations


def test_auth0_by_what_its_sdk_knows(vendor: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    vendor.check = checked_by(auth0_sdk.document(), prefix="/api/v2")
    vendor.app, vendor.budget, vendor.largest = tenant(vendor), Budget(vendor, 5), 1
    export_auth0(vendor, tmp_path, sleep)
    assert vendor.checked > 10
    assert not vendor.violations


def test_zendesk(vendor: Vendor, cache: Path, tmp_path: Path, sleep: Sleep) -> None:
    vendor.check = checked_by(
        published("zendesk", cache),
        elsewhere="^/api/v2/help_center/|^/attachments/|^/storage/",
        unlisted=["page[size]", "page[after]", "per_page"],
        # refusals, fields that are empty (its own examples have both kinds) and deleted tickets are in its text only
        deviations="no answer 429|: None |'deleted' is not one of",
    )
    vendor.app, vendor.budget = account(vendor), Budget(vendor, 2)
    export_zendesk(vendor, tmp_path, sleep)
    assert vendor.checked > 10
    assert not vendor.violations
