"""Two audits of one platform: what is new, gone, worse and better, and why."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from toolkit.assess import assess
from toolkit.assess.diff import diff
from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.identify.dependencies import identify
from toolkit.known_signals import knew, remember
from toolkit.model import SCHEMA_VERSION, Audit, Declare, Discarded, Evidence, Ignore, Platform, Root, Survey, Unread

TWILIO = Evidence("files.python", "twilio#pypi:twilio", "shop", "requirements.txt:1", "runtime")
S3 = Evidence("files.hcl", "aws/s3#tf_resource:aws_s3_*", "shop", "main.tf:3", "runtime")
VERIFY = Evidence("files.python", "twilio/verify#call:verify.v2", "shop", "otp.py:9", "runtime")
BUCKET = Evidence("accounts.aws", "aws/s3#resource:bucket", "aws:1", "arn:aws:s3:::x", "infra")
CHECKOUT = Root("shop", "checkout", "shop")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def signals(catalog: Catalog) -> str:
    return remember({signal.id for signal in catalog.signals()})


@pytest.fixture
def made(catalog: Catalog, signals: str) -> Any:
    """`made(evidence…, platform=…)`: an audit by the shipped catalogue."""

    def make(*evidence: Evidence, platform: Platform | None = None, hash: str = "", **survey: Any) -> Audit:
        seen = Survey(**{"roots": (CHECKOUT,), "sources": ("files",), "evidence": evidence} | survey)
        own = platform or Platform()
        found = identify(seen, own, catalog)
        judged = assess(seen, found, own, catalog, today=date(2026, 6, 1))
        return Audit(SCHEMA_VERSION, "offramp 1", hash or catalog.hash, own, seen, found, judged, signals=signals)

    return make


def test_the_same_audit_twice_is_no_change(made: Any) -> None:
    audit = made(TWILIO, S3)
    assert diff(audit, audit).nothing


def test_moved_lines_and_another_name_of_the_checkout_are_no_change(made: Any) -> None:
    moved = [replace(one, root="base", where=one.where.replace(":", ":9")) for one in (TWILIO, S3)]
    assert diff(made(TWILIO, S3), made(*moved, roots=(Root("base", "checkout", "/ci/base"),))).nothing


def test_a_new_vendor_comes_with_its_lines(made: Any) -> None:
    change = diff(made(TWILIO), made(TWILIO, S3), source_url="https://forge.example/blob/abc/")
    (new,) = change.new
    assert (new.dependency, new.before, new.after, new.first) == ("aws/s3", "", "in use, runtime", True)
    assert (new.cause, new.why) == ("code", "came into the code")
    assert [str(spot) for spot in new.where] == ["main.tf:3"]
    assert change.after < change.before
    assert [one for one in (*change.worse, *change.findings_worse) if one.cause != "code"] == []
    assert change.findings_worse
    assert not change.gone


def test_the_way_back_is_better_by_the_same(made: Any) -> None:
    there, back = diff(made(TWILIO), made(TWILIO, S3)), diff(made(TWILIO, S3), made(TWILIO))
    assert [one.dependency for one in back.gone] == [one.dependency for one in there.new]
    assert [one.why for one in back.gone] == ["is gone from the code"]
    assert {(one.journey, one.company) for one in back.better} == {(one.journey, one.company) for one in there.worse}
    assert {one.fingerprint for one in back.findings_better} == {one.fingerprint for one in there.findings_worse}


def test_a_journey_that_a_new_company_stops_is_worse_through_it(made: Any) -> None:
    change = diff(made(S3), made(S3, VERIFY))
    worse = [one for one in change.worse if one.company == "twilio"]
    assert worse
    assert {one.before for one in worse} == {""}
    assert {str(spot) for one in worse for spot in one.where} == {"otp.py:9"}


def test_what_only_the_newer_catalogue_knows_is_said_to_be_that(made: Any, catalog: Catalog) -> None:
    old = replace(made(TWILIO, hash="older"), signals=remember({TWILIO.signal}))
    (new,) = diff(old, made(TWILIO, S3)).new
    assert (new.cause, new.why) == ("catalogue", f"known only since catalogue {catalog.hash[:12]}")
    assert {one.cause for one in diff(old, made(TWILIO, S3)).findings_worse} == {"catalogue"}


def test_what_the_older_catalogue_knew_is_the_codes_doing(made: Any) -> None:
    (new,) = diff(made(TWILIO, hash="older"), made(TWILIO, S3)).new
    assert new.cause == "code"


def test_an_audit_that_does_not_say_what_it_knew_leaves_it_open(made: Any) -> None:
    old = replace(made(TWILIO, hash="older"), signals="")
    (new,) = diff(old, made(TWILIO, S3)).new
    assert new.cause == "unsure"
    (known,) = diff(replace(made(S3, hash="older"), signals=""), made(TWILIO, S3)).new
    assert known.cause == "unsure"
    discarded = Discarded("files.python", S3.signal, "shop", "tests/a.py:1", "test")
    (seen,) = diff(replace(made(TWILIO, hash="older", discarded=(discarded,)), signals=""), made(TWILIO, S3)).new
    assert seen.cause == "code"


def test_what_was_not_looked_at_before_is_no_change_of_the_code(made: Any) -> None:
    wider = {"roots": (CHECKOUT, Root("aws:1", "account", "prod")), "sources": ("files", "accounts.aws")}
    (new,) = diff(made(TWILIO), made(TWILIO, BUCKET, **wider)).new
    assert (new.cause, new.why) == ("sight", "aws:1 was not looked at before")
    broken = Unread("files.python", "shop", "main.tf:1", "not Python")
    (read,) = diff(made(TWILIO, unread=(broken,)), made(TWILIO, S3)).new
    assert (read.cause, read.why) == ("sight", "main.tf could not be read before")
    (lost,) = diff(made(TWILIO, S3), made(TWILIO, unread=(broken,))).gone
    assert (lost.cause, lost.why) == ("sight", "main.tf could not be read this time")
    assert diff(made(TWILIO, S3), made(TWILIO, unread=(broken,))).unread == ("shop: main.tf:1: not Python",)


def test_what_offramp_toml_says_is_the_settings_doing(made: Any) -> None:
    declared = Platform(declare=(Declare("okta"),))
    (new,) = diff(made(TWILIO), made(TWILIO, platform=declared)).new
    assert (new.dependency, new.cause, new.why) == ("okta", "settings", "declared in offramp.toml")
    ignored = Platform(ignore=(Ignore("done with", dependency="aws/s3"),))
    (gone,) = diff(made(TWILIO, S3), made(TWILIO, S3, platform=ignored)).gone
    assert (gone.cause, gone.why) == ("settings", "ignored in offramp.toml")


def test_a_possible_service_that_is_now_in_use_is_changed(made: Any) -> None:
    old, new = made(S3), made(S3)
    possible = tuple(replace(one, confidence="low") for one in old.dependencies)
    (changed,) = diff(replace(old, dependencies=possible), new).changed
    assert (changed.before, changed.after) == ("possible, runtime", "in use, runtime")


def test_a_filter_forgets_nothing_and_invents_little() -> None:
    memory = remember({f"vendor-{number}#pypi:x" for number in range(5000)})
    assert all(knew(memory, f"vendor-{number}#pypi:x") for number in range(5000))
    assert sum(bool(knew(memory, f"other-{number}#pypi:x")) for number in range(5000)) < 250
    assert knew("", "x") is None
    assert knew("no base64!", "x") is None
