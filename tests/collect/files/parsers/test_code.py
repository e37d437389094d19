"""Code: what each language yields, in the normal forms of docs/architecture/signals.md."""

import pytest

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers import csharp, elixir, go, javascript, jvm, php, python, ruby, rust

PARSERS = {
    "py": python, "js": javascript, "ts": javascript, "tsx": javascript, "rb": ruby, "go": go, "java": jvm, "kt": jvm,
    "php": php, "cs": csharp, "rs": rust, "ex": elixir,
}  # fmt: skip


def mentions(extension: str, text: str) -> set[tuple[str, str]]:
    """Kind and value of everything that counts."""
    found = PARSERS[extension].parse(f"app/x.{extension}", text)
    return {(mention.kind, mention.value) for mention in found if mention.discard is None}


def discarded(extension: str, text: str) -> set[tuple[str, str, str]]:
    found = PARSERS[extension].parse(f"app/x.{extension}", text)
    return {(mention.kind, mention.value, mention.discard) for mention in found if mention.discard}


@pytest.mark.parametrize(
    ("extension", "text", "kind", "value"),
    [
        # imports
        ("py", "import boto3", "python", "boto3"),
        ("py", "import a.b as c, d", "python", "d"),
        ("py", "from twilio.rest import Client", "python", "twilio.rest.Client"),
        ("py", "from google.cloud import (\n  storage,  # files\n  firestore as fs,\n)", "python",
         "google.cloud.firestore"),
        ("py", "def f():\n    try:\n        import stripe\n    except ImportError: pass", "python", "stripe"),
        ("py", "from x import *", "python", "x"),
        ("js", "import * as Sentry from '@sentry/react'", "npm", "@sentry/react"),
        ("ts", "import { S3Client, type X as Y } from '@aws-sdk/client-s3';", "npm", "@aws-sdk/client-s3/S3Client"),
        ("ts", "import { aws_s3 as s3 } from 'aws-cdk-lib';", "npm", "aws-cdk-lib/aws_s3"),
        ("js", 'import "firebase/storage"', "npm", "firebase/storage"),
        ("ts", 'import twilio from "npm:twilio@5.3.0"', "npm", "twilio"),
        ("ts", 'import { S3Client } from "npm:/@aws-sdk/client-s3@^3/x"', "npm", "@aws-sdk/client-s3/x/S3Client"),
        ("ts", 'const t = await import("npm:twilio@5")', "npm", "twilio"),
        ("js", "const t = require('twilio')(sid, token)", "npm", "twilio"),
        ("js", "const m = await import(`mapbox-gl`)", "npm", "mapbox-gl"),
        ("ts", 'export { a } from "algoliasearch";', "npm", "algoliasearch/a"),
        ("js", 'export * from "algoliasearch";', "npm", "algoliasearch"),
        ("go", 'package a\nimport (\n ses "github.com/aws/aws-sdk-go-v2/service/ses"\n)', "golang",
         "github.com/aws/aws-sdk-go-v2/service/ses"),
        ("java", "import software.amazon.awssdk.services.s3.S3Client;", "jvm",
         "software.amazon.awssdk.services.s3.S3Client"),
        ("java", "import static com.twilio.Twilio.*;", "jvm", "com.twilio.Twilio"),
        ("kt", "import com.twilio.Twilio as T\n", "jvm", "com.twilio.Twilio"),
        ("rb", "require 'sentry/rails'", "ruby", "sentry::rails"),
        ("rb", "class Upload < Aws::S3::Object\nend", "ruby", "Aws::S3::Object"),
        ("php", "<?php use Aws\\S3\\{S3Client, Foo as B};", "php", "Aws\\S3\\Foo"),
        ("php", "<?php use Twilio\\Rest\\Client as C;", "php", "Twilio\\Rest\\Client"),
        ("php", "<?php $c = new \\Aws\\S3\\S3Client([]);", "php", "Aws\\S3\\S3Client"),
        ("cs", "using static Stripe.X;", "dotnet", "Stripe.X"),
        ("cs", "global using Amazon.S3;", "dotnet", "Amazon.S3"),
        ("rs", "use aws_sdk_s3::{Client, config::{A, B as C}, types::*};", "rust", "aws_sdk_s3::config::B"),
        ("rs", "extern crate rusoto_s3;", "rust", "rusoto_s3"),
        # calls
        ("py", 'import boto3\nboto3.client("ses")', "call", "boto3.client(ses)"),
        ("py", 'import boto3 as b\nb.resource(service_name="sqs")', "call", "boto3.resource(sqs)"),
        ("py", 'self.session.client("s3").upload_file(x)', "call", "self.session.client(s3)"),
        ("py", "client.verify.v2.services(sid).verifications.create(to=n)", "call",
         "client.verify.v2.services.verifications.create"),
        ("py", "from a.b import C\nC(1)", "call", "a.b.C"),
        ("js", "new AWS.S3({}).putObject()", "call", "AWS.S3"),
        ("ts", "const c = new S3Client<Foo>({});", "call", "S3Client"),
        ("js", "t?.verify.v2\n  .services('x').create()", "call", "t.verify.v2.services.create"),
        ("go", "package a\nfunc f() { s3.NewFromConfig(cfg) }", "call", "s3.NewFromConfig"),
        ("java", "class A { void f() { S3Client.builder().build(); } }", "call", "S3Client.builder.build"),
        ("java", "class A { Object f = new AmazonS3Client(); }", "call", "AmazonS3Client"),
        ("kt", 'fun f() { Twilio.init("x") }', "call", "Twilio.init(x)"),
        ("rb", "Aws::S3::Client.new(region: 'x')", "call", "Aws::S3::Client.new"),
        ("rb", "provider :auth0, 'x'", "call", "provider(auth0)"),
        ("rb", "config.action_mailer.delivery_method = :ses", "call", "config.action_mailer.delivery_method(ses)"),
        ("rb", "config.service = Rails.env.test? ? :local : :amazon", "call", "config.service(amazon)"),
        ("php", '<?php Storage::disk("s3")->put($a);', "call", "Storage::disk(s3)"),
        ("php", "<?php $client->verify->v2->services($x)->create();", "call", "client.verify.v2.services.create"),
        ("cs", "class A { void F() { services.AddAuth0(x); } }", "call", "services.AddAuth0"),
        ("rs", "fn f() { aws_sdk_s3::Client::new(&c); }", "call", "aws_sdk_s3::Client::new"),
        ("ex", "config :app, Mailer, adapter: Swoosh.Adapters.Sendgrid", "call", "Swoosh.Adapters.Sendgrid"),
        ("ex", "config :sentry,\n  dsn: 1", "call", "config(sentry)"),
        # names
        ("py", 'u = f"https://s3.{region}.amazonaws.com/x"', "host", "s3.*.amazonaws.com"),
        ("js", "const u = `https://${account}.zendesk.com`", "host", "*.zendesk.com"),
        ("rb", 'u = "https://#{account}.zendesk.com"', "host", "*.zendesk.com"),
        ("go", 'package a\nconst h = "api.twilio.com"', "host", "api.twilio.com"),
        ("tsx", 'const a = <iframe src="https://www.youtube.com/embed/x"/>', "host", "www.youtube.com"),
        ("tsx", 'const a = <link rel="stylesheet" href="https://fonts.example.com/css"/>', "host", "fonts.example.com"),
        ("ts", 'const a = [{ rel: "stylesheet", href: "https://css.example.com/x" }];', "host", "css.example.com"),
        ("ts", "const re = /^https?:\\/\\/(www\\.)?player\\.vimeo\\.com/", "host", "player.vimeo.com"),
        ("js", 'x = "postgres://u:p@db.example.com:5432/x"', "host", "db.example.com"),
        ("js", 'x = "redis://cache:6379"', "uri", "redis"),
        ("py", 'a = "arn:aws:sqs:eu-west-1:1:q"', "arn", "sqs"),
        ("ex", 'url = "https://api.github.com#{path}"', "host", "api.github.com"),
        ("js", "fetch(`https://api.github.com${path}`)", "host", "api.github.com"),
        ("ts", r"const re = /^https:\/\/www\.youtube\.com\/embed\/./", "host", "www.youtube.com/embed"),
        ("ts", "actions: ['ses:SendEmail']", "arn", "ses"),
        ("py", 'os.environ["TWILIO_SID"]', "env", "TWILIO_SID"),
        ("py", "settings.SLACK_TOKEN", "env", "SLACK_TOKEN"),
        ("js", "process.env.OKTA_ORG_URL", "env", "OKTA_ORG_URL"),
        ("js", "import.meta.env.VITE_SENTRY_DSN", "env", "VITE_SENTRY_DSN"),
        ("js", "const { OKTA_ORG_URL, PORT } = process.env", "env", "OKTA_ORG_URL"),
        ("rb", "ENV.fetch('AUTH0_DOMAIN') { nil }", "env", "AUTH0_DOMAIN"),
        ("go", 'package a\nvar x = os.Getenv("AUTH0_DOMAIN")', "env", "AUTH0_DOMAIN"),
        ("java", 'class A { String x = System.getenv("AUTH0_DOMAIN"); }', "env", "AUTH0_DOMAIN"),
        ("php", "<?php env('AUTH0_DOMAIN');", "env", "AUTH0_DOMAIN"),
        # an edge tells where the visitor is
        ("rb", 'request.headers["CF-IPCountry"]', "header", "cf-ipcountry"),
        ("ex", 'get_req_header(conn, "cf-ipcountry")', "header", "cf-ipcountry"),
        # Laravel reads the variables of config/services.php by its keys
        ("php", "<?php return config('services.auth0.client_secret');", "env", "AUTH0_CLIENT_SECRET"),
        ("php", '<?php config("services.telegram-bot-api.channel");', "env", "TELEGRAM_BOT_API_CHANNEL"),
        ("cs", 'class A { string x = Environment.GetEnvironmentVariable("AUTH0_DOMAIN"); }', "env", "AUTH0_DOMAIN"),
        ("rs", 'fn f() { env!("AUTH0_DOMAIN"); }', "env", "AUTH0_DOMAIN"),
    ],
)  # fmt: skip
def test_yields(extension: str, text: str, kind: str, value: str) -> None:
    assert (kind, value) in mentions(extension, text)


@pytest.mark.parametrize(
    ("extension", "text"),
    [
        ("ex", '@moduledoc """\nSwoosh https://api.twilio.com\n"""\n# Okta.Client'),
        ("py", "# boto3.client('ses') at https://api.twilio.com"),
        ("py", 'def f():\n    """Uses boto3.client("ses"), https://api.twilio.com."""'),
        ("js", "// const t = require('twilio'); https://api.twilio.com"),
        ("ts", "/* import x from 'twilio'\n https://api.twilio.com */"),
        ("tsx", "const a = <div>{/* https://api.twilio.com */}</div>"),
        ("rb", "=begin\nAws::S3::Client.new https://api.twilio.com\n=end"),
        ("go", "package a\n// https://api.twilio.com"),
        ("php", "<?php # https://api.twilio.com"),
        ("cs", "/// <see href='https://api.twilio.com'/>"),
        ("rs", "//! https://api.twilio.com"),
        ("java", "/** https://api.twilio.com */ class A {}"),
        ("kt", "// https://api.twilio.com\n"),
    ],
)
def test_comments_are_discarded(extension: str, text: str) -> None:
    assert mentions(extension, text) == set()
    assert ("host", "api.twilio.com", "comment") in discarded(extension, text)


@pytest.mark.parametrize(
    ("extension", "text"),
    [
        ("tsx", 'const a = <a href="https://status.example.com">Status</a>'),
        ("tsx", 'const a = <Button href={"https://status.example.com"} kind="x"/>'),
        ("tsx", 'const a = <Link href="https://status.example.com">Status</Link>'),
        ("ts", 'const links = [{ label: "Status", href: "https://status.example.com" }];'),
        ("rb", 'link_to "Status", "https://status.example.com"'),
        ("rb", 'field hint: "For example, https://status.example.com"'),
        ("py", 'raise ValueError("Please have a look at https://status.example.com")'),
    ],
)
def test_links_and_sentences_are_prose(extension: str, text: str) -> None:
    assert ("host", "status.example.com", "prose") in discarded(extension, text)


@pytest.mark.parametrize(
    ("extension", "text"),
    [
        ("py", "from . import twilio\nfrom .twilio import x"),
        ("js", "import x from './twilio'; require('../okta'); import y from '/abs'"),
        ("go", 'package a\nimport "os"'),
        ("rs", "use crate::twilio::X; use std::env; use self::y;"),
        ("js", "a.twilio.com; foo.b.io()"),
    ],
)
def test_own_modules_and_attribute_accesses_are_no_names(extension: str, text: str) -> None:
    assert {kind for kind, _ in mentions(extension, text)} <= {"call"}


def test_a_pattern_for_names_of_others_is_no_name() -> None:
    assert not any(kind == "arn" for kind, _ in mentions("ex", r'validate(~r"^arn:aws:iam::\d{12}:role/[\w+]+$")'))


def test_a_constant_of_a_module_is_no_variable() -> None:
    assert not any(kind == "env" for kind, _ in mentions("rb", "{ ::Subjects::RAILWAY_ENGINEERING => 1 }"))
    assert ("env", "RAILWAY_TOKEN") in mentions("rb", "fetch(:RAILWAY_TOKEN)")


def test_a_member_that_says_its_own_name_is_no_variable() -> None:
    text = "enum A {\n  DROPBOX_FORMS = 'DROPBOX_FORMS',\n  OKTA_TOKEN = 'OKTA_TOKEN',\n}"
    assert {value for kind, value in mentions("ts", text) if kind == "env"} == {"OKTA_TOKEN"}


def test_a_mention_stands_at_its_line() -> None:
    text = "import os\n\n\nimport boto3\nx = 'é'\ny = boto3.client('s3')\nz = 'https://api.twilio.com'\n"
    lines = {mention.value: mention.line for mention in python.parse("x.py", text)}
    assert lines["boto3"] == 4
    assert lines["boto3.client(s3)"] == 6
    assert lines["api.twilio.com"] == 7


def test_an_import_over_several_lines_stands_where_its_module_is_named() -> None:
    (mention,) = javascript.parse("x.ts", "import {\n  S3Client,\n} from '@aws-sdk/client-s3';\n")
    assert mention.line == 3


def test_broken_code_yields_what_is_there() -> None:
    found = python.parse("x.py", ")]} ((( import boto3 }}}} $$$$ ???? ((( 'https://api.twilio.com' ]]] ((( $$ ???")
    seen = []
    with pytest.raises(Unparsed):
        seen.extend(mention.value for mention in iter(found.__next__, None))
    assert "api.twilio.com" in seen


def test_userinfo_never_becomes_a_value() -> None:
    values = {value for _, value in mentions("py", 'u = "https://user:hunter2@api.example.com/?key=sk_live_1"')}
    assert values == {"api.example.com"}


def test_hosts_that_a_field_shows_while_it_is_empty_are_prose() -> None:
    text = '<Input placeholder="https://hooks.slack.com" />;\nfetch("https://api.stripe.com");\n'
    hosts = {mention.value: mention.discard for mention in javascript.parse("a.tsx", text) if mention.kind == "host"}
    assert hosts == {"hooks.slack.com": "prose", "api.stripe.com": None}


@pytest.mark.parametrize(
    "text",
    [
        'module.exports = { images: { domains: ["pics.cdn.example.com", "localhost"] } };',
        'const images = { remotePatterns: [\n  {\n    hostname: "pics.cdn.example.com",\n  },\n] };',
        'const patterns = [{ hostname: "pics.cdn.example.com" }];\nimages.remotePatterns = patterns;',
    ],
)
def test_hosts_whose_pictures_may_be_shown_are_prose(text: str) -> None:
    assert ("host", "pics.cdn.example.com", "prose") in discarded("js", text)
    called = 'const images = fetch("https://pics.cdn.example.com/list", { domains: names });'
    assert ("host", "pics.cdn.example.com") in mentions("js", called)
