"""Cognito through boto3, against moto's server: more people than one page holds, groups, clients without secrets."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto.server import ThreadedMotoServer

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import cognito, dataset

PEOPLE = 130


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cognito-idp client of a server that has no pool yet."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    yield boto3.client("cognito-idp", region_name="eu-central-1")
    server.stop()


@pytest.fixture
def pool(aws: Any) -> str:
    """A pool of 130 people, one of them switched off, two groups, two clients."""
    identity: str = aws.create_user_pool(PoolName="board")["UserPool"]["Id"]
    for number in range(PEOPLE):
        attributes = {"email": f"p{number}@board.example", "email_verified": "true", "custom:plan": "gold"}
        aws.admin_create_user(
            UserPoolId=identity,
            Username=f"person{number}",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            MessageAction="SUPPRESS",
        )
    aws.admin_disable_user(UserPoolId=identity, Username="person7")
    for group in ("moderators", "empty"):
        aws.create_group(UserPoolId=identity, GroupName=group)
    for number in (1, 2):
        aws.admin_add_user_to_group(UserPoolId=identity, Username=f"person{number}", GroupName="moderators")
    aws.create_user_pool_client(
        UserPoolId=identity,
        ClientName="Board",
        GenerateSecret=True,
        CallbackURLs=["https://board.example/callback"],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
    )
    aws.create_user_pool_client(UserPoolId=identity, ClientName="App")
    return identity


def _records(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_everything_is_exported(aws: Any, pool: str, tmp_path: Path) -> None:
    streams = cognito.streams(cognito.client(pool, None), pool)
    manifest = dataset.export(streams, tmp_path, source="cognito test", log=print)
    assert manifest.datasets["identity.users"].records == PEOPLE
    users = {one["username"]: one for one in _records(tmp_path, "identity.users")}
    assert len(users) == PEOPLE
    assert [name for name, one in users.items() if not one["enabled"]] == ["person7"]
    assert users["person1"]["attributes"]["custom:plan"] == ["gold"]
    assert users["person1"]["email_verified"]
    told = aws.admin_get_user(UserPoolId=pool, Username="person1")["UserAttributes"]
    assert {"Name": "sub", "Value": users["person1"]["subject"]} in told
    groups = {one["name"]: one["members"] for one in _records(tmp_path, "identity.groups")}
    assert {name: sorted(members) for name, members in groups.items()} == {
        "moderators": ["person1", "person2"],
        "empty": [],
    }
    clients = {one["name"]: one for one in _records(tmp_path, "identity.applications")}
    assert clients["Board"]["redirect_uris"] == ["https://board.example/callback"]
    assert (clients["Board"]["kind"], clients["App"]["kind"]) == ("web", "browser")
    answered = aws.describe_user_pool_client(UserPoolId=pool, ClientId=clients["Board"]["client_id"])
    secret = answered["UserPoolClient"]["ClientSecret"]
    assert not [path for path in tmp_path.iterdir() if secret in path.read_text()]


class _Body(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def test_a_session_that_ends_in_the_middle_goes_on_with_the_next(aws: Any, pool: str, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def expire(request: Any, **_: object) -> AWSResponse | None:
        asked.append(json.loads(request.body))
        body = b'{"__type": "ExpiredTokenException", "message": "The security token is expired"}'
        return AWSResponse(request.url, 400, {}, _Body(body)) if len(asked) == 2 else None

    client = cognito.client(pool, None)
    client.meta.events.register("before-send.cognito-identity-provider.ListUsers", expire)
    with pytest.raises(ProgramFailed, match="ExpiredToken") as ended:
        dataset.export(cognito.streams(client, pool), tmp_path, source="cognito test", log=print)
    assert "run it again" in str(ended.value)
    manifest = dataset.export(cognito.streams(client, pool), tmp_path, source="cognito test", log=print)
    assert manifest.datasets["identity.users"].records == PEOPLE
    assert asked[2] == asked[1]  # the page that failed, by its token
    assert len(asked) == 4  # three pages


def test_a_pool_that_is_not_there(aws: Any, tmp_path: Path) -> None:
    streams = cognito.streams(cognito.client("eu-central-1_none", None), "eu-central-1_none")
    with pytest.raises(ProgramFailed, match="ResourceNotFound"):
        dataset.export(streams, tmp_path, source="cognito test", log=print)


def test_something_else_than_a_pool() -> None:
    with pytest.raises(BadInput, match="not the id of a user pool"):
        cognito.client("board", None)
