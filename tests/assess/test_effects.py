"""What the loss of each company does to the usual journeys: hard and soft needs, hosts, choices, guesses."""

from datetime import date

import pytest
from msgspec.structs import replace

from toolkit.assess import assess
from toolkit.catalog.folders import load
from toolkit.model import (
    Assessment,
    Correction,
    Dependency,
    Evidence,
    JourneyRisk,
    Need,
    OneOf,
    Platform,
    Role,
    Root,
    Survey,
    Use,
)

CATALOG = load()


class World:
    """A platform put together sign by sign."""

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.dependencies: list[Dependency] = []
        self.choices: tuple[OneOf, ...] = ()
        self.roots: tuple[Root, ...] = ()
        self.platform = Platform()

    def uses(
        self,
        name: str,
        *capabilities: str,
        sign: str = "call:x",
        where: str = "app.py:1",
        source: str = "files.python",
        role: Role = "runtime",
        use: Use = "in use",
        declared: bool = False,
    ) -> "World":
        vendor, _, service = name.partition("/")
        self.evidence.append(Evidence(source, f"{name}#{sign}", "it", where, role))
        self.dependencies.append(
            Dependency(
                vendor,
                service or None,
                capabilities,
                role,
                "medium",
                evidence=(len(self.evidence) - 1,),
                declared=declared,
                use=use,
            )
        )
        return self

    def assessed(self) -> Assessment:
        survey = Survey(
            roots=self.roots, sources=("files.python",), evidence=tuple(self.evidence), choices=self.choices
        )
        return assess(survey, tuple(self.dependencies), self.platform, CATALOG, today=date(2026, 6, 1))

    def risk(self, journey: str) -> JourneyRisk:
        return next(risk for risk in self.assessed().journeys if risk.journey == journey)

    def answers(self, journey: str) -> dict[str, list[str]]:
        """Companies by effect, those effects alone that there are."""
        risk = self.risk(journey)
        classes = {"stops": risk.stops, "may stop": risk.may_stop, "later": risk.later, "degrades": risk.degrades}
        return {effect: [one.company for one in found] for effect, found in classes.items() if found}


# --- journeys ---------------------------------------------------------------------------------------------------------
def test_journeys_exist_without_any_vendor_and_say_what_nobody_saw() -> None:
    result = World().assessed()
    assert [one.journey for one in result.journeys] == ["sign-up", "sign-in", "read", "post", "operate"]
    assert all(one.unknown == ("hosting.*",) and not one.stops for one in result.journeys)
    assert result.questions[0].id == "hosting"


def test_paying_and_asking_for_help_exist_where_something_shows_them() -> None:
    shown = World().uses("stripe", "payments.processing").uses("zendesk", "support.helpdesk").assessed()
    assert {"pay", "get-help"} <= {one.journey for one in shown.journeys}
    on_a_workstation = World().uses("stripe", "payments.processing", role="developer").assessed()
    assert "pay" not in {one.journey for one in on_a_workstation.journeys}
    paid_out = World().uses("column", "payments.payouts").assessed()  # that is the other way round
    assert "pay" not in {one.journey for one in paid_out.journeys}


def _with_help(**called: str) -> World:
    world = World().uses("heroku", "hosting.containers", sign="file:Procfile", where="Procfile:1")
    return world.uses("zendesk", "support.helpdesk", **called)  # type: ignore[arg-type]


def test_help_that_is_asked_for_in_the_platforms_own_form_needs_its_host() -> None:
    own_form = _with_help(sign="python:zenpy", where="app/help.py:3")
    assert own_form.answers("get-help") == {"stops": ["salesforce", "zendesk"]}
    widget = _with_help(sign="host:static.zdassets.com", where="base.html:3", source="files.html")
    assert widget.answers("get-help") == {"stops": ["zendesk"]}
    both = own_form.uses("zendesk", "support.helpdesk", sign="html:zE", where="base.html:3", source="files.html")
    assert both.answers("get-help") == {"stops": ["zendesk"]}
    nobody_hosts = World().uses("zendesk", "support.helpdesk", sign="python:zenpy")
    assert nobody_hosts.risk("get-help").unknown == ("hosting.*",)


def test_a_widget_that_takes_payments_beside_the_way_programs_take_them_only_degrades() -> None:
    widget = ("givebutter", "payments.processing")
    page = {"sign": "host:widgets.givebutter.com", "where": "donate.html:7", "source": "files.html"}
    alone = World().uses(*widget, **page)  # type: ignore[arg-type]
    assert alone.answers("pay") == {"stops": ["givebutter"]}
    beside = alone.uses("stripe", "payments.processing", sign="python:stripe")
    assert beside.answers("pay") == {"degrades": ["givebutter"], "stops": ["stripe"]}
    both_called = World().uses(*widget).uses("stripe", "payments.processing", sign="python:stripe")
    assert both_called.answers("pay") == {"stops": ["givebutter", "stripe"]}


# --- journeys that the program does not have --------------------------------------------------------------------------
def _journeys_seen(world: World, **root: str) -> list[str]:
    survey = Survey(
        roots=(Root("site", "checkout", "site", **root),), sources=("files.python",), evidence=tuple(world.evidence)
    )
    result = assess(survey, tuple(world.dependencies), world.platform, CATALOG, today=date(2026, 6, 1))
    assert all(one.seen or not (one.stops or one.may_stop or one.unknown) for one in result.journeys)
    return [one.journey for one in result.journeys if one.seen]


def test_a_program_without_accounts_and_records_has_nobody_who_signs_in_or_posts() -> None:
    site = World().uses("heroku", "hosting.containers", sign="file:Procfile").uses("contentful", "product.cms")
    assert _journeys_seen(site, program="app.py") == ["read", "operate"]
    assert len(_journeys_seen(site)) == 5  # infrastructure alone was looked at: nobody can tell
    assert len(_journeys_seen(site, program="app.py", accounts="app/login.py")) == 5
    machine = World().uses("azure/entra-id", "auth.workforce-sso", sign="tf_resource:azuread_*", role="infra")
    assert _journeys_seen(machine, program="app.py") == ["read", "operate"]


@pytest.mark.parametrize("capability", ["auth.social-login", "otp.sms", "data.relational"])
def test_what_shows_accounts_or_records_shows_the_journeys(capability: str) -> None:
    assert len(_journeys_seen(World().uses("acme", capability), program="app.py")) == 5


def test_an_engine_that_the_program_speaks_shows_them_too() -> None:
    world = World()
    world.evidence.append(Evidence("files.python", "engine:postgresql#pypi:psycopg", "site", "app.py:1", "runtime"))
    assert len(_journeys_seen(world, program="app.py")) == 5


# --- before the pages -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sign", "where", "effect"),
    [
        ("tf_resource:aws_cloudfront_distribution", "infra/cdn.tf:1", "stops"),
        ("header:fastly-client-ip", "app/visitor.ts:3", "stops"),
        ("call:CDN.Fastly", "config/prod.exs:5", "stops"),
        ("host:api.fastly.com", "lib/purge.ex:9", "may stop"),
        ("env:FASTLY_*", "config/config.exs:22", "may stop"),
    ],
)
def test_a_cdn_stops_reading_where_pages_surely_pass_through_it(sign: str, where: str, effect: str) -> None:
    world = World().uses("fastly", "edge.cdn", sign=sign, where=where)
    assert world.answers("read") == {effect: ["fastly"]}


def test_a_client_that_empties_a_cache_is_asked_about_for_reading_alone() -> None:
    world = World().uses("fastly", "edge.cdn", sign="host:api.fastly.com")
    assert [one.journeys for one in world.assessed().questions if one.companies == ("fastly",)] == [("read",)]
    assert "cdn-single-company" not in [one.rule for one in world.assessed().findings if one.severity == "high"]


# --- firm and possible ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("capability", "journey", "effect"),
    [
        ("auth.customer-identity", "sign-in", "stops"),
        ("auth.customer-identity", "read", "later"),
        ("auth.social-login", "sign-in", "may stop"),
        ("otp.sms", "sign-up", "stops"),
        ("messages.sms", "sign-up", ""),
        ("mail.outgoing", "sign-up", "may stop"),
        ("abuse.captcha", "sign-up", "stops"),
        ("abuse.captcha", "post", "may stop"),
        ("data.relational", "post", "stops"),
        ("data.object-storage", "read", "degrades"),
        ("secrets.store", "read", "later"),
        ("product.media", "read", "degrades"),
        ("product.analytics", "read", ""),
        ("collab.chat", "operate", ""),
        ("payments.bank-data", "read", ""),
        ("payments.wallet", "pay", "degrades"),
        ("auth.directory", "operate", ""),
    ],
)
def test_a_firm_dependency_has_the_effect_of_its_need(capability: str, journey: str, effect: str) -> None:
    assert World().uses("acme", capability).answers(journey) == ({effect: ["acme"]} if effect else {})


@pytest.mark.parametrize(("use", "role"), [("possible", "runtime"), ("in use", "optional")])
def test_what_is_only_possible_or_optional_may_stop_and_asks(use: Use, role: Role) -> None:
    world = World().uses("okta", "auth.customer-identity", use=use, role=role)
    assert world.answers("sign-in") == {"may stop": ["okta"]}
    assert world.risk("sign-in").may_stop[0].question
    questions = [one for one in world.assessed().questions if one.companies == ("okta",)]
    assert [one.journeys for one in questions] == [("sign-up", "sign-in")]


def test_one_of_several_ways_in_is_missed_and_the_only_one_is_asked_about() -> None:
    only = World().uses("mozilla-accounts", "auth.social-login")
    assert only.answers("sign-in") == {"may stop": ["mozilla"]}
    assert ("degrades", "stops") in [(one.yes, one.no) for one in only.assessed().questions]
    two = World().uses("mozilla-accounts", "auth.social-login").uses("apple-login", "auth.social-login")
    assert two.answers("sign-in") == {"degrades": ["apple", "mozilla"]}
    beside = World().uses("mozilla-accounts", "auth.social-login").uses("okta", "auth.customer-identity")
    assert beside.answers("sign-in") == {"degrades": ["mozilla"], "stops": ["okta"]}


def test_an_option_in_a_list_of_ways_in_is_missed_by_those_who_use_it() -> None:
    sample = {"sign": "env:KEY", "source": "files.dotenv", "role": "optional"}
    okta = ("okta", "auth.customer-identity", "auth.workforce-sso")
    listed = World().uses(*okta, where=".env.example:9", **sample)  # type: ignore[arg-type]
    assert listed.answers("sign-in") == {"may stop": ["okta"]}
    listed.uses("facebook-login", "auth.social-login", where=".env.example:3", **sample)  # type: ignore[arg-type]
    assert listed.answers("sign-in") == {"degrades": ["facebook", "okta"]}
    assert not [one for one in listed.assessed().questions if one.id.startswith("auth.")]
    apart = World().uses(*okta, where="app/sso.py:1", role="optional")
    apart.uses("facebook-login", "auth.social-login", where="app/share.py:1")
    assert apart.answers("sign-in")["may stop"] == ["okta"]


def test_a_panel_deploys_to_machines_elsewhere() -> None:
    world = World().uses("laravel-forge", "hosting.panel", role="infra", sign="config:integrations.forge")
    assert world.answers("read") == {}
    assert world.answers("operate") == {"stops": ["laravel-forge"]}
    assert world.risk("read").unknown  # where the machines are, nobody said


def test_a_captcha_that_lies_beside_signing_in_alone_may_stop_sign_up() -> None:
    for where, effect in (("src/auth.service.ts:9", "may stop"), ("app/sign_up/captcha.rb:5", "stops")):
        world = World().uses("hcaptcha", "abuse.captcha", where=where)
        assert world.answers("sign-up") == {effect: ["hcaptcha"]}


def test_a_captcha_stops_sign_up_and_the_payment_whose_code_asks_for_it() -> None:
    world = World().uses("stripe", "payments.processing")
    world = world.uses("hcaptcha", "abuse.captcha", where="app/controllers/donations_controller.rb:49")
    assert world.answers("sign-up") == {"stops": ["hcaptcha"]}
    assert world.answers("sign-in") == {"may stop": ["hcaptcha"]}
    assert world.answers("pay") == {"stops": ["hcaptcha", "stripe"]}


def test_workstations_and_builds_stop_nobody_but_the_build() -> None:
    assert World().uses("acme", "hosting.compute", role="developer").answers("read") == {}
    built = World().uses("docker-hub", "build.images", role="build/ci", source="files.dockerfile")
    assert (built.answers("read"), built.answers("operate")) == ({}, {"stops": ["docker-hub"]})


def test_images_that_only_tests_pull_stop_no_build() -> None:
    world = World().uses("docker-hub", "build.images", role="build/ci", source="files.github_workflows")
    assert world.answers("operate") == {"degrades": ["docker-hub"]}


def test_chat_in_code_is_a_feature_and_declared_chat_is_the_staffs() -> None:
    assert "reach-staff" not in {one.journey for one in World().uses("slack", "collab.chat").assessed().journeys}
    declared = World().uses("slack", "collab.chat", declared=True)
    assert declared.answers("reach-staff") == {"stops": ["salesforce"]}


def test_sign_on_in_code_is_how_users_come_in_and_elsewhere_the_staff() -> None:
    in_code = World().uses("okta", "auth.workforce-sso")
    assert (in_code.answers("sign-in"), in_code.answers("operate")) == ({"stops": ["okta"]}, {})
    staff = World().uses("okta", "auth.workforce-sso", source="accounts.okta", role="infra")
    assert (staff.answers("sign-in"), staff.answers("operate")) == ({}, {"stops": ["okta"]})


# --- hosts ------------------------------------------------------------------------------------------------------------
def test_infrastructure_as_code_hosts_and_a_manifest_beside_it_perhaps() -> None:
    world = (
        World()
        .uses("aws/ecs", "hosting.containers", sign="tf_resource:aws_ecs_*", role="infra", source="files.hcl")
        .uses("heroku", "hosting.containers", "data.relational", sign="file:app.json", where="app.json:1")
    )
    assert world.answers("read") == {"stops": ["aws"], "may stop": ["salesforce"]}


def test_manifests_side_by_side_are_alternatives_and_apart_are_parts() -> None:
    beside = (
        World()
        .uses("fly-io", "hosting.containers", sign="file:fly.toml", where="fly.toml:1")
        .uses("render", "hosting.containers", sign="file:render.yaml", where="render.yaml:1")
    )
    assert beside.answers("read") == {"may stop": ["fly-io", "render"]}
    apart = (
        World()
        .uses("fly-io", "hosting.containers", sign="file:fly.toml", where="api/fly.toml:1")
        .uses("vercel", "hosting.static", sign="file:vercel.json", where="web/vercel.json:1")
    )
    assert apart.answers("read") == {"stops": ["fly-io", "vercel"]}


def test_a_manifest_is_not_enough_where_the_repository_has_an_image_of_its_own() -> None:
    world = World().uses("fly-io", "hosting.containers", sign="file:fly.toml", where="fly.toml:1")
    assert world.answers("read") == {"stops": ["fly-io"]}
    world.uses("docker-hub", "build.images", sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert world.answers("read") == {"may stop": ["fly-io"]}
    deployed = World().uses("fly-io", "hosting.containers", sign="action:superfly/flyctl-actions")
    deployed.uses("docker-hub", "build.images", sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert deployed.answers("read") == {"stops": ["fly-io"]}


def test_several_that_only_a_manifest_a_variable_or_a_script_speaks_for_are_one_question() -> None:
    world = (
        World()
        .uses("heroku", "hosting.containers", sign="file:app.json", where="app.json:1")
        .uses("hatchbox", "hosting.compute", sign="env:HATCHBOX_*", source="files.config", where="config/x.yml:4")
    )
    assert world.answers("read") == {"may stop": ["hatchbox", "salesforce"]}
    asked = [one for one in world.assessed().questions if "production run" in one.text]
    assert [(one.id, one.among) for one in asked] == [("hosting one of", ("heroku", "hatchbox"))]
    by_hand = World().uses("heroku", "hosting.containers", sign="call:heroku-cli", source="files.shell")
    by_hand.uses("hatchbox", "hosting.compute", sign="env:HATCHBOX_*", source="files.config", where="config/x.yml:4")
    by_hand.uses("docker-hub", "build.images", sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert by_hand.answers("read") == {"may stop": ["hatchbox", "salesforce"]}


def test_whom_the_user_chooses_hosts_and_the_others_do_not() -> None:
    world = (
        World()
        .uses("fly-io", "hosting.containers", sign="file:fly.toml", where="fly.toml:1")
        .uses("render", "hosting.containers", sign="file:render.yaml", where="render.yaml:1")
    )
    world.platform = Platform(corrections=(Correction("render", chosen_for="hosting.containers"),))
    assert world.answers("read") == {"stops": ["render"]}
    assert [one for one in world.assessed().questions if "production run" in one.text] == []


def test_a_deploy_workflow_settles_it_and_a_preview_does_not() -> None:
    step = "action:superfly/flyctl-actions/setup-flyctl"
    for where, effect in ((".github/workflows/deploy.yml:3", "stops"), (".github/workflows/preview.yml:3", "may stop")):
        world = (
            World()
            .uses("fly-io", "hosting.containers", sign=step, where=where, role="build/ci")
            .uses("heroku", "hosting.containers", sign="env:HEROKU_*", where="config/app.rb:1")
        )
        world.dependencies[0] = replace(world.dependencies[0], role="infra")
        assert "fly-io" in world.answers("read")[effect]


def test_of_many_applications_people_need_the_one_with_the_pages() -> None:
    world = World().uses("vercel", "hosting.static", sign="file:vercel.json", where="apps/web/vercel.json:1")
    world.uses("fly-io", "hosting.containers", sign="file:fly.toml", where="apps/checker/fly.toml:1")
    worker = ("fly-io#file:fly.toml", "it", "apps/worker/fly.toml:1")
    world.evidence.append(Evidence("files.name", *worker, "runtime"))
    world.dependencies[-1] = replace(world.dependencies[-1], evidence=(1, 2))
    assert world.answers("read") == {"stops": ["vercel"], "may stop": ["fly-io"]}
    assert world.answers("operate")["stops"] == ["fly-io", "vercel"]


def test_functions_host_only_what_is_described() -> None:
    called = World().uses("aws/lambda", "hosting.functions", sign="call:aws-cli(lambda)", where="scripts/setup.sh:11")
    assert "stops" not in called.answers("read")
    described = World().uses("aws/lambda", "hosting.functions", sign="cfn:AWS::Lambda", role="infra")
    assert described.answers("read") == {"stops": ["aws"]}


@pytest.mark.parametrize(
    ("sign", "where", "effect"),
    [
        ("action:cloudflare/wrangler-action", ".github/workflows/main.yml:9", "stops"),
        ("action:cloudflare/wrangler-action", ".github/workflows/preview.yml:9", ""),
        ("file:wrangler.toml", "wrangler.toml:1", "stops"),
        ("file:wrangler.toml", "workers/resize/wrangler.toml:1", ""),  # a part of something else
    ],
)
def test_functions_that_the_whole_repository_is_put_into_host_it(sign: str, where: str, effect: str) -> None:
    world = World().uses("cloudflare/workers", "hosting.functions", sign=sign, where=where, role="infra")
    assert world.answers("read") == ({effect: ["cloudflare"]} if effect else {})


def test_what_only_its_machines_set_and_the_platforms_program_reads_says_where_it_runs() -> None:
    world = World().uses("vercel", "hosting.static", sign="env:VERCEL_ENV", where="app/page.tsx:2")
    world.roots = (Root("platform", "checkout", "platform"),)
    assert world.answers("read") == {"stops": ["vercel"]}
    world.roots = (Root("program", "checkout", "program", invites="README.md:3"),)
    assert "stops" not in world.answers("read")  # whoever runs it, runs it where they like


def test_what_the_program_calls_it_uses_wherever_it_runs() -> None:
    world = World().uses("firebase/hosting", "hosting.static", sign="file:firebase.json", where="firebase.json:1")
    world.uses("netlify", "hosting.static", sign="file:netlify.toml", where="netlify.toml:1")
    world.uses("firebase/auth", "auth.customer-identity", sign="npm:firebase/auth", source="files.javascript")
    assert world.answers("sign-in") == {"stops": ["google"], "may stop": ["netlify"]}


def test_the_cloud_whose_inner_services_a_program_calls_hosts_it() -> None:
    inner = World().uses("aws/cloudwatch", "observe.metrics").uses("aws/sqs", "data.queue")
    assert inner.answers("sign-up") == {"stops": ["aws"]}
    from_anywhere = World().uses("aws/s3", "data.object-storage").uses("aws/ses", "mail.outgoing")
    from_anywhere.uses("aws", sign="env:AWS_*")
    assert "stops" not in from_anywhere.answers("sign-up")


@pytest.mark.parametrize(
    ("name", "capability"),
    [("aws/s3", "data.object-storage"), ("azure/entra-id", "auth.workforce-sso"), ("aws/ses", "mail.outgoing")],
)
def test_a_bucket_a_login_or_a_mail_relay_does_not_make_one_ask_whether_the_cloud_hosts(
    name: str, capability: str
) -> None:
    world = World().uses(name, capability).uses(name.partition("/")[0], sign="env:KEY")
    asked = {question.id for question in world.assessed().questions}
    assert "hosting" in asked
    assert not [one for one in asked if one.startswith("hosting.")]
    assert world.risk("operate").unknown == ("hosting.*",)
    inner = World().uses("aws/sqs", "data.queue")
    inner.uses("sentry", "observe.errors", sign="env:SENTRY_*", source="files.dotenv", where=".env.example:1")
    assert "aws/sqs: Does production run at aws?" in [one.text for one in inner.assessed().questions]


def test_a_cloud_that_lets_the_program_in_without_a_key_hosts_it() -> None:
    keyless = World().uses("aws/s3", "data.object-storage", sign="ruby:Aws::S3")
    keyless.uses("github/actions", "build.ci", sign="file:x", role="build/ci", where=".github/workflows/deploy.yml:1")
    assert keyless.answers("read")["stops"] == ["aws"]
    keyless.uses("aws", sign="env:AWS_*")
    assert "stops" not in keyless.answers("read")


def test_a_bucket_alone_stops_no_more_than_what_is_in_it() -> None:
    bucket = World().uses("aws/s3", "data.object-storage", sign="ruby:Aws::S3")
    assert "stops" not in bucket.answers("sign-in")
    assert "may stop" not in bucket.answers("sign-in")
    deployed = ("github/actions", "build.ci")
    bucket.uses(*deployed, sign="file:x", role="build/ci", where=".github/workflows/deploy-production.yml:1")
    assert bucket.answers("sign-in")["stops"] == ["aws"]  # deployed from here, and let in without a key


def test_files_that_a_workflow_copies_to_a_bucket_host_nothing() -> None:
    copied = World().uses("aws/s3", "data.object-storage", sign="call:aws-cli(s3)", role="build/ci")
    assert "stops" not in copied.answers("sign-in")


def test_a_sample_of_the_environment_may_leave_the_key_out() -> None:
    world = World().uses("aws/s3", "data.object-storage", sign="ruby:Aws::S3")
    world.uses("sentry", "observe.errors", sign="env:SENTRY_*", source="files.dotenv", where=".env.example:1")
    assert "stops" not in world.answers("read")


def test_the_manifest_of_one_site_hosts_beside_an_image_and_a_button_only_may() -> None:
    image = ("docker-hub", "build.images")
    site = World().uses("vercel", "hosting.static", sign="file:vercel.json", where="vercel.json:1")
    site.uses(*image, sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert site.answers("read") == {"stops": ["vercel"]}
    button = World().uses("heroku", "hosting.containers", sign="file:app.json", where="app.json:1")
    button.uses(*image, sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert button.answers("read") == {"may stop": ["salesforce"]}


def test_the_cloud_that_the_deploy_workflow_signs_in_to_comes_before_the_one_that_is_called() -> None:
    world = (
        World()
        .uses("aws/sqs", "data.queue")
        .uses("aws/ssm", "secrets.store")
        .uses("google-cloud/iam", role="build/ci", sign="action:google-github-actions/auth")
    )
    assert world.answers("sign-up")["stops"] == ["google"]


def test_a_captcha_of_another_form_alone_may_stop_sign_up() -> None:
    asked = World().uses("hcaptcha", "abuse.captcha", where="app/controllers/contact_messages_controller.rb:17")
    assert asked.answers("sign-up") == {"may stop": ["hcaptcha"]}
    world = World().uses("hcaptcha", "abuse.captcha", where="app/controllers/registrations_controller.rb:17")
    assert world.answers("sign-up") == {"stops": ["hcaptcha"]}


def test_where_all_that_is_read_comes_from_the_editors_system_its_loss_stops_reading() -> None:
    asked = World().uses("contentful", "product.cms", source="files.csharp", where="Content.cs:4")
    assert asked.answers("read") == {"stops": ["contentful"]}
    built = World().uses("contentful", "product.cms", source="files.javascript", where="pages.ts:4")
    assert built.answers("read") == {"may stop": ["contentful"]}
    asked.evidence.append(Evidence("files.csharp", "engine:postgresql#nuget:Npgsql", "it", "Data.cs:3", "runtime"))
    assert asked.answers("read") == {"degrades": ["contentful"]}


def test_a_release_changes_the_tables_first() -> None:
    assert World().uses("acme", "data.relational").answers("operate") == {"stops": ["acme"]}


def test_a_link_by_mail_may_be_the_only_way_in() -> None:
    link = World().uses("postmark", "mail.outgoing", where="app/auth/magic_link.py:9")
    assert link.answers("sign-in") == {"may stop": ["postmark"]}
    notice = World().uses("postmark", "mail.outgoing", where="app/notices.py:9")
    assert notice.answers("sign-in") == {"degrades": ["postmark"]}


# --- builds -----------------------------------------------------------------------------------------------------------
def test_of_several_pipelines_the_one_that_brings_it_out_stops_changes() -> None:
    world = (
        World()
        .uses("github/actions", "build.ci", "build.code-hosting", where=".github/workflows/test.yml:1", role="build/ci")
        .uses("travis-ci", "build.ci", where=".travis.yml:1", role="build/ci")
    )
    assert world.answers("operate") == {"stops": ["microsoft"], "degrades": ["travis-ci"]}
    world.uses("fly-io", "hosting.containers", sign="action:flyctl", where=".travis.yml:9", role="infra")
    assert world.answers("operate") == {"stops": ["fly-io", "microsoft", "travis-ci"]}
    alone = World().uses("travis-ci", "build.ci", where=".travis.yml:1", role="build/ci")
    assert alone.answers("operate") == {"stops": ["travis-ci"]}


@pytest.mark.parametrize(
    ("where", "effect"),
    [
        ("requirements.txt:1", "stops"),
        (".github/workflows/load-testing.yml:75", "degrades"),
        (".github/workflows/lint.yml:5", "degrades"),
        (".github/workflows/ship.yml:5", "stops"),  # the one that brings the platform out
    ],
)
def test_a_registry_that_only_side_jobs_ask_is_missed_by_those(where: str, effect: str) -> None:
    world = World().uses("fly-io", "hosting.containers", sign="action:flyctl", where=".github/workflows/ship.yml:9")
    world.uses("pypi", "build.packages", sign="file:x", where=where, role="build/ci", source="files.name")
    assert "pypi" in world.answers("operate")[effect]


def test_tools_in_another_language_are_no_packages_of_the_program() -> None:
    world = World().uses("stripe", "payments.processing", source="files.javascript", where="pay.ts:1")
    world.uses("pypi", "build.packages", sign="file:Pipfile", where="Pipfile:1", role="build/ci", source="files.name")
    assert world.answers("operate") == {"degrades": ["pypi"]}
    world.uses("sentry", "observe.errors", source="files.python", where="api/app.py:1")
    assert world.answers("operate")["stops"] == ["pypi"]


def test_an_image_of_a_side_job_stops_nothing() -> None:
    def pulled(where: str) -> World:
        return World().uses(
            "docker-hub",
            "build.images",
            sign="image:docker.io",
            where=where,
            role="build/ci",
            source="files.dockerfile",
        )

    world = pulled("Backup/Dockerfile:1")
    assert world.answers("operate") == {"degrades": ["docker-hub"]}
    built = pulled("Dockerfile:1")
    assert built.answers("operate") == {"stops": ["docker-hub"]}
    built.uses("heroku", "hosting.containers", sign="call:x", where="Procfile:1", role="infra")
    assert built.answers("operate") == {"stops": ["salesforce"], "degrades": ["docker-hub"]}


def test_whoever_hosts_pages_alone_needs_no_image() -> None:
    image = ("docker-hub", "build.images")
    pages = World().uses("vercel", "hosting.static", sign="file:vercel.json", where="vercel.json:1")
    pages.uses(*image, sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert pages.answers("operate") == {"stops": ["vercel"], "degrades": ["docker-hub"]}
    machines = World().uses("fly-io", "hosting.containers", sign="action:superfly/flyctl-actions")
    machines.uses(*image, sign="image:docker.io", role="build/ci", source="files.dockerfile")
    assert machines.answers("operate") == {"stops": ["docker-hub", "fly-io"]}


# --- choices ----------------------------------------------------------------------------------------------------------
def test_the_chosen_member_of_a_choice_stops_and_the_others_do_not() -> None:
    world = World().uses("okta", "auth.customer-identity").uses("acme", "auth.customer-identity")
    world.choices = (OneOf("auth.customer-identity", ("okta", "acme"), "okta", "settings.py:3"),)
    assert world.answers("sign-in") == {"stops": ["okta"], "degrades": ["acme"]}
    assert world.risk("sign-in").one_of == world.choices


def test_a_choice_that_is_not_to_be_seen_is_one_question() -> None:
    world = World().uses("okta", "auth.customer-identity").uses("acme", "auth.customer-identity")
    world.choices = (OneOf("auth.customer-identity", ("okta", "acme", "own"), None, "settings.py:3"),)
    assert world.answers("sign-in") == {"may stop": ["acme", "okta"]}
    asked = [one for one in world.assessed().questions if one.id == "auth.customer-identity one of"]
    assert len(asked) == 1
    assert "settings.py:3" in asked[0].text


# --- findings ---------------------------------------------------------------------------------------------------------
def test_a_guess_is_never_a_critical_finding() -> None:
    world = World().uses("okta", "auth.customer-identity", "hosting.compute", use="possible")
    low = [replace(one, confidence="low") for one in world.dependencies]
    world.dependencies = low
    bad = [one for one in world.assessed().findings if one.outcome == "not ready"]
    assert [one for one in bad if one.severity in ("critical", "high")] == []


# --- needs of the code ------------------------------------------------------------------------------------------------
def test_an_engine_that_the_code_needs_and_nobody_provides_is_a_question() -> None:
    need = Need("postgresql", "data.relational", "runtime", "high", ())
    survey = Survey(sources=("files.python",))
    empty = assess(survey, (), Platform(), CATALOG, today=date(2026, 6, 1), needs=(need,))
    asked = {one.id: one for one in empty.questions}
    assert asked["needs postgresql"].journeys == ("sign-up", "sign-in", "read", "post", "operate")
    rds = Dependency("aws", "rds", ("data.relational",), "infra", "high")
    provided = assess(survey, (rds,), Platform(), CATALOG, today=date(2026, 6, 1), needs=(need,))
    assert "needs postgresql" not in {one.id for one in provided.questions}
