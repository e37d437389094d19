"""The catalogue: the shipped one is whole, the schemas are up to date, overlays win, mistakes are told."""

import shutil
from pathlib import Path

import jsonschema
import msgspec
import pytest

from toolkit import schema, shipped
from toolkit.catalog import folders as module
from toolkit.catalog.consistency import validate
from toolkit.catalog.entries import Catalog, Exit, Notice, Service, Vendor
from toolkit.catalog.folders import compile_shipped, load
from toolkit.collect.files.match import Matcher
from toolkit.errors import BadCatalog, BadInput
from toolkit.model import Export, Kept

CHECKS = shipped.CHECKOUT / "checks"
SOURCES = ("source = ", "company_source = ", "runs_on_source = ")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "repo.maven.apache" + ".org")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    (folder / "vendors" / "harbour-pay").mkdir(parents=True)
    (folder / "vendors" / "harbour-pay" / "vendor.toml").write_text(
        'name = "Harbour Pay"\ncapabilities = ["payments.processing"]\n\n[signals]\nhost = ["pay.example"]\n',
        encoding="utf-8",
    )
    return folder


# --- what is shipped --------------------------------------------------------------------------------------------------
def test_the_shipped_catalogue_is_consistent(catalog: Catalog) -> None:
    assert validate(catalog) == ()


def test_it_is_as_broad_as_the_readme_says(catalog: Catalog) -> None:
    services = [name.partition("/")[0] for name in catalog.services]
    assert len(catalog.vendors) >= 150
    assert (services.count("aws"), services.count("google-cloud"), services.count("azure")) >= (80, 40, 40)
    assert len(catalog.scenarios) >= 20


def test_facts_that_are_told_have_a_what_and_a_how(catalog: Catalog) -> None:
    for name, entry in {**catalog.vendors, **catalog.services}.items():
        assert all(export.what and export.how for export in entry.exit.exports), name
        assert all(kept.what and kept.why for kept in entry.exit.keeps), name


def test_a_notice_period_has_a_source(catalog: Catalog) -> None:
    for name, vendor in catalog.vendors.items():
        assert all(one.source for one in vendor.notices if one.hours), name


def test_the_least_notice_counts(catalog: Catalog) -> None:
    notices = (Notice("end", "a month", 720), Notice("suspension", "two days", 48), Notice("data", "deleted", 0))
    assert Vendor("Harbour", notices=notices).notice_hours == 48
    assert Vendor("Harbour", notices=(Notice("suspension", "no time is named"),)).notice_hours is None
    assert Vendor("Harbour", notices=(Notice("end", "a month", 720),)).notice_hours is None


def test_where_nothing_is_known_of_a_service_its_vendors_facts_hold(catalog: Catalog) -> None:
    whole, part = Exit((Export("All", "a button"),)), Exit(keeps=(Kept("Keys", "never"),))
    vendors = {"harbour": Vendor("Harbour", exit=whole)}
    services = {"harbour/keys": Service("Keys", exit=part), "harbour/mail": Service("Mail")}
    known = msgspec.structs.replace(catalog, vendors=vendors, services=services)
    assert [known.exit(id) for id in ("harbour/keys", "harbour/mail", "harbour", "nobody/mail")] == [
        part, whole, whole, Exit(),
    ]  # fmt: skip


def test_a_source_is_a_page(overlay: Path) -> None:
    path = overlay / "vendors" / "harbour-pay" / "vendor.toml"
    for source in ("they told us", "http://pay.example/terms", "https://pay.example"):
        path.write_text(f'name = "A"\n[[notice]]\ncase = "end"\ntext = "a week"\nsource = "{source}"', encoding="utf-8")
        with pytest.raises(BadInput, match="source"):
            load([overlay])


def test_no_file_names_a_package_registry_but_as_the_page_a_fact_was_read_on() -> None:
    for path in CHECKS.rglob("*.toml"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(SOURCES)]
        assert not [line for line in lines for host in REGISTRIES if host in line], path


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.toml")), ids=lambda path: str(path.relative_to(CHECKS)))
def test_the_first_line_names_the_schema(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        first = file.readline().strip()
    assert first.startswith("#:schema ")
    assert (path.parent / first.removeprefix("#:schema ")).resolve().is_file()


def test_companies_are_found_through_parents(catalog: Catalog) -> None:
    assert catalog.company("auth0") == "okta"
    assert catalog.company("ghcr") == "microsoft"
    assert catalog.company("nobody") == "nobody"


# --- schemas ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("document", schema.DOCUMENTS)
def test_the_published_schemas_are_up_to_date(document: str) -> None:
    path = CHECKS / "schema" / f"{document}.schema.json"
    assert path.read_text(encoding="utf-8") == schema.published(document), "run python -m toolkit.schema"


@pytest.mark.parametrize("document", schema.DOCUMENTS)
def test_the_published_schemas_are_schemas(document: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.of(document))


def test_field_comments_become_descriptions() -> None:
    published = msgspec.json.decode(schema.published("vendor"))
    properties = published["$defs"]["Vendor"]["properties"]
    assert "owning company" in properties["parent"]["description"]
    assert "build/ci" in properties["role"]["description"]  # inherited from Service


# --- overlays ---------------------------------------------------------------------------------------------------------
def test_an_overlay_adds(overlay: Path, catalog: Catalog) -> None:
    both = load([overlay])
    assert both.vendors["harbour-pay"].name == "Harbour Pay"
    assert both.vendors.keys() > catalog.vendors.keys()
    assert both.hash != catalog.hash
    assert both.folders == (str(overlay),)


def test_an_overlay_wins(overlay: Path) -> None:
    (overlay / "vendors" / "okta").mkdir()
    (overlay / "vendors" / "okta" / "vendor.toml").write_text('name = "Ours"\n', encoding="utf-8")
    assert load([overlay]).vendors["okta"].name == "Ours"


def test_a_policy_of_an_overlay_keeps_what_it_does_not_name(overlay: Path, catalog: Catalog) -> None:
    (overlay / "policy.toml").write_text("min_score = 71\n", encoding="utf-8")
    policy = load([overlay]).policy
    assert (policy.min_score, policy.fail_on) == (71, catalog.policy.fail_on)


def test_the_hash_follows_the_content(overlay: Path) -> None:
    before = load([overlay]).hash
    path = overlay / "vendors" / "harbour-pay" / "vendor.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Pay", "Pal"), encoding="utf-8")
    assert load([overlay]).hash != before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("vendor.toml", 'name = "A"\n[signals]\nhosts = ["x.example"]', "signals"),
        ("vendor.toml", "name = ", "line 1"),
        ("vendor.toml", 'name = "A"\ncapabilities = ["payments.teleport"]', "'payments.teleport' is no capability"),
        ("vendor.toml", 'name = "A"\nparent = "nobody"', "'nobody' is no vendor"),
        (
            "vendor.toml",
            'name = "A"\ncapabilities = ["otp.sms"]\n[signals]\npypi = ["twilio"]',
            "claim the same signal",
        ),
        ("Big_Name.toml", 'name = "A"', "cannot be an id"),
    ],
)
def test_mistakes_of_an_overlay(overlay: Path, name: str, text: str, said: str) -> None:
    (overlay / "vendors" / "harbour-pay" / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load([overlay])
    assert said in str(caught.value)
    assert str(overlay) in str(caught.value)


def test_a_service_without_its_vendor(overlay: Path) -> None:
    (overlay / "vendors" / "nobody").mkdir()
    (overlay / "vendors" / "nobody" / "thing.toml").write_text('name = "Thing"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"no vendor\.toml"):
        load([overlay])


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        load([tmp_path / "none"])


# --- compiled once ----------------------------------------------------------------------------------------------------
@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped catalogue of one vendor, and a cache of its own."""
    checks = tmp_path / "checkout" / "checks"
    shutil.copytree(CHECKS / "vendors" / "okta", checks / "vendors" / "okta")
    shutil.copy(CHECKS / "capabilities.toml", checks)
    monkeypatch.setattr(shipped, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr(shipped, "PACKAGED", tmp_path / "none")
    monkeypatch.setattr(module, "user_cache_path", lambda _: tmp_path / "cache" / "offramp")
    return checks


def test_the_second_load_reads_no_toml(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load()
    monkeypatch.setattr(module, "read_toml", None)
    assert load() == first


def test_a_changed_file_is_read_again(small: Path) -> None:
    load()
    path = small / "vendors" / "okta" / "vendor.toml"
    path.write_text('name = "Changed"\n', encoding="utf-8")
    assert load().vendors["okta"].name == "Changed"


def test_the_cache_is_private(small: Path, tmp_path: Path) -> None:
    load()
    folder = tmp_path / "cache" / "offramp"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / module.PREBUILT).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"junk", b"\x81\xa3key\xa1x"])
def test_a_broken_cache_does_not_matter(small: Path, tmp_path: Path, content: bytes) -> None:
    first = load()
    (tmp_path / "cache" / "offramp" / module.PREBUILT).write_bytes(content)
    assert load() == first


def test_a_shipped_file_with_a_mistake_is_ours(small: Path, tmp_path: Path) -> None:
    (small / "vendors" / "okta" / "vendor.toml").write_text("name = 1\n", encoding="utf-8")
    with pytest.raises(BadCatalog, match="expected a text"):
        load()
    (small / "vendors" / "okta" / "vendor.toml").write_text('name = "A"\nparent = "nobody"\n', encoding="utf-8")
    with pytest.raises(BadCatalog, match="nobody"):
        compile_shipped(tmp_path / "compiled")


def test_a_wheel_needs_no_files_but_the_compiled_one(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none").mkdir()
    small.joinpath("vendors/okta/vendor.toml").write_text('name = "Okta"\n', encoding="utf-8")
    monkeypatch.setattr(shipped, "PACKAGED", tmp_path / "absent")
    compile_shipped(tmp_path / "none" / module.PREBUILT)
    monkeypatch.setattr(shipped, "PACKAGED", tmp_path / "none")
    assert load().vendors["okta"].name == "Okta"


# --- consistency ------------------------------------------------------------------------------------------------------
def _catalog(**parts: object) -> Catalog:
    empty = {"capabilities": {}, "vendors": {}, "services": {}, "rules": {}, "scenarios": {}, "blueprints": {}}
    return msgspec.convert({"hash": "0", **empty, **msgspec.to_builtins(parts)}, Catalog)


def test_parents_in_a_circle() -> None:
    problems = validate(_catalog(vendors={"a": Vendor(name="A", parent="b"), "b": Vendor(name="B", parent="a")}))
    assert len(problems) == 2
    assert "leads back to itself" in problems[0]


def test_a_foundation_nobody_knows() -> None:
    assert "runs_on" in validate(_catalog(vendors={"a": Vendor(name="A", runs_on=("b",))}))[0]


def test_signals_without_a_capability() -> None:
    (problem,) = validate(_catalog(vendors={"a": Vendor(name="A", signals={"pypi": ("a",)})}))
    assert "no capability" in problem


def test_weak_signals_may_be_shared() -> None:
    can = {"otp.sms": {"title": "SMS", "breaks": "x"}}
    one, two = (
        Service(name=name, capabilities=("otp.sms",), weak={"env": ("SMS_*",)}, signals={"pypi": (name,)})
        for name in ("a", "b")
    )
    vendors = {"a": Vendor(name="A"), "b": Vendor(name="B")}
    assert validate(_catalog(capabilities=can, vendors=vendors, services={"a/x": one, "b/x": two})) == ()


BLUEPRINT = {
    "name": "Keycloak",
    "version": "1",
    "summary": "",
    "capabilities": [],
    "host": {"memory_mb": 1, "disk_gb": 1},
    "rto_minutes": 1,
    "licence": "Apache-2.0",
}


def test_a_client_without_a_secret_of_its_own() -> None:
    blueprint = BLUEPRINT | {"sign_in": {"redirect_uris": ["https://desk.example/back"], "secret": "desk_secret"}}
    assert validate(_catalog(blueprints={"desk": blueprint})) == (
        "blueprint desk: its sign_in names 'desk_secret', which is no secret of it",
    )


def test_a_vendor_that_names_a_blueprint() -> None:
    vendors = {"a": Vendor(name="A", note="move to keycloak")}
    assert validate(_catalog(vendors=vendors, blueprints={"keycloak": BLUEPRINT})) == (
        "a: names the blueprint keycloak",
    )


@pytest.mark.parametrize("resource", ["azurerm_user_assigned_identity", "azuread_service_principal_password"])
def test_what_programs_and_pipelines_come_in_with_is_no_sign_on_of_staff(resource: str) -> None:
    catalog = load()
    signals = [one for one in catalog.signals() if one.kind == "tf_resource"]
    matcher = Matcher(signals)
    met = [signals[number] for number in matcher.meets("tf_resource", resource)]
    assert [(one.dependency, one.about) for one in met] == [("azure/entra-id", ("build.access",))]
