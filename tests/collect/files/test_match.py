"""How a signal meets a mention: docs/architecture/signals.md, line by line."""

import pytest

from toolkit.catalog.entries import Signal, SignalKind
from toolkit.collect.files.match import Matcher


@pytest.mark.parametrize(
    ("kind", "signal", "met", "missed"),
    [
        ("python", "twilio", ("twilio", "twilio.rest.Client"), ("twilio_extra", "nottwilio")),
        ("npm", "@aws-sdk/client-s3", ("@aws-sdk/client-s3", "@aws-sdk/client-s3/dist"), ("@aws-sdk/client-s3x",)),
        ("golang", "github.com/x/sdk", ("github.com/x/sdk/service/s3",), ("github.com/x/sdk-v2",)),
        ("jvm", "com.amazonaws.s3", ("com.amazonaws.s3.S3Client",), ("com.amazonaws",)),
        ("ruby", "Aws::S3", ("Aws::S3::Client",), ("Aws::S3Control",)),
        ("php", "Aws\\S3", ("Aws\\S3\\S3Client",), ("Aws\\S3Control",)),
        ("pypi", "google-cloud-storage", ("Google_Cloud.Storage",), ("google-cloud",)),
        ("nuget", "AWSSDK.*", ("awssdk.s3", "AWSSDK.SQS"), ("MyAWSSDK.S3",)),
        ("maven", "com.amazonaws", ("com.amazonaws:aws-java-sdk-s3",), ("com.amazonawsx:y",)),
        ("maven", "com.google.firebase:*", ("com.google.firebase:firebase-bom",), ("com.google:firebase",)),
        ("cargo", "aws-sdk-s3", ("aws_sdk_s3",), ("aws-sdk",)),
        ("call", "verify.v2", ("client.verify.v2.services", "verify.v2"), ("verify.v21", "preverify.v2")),
        ("call", "client(ses)", ("boto3.client(ses)", "self.session.client(ses)"), ("client(sesv2)", "client")),
        ("call", "boto3.client", ("boto3.client(ses)",), ("boto3.clients",)),
        ("call", "Aws::S3::Client", ("Aws::S3::Client.new",), ("Aws::S3::Clients.new",)),
        ("call", "aws-cli(s3)", ("aws-cli(s3)",), ("aws-cli(s3api)", "aws-cli")),
        ("tf_resource", "aws_s3_*", ("aws_s3_bucket",), ("aws_s3",)),
        ("tf_provider", "datadog/datadog", ("DataDog/datadog",), ("datadog",)),
        ("host", "*.okta.com", ("acme.okta.com", "a.b.okta.com", "ACME.okta.com"), ("okta.com", "notokta.com")),
        ("host", "s3.*.amazonaws.com", ("s3.eu-west-1.amazonaws.com",), ("sqs.eu-west-1.amazonaws.com",)),
        ("host", "s3-*.amazonaws.com", ("s3-eu.amazonaws.com",), ("s4-eu.amazonaws.com",)),
        ("env", "TWILIO_*", ("TWILIO_SID",), ("MY_TWILIO_SID", "TWILIO")),
        ("cfn", "AWS::S3", ("AWS::S3::Bucket",), ("AWS::S3Outposts::Bucket",)),
        ("image", "ghcr.io", ("ghcr.io/x/y",), ("ghcr.iox/y",)),
        ("config", "verify_service_sid", ("twilio.verify_service_sid",), ("verify_service_sid2",)),
        ("config", "service=S3", ("production.service=S3",), ("service=Disk",)),
        ("action", "acme/deploy", ("ACME/Deploy", "acme/deploy/check"), ("acme/deployer",)),
        ("uri", "sqs://", ("sqs",), ("sqsx",)),
    ],
)  # fmt: skip
def test_meets(kind: SignalKind, signal: str, met: tuple[str, ...], missed: tuple[str, ...]) -> None:
    matcher = Matcher([Signal("vendor", kind, signal)])
    assert {value: matcher.meets(kind, value) for value in met} == dict.fromkeys(met, (0,))
    assert {value: matcher.meets(kind, value) for value in missed} == dict.fromkeys(missed, ())


def test_only_the_most_specific_count() -> None:
    values = ("*.twilio.com", "verify.twilio.com")
    matcher = Matcher([Signal("twilio", "host", value) for value in values])
    assert matcher.meets("host", "verify.twilio.com") == (1,)
    assert matcher.meets("host", "api.twilio.com") == (0,)
    matcher = Matcher([Signal("a", "env", value) for value in ("AWS_*", "AWS_SES_*", "AWS_SES_KEY")])
    assert matcher.meets("env", "AWS_SES_KEY") == (2,)
    assert matcher.meets("env", "AWS_SES_REGION") == (1,)
    assert matcher.meets("env", "AWS_REGION") == (0,)


def test_a_longer_ending_is_more_specific_than_a_shorter_beginning() -> None:
    matcher = Matcher(
        [Signal("a", "env", value) for value in ("OKTA_*", "*_IDP_GOOGLE", "OKTA_SIGN_IN_*", "*_IN_PROD")]
    )
    assert matcher.meets("env", "OKTA_IDP_GOOGLE") == (1,)
    assert matcher.meets("env", "OKTA_ID") == (0,)
    assert matcher.meets("env", "OKTA_SIGN_IN_PROD") == (2,)


def test_pages_for_people_are_no_service() -> None:
    matcher = Matcher([Signal("a", "host", value) for value in ("*.vendor.com", "www.vendor.com", "*.other.com")])
    assert matcher.meets("host", "developer.vendor.com") == matcher.meets("host", "www.other.com") == ()
    assert matcher.meets("host", "www.vendor.com") == (1,)
    assert matcher.meets("host", "www-data.other.com") == (2,)


def test_vendors_that_share_a_name_are_both_met() -> None:
    matcher = Matcher([Signal("a", "npm", "next"), Signal("b", "npm", "next")])
    assert matcher.meets("npm", "next") == (0, 1)


def test_a_glob_of_actions_ends_at_words() -> None:
    matcher = Matcher([Signal("codecov", "action", "*codecov*")])
    assert matcher.meets("action", "codecov/codecov-action")
    assert not matcher.meets("action", "irongut/CodeCoverageSummary")
