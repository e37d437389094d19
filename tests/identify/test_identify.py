"""Evidence becomes dependencies by the rules of the module's docstring."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from toolkit.catalog.entries import Catalog, Service, SignalKind, Vendor
from toolkit.identify.dependencies import _POINTS, identify, why
from toolkit.model import Declare, Dependency, Discarded, Evidence, Ignore, Platform, Role, Root, Survey
from toolkit.uses import use_of

CATALOG = Catalog(
    hash="",
    capabilities={},
    vendors={
        "aws": Vendor("AWS", signals={"pypi": ("boto3",), "env": ("AWS_*",)}),
        "github": Vendor("GitHub", signals={"host": ("api.github.com",)}),
        "okta": Vendor("Okta", capabilities=("auth.workforce-sso",), weak={"env": ("OIDC_ISSUER",)}),
    },
    services={
        "aws/s3": Service(
            "S3", ("data.object-storage",), signals={"call": ("boto3.client(s3)",), "tf_resource": ("aws_s3_bucket",)}
        ),
        "aws/sqs": Service("SQS", ("data.queue",), signals={"call": ("boto3.client(sqs)",)}, weak={"env": ("SQS_*",)}),
        "github/actions": Service("Actions", ("build.ci",), role="build/ci", signals={"action": ("actions/checkout",)}),
    },
    rules={},
    scenarios={},
    blueprints={},
)
S3 = "aws/s3#call:boto3.client(s3)"
BOTO3 = "aws#pypi:boto3"


def seen(*signals: str, role: Role = "runtime") -> Survey:
    evidence = tuple(Evidence("files.x", signal, "app", f"f.py:{n}", role) for n, signal in enumerate(signals, 1))
    return Survey(roots=(Root("app", "checkout", "."),), sources=("files.x",), evidence=evidence)


def found(survey: Survey, platform: Platform | None = None) -> dict[str, Dependency]:
    return {one.id: one for one in identify(survey, platform or Platform(), CATALOG)}


def test_a_vendors_signs_belong_to_its_services_once_one_is_in_use() -> None:
    assert set(found(seen(BOTO3))) == {"aws"}
    assert set(found(seen(BOTO3, S3))) == {"aws/s3"}
    assert found(seen(S3))["aws/s3"].confidence == "medium"
    assert found(seen(BOTO3, S3))["aws/s3"].confidence == "high"


def test_a_service_of_the_build_does_not_explain_a_sign_at_runtime() -> None:
    survey = seen("github/actions#action:actions/checkout", "github#host:api.github.com")
    assert {name: one.role for name, one in found(survey).items()} == {
        "github": "runtime",
        "github/actions": "build/ci",
    }


def test_a_weak_sign_of_a_service_counts_once_its_vendor_is_in_use() -> None:
    weak = "aws/sqs#env:SQS_*"
    assert found(seen(weak)) == {}
    assert found(seen(weak, "github#host:api.github.com")).keys() == {"github"}
    assert set(found(seen(weak, BOTO3))) == {"aws/sqs"}
    assert set(found(seen(weak, S3))) == {"aws/s3", "aws/sqs"}


def test_weak_signals_alone_make_nothing() -> None:
    survey = seen("okta#env:OIDC_ISSUER", "okta#env:OIDC_ISSUER")
    assert found(survey) == {}
    explanation = why("okta", survey, CATALOG)
    assert not explanation.reported
    assert "weak" in explanation.reason
    assert explanation.weak == (0, 1)


@pytest.mark.parametrize(
    ("signals", "confidence"),
    [
        ((BOTO3,), "low"),
        ((BOTO3, BOTO3, BOTO3), "low"),  # the same way of knowing, three times
        ((BOTO3, "aws#env:AWS_*"), "medium"),
        (("aws/s3#tf_resource:aws_s3_bucket",), "high"),
    ],
)
def test_confidence_grows_with_independent_ways_of_knowing(signals: tuple[str, ...], confidence: str) -> None:
    assert [one.confidence for one in found(seen(*signals)).values()] == [confidence]


def test_every_kind_of_signal_has_points() -> None:
    assert set(_POINTS) == set(get_args(SignalKind))


def test_the_strongest_role_wins() -> None:
    roles: tuple[Role, ...] = ("build/ci", "optional", "infra", "runtime")
    for upto in range(1, 5):
        evidence = tuple(Evidence("files.x", S3, "app", f"f:{role}", role) for role in roles[:upto])
        assert found(Survey(evidence=evidence))["aws/s3"].role == roles[upto - 1]


def test_quantities_and_sizes_come_from_what_exists_not_from_how_often_it_is_named() -> None:
    code = seen(S3, S3, S3).evidence
    buckets = tuple(
        Evidence("accounts.aws", "aws/s3#resource:bucket", "aws:1", f"arn:{n}", "infra", size_bytes=n) for n in (5, 7)
    )
    both = found(Survey(evidence=(*code, *buckets)))["aws/s3"]
    assert (both.quantity, both.size_bytes, both.role) == (2, 12, "runtime")
    assert (found(Survey(evidence=code))["aws/s3"].quantity, found(Survey(evidence=code))["aws/s3"].size_bytes) == (
        1,
        None,
    )


def test_unknown_hosts_and_vendors_make_nothing() -> None:
    assert found(seen("telemetry.example.net", "nobody/none#host:x.example")) == {}


def test_declared_things_are_dependencies_and_keep_what_was_seen() -> None:
    platform = Platform(
        declare=(
            Declare("aws", "s3", size_bytes=10**9),
            Declare("okta"),
            Declare("porkbun", capabilities=("edge.registrar",), quantity=3),
        )
    )
    all_of_it = found(seen(S3, BOTO3), platform)
    assert set(all_of_it) == {"aws/s3", "okta", "porkbun"}
    assert (all_of_it["aws/s3"].evidence, all_of_it["aws/s3"].size_bytes) == ((0,), 10**9)
    assert all_of_it["okta"].capabilities == ("auth.workforce-sso",)
    assert (all_of_it["porkbun"].capabilities, all_of_it["porkbun"].quantity) == (("edge.registrar",), 3)
    assert all(one.declared and one.confidence == "high" for one in all_of_it.values())


@pytest.mark.parametrize("name", ["aws", "aws/s3"])
def test_ignored_dependencies_are_left_out_and_explained(name: str) -> None:
    platform = Platform(ignore=(Ignore("a spike", dependency=name),))
    survey = seen(S3, "aws/sqs#call:boto3.client(sqs)")
    assert "aws/s3" not in found(survey, platform)
    assert ("aws/sqs" in found(survey, platform)) == (name == "aws/s3")
    assert why("aws/s3", survey, CATALOG, platform).reason == "ignored in offramp.toml: a spike"


def test_ignored_paths_do_not_count() -> None:
    platform = Platform(ignore=(Ignore("old", path="f.py"),))
    assert found(seen(S3), platform) == {}


def test_why_explains_what_is_reported() -> None:
    explanation = why("aws/s3", seen(BOTO3, S3), CATALOG)
    assert (explanation.reported, explanation.evidence, explanation.weak) == (True, (1,), (0,))
    assert explanation.steps == (
        "a package in a manifest: 1, lent by signs that name no service",
        "code that uses it: 2",
        "together 3: high",
        "in use: the strongest among its signs",
        "role runtime",
        "data.object-storage: call:boto3.client(s3)",
    )


def test_why_explains_what_is_not_reported() -> None:
    survey = Survey(discarded=(Discarded("files.x", S3, "app", "README.md:3", "docs"),))
    assert "do not count" in why("aws/s3", survey, CATALOG).reason
    assert why("aws/s3", survey, CATALOG).discarded == (0,)
    assert "belong to" in why("aws", seen(BOTO3, S3), CATALOG).reason
    assert "none of the signs" in why("aws/s3", Survey(), CATALOG).reason
    assert "does not know" in why("nobody", Survey(), CATALOG).reason


@given(st.lists(st.sampled_from([s.id for s in CATALOG.signals()]), max_size=8), st.randoms())
def test_order_of_evidence_does_not_matter(signals: list[str], random: object) -> None:
    def plain(survey: Survey) -> list[tuple[object, ...]]:
        return [(one.id, one.role, one.confidence, one.quantity) for one in identify(survey, Platform(), CATALOG)]

    shuffled = sorted(signals, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert plain(seen(*signals)) == plain(seen(*shuffled))


def test_use_is_the_strongest_among_the_signs() -> None:
    assert found(seen(BOTO3))["aws"].use == "possible"  # a package in a manifest
    assert found(seen(BOTO3, S3))["aws/s3"].use == "in use"  # a client in code
    assert found(seen(S3, role="optional"))["aws/s3"].use == "possible"
    assert found(seen(S3, role="developer"))["aws/s3"].use == "developer"
    assert found(seen(BOTO3), Platform(declare=(Declare("aws"),)))["aws"].use == "in use"


@pytest.mark.parametrize(
    ("source", "host", "use"),
    [
        ("files.python", "api.acme.example", "in use"),
        ("files.php", "acme.example/api", "in use"),
        ("files.python", "acme.example", "possible"),  # perhaps a link
        ("files.config", "api.acme.example", "possible"),  # whoever reads that
    ],
)
def test_an_interface_that_a_program_names_is_called(source: str, host: str, use: str) -> None:
    assert use_of(Evidence(source, f"acme#host:{host}", "app", "a.py:1", "runtime")) == use


def test_a_dependency_has_the_capabilities_that_its_signs_are_about() -> None:
    shop = Vendor(
        "Shop",
        ("product.flags", "product.analytics", "mail.outgoing"),
        signals={"npm": ("shop", "shop-flags"), "env": ("SHOP_*",), "host": ("mail.shop.example",)},
        about={
            "npm:shop-flags": ("product.flags",),
            "env": (),
            "*": ("product.analytics",),
        },
    )
    catalog = structs.replace(CATALOG, vendors={**CATALOG.vendors, "shop": shop})

    def told(*signals: str) -> tuple[str, ...]:
        return identify(seen(*signals), Platform(), catalog)[0].capabilities

    assert told("shop#npm:shop-flags") == ("product.flags",)
    assert told("shop#npm:shop") == ("product.analytics",)
    assert told("shop#env:SHOP_*") == ()
    assert told("shop#npm:shop-flags", "shop#npm:shop") == ("product.analytics", "product.flags")


def test_rights_on_many_services_at_once_are_no_use_of_them() -> None:
    names = [f"s{number}" for number in range(9)]
    services = {f"aws/{name}": Service(name, ("data.queue",), signals={"arn": (name,)}) for name in names}
    catalog = structs.replace(CATALOG, services={**CATALOG.services, **services})
    evidence = tuple(Evidence("files.hcl", f"aws/{name}#arn:{name}", "app", "policy.tf:1", "infra") for name in names)
    used = Evidence("files.hcl", "aws/s3#tf_resource:aws_s3_bucket", "app", "main.tf:1", "infra")
    assert [one.id for one in identify(Survey(evidence=(used, *evidence)), Platform(), catalog)] == ["aws/s3"]
    few = identify(Survey(evidence=(used, *evidence[:2])), Platform(), catalog)
    assert [one.id for one in few] == ["aws/s0", "aws/s1", "aws/s3"]
    assert "rights" in why("aws/s1", Survey(evidence=evidence), catalog).reason


def test_a_vendors_signs_do_not_raise_a_service_that_has_one_weak_sign_of_its_own() -> None:
    catalog = structs.replace(
        CATALOG, services={"aws/x": Service("X", ("data.queue",), signals={"env": ("X_*",), "call": ("x",)})}
    )
    weak = identify(seen("aws/x#env:X_*", BOTO3), Platform(), catalog)[0]
    firm = identify(seen("aws/x#call:x", BOTO3), Platform(), catalog)[0]
    assert (weak.confidence, firm.confidence) == ("low", "high")


def test_a_repository_that_is_the_vendor_does_not_depend_on_itself() -> None:
    evidence = (Evidence("files.x", "github#host:api.github.com", "github", "f.py:1", "runtime"),)
    assert identify(Survey((Root("github", "checkout", "."),), evidence=evidence), Platform(), CATALOG) == ()


@pytest.mark.parametrize(
    ("root", "domains", "own"),
    [
        ("acme-io", (), True),  # Acme.io, however its folder is spelled
        ("Org+Acme.IO", (), True),
        ("site", ("acme.example",), True),  # its homepage is the platform's
        ("site", ("other.example", "me.example"), False),
    ],
)
def test_a_platform_that_is_a_vendor_to_others_does_not_list_itself(
    root: str, domains: tuple[str, ...], *, own: bool
) -> None:
    acme = Vendor("Acme", ("build.packages",), signals={"env": ("ACME_*",)}, homepage="https://www.acme.example")
    catalog = structs.replace(CATALOG, vendors={"acme-io": acme})
    evidence = (Evidence("files.x", "acme-io#env:ACME_*", root, "f.py:1", "runtime"),)
    survey = Survey((Root(root, "checkout", "."),), evidence=evidence)
    assert (identify(survey, Platform(domains=domains), catalog) == ()) is own


def test_the_platforms_own_hosts_are_no_vendor() -> None:
    survey = seen("github#host:api.github.com")
    assert found(survey, Platform(domains=("github.com",))) == {}


def test_staff_tools_in_the_products_code_are_features_of_the_product() -> None:
    chat = Vendor("Chat", ("collab.chat",), signals={"host": ("chat.example",)})
    catalog = structs.replace(CATALOG, vendors={"chat": chat})
    told = {role: identify(seen("chat#host:chat.example", role=role), Platform(), catalog)[0] for role in _ROLES}
    assert told["runtime"].capabilities == ("messages.chat",)
    assert told["build/ci"].capabilities == ("collab.chat",)


_ROLES: tuple[Role, ...] = ("runtime", "build/ci")


STORES = structs.replace(
    CATALOG,
    vendors={**CATALOG.vendors, "cloudflare": Vendor("Cloudflare")},
    services={
        "aws/s3": Service(
            "S3",
            ("data.object-storage",),
            speaks=("s3",),
            signals={"npm": ("@aws-sdk/client-s3",), "host": ("s3.amazonaws.com",)},
        ),
        "aws/sqs": Service("SQS", ("data.queue",), signals={"npm": ("@aws-sdk/client-sqs",)}),
        "cloudflare/r2": Service(
            "R2",
            ("data.object-storage",),
            speaks=("s3",),
            signals={"host": ("*.r2.cloudflarestorage.com",)},
            weak={"env": ("R2_*",)},
        ),
    },
)
CLIENT, KEYS = "aws/s3#npm:@aws-sdk/client-s3", "aws#env:AWS_*"
R2_HOST, R2_WEAK = "cloudflare/r2#host:*.r2.cloudflarestorage.com", "cloudflare/r2#env:R2_*"


def stores(*signs: tuple[str, str]) -> set[str]:
    evidence = tuple(Evidence("files.javascript", signal, "app", where, "runtime") for signal, where in signs)
    survey = Survey(roots=(Root("app", "checkout", "."),), sources=("files",), evidence=evidence)
    return {one.id for one in identify(survey, Platform(), STORES)}


def test_a_client_of_a_protocol_belongs_to_whoever_is_named() -> None:
    assert stores((CLIENT, "a.ts:1")) == {"aws/s3"}
    assert stores((CLIENT, "a.ts:1"), (R2_HOST, "b.ts:1")) == {"cloudflare/r2"}
    assert stores((CLIENT, "a.ts:1"), (R2_WEAK, "a.ts:4")) == {"cloudflare/r2"}
    assert stores((CLIENT, "a.ts:1"), (R2_WEAK, "b.ts:4")) == {"aws/s3"}  # a weak sign elsewhere names nobody
    assert stores((CLIENT, "a.ts:1"), (KEYS, "a.ts:2"), (R2_HOST, "a.ts:3")) == {"cloudflare/r2"}


def test_an_interface_of_ones_own_is_nobody_elses() -> None:
    texts = {
        name: Vendor(name, ("messages.sms",), speaks=("own-sms-api",), signals={"npm": (name,), "env": (f"{name}_*",)})
        for name in ("texter", "caller")
    }
    catalog = structs.replace(CATALOG, vendors=texts)
    evidence = (
        Evidence("files.javascript", "texter#npm:texter", "app", "a.ts:1", "runtime"),
        Evidence("files.javascript", "caller#env:caller_*", "app", "b.ts:1", "runtime"),
    )
    survey = Survey(roots=(Root("app", "checkout", "."),), sources=("files",), evidence=evidence)
    assert {one.id for one in identify(survey, Platform(), catalog)} == {"texter", "caller"}


def test_what_its_client_lends_strength_to_goes_with_the_client() -> None:
    inventor = STORES.services["aws/s3"]
    services = {**STORES.services, "aws/s3": structs.replace(inventor, weak={"env": ("STORE_*",)})}
    catalog = structs.replace(STORES, services=services)
    evidence = tuple(
        Evidence("files.javascript", signal, "app", where, "runtime")
        for signal, where in ((CLIENT, "a.ts:1"), ("aws/s3#env:STORE_*", "a.ts:2"), (R2_HOST, "a.ts:3"))
    )
    survey = Survey(roots=(Root("app", "checkout", "."),), sources=("files",), evidence=evidence)
    assert {one.id for one in identify(survey, Platform(), catalog)} == {"cloudflare/r2"}


def test_an_inventor_that_went_with_its_client_is_given_away_once() -> None:
    assert stores((CLIENT, "b.ts:1"), ("aws#npm:@aws-sdk/client-sts", "b.ts:1"), (R2_HOST, "a.ts:3")) == {
        "cloudflare/r2"
    }


def test_who_invented_a_protocol_stays_where_it_is_named_or_does_more() -> None:
    assert stores((CLIENT, "a.ts:1"), ("aws/s3#host:s3.amazonaws.com", "c.ts:1"), (R2_HOST, "b.ts:1")) == {
        "aws/s3",
        "cloudflare/r2",
    }
    queue = "aws/sqs#npm:@aws-sdk/client-sqs"
    assert stores((CLIENT, "a.ts:1"), (queue, "q.ts:1"), (R2_HOST, "b.ts:1")) == {"aws/sqs", "cloudflare/r2"}


def test_whoever_deploys_from_a_checkout_is_at_home_there() -> None:
    """An invitation makes options of what is guarded, but not where a pipeline deploys the platform itself."""
    acme = Vendor("Acme", ("mail.outgoing",), signals={"env": ("ACME_*",)})
    host = Vendor("Host", ("hosting.compute",), signals={"action": ("host/deploy",)})
    catalog = structs.replace(CATALOG, vendors={"acme": acme, "host": host})
    root = Root("app", "checkout", ".", invites="README.md:3")
    listed = Evidence("files.dotenv", "acme#env:ACME_*", "app", ".env.example:1", "optional")
    read = Evidence("files.ruby", "acme#env:ACME_*", "app", "a.rb:1", "runtime")
    step = Evidence(
        "files.github_workflows", "host#action:host/deploy", "app", ".github/workflows/deploy.yml:9", "build/ci"
    )
    for evidence, role in (((listed, read), "optional"), ((listed, read, step), "runtime")):
        found = {one.id: one.role for one in identify(Survey((root,), evidence=evidence), Platform(), catalog)}
        assert found["acme"] == role
