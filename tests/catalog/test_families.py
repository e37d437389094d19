"""Names that follow from names: what is derived, what is not, and that it is met in files."""

from pathlib import Path

import pytest

from toolkit.catalog.entries import Families, Family, Service, Vendor
from toolkit.catalog.families import derive
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.identify.dependencies import identify
from toolkit.model import Platform

PACKAGE = '<ItemGroup><PackageReference Include="Foundatio.Aliyun" /></ItemGroup>'
MAIL = Vendor(name="Posty", capabilities=("mail.outgoing",), signals={"env": ("POSTY_*",)})
FAMILIES = Families(
    generic=("render",),
    families=(Family(of=("mail.*",), signals={"gem": ("{kebab}-rails",), "call": ("{pascal}Mailer",)}),),
)


def derived(vendors: dict[str, Vendor], services: dict[str, Service] | None = None) -> set[str]:
    return {signal.id for signal in derive(vendors, services or {}, FAMILIES)}


def test_a_vendor_has_the_names_of_its_families_and_other_spellings_of_its_variables() -> None:
    assert derived({"posty": MAIL}) == {"posty#setting:POSTY_*", "posty#gem:posty-rails", "posty#call:PostyMailer"}


def test_an_id_of_several_words_is_spelled_as_each_language_does() -> None:
    vendor = Vendor(name="Posty.io", capabilities=("mail.outgoing",))
    assert derived({"posty-io": vendor}) == {"posty-io#gem:posty-io-rails", "posty-io#call:PostyIoMailer"}


def test_a_vendor_for_something_else_is_in_no_family() -> None:
    assert derived({"posty": Vendor(name="Posty", capabilities=("product.maps",))}) == set()


@pytest.mark.parametrize("name", ["render", "abc"])
def test_nothing_follows_from_a_word_of_any_program_or_a_short_one(name: str) -> None:
    vendor = Vendor(name=name, capabilities=("mail.outgoing",), signals={"env": (f"{name.upper()}_*",)})
    assert derived({name: vendor}) == set()


def test_what_the_catalogue_has_already_is_not_derived_again() -> None:
    vendor = Vendor(name="Posty", capabilities=("mail.outgoing",), weak={"gem": ("posty-rails",)})
    assert derived({"posty": vendor}) == {"posty#call:PostyMailer"}


def test_a_name_that_two_vendors_would_have_is_neithers() -> None:
    twin = Vendor(name="posty", capabilities=("mail.outgoing",))
    assert "posty-x#gem:posty-rails" not in derived({"posty": MAIL, "posty-x": twin})
    assert "posty#gem:posty-rails" not in derived({"posty": MAIL, "posty-x": twin})


def found(root: Path, path: str, text: str) -> dict[str, str]:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    catalog = load()
    survey = collect_files({"app": root}, catalog)
    return {one.id: one.role for one in identify(survey, Platform(), catalog)}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("config/settings.yml", "mailgunApiKey: ''\n", "mailgun"),
        ("config/settings.yml", "mailgun-api-key: ''\n", "mailgun"),
        ("appsettings.json", '{"MailgunApiKey": ""}\n', "mailgun"),
        ("k8s/secret.yaml", "spec:\n  target:\n    name: shop-fastly-api-token\n", "fastly"),
        ("web/page.ts", "const id = process.env.REACT_APP_LOGROCKET_ID;\n", "logrocket"),
        ("app/App.csproj", f"<Project>{PACKAGE}</Project>\n", "alibaba-cloud"),
        ("k8s/issuer.yaml", "spec:\n  webhook:\n    solverName: dnsimple\n", "dnsimple"),
        ("config/application.rb", "config.action_mailer.delivery_method = :sparkpost\n", "sparkpost"),
        ("src/Mail.java", "class Mail { Object sender() { return new MailjetClient(); } }\n", "mailjet"),
    ],
)  # fmt: skip
def test_a_derived_name_is_met_in_files(tmp_path: Path, path: str, text: str, expected: str) -> None:
    assert expected in {name.partition("/")[0] for name in found(tmp_path, path, text)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/settings.yml", "segmentKey: ''\nrender_token: ''\nstreamKey: ''\n"),
        ("config/settings.yml", "slackColor: red\n"),
        ("config/settings.yml", "# mailgunApiKey: ''\n"),
        ("config/settings.yml", "mailgunny_key: ''\n"),
    ],
)
def test_words_that_only_look_like_a_vendors_setting_are_none(tmp_path: Path, path: str, text: str) -> None:
    assert found(tmp_path, path, text) == {}


def test_two_weak_signs_of_different_kinds_in_one_file_are_enough(tmp_path: Path) -> None:
    manifest = '{"name": "shop", "env": {"URL": {"value": "https://shop-prod.herokuapp.com"}}}\n'
    assert "heroku" in found(tmp_path, "app.json", manifest)


def test_the_same_weak_signs_in_two_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text('{"name": "shop"}\n', encoding="utf-8")
    assert "heroku" not in found(tmp_path, "src/links.py", 'DEMO = "https://shop-prod.herokuapp.com"\n')


def test_a_picture_that_a_page_loads_is_a_use_of_its_host_and_a_link_is_none(tmp_path: Path) -> None:
    assert "giphy" in found(tmp_path / "a", "app/page.html", '<img src="https://media.giphy.com/media/x/source.gif">\n')
    assert "giphy" not in found(tmp_path / "b", "app/page.html", '<a href="https://media.giphy.com/media/x">x</a>\n')


def test_a_package_is_used_by_its_own_name_where_the_vendors_file_says_nothing_else() -> None:
    signals = {"gem": ("posty_mail", "posty-rails"), "pypi": ("posty",)}
    found = derived({"posty": Vendor(name="Posty", capabilities=("product.maps",), signals=signals)})
    assert found == {"posty#ruby:PostyMail", "posty#python:posty"}
    told = signals | {"ruby": ("Posting",), "python": ("post_office",)}
    assert not derived({"posty": Vendor(name="Posty", capabilities=("product.maps",), signals=told)})


def test_a_shape_that_says_enough_also_holds_for_a_name_of_any_word() -> None:
    families = Families(
        generic=("render",),
        families=(Family(of=("auth.*",), signals={"npm": ("passport-{kebab}",)}, telling=True),),
    )
    vendor = Vendor(name="Render", capabilities=("auth.social-login",))
    assert {one.id for one in derive({"render": vendor}, {}, families)} == {"render#npm:passport-render"}


def test_frameworks_name_vendors_in_their_settings(tmp_path: Path) -> None:
    files = {
        "config/settings.py": 'INSTALLED_APPS = ["allauth.socialaccount.providers.microsoft"]',
        "config/social.py": 'BACKENDS = ["social_core.backends.facebook.FacebookOAuth2"]',
        "config/storages.py": 'DEFAULT = {"BACKEND": "storages.backends.s3boto3.S3Boto3Storage"}',
        "config/mail.py": 'EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"',
        "config/old_mail.py": '# was: "anymail.backends.postmark.EmailBackend"\nEMAIL_BACKEND = ""',
    }
    (tmp_path / "config").mkdir()
    for path, text in files.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    catalog = load()
    found = {one.id for one in identify(collect_files({"app": tmp_path}, catalog), Platform(), catalog)}
    assert found == {"microsoft-login", "facebook-login", "aws/s3", "mailgun"}
