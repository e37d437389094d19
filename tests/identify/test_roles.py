"""The role of a dependency follows from the signs it has together."""

import pytest

from toolkit.identify.roles import Sign, adapters, deploys, role_of
from toolkit.model import Evidence, Role


def sign(
    kind: str, role: Role = "runtime", source: str = "files.ruby", where: str = "a.rb:1", about: str = "mail.outgoing"
) -> Sign:
    return Sign(kind, Evidence(source, f"x#{kind}:y", "app", where, role), (about,))


@pytest.mark.parametrize(
    ("signs", "role"),
    [
        ([sign("call")], "runtime"),
        ([sign("env"), sign("env", "optional")], "optional"),
        # others may have no key that a sample lists, or none for what programs can do without
        ([sign("env"), sign("env", "optional", "files.dotenv")], "optional"),
        ([sign("env", about="observe.errors"), sign("call", about="observe.errors")], "optional"),
        ([*[sign("env")] * 9, sign("env", "optional")], "runtime"),  # one guarded use of many is none
        ([sign("gem", source="files.gem")], "optional"),  # nothing uses the package
        ([sign("file", about="hosting.static")], "infra"),
        ([sign("tf_resource", "infra"), sign("arn")], "infra"),
        ([sign("call", about="auth.social-login")], "optional"),
        ([sign("tf_resource", "infra")] * 5 + [sign("call")], "infra"),  # one program that serves infrastructure
        ([sign("tf_resource", "infra")] * 4 + [sign("call")], "runtime"),
        ([sign("host", source="files.shell")], "infra"),  # an operator's script
        ([sign("env", "optional"), sign("env", source="files.config", where="prod-compose.yaml:1")], "runtime"),
        ([sign("env", "optional"), sign("env", source="files.config", where="product.yaml:1")], "optional"),
        # what production's own settings ask for, it has
        ([sign("env", "optional", "files.python", "settings/production.py:3"), sign("env")], "runtime"),
        (
            [
                sign("call", about="observe.errors"),
                sign("env", "optional", "files.dotenv", about="observe.errors"),
            ],
            "optional",
        ),
        ([sign("env", "optional", where="config/services.php:7")], "optional"),
        # a package of the build, used by what somebody starts by hand
        (
            [sign("npm", "build/ci", "files.npm"), sign("npm", source="files.javascript", where="scripts/words.js:6")],
            "build/ci",
        ),
        (
            [sign("npm", "build/ci", "files.npm"), sign("npm", source="files.javascript", where="src/words.js:6")],
            "runtime",
        ),
        ([sign("call", "developer")], "developer"),
        ([sign("action", "build/ci"), sign("call", "developer")], "build/ci"),
    ],
)
def test_the_role_of_signs_together(signs: list[Sign], role: Role) -> None:
    assert role_of(signs, invited=True) == role


@pytest.mark.parametrize(
    ("signs", "role"),
    [
        # what everything guards, a platform of one's own may do without; what something reads unasked, it has
        ([sign("env", "optional"), sign("env", "optional"), sign("call")], "optional"),
        ([sign("env"), sign("env", "optional", "files.dotenv")], "runtime"),  # a sample alone is no switch
        # Laravel lists what it could use; what the program calls unasked, it does use
        (
            [sign("env", "optional", where="config/services.php:7"), sign("host", where="app/Jobs/Sync.php:9")],
            "runtime",
        ),
        ([sign("call", about="observe.errors"), sign("env", "optional", "files.dotenv")], "runtime"),
        ([sign("env", "optional"), sign("env", "optional"), sign("env")], "runtime"),
        ([sign("call", "optional"), sign("host", "optional"), sign("gem", source="files.gem")], "optional"),
        # a package that nothing calls registers itself, where no list of options names it
        ([sign("gem", source="files.gem")], "runtime"),
        ([sign("gem", source="files.gem"), sign("env", "optional", "files.dotenv")], "optional"),
        # guarded where only production's own settings are
        ([sign("env", "optional", "files.python", "settings/production.py:3")], "runtime"),
        # in a sample, and yet loaded by every page, or called by the program unasked
        (
            [
                sign("host", source="files.html", about="observe.errors"),
                sign("env", "optional", "files.dotenv", about="observe.errors"),
            ],
            "runtime",
        ),
        (
            [sign("call", about="observe.errors"), sign("env", "optional", "files.dotenv", about="observe.errors")],
            "runtime",
        ),
        (
            [sign("env", about="observe.errors"), sign("env", "optional", "files.dotenv", about="observe.errors")],
            "optional",
        ),
    ],
)
def test_where_nobody_is_invited_what_is_there_is_used(signs: list[Sign], role: Role) -> None:
    assert role_of(signs) == role


def test_adapters_where_nobody_is_invited_are_all_in_use() -> None:
    signs = {name: [sign("call", where=f"app/payments/{name}/charge.rb:3")] for name in ("stripe", "paypal")}
    assert adapters(signs) == {"stripe", "paypal"}
    assert not adapters(signs, invited=False)


def test_adapters_stand_side_by_side() -> None:
    found = adapters(
        {
            "mailgun": [sign("host", where="src/MailgunMailer.java:9")],
            "sendgrid": [sign("host", where="src/SendGridMailer.java:9")],
            "stripe": [sign("call", where="src/StripeBills.java:9", about="payments.processing")],
            "twilio": [sign("call", where="src/sms.java:9")],
        }
    )
    assert found == {"mailgun", "sendgrid"}


def test_a_module_of_one_shape_for_each_of_several_vendors_is_an_integration() -> None:
    about = {"slack": "messages.chat", "twilio": "otp.sms", "stripe": "payments.processing"}
    found = {name: [sign("host", where=f"lib/{name}/client.ex:3", about=what)] for name, what in about.items()}
    assert adapters(found) == set(about)
    del found["stripe"]
    assert not adapters(found)


def test_of_several_that_a_setting_chooses_from_the_chosen_one_runs() -> None:
    guarded = [sign("call"), sign("env", "optional")]
    assert role_of(guarded) == "optional"
    assert role_of(guarded, chosen=True) == "runtime"
    assert role_of([sign("call")], chosen=False) == "optional"
    assert role_of([sign("tf_resource", "infra"), sign("call")], chosen=False) == "runtime"  # it is there


def test_what_a_page_loads_nobody_chooses() -> None:
    assert role_of([sign("host", source="files.html")], adapter=True) == "runtime"
    assert role_of([sign("host")], adapter=True) == "optional"


def test_what_pages_load_side_by_side_is_no_list_to_choose_from() -> None:
    names = ("cdnjs", "jsdelivr", "unpkg")
    assert adapters({name: [sign("host", where="app/page.rb:1", about="edge.cdn")] for name in names}) == frozenset()
    assert adapters({name: [sign("host", where="app/mail.rb:1")] for name in names}) == set(names)


def test_folders_called_like_vendors_stand_side_by_side() -> None:
    found = adapters(
        {
            "aws/ses": [sign("golang", source="files.go", where="services/email/awsses/awsses.go:9")],
            "mailgun": [sign("host", where="services/email/mailgun/service.go:18")],
            "stripe": [sign("host", where="services/billing/stripe/client.go:9", about="payments.processing")],
        }
    )
    assert found == {"aws/ses", "mailgun"}


def test_whose_keys_the_platform_always_reads_is_no_choice_of_its_users() -> None:
    clients = {
        name: [sign("host", where=f"lib/{name}/client.ex:8", about=name)] for name in ("slack", "buffer", "zulip")
    }
    assert adapters(clients) == {"slack", "buffer", "zulip"}
    read = {
        name: [*signs, sign("env", source="files.elixir", where="config/config.exs:9")]
        for name, signs in clients.items()
    }
    assert not adapters(read)


def test_settings_side_by_side_are_no_list_to_choose_from() -> None:
    keys = {
        name: [sign("env", where="config/config.exs:9", about="messages.chat")] for name in ("slack", "buffer", "zulip")
    }
    assert not adapters(keys)


@pytest.mark.parametrize(
    ("kind", "about", "where", "told"),
    [
        ("action", "hosting.containers", ".github/workflows/deploy.yml:9", True),
        ("call", "hosting.compute", ".github/workflows/release.yml:9", True),
        ("action", "hosting.containers", ".github/workflows/preview-deploy.yml:9", False),
        ("action", "hosting.static", ".github/workflows/deploy.yml:9", False),  # documentation, often
        ("action", "build.images", ".github/workflows/deploy.yml:9", False),
        ("env", "hosting.containers", ".github/workflows/deploy.yml:9", False),
    ],
)
def test_what_deploys_tells_where_it_runs(kind: str, about: str, where: str, *, told: bool) -> None:
    assert deploys(kind, (about,), where) is told


def test_in_a_folder_of_integrations_users_choose() -> None:
    names = ("slack", "opsgenie", "pagerduty", "telegram", "discord")
    signs = {name: [sign("host", where=f"notifications/{name}/src/index.ts:9", about=name)] for name in names}
    signs["twilio"] = [sign("host", where="notifications/twillio-sms/src/index.ts:9", about="messages.sms")]
    signs["resend"] = [sign("call", where="emails/send.ts:9")]
    assert adapters(signs) == {*names, "twilio"}
