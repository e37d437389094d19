"""The AWS source against a seeded account: what is there is counted, what is not there is not invented."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.iam.access_control import IAMRequest

from toolkit.collect.accounts.aws import account, collect_aws, iam_policy, preview
from toolkit.collect.accounts.aws_listings import LISTINGS
from toolkit.errors import BadInput
from toolkit.model import Evidence, Survey

_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def _seed() -> None:
    home, away = "us-east-1", "eu-central-1"
    ec2 = boto3.client("ec2", region_name=home)
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=20, MaxCount=20)
    boto3.client("ec2", region_name=away).run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    s3 = boto3.client("s3", region_name=home)
    for number in range(30):
        s3.create_bucket(Bucket=f"harvest-{number}")
    s3.put_object(Bucket="harvest-0", Key="a", Body=b"x" * 1000)
    rds = boto3.client("rds", region_name=home)
    rds.create_db_instance(
        DBInstanceIdentifier="main", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20
    )
    for name in ("jobs", "mail"):
        boto3.client("sqs", region_name=away).create_queue(QueueName=name)
    boto3.client("ses", region_name=home).verify_email_identity(EmailAddress="noreply@example.org")
    for number in range(3):
        boto3.client("cognito-idp", region_name=home).create_user_pool(PoolName=f"pool-{number}")
    route53 = boto3.client("route53", region_name=home)
    route53.create_hosted_zone(Name="example.org", CallerReference="1")
    iam = boto3.client("iam", region_name=home)
    iam.create_user(UserName="deploy")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=_TRUST)
    iam.create_role(RoleName="theirs", Path="/aws-service-role/x/", AssumeRolePolicyDocument=_TRUST)
    boto3.client("kms", region_name=home).create_key()
    boto3.client("secretsmanager", region_name=home).create_secret(Name="db", SecretString="hunter2-planted")
    boto3.client("elasticache", region_name=home).create_cache_cluster(
        CacheClusterId="cache", Engine="redis", NumCacheNodes=1, CacheNodeType="cache.t3.micro"
    )
    boto3.client("dynamodb", region_name=away).create_table(
        TableName="sessions",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def _survey(*regions: str) -> Survey:
    session = boto3.Session()
    # a handful of regions: moto answers one request at a time
    return collect_aws(session, account(session, regions=regions or ("us-east-1", "eu-central-1", "sa-east-1")))


def _things(survey: Survey) -> Counter[str]:
    return Counter(item.signal for item in survey.evidence)


def _one(survey: Survey, signal: str) -> Evidence:
    (item,) = (item for item in survey.evidence if item.signal == signal)
    return item


@pytest.mark.usefixtures("endpoint")
def test_counts_what_is_there_in_every_region() -> None:
    _seed()
    survey = _survey()
    assert not survey.unread
    things = _things(survey)
    volumes = things.pop("aws/ebs#resource:volume")  # moto gives each instance a disk
    assert volumes == 21
    assert things == {
        "aws/ec2#resource:instance": 21,
        "aws/s3#resource:bucket": 30,
        "aws/rds#resource:instance": 1,
        "aws/sqs#resource:queue": 2,
        "aws/ses#resource:identity": 1,
        "aws/cognito#resource:user-pool": 3,
        "aws/route53#resource:zone": 1,
        "aws/iam#resource:user": 1,
        "aws/iam#resource:role": 1,
        "aws/kms#resource:key": 1,
        "aws/secretsmanager#resource:secret": 1,
        "aws/elasticache#resource:cluster": 1,
        "aws/dynamodb#resource:table": 1,
    }
    database = _one(survey, "aws/rds#resource:instance")
    assert database.size_bytes == 20 << 30
    assert database.where == "arn:aws:rds:us-east-1:123456789012:db:main"
    assert _one(survey, "aws/route53#resource:zone").quantity >= 2  # SOA and NS at least
    assert "hunter2-planted" not in repr(survey)


@pytest.mark.usefixtures("endpoint")
def test_an_empty_account_is_empty() -> None:
    survey = _survey()
    assert survey.evidence == ()
    assert survey.unread == ()
    assert survey.sources == ("accounts.aws",)


@pytest.mark.usefixtures("endpoint")
def test_bucket_sizes_come_from_metrics() -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="pictures")
    boto3.client("cloudwatch", region_name="us-east-1").put_metric_data(
        Namespace="AWS/S3",
        MetricData=[
            {
                "MetricName": "BucketSizeBytes",
                "Value": 4096.0,
                "Timestamp": datetime.now(UTC),
                "Dimensions": [
                    {"Name": "BucketName", "Value": "pictures"},
                    {"Name": "StorageType", "Value": "StandardStorage"},
                ],
            }
        ],
    )
    assert _one(_survey("us-east-1"), "aws/s3#resource:bucket").size_bytes == 4096


@pytest.mark.usefixtures("endpoint")
def test_all_enabled_regions_are_looked_at() -> None:
    here = account(boto3.Session())
    assert here.id == "123456789012"
    assert {"us-east-1", "eu-central-1", "ap-southeast-2"} <= set(here.regions)


@pytest.mark.usefixtures("endpoint")
def test_the_preview_names_calls_and_regions_first() -> None:
    text = preview(account(boto3.Session(), regions=("eu-west-1",)))
    assert "123456789012" in text
    assert "eu-west-1" in text
    assert f"about {len(LISTINGS)} read-only" in text


def test_a_session_without_credentials_is_a_clear_error(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(BadInput, match="does not accept this session") as caught:
        account(boto3.Session())
    assert caught.value.hint


# Where moto's IAM derives another action from a request than AWS documents.
_MOTO_SPELLS = {"cloudwatch:": "monitoring:", "apigateway:GET": "apigateway:GetRestApis"}


@contextmanager
def _as_restricted_user(actions: list[str], endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be a user with these actions and nothing else, in a moto that enforces IAM."""
    for ours, motos in _MOTO_SPELLS.items():
        actions = [*actions, *(action.replace(ours, motos) for action in actions if ours in action)]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam = boto3.client("iam", region_name="us-east-1")
    iam.create_user(UserName="offramp")
    iam.put_user_policy(UserName="offramp", PolicyName="read", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="offramp")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    # moto computes wrong signatures for REST services; whether the user *may* is still decided by the policy
    monkeypatch.setattr(IAMRequest, "check_signature", lambda self: None)
    _enforce(endpoint, 0)
    try:
        yield
    finally:
        _enforce(endpoint, 1 << 60)


def _enforce(endpoint: str, after: int) -> None:
    """moto asks its IAM about every call after so many."""
    plain = {"Content-Type": "text/plain"}
    with urlopen(Request(f"{endpoint}/moto-api/reset-auth", str(after).encode(), plain, method="POST")):
        pass


def _policy_actions() -> list[str]:
    (statement,) = json.loads(iam_policy())["Statement"]
    actions: list[str] = statement["Action"]
    return actions


def _denied(survey: Survey) -> set[str]:
    assert all("denied" in unread.reason for unread in survey.unread), survey.unread
    return {unread.where.split(" in ")[0] for unread in survey.unread}


def test_the_printed_policy_is_enough(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="one")
    boto3.client("kms", region_name="us-east-1").create_key()
    with _as_restricted_user(_policy_actions(), endpoint, monkeypatch):
        survey = _survey("us-east-1")
    assert survey.unread == ()
    assert _things(survey)["aws/s3#resource:bucket"] == 1


def test_without_its_actions_every_call_is_denied_and_said_so(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="one")
    with _as_restricted_user(["sts:GetCallerIdentity"], endpoint, monkeypatch):
        survey = _survey("us-east-1")
    assert _denied(survey) == {f"{listing.client}.{listing.operation}" for listing in LISTINGS}
    assert survey.evidence == ()


def test_each_action_is_needed(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the actions at a time: what is missing is denied, what is there is not."""
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="one")
    actions = _policy_actions()
    with _as_restricted_user(actions[::2], endpoint, monkeypatch):
        denied = _denied(_survey("us-east-1"))
    for listing in LISTINGS:
        assert (f"{listing.client}.{listing.operation}" in denied) == (listing.actions[0] not in actions[::2])
