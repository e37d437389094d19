"""The AWS source: a boto3 session → what lies in the account, in every enabled region, as evidence with ARN and size.

Read-only, and every operation is in `aws_listings.LISTINGS`, from which the preview and the IAM policy are made too.
Whatever is refused, throttled or out of reach becomes `Unread`; only an unusable session ends the run (BadInput).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Lock, Semaphore
from typing import Any, NamedTuple

import boto3
import jmespath
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from toolkit.collect.accounts.aws_listings import LISTINGS, Listing
from toolkit.errors import BadInput
from toolkit.model import Evidence, Root, Survey, Unread

SOURCE = "accounts.aws"
_HOME = "us-east-1"  # where global services answer, and where the list of regions is asked for
_THREADS = 24
_AT_ONCE = 4  # requests to one service at a time: below every documented rate limit of a listing call
# "standard" retries throttled calls with backoff and jitter; a region that does not answer must not hold up the rest
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=30, max_pool_connections=_AT_ONCE
)
_EXTRA_ACTIONS = ("cloudwatch:GetMetricData", "ec2:DescribeRegions")  # bucket sizes; the regions
_MEANINGS = {
    "throttled, also after retries": ("Throttl", "RequestLimitExceeded", "TooManyRequests"),
    "region not enabled, or credentials not valid there": ("OptIn", "UnrecognizedClient", "InvalidClientTokenId"),
    "the session has expired": ("Expired",),
    "denied": ("AccessDenied", "Unauthorized"),
}
_REFUSALS = (BotoCoreError, ClientError, ResponseParserError)
_METRICS_AT_ONCE = 500  # GetMetricData's own limit


class Account(NamedTuple):
    """Who the session is, and where it may look."""

    id: str
    partition: str
    regions: tuple[str, ...]


class _Found(NamedTuple):
    listing: Listing
    region: str
    rows: list[Any]


def account(session: boto3.Session, *, regions: Sequence[str] | None = None) -> Account:
    """Two calls: who am I, and which regions are enabled (only where `regions` names none)."""
    try:
        identity = session.client("sts", region_name=_HOME, config=_CONFIG).get_caller_identity()
        if regions is None:
            answer = session.client("ec2", region_name=_HOME, config=_CONFIG).describe_regions()
            regions = sorted(region["RegionName"] for region in answer["Regions"])
    except _REFUSALS as err:
        raise BadInput(
            f"AWS does not accept this session: {_reason(err)}",
            where=f"profile {session.profile_name}",
            hint="sign in again (`aws sso login`, fresh keys); if only listing regions is denied, name --aws-region",
        ) from err
    return Account(identity["Account"], identity["Arn"].split(":")[1], tuple(regions))


def preview(here: Account) -> str:
    """What will be asked, before it is: calls, regions, cost."""
    once = [listing for listing in LISTINGS if listing.everywhere]
    each = [listing for listing in LISTINGS if not listing.everywhere]
    calls = len(once) + len(each) * len(here.regions)
    names = ", ".join(sorted({listing.client for listing in LISTINGS}))
    return (
        f"AWS account {here.id}: about {calls} read-only list calls (free of charge) in {len(here.regions)} regions "
        f"({', '.join(here.regions)}), and a metric per bucket for its size.\nServices: {names}"
    )


def iam_policy() -> str:
    """The least policy `collect_aws` works with, as JSON."""
    actions = sorted({*_EXTRA_ACTIONS, *(action for listing in LISTINGS for action in listing.actions)})
    statement = {"Sid": "OfframpReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def collect_aws(session: boto3.Session, here: Account) -> Survey:
    """Everything of the user's in the account. Regions and services are asked side by side."""
    root = Root(f"aws:{here.id}", "account", session.profile_name or "default")
    clients = _Clients(session)
    jobs = [(listing, region) for listing in LISTINGS for region in _places(session, listing, here)]
    unread: list[Unread] = []

    def ask(job: tuple[Listing, str]) -> _Found:
        listing, region = job
        return _Found(listing, region, _guarded(lambda: _rows(clients, listing, region), job, root, unread))

    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(ask, jobs))
        buckets = [row["Name"] for one in found if one.listing.thing == "bucket" for row in one.rows]
        sizes = _bucket_sizes(clients, buckets, here, root, unread, pool)
    evidence = [item for one in found for item in _evidence(one, here, root, sizes)]
    return Survey((root,), (SOURCE,), tuple(evidence), (), tuple(unread))


# --- asking -----------------------------------------------------------------------------------------------------------
class _Clients:
    """One client per service and region. Making clients is not thread-safe, using them is."""

    def __init__(self, session: boto3.Session) -> None:
        self._session, self._lock = session, Lock()
        self._made: dict[tuple[str, str], Any] = {}
        self._turns: dict[str, Semaphore] = {}

    def get(self, name: str, region: str) -> Any:
        with self._lock:
            if (name, region) not in self._made:
                self._made[name, region] = self._session.client(name, region_name=region, config=_CONFIG)
            return self._made[name, region]

    def turn(self, name: str) -> Semaphore:
        with self._lock:
            return self._turns.setdefault(name, Semaphore(_AT_ONCE))


def _places(session: boto3.Session, listing: Listing, here: Account) -> Iterator[str]:
    """Regions to ask. A service that AWS does not offer in a region is not asked there; a region this botocore does
    not know yet is."""
    if listing.everywhere:
        yield _HOME
        return
    offered = session.get_available_regions(listing.client, here.partition)
    known = session.get_available_regions("ec2", here.partition)
    yield from (region for region in here.regions if region in offered or region not in known)


def _rows(clients: _Clients, listing: Listing, region: str) -> list[Any]:
    rows: list[Any] = _pages(clients, listing, region, listing.operation, listing.rows, listing.arguments)
    if not rows or listing.but_not is None:
        return rows
    operation, path, id_path = listing.but_not
    theirs = set(_pages(clients, listing, region, operation, path, {}))
    return [row for row in rows if jmespath.search(id_path, row) not in theirs]


def _pages(
    clients: _Clients, listing: Listing, region: str, operation: str, path: str, arguments: Mapping[str, object]
) -> list[Any]:
    client = clients.get(listing.client, region)
    with clients.turn(listing.client):
        if client.can_paginate(operation):
            pages: Iterable[Any] = client.get_paginator(operation).paginate(**arguments)
        else:
            pages = [getattr(client, operation)(**arguments)]
        return [row for page in pages for row in jmespath.search(path, page) or ()]


def _guarded(ask: Callable[[], list[Any]], job: tuple[Listing, str], root: Root, unread: list[Unread]) -> list[Any]:
    """The rows, or none and an `Unread` that says why. What one call may not see, others still can."""
    try:
        return ask()
    except _REFUSALS as err:
        listing, region = job
        where = f"{listing.client}.{listing.operation} in {region}"
        unread.append(Unread(SOURCE, root.id, where, _reason(err)))
        return []


def _reason(err: Exception) -> str:
    """What AWS said, in a few words; messages can carry ARNs of the caller, never secrets."""
    if isinstance(err, ClientError):
        code = str(err.response.get("Error", {}).get("Code", "")) or "no error code"
        for meaning, codes in _MEANINGS.items():
            if any(part in code for part in codes):
                return f"{meaning} ({code})"
        status = err.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return f"denied ({code})" if status == 403 else code
    if isinstance(err, EndpointConnectionError):
        return "the service does not answer in this region"
    return str(err)


# --- sizes of buckets: CloudWatch knows them, S3 itself would have to list every object -------------------------------
def _bucket_sizes(
    clients: _Clients,
    buckets: Sequence[str],
    here: Account,
    root: Root,
    unread: list[Unread],
    pool: ThreadPoolExecutor,
) -> dict[str, int]:
    """Bucket → bytes in standard storage on the last day CloudWatch has. The metric lies in the bucket's region."""
    batches = [buckets[start : start + _METRICS_AT_ONCE] for start in range(0, len(buckets), _METRICS_AT_ONCE)]
    sizes: dict[str, int] = {}

    def ask(job: tuple[str, Sequence[str]]) -> None:
        region, batch = job
        try:
            sizes.update(_metrics(clients, region, batch))
        except _REFUSALS as err:
            where = f"cloudwatch.get_metric_data in {region}"
            unread.append(Unread(SOURCE, root.id, where, f"sizes of buckets: {_reason(err)}"))

    list(pool.map(ask, [(region, batch) for region in here.regions for batch in batches]))
    return sizes


def _metrics(clients: _Clients, region: str, buckets: Sequence[str]) -> Iterator[tuple[str, int]]:
    queries = [_query(number, bucket) for number, bucket in enumerate(buckets)]
    now = datetime.now(UTC)
    with clients.turn("cloudwatch"):
        client = clients.get("cloudwatch", region)
        answer = client.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(days=3), EndTime=now)
    for result in answer["MetricDataResults"]:
        if result["Values"]:
            yield buckets[int(result["Id"].removeprefix("bucket"))], int(result["Values"][0])


def _query(number: int, bucket: str) -> dict[str, Any]:
    dimensions = [{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": "StandardStorage"}]
    metric = {"Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": dimensions}
    return {"Id": f"bucket{number}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Average"}}


# --- answering --------------------------------------------------------------------------------------------------------
def _evidence(found: _Found, here: Account, root: Root, sizes: Mapping[str, int]) -> Iterator[Evidence]:
    listing = found.listing
    place = {"partition": here.partition, "region": found.region, "account": here.id}
    for row in found.rows:
        values = {**place, **row} if isinstance(row, dict) else {**place, "row": row}
        yield Evidence(
            source=SOURCE,
            signal=f"aws/{listing.service}#resource:{listing.thing}",
            root=root.id,
            where=listing.arn.format_map(values),
            role="infra",
            quantity=int(jmespath.search(listing.quantity, row) or 1) if listing.quantity else 1,
            size_bytes=sizes.get(row["Name"]) if listing.thing == "bucket" else _size(listing, row),
        )


def _size(listing: Listing, row: Any) -> int | None:
    number = jmespath.search(listing.size, row) if listing.size else None
    return None if number is None else int(number) * listing.unit
