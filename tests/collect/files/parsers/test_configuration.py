"""Configuration, environment files, templates, zone files, mobile manifests: names and where they stand."""

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.parsers import (
    Parse,
    config,
    dotenv,
    generic,
    html,
    javascript,
    javascript_config,
    mobile,
    zone,
)


def seen(parse: Parse, kind: SignalKind, text: str, path: str = "x") -> list[tuple[str, int, str | None]]:
    """Value, line, and the reason it does not count or its role. Hosts with a step of their path are left out."""
    found = [(m.value, m.line, m.discard or m.role) for m in parse(path, text) if m.kind == kind]
    return [one for one in found if kind != "host" or "/" not in one[0]]


def test_environment_files_give_names_and_hosts_but_no_values() -> None:
    text = (
        "TWILIO_SID=AC123secret\nexport AWS_REGION = eu-west-1\n# see https://docs.okta.com\n# S3_BUCKET=\n"
        "URL=https://user:hunter2@api.stripe.com/v1 # or https://api.paypal.com\nlower=1\n"
    )
    assert seen(dotenv.parse, "env", text) == [
        ("TWILIO_SID", 1, None), ("AWS_REGION", 2, None), ("S3_BUCKET", 4, "comment"),
        ("URL", 5, None), ("lower", 6, None),
    ]  # fmt: skip
    assert seen(dotenv.parse, "host", text) == [
        ("docs.okta.com", 3, "comment"), ("api.stripe.com", 5, None), ("api.paypal.com", 5, "comment"),
    ]  # fmt: skip
    assert not any("secret" in m.value or "hunter2" in m.value for m in dotenv.parse(".env", text))


def test_what_a_template_sets_is_an_option() -> None:
    for name in (".env.example", ".env.sample", "app/.env.dist", "env.template", ".env.production.example"):
        assert seen(dotenv.parse, "env", "TWILIO_SID=\n", name) == [("TWILIO_SID", 1, "optional")], name
    assert seen(dotenv.parse, "host", "URL=https://api.stripe.com\n", ".env.dist") == [
        ("api.stripe.com", 1, "optional")
    ]
    assert seen(dotenv.parse, "env", "TWILIO_SID=\n", ".env.production") == [("TWILIO_SID", 1, None)]


def test_keys_of_configuration_that_is_a_program() -> None:
    text = "const config = {\n  themeConfig: {\n    // search: {\n    algolia: {\n      appId: 'x',\n"
    assert seen(javascript_config.parse, "config", text) == [
        ("themeConfig", 2, None), ("themeConfig.algolia", 4, None), ("themeConfig.algolia.appId", 5, None),
        ("themeConfig.algolia.appId=x", 5, None),
    ]  # fmt: skip


def test_configuration_gives_key_paths_and_chosen_words() -> None:
    text = "production:\n  storage:\n    service: S3\n    secret: 'p4ss word'\n  list:\n    - name: AWS_REGION\n"
    assert seen(config.parse, "config", text) == [
        ("production", 1, None),
        ("production.storage", 2, None),
        ("production.storage.service", 3, None),
        ("production.storage.service=S3", 3, None),
        ("production.storage.secret", 4, None),
        ("production.list", 5, None),
        ("production.list.name", 6, None),
        ("production.list.name=AWS_REGION", 6, None),
    ]
    assert seen(config.parse, "env", text) == [("AWS_REGION", 6, None)]


def test_capitals_in_data_are_no_variables() -> None:
    data = '{\n "service": "EC2_INSTANCE_CONNECT",\n "env": "EC2_MODE",\n "dsn": "SENTRY_DSN",\n "a": ["X_Y"]\n}'
    assert seen(config.parse, "env", data, "ranges.json") == [
        ("EC2_MODE", 3, None),
        ("SENTRY_DSN", 4, None),
        ("X_Y", 5, None),
    ]
    statement = "UPDATE setting SET key = 'USER_TELEGRAM_ID', url = 'https://api.telegram.org';"
    assert seen(generic.parse, "env", statement, "store/1.sql") == []
    assert seen(generic.parse, "host", statement, "store/1.sql") == [("api.telegram.org", 1, None)]


def test_comments_of_templates_in_configuration() -> None:
    text = "key: <%# ENV['DEEPL_KEY'] %>\nurl: <%= ENV['APP_URL'] %>\n"
    assert seen(config.parse, "env", text) == [("DEEPL_KEY", 1, "comment"), ("APP_URL", 2, None)]


def test_configuration_in_sections_and_braces() -> None:
    assert seen(config.parse, "config", "[tool.x]\nkey = 1\n[y]\nkey=2\n")[:2] == [
        ("tool.x.key", 2, None),
        ("y.key", 4, None),
    ]
    text = '{\n  "mail": {\n    "provider": "sendgrid"\n  }\n}\n'
    assert ("mail.provider=sendgrid", 3, None) in seen(config.parse, "config", text, "a.json")


def test_comments_and_descriptions_do_not_count() -> None:
    text = (
        "# https://a.example.com\nurl: https://b.example.com # https://c.example.com\nhomepage: https://d.example.com\n"
        'tag: "a # https://e.example.com"\n'
    )
    assert seen(config.parse, "host", text) == [
        ("a.example.com", 1, "comment"),
        ("b.example.com", 2, None),
        ("c.example.com", 2, "comment"),
        ("d.example.com", 3, "prose"),
        ("e.example.com", 4, None),
    ]
    assert seen(config.parse, "host", '{"a": "https://x.example.com"} // https://y.example.com', "a.json") == [
        ("x.example.com", 1, None),
        ("y.example.com", 1, "comment"),
    ]


def test_styles_load_what_they_name_and_words_only_tell() -> None:
    text = (
        "src: local('Open Sans'), url(https://fonts.gstatic.com) format('woff2');\n"
        '<%= f.text_field hint: { text: "For example, ‘https://acme.zendesk.com’" } %>\n'
    )
    assert seen(html.parse, "host", text, "a.css.eex") == [
        ("fonts.gstatic.com", 1, None), ("acme.zendesk.com", 2, "prose"),
    ]  # fmt: skip


def test_pages_tell_what_is_loaded_from_what_is_pointed_at() -> None:
    text = (
        '<!-- https://old.example.com -->\n<link rel="stylesheet" href="https://css.example.com/a">\n'
        '<link rel="canonical" href="https://me.example.com">\n<a href="https://link.example.com">x</a>\n'
        '<script src="//js.example.com/x.js"></script>\n<img src="https://img.example.com/i.png">\n'
        "Read https://text.example.com\n<script>fetch('https://api.example.com')</script>\n"
        '<%= link_to "x", "https://out.example.com" %>\n<%= image_tag "https://tag.example.com/x" %>\n'
        '<Link href="https://component.example.com">x</Link>\n'
        '<form action="https://form.example.com"></form><iframe src="https://frame.example.com"></iframe>\n'
    )
    assert seen(html.parse, "host", text) == [
        ("old.example.com", 1, "comment"),
        ("css.example.com", 2, None),
        ("me.example.com", 3, "prose"),
        ("link.example.com", 4, "prose"),
        ("js.example.com", 5, None),
        ("img.example.com", 6, None),
        ("text.example.com", 7, "prose"),
        ("api.example.com", 8, None),
        ("out.example.com", 9, "prose"),
        ("tag.example.com", 10, None),
        ("component.example.com", 11, "prose"),
        ("form.example.com", 12, None),
        ("frame.example.com", 12, None),
    ]


def test_what_a_condition_of_a_template_compares_with_is_a_link_of_somebodys() -> None:
    text = (
        '{% if "ci.example.com" in link or "git.example.com" in link %}\n'
        '<script src="https://js.example.com/x.js"></script>\n{% endif %}\n'
    )
    assert seen(html.parse, "host", text) == [
        ("ci.example.com", 1, "prose"), ("git.example.com", 1, "prose"), ("js.example.com", 2, None),
    ]  # fmt: skip


def test_templates_by_indentation_have_code_without_tags() -> None:
    text = (
        '%script{ src: "https://js.example.com/x" }\n- if ENV["X_KEY"]\n'
        '  = javascript_include_tag "https://tag.example.com/x"\n'
        '  = link_to "x", "https://out.example.com"\n  %p Read https://text.example.com\n'
        '  :javascript\n    load("https://api.example.com")\n\n    go()\n  https://told.example.com\n'
        "-# https://old.example.com\n"
    )
    assert seen(html.parse, "host", text, "a.html.haml") == [
        ("js.example.com", 1, None), ("tag.example.com", 3, None), ("out.example.com", 4, "prose"),
        ("text.example.com", 5, "prose"), ("api.example.com", 7, None), ("told.example.com", 10, "prose"),
        ("old.example.com", 11, "comment"),
    ]  # fmt: skip
    assert seen(html.parse, "env", text, "a.html.haml") == [("X_KEY", 2, None)]


def test_markup_names() -> None:
    text = '<div class="g-recaptcha big" id="zd">\n<stripe-pricing-table data-site-key="x"></stripe-pricing-table>'
    assert {value for value, _, _ in seen(html.parse, "html", text)} == {
        "g-recaptcha", "big", "zd", "stripe-pricing-table", "data-site-key",
    }  # fmt: skip


def test_zone_files() -> None:
    text = (
        "$TTL 3600\n@ 3600 IN NS ns-1.awsdns-01.org.\n@ IN MX 10 aspmx.l.google.com.\nwww CNAME d1.cloudfront.net.\n"
        '@ IN TXT "v=spf1 include:sendgrid.net ~all"\n; @ IN NS ns.old.example.\n'
        '@ TXT "stripe-verification=abc123secret"\n'
    )
    assert seen(zone.parse, "ns", text) == [("ns-1.awsdns-01.org", 2, "infra")]
    assert seen(zone.parse, "mx", text) == [("aspmx.l.google.com", 3, "infra")]
    assert seen(zone.parse, "cname", text) == [("d1.cloudfront.net", 4, "infra")]
    assert seen(zone.parse, "spf", text) == [("sendgrid.net", 5, "infra")]
    assert ("stripe-verification", 7, "infra") in seen(zone.parse, "txt", text)
    assert not any("abc123secret" in m.value for m in zone.parse("x.zone", text))


def test_mobile_manifests() -> None:
    android = (
        "<manifest xmlns:android='http://schemas.android.com/apk/res/android'>\n"
        "<meta-data android:name='io.sentry.dsn' android:value='https://k@o1.ingest.sentry.io/1'/>\n</manifest>"
    )
    assert ("io.sentry.dsn", 2, None) in seen(mobile.parse, "config", android, "AndroidManifest.xml")
    assert ("o1.ingest.sentry.io", 2, None) in seen(mobile.parse, "host", android, "AndroidManifest.xml")
    plist = "<plist><dict>\n<key>FacebookAppID</key><string>1</string>\n</dict></plist>"
    assert seen(mobile.parse, "config", plist, "Info.plist") == [("FacebookAppID", 2, None)]


def test_other_text_by_line() -> None:
    text = "url https://api.example.com\n# https://no.example.com\n  * https://neither.example.com\n"
    assert seen(generic.parse, "host", text) == [
        ("api.example.com", 1, None),
        ("no.example.com", 2, "comment"),
        ("neither.example.com", 3, "comment"),
    ]


def test_scripts_without_an_extension() -> None:
    text = "{}\naws s3 cp x s3://b\n# aws sqs list-queues\ncurl https://api.example.com\n"
    for first in ("#!/bin/sh", "#!/usr/bin/env bash", "#! /bin/zsh -e"):
        script = text.format(first)
        assert ("aws-cli(s3)", 2, None) in seen(generic.parse, "call", script)
        assert not [value for value, _, _ in seen(generic.parse, "call", script) if "sqs" in value]
        assert seen(generic.parse, "host", script) == [("api.example.com", 4, None)]
    assert seen(generic.parse, "call", text.format("#!/usr/bin/env python3")) == []


def test_links_of_campaigns_are_no_requests() -> None:
    text = "https://www.datadoghq.com/?a=1&utm_source=us\nhttps://api.datadoghq.com/v1?from=1\n"
    assert seen(generic.parse, "host", text) == [("api.datadoghq.com", 2, None)]


HOSTS = [f"{name}.{name}-{number}.com" for number, name in enumerate("abcdefghij")]


def test_hosts_of_a_long_list_are_not_used() -> None:
    allowed = "\n".join(f'    "{host}",' for host in HOSTS)
    mentions = list(config.parse("firewall.json", '{\n  "allowed": [\n' + allowed + '\n    "api.stripe.com"\n  ]\n}\n'))
    hosts = [mention for mention in mentions if mention.kind == "host"]
    assert len(hosts) == len(HOSTS) + 1
    assert {mention.discard for mention in hosts} == {"prose"}


def test_hosts_of_a_directory_are_not_used() -> None:
    rules = ",\n".join(f'{{"domain": "ads{number}.com", "rule": "x.ads{number}\\\\.com"}}' for number in range(80))
    assert {mention.discard for mention in config.parse("trackers.json", rules) if mention.kind == "host"} == {"prose"}


def test_hosts_of_a_long_list_in_code_are_not_used() -> None:
    listed = "".join(f"  /^https:\\/\\/{host.replace('.', chr(92) + '.')}/, // met once\n" for host in HOSTS)
    text = f'const noise = [\n{listed}];\nfetch("https://api.stripe.com/v1");\n'
    mentions = [mention for mention in javascript.parse("x.js", text) if mention.kind == "host"]
    assert {mention.value for mention in mentions if mention.discard is None} == {"api.stripe.com", "api.stripe.com/v1"}
    assert len(mentions) > len(HOSTS)


def test_hosts_of_a_policy_a_short_list_and_one_owner_are_used() -> None:
    listed = "\n".join(f"    - {host}" for host in HOSTS)
    for text in (
        f"csp:\n  script-src:\n{listed}\n",
        "hosts:\n" + "\n".join(listed.splitlines()[:5]) + "\n",
        "apis:\n" + "\n".join(f"    - {name}.googleapis.com" for name in "abcdefghij") + "\n",
    ):
        hosts = [mention for mention in config.parse("x.yaml", text) if mention.kind == "host"]
        assert len(hosts) >= 5
        assert {mention.discard for mention in hosts} == {None}
