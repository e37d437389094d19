"""The prefilter never hides a file that a parser would find something in."""

from pathlib import Path

import pytest
from fake_catalog import catalog

from toolkit.catalog.entries import Signal, SignalKind
from toolkit.collect.files.literals import COMMAND, literals
from toolkit.collect.files.prefilter import Hit, load_prefilter, only_in_comments

NEEDED: list[tuple[SignalKind, str, str]] = [
    ("host", "*.okta.com", "https://ACME.okta.com/x"),
    ("host", "s3.*.amazonaws.com", "`https://s3.${region}.amazonaws.com`"),
    ("env", "TWILIO_*", "ENV['TWILIO_SID']"),
    ("env", "ZOOM_*SECRET*", "ENV['ZOOM_CLIENT_SECRET']"),
    ("npm", "@aws-sdk/client-s3", 'from "@aws-sdk/client-s3/dist"'),
    ("npm", "firebase/storage", "import {storage} from 'firebase'"),
    ("golang", "github.com/x/y", 'import "github.com/x/y/v2"'),
    ("python", "google.cloud.storage", "from google.cloud import storage"),
    ("python", "google.cloud.storage", "import google.cloud.storage"),
    ("python", "boto3", "import os, boto3"),
    ("config", "app.themeConfig.algolia", "app:\n  themeConfig:\n    algolia: x"),
    ("config", "Tracing=Active", "Tracing: Active"),
    ("ruby", "sentry::rails", "require 'sentry/rails'"),
    ("php", "Aws\\S3", "'Aws\\\\S3\\\\S3Client'"),
    ("rust", "aws_sdk_s3::Client", "use aws_sdk_s3::{Client};"),
    ("call", "boto3.client(ses)", "import boto3\nb = boto3.client(service_name='ses')"),
    ("call", "provider(auth0)", "provider :auth0"),
    ("call", "verify.v2", "client.verify\n  .v2\n  .services"),
    ("call", "Aws::S3::Client", "Aws::S3::Client.new"),
    ("call", "aws-cli(s3)", "  aws  s3 cp"),
    ("arn", "sqs", "arn:aws:sqs:eu-west-1:1:q"),
    ("arn", "sqs", 'Action = ["sqs:SendMessage"]'),
    ("arn", "sqs", "Action:\n  - sqs:SendMessage"),
    ("uri", "sqs", "sqs://queue"),
    ("image", "docker.io/library/redis", "image: redis:7"),
    ("k8s", "annotation/eks.amazonaws.com/role-arn", "eks.amazonaws.com/role-arn: x"),
    ("action", "orb/circleci/aws-s3", "aws: circleci/aws-s3@3"),
    ("action", "with/ecs_cluster", "with: {ecs_cluster: live}"),
    ("action", "with/ecs_service*", "with: {ecs-service-name: live}"),
    ("tf_resource", "module.terraform-aws-modules/s3-bucket/aws", 'source = "terraform-aws-modules/s3-bucket/aws"'),
    ("tf_provider", "datadog/datadog", 'source = "DataDog/datadog"'),
    ("tf_provider", "hashicorp/aws", 'provider "aws" {'),
    ("tf_provider", "hashicorp/aws", 'aws = "~> 2.0"'),
    ("pulumi", "aws:s3:Bucket", "import pulumi_aws as aws"),
    ("pulumi", "aws:s3:Bucket", "using Pulumi.Aws.S3;"),
    ("tf_resource", "aws_alb*", 'resource "aws_alb_listener" "x" {'),
    ("cfn", "AWS::S3", "Type: AWS::S3::Bucket"),
]


def hits(signal: Signal, data: bytes) -> list[Hit]:
    prefilter = load_prefilter((signal,), (), None)
    return prefilter.hits(data, prefilter.wanted(frozenset({signal.kind, COMMAND})))


@pytest.mark.parametrize(("kind", "value", "text"), NEEDED)
def test_lets_through(kind: SignalKind, value: str, text: str) -> None:
    assert hits(Signal("v", kind, value), text.encode())


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("host", "t.co", "at.com bat.co.uk"),
        ("env", "AWS_*", "MY_AWS_KEY"),
        ("env", "ZOOM_*SECRET*", "SLACK_SIGNING_SECRET ZOOM"),
        ("npm", "next", "what comes next"),
        ("call", "client(ses)", "the 'ses' of the session"),
        ("call", "messages.create", "messages"),
        ("call", "messages.create", "messages" + 100 * " far" + " create"),
        ("call", "client(ses)", "client('ses-v2')"),
        (
            "host",
            "secretsmanager.*.amazonaws.com",
            "secretsManager.get();" + 300 * " " + "'https://s3.eu-west-1.amazonaws.com'",
        ),
        ("python", "google.cloud", "google is no cloudy thing"),
        ("config", "Tracing=Active", "Active: true"),
        ("python", "stripe", "stripes"),
    ],
)
def test_holds_back(kind: SignalKind, value: str, text: str) -> None:
    assert hits(Signal("v", kind, value), text.encode()) == []


def test_parts_of_a_call_may_be_far_where_imports_spell_it() -> None:
    signal = Signal("v", "call", "boto3.client(ses)")
    text = b"from boto3 import client as make\n" + 400 * b"#" + b"\nmake('ses')"
    prefilter = load_prefilter((signal,), (), None)
    wanted = prefilter.wanted(frozenset({"call"}))
    assert prefilter.hits(text, wanted) == []
    assert prefilter.hits(text, wanted, scattered=True)


def test_only_calls_are_commands() -> None:
    assert [one.kinds for one in literals((Signal("v", "host", "matrix-client.matrix.org"),), ())] == [{"host"}]
    assert {kind for one in literals((Signal("v", "call", "aws-cli(s3)"),), ()) for kind in one.kinds} == {COMMAND}


def test_compiled_once_into_a_private_folder_and_again_when_damaged(tmp_path: Path) -> None:
    signals = tuple(catalog({"twilio": {"host": ("api.twilio.com",)}}).signals())
    cache = tmp_path / "cache"
    load_prefilter(signals, (), cache)
    (stored,) = cache.iterdir()
    assert oct(cache.stat().st_mode & 0o777) == "0o700"
    good = stored.read_bytes()
    stored.write_bytes(good[:-20] + b"x" * 20)
    assert load_prefilter(signals, (), cache).hits(b"api.twilio.com", {0: (0,)})
    assert stored.read_bytes() == good


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (b"# see api.twilio.com\n  // api.twilio.com\n/* api.twilio.com */", True),
        (b"# see api.twilio.com\nx = 'api.twilio.com'", False),
        (b"#id { background: url(api.twilio.com) }", False),
        (b"x = 1  # api.twilio.com", False),
    ],
)
def test_comments(text: bytes, alone: bool) -> None:
    (hit,) = hits(Signal("v", "host", "api.twilio.com"), text)
    assert only_in_comments(text, hit) is alone
