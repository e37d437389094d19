"""Amazon Cognito: one user pool's users, groups and clients, through boto3.

In: a `cognito-idp` client and the pool's id. Out: the streams identity.users, identity.groups and
identity.applications. Neither password hashes nor seeds of factors can be had: people set a new password at their
first sign-in. Needs cognito-idp:ListUsers, ListGroups, ListUsersInGroup, ListUserPoolClients, DescribeUserPoolClient.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import Page, Record, Stream, present
from toolkit.export.onward import entries

NAME = "cognito"
ENDPOINTS = ("ListUsers", "ListGroups", "ListUsersInGroup", "ListUserPoolClients", "DescribeUserPoolClient")
_FACTORS = {"SOFTWARE_TOKEN_MFA": "totp", "SMS_MFA": "sms", "EMAIL_OTP": "email"}
_KNOWN = {"sub", "email", "email_verified", "given_name", "family_name", "phone_number", "phone_number_verified",
          "locale", "identities"}  # fmt: skip
_GRANTS = {"code": "authorization_code", "implicit": "implicit", "client_credentials": "client_credentials"}


def client(pool: str, profile: str | None) -> Any:
    """boto3's client for the region in the pool's id; BadInput for another form of id or an unknown profile."""
    region, underscore, _ = pool.partition("_")
    if not (underscore and region.count("-") >= 2):
        raise BadInput("not the id of a user pool", where=pool, hint="it looks like eu-central-1_AbCdEfGhI")
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
    except BotoCoreError as err:
        raise BadInput(str(err), where="--aws-profile") from err
    return session.client("cognito-idp", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))


def streams(cognito: Any, pool: str) -> dict[str, Stream]:
    """Dataset → stream. Throttling is botocore's business."""
    return {
        "identity.users": partial(_users, cognito, pool),
        "identity.groups": partial(_groups, cognito, pool),
        "identity.applications": partial(_applications, cognito, pool),
    }


def _users(cognito: Any, pool: str, cursor: Any) -> Iterator[Page]:
    for answer, following in _walk(cognito.list_users, "PaginationToken", cursor, UserPoolId=pool, Limit=60):
        yield Page(tuple(_user(one) for one in answer["Users"]), following)


def _groups(cognito: Any, pool: str, cursor: Any) -> Iterator[Page]:
    for answer, following in _walk(cognito.list_groups, "NextToken", cursor, UserPoolId=pool, Limit=60):
        yield Page(tuple(_group(cognito, pool, one) for one in answer["Groups"]), following)


def _applications(cognito: Any, pool: str, cursor: Any) -> Iterator[Page]:
    for answer, following in _walk(cognito.list_user_pool_clients, "NextToken", cursor, UserPoolId=pool, MaxResults=60):
        found = (
            _asked(cognito.describe_user_pool_client, UserPoolId=pool, ClientId=one["ClientId"])["UserPoolClient"]
            for one in answer["UserPoolClients"]
        )
        yield Page(tuple(_application(one) for one in found), following)


def _walk(call: Any, token: str, cursor: Any, **query: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    while True:
        answer = _asked(call, **query, **({token: cursor} if cursor else {}))
        cursor = answer.get(token)
        yield answer, cursor
        if not cursor:
            return


def _asked(call: Any, **query: Any) -> dict[str, Any]:
    """An answer; botocore has tried again what passes."""
    try:
        answer: dict[str, Any] = call(**query)
    except (BotoCoreError, ClientError) as err:
        raise ProgramFailed(str(err), where=query["UserPoolId"], hint="run it again: it goes on") from err
    return answer


def _user(user: dict[str, Any]) -> Record:
    attributes = {one["Name"]: one["Value"] for one in user["Attributes"]}
    factors = {
        *user.get("UserMFASettingList", ()),
        *(one.get("DeliveryMedium", "") + "_MFA" for one in user.get("MFAOptions", ())),
    }
    return present(
        # groups list users by name: it is unique in the pool and never changes
        id=user["Username"],
        subject=attributes.get("sub"),
        source=NAME,
        # signing in with an address makes the name a random one
        username=attributes.get("preferred_username")
        or (
            attributes.get("email", user["Username"]) if user["Username"] == attributes.get("sub") else user["Username"]
        ),
        email=attributes.get("email"),
        email_verified=_truth(attributes.get("email_verified")),
        first_name=attributes.get("given_name"),
        last_name=attributes.get("family_name"),
        phone=attributes.get("phone_number"),
        phone_verified=_truth(attributes.get("phone_number_verified")),
        locale=attributes.get("locale"),
        enabled=user["Enabled"],
        status=user["UserStatus"],
        created=user["UserCreateDate"].isoformat(),
        attributes={key: [value] for key, value in attributes.items() if key not in _KNOWN},
        factors=[{"type": _FACTORS.get(one, "other"), "vendor_type": one} for one in sorted(factors)],
    )


def _truth(text: str | None) -> bool | None:
    return None if text is None else text.lower() == "true"


def _group(cognito: Any, pool: str, group: dict[str, Any]) -> Record:
    query = {"UserPoolId": pool, "GroupName": group["GroupName"], "Limit": 60}
    answers = _walk(cognito.list_users_in_group, "NextToken", None, **query)
    members = [one["Username"] for one in entries(((answer["Users"], cursor) for answer, cursor in answers), NAME)]
    return present(
        id=group["GroupName"],
        source=NAME,
        name=group["GroupName"],
        description=group.get("Description"),
        members=members,
    )


def _application(client: dict[str, Any]) -> Record:
    """`ClientSecret` is in the answer and left there."""
    flows = client.get("AllowedOAuthFlows", [])
    return present(
        id=client["ClientId"],
        source=NAME,
        name=client["ClientName"],
        protocol="oidc",
        enabled=True,
        client_id=client["ClientId"],
        kind="service" if flows == ["client_credentials"] else "web" if "ClientSecret" in client else "browser",
        redirect_uris=client.get("CallbackURLs"),
        post_logout_redirect_uris=client.get("LogoutURLs"),
        grant_types=[_GRANTS[one] for one in flows],
        scopes=client.get("AllowedOAuthScopes"),
    )
