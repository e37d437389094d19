"""Route 53: hosted zones through boto3.

In: a client and names of zones; none: all public ones. Out: the stream edge.zones. Of sets that Route 53 chooses from
(weighted, by latency, place or health) DNS can hold one: the first of them by its own order, and all are listed.
Needs route53:ListHostedZones, ListResourceRecordSets and GetDNSSEC.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import Page, Record, Stream
from toolkit.export.dns.zones import TTL, Alias, Decision, Found, Resolve, described, no_more, pages, plain, zone_name

NAME = "route53"
_SETS = "ResourceRecordSets"
ENDPOINTS = ("ListHostedZones", "ListResourceRecordSets", "GetDNSSEC")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")  # Route 53 writes "*" as \052; zone files count in tens
_END_IN_NAMES = ("CNAME", "MX", "NS", "PTR", "SRV")  # which Route 53 takes for whole, with and without a dot
_CHOSEN_BY = ("Weight", "Region", "GeoLocation", "GeoProximityLocation", "Failover", "CidrRoutingConfig")


def client(profile: str | None, endpoint: str | None = None) -> Any:
    """boto3's client; BadInput for an unknown profile."""
    try:
        session = boto3.Session(profile_name=profile)
    except BotoCoreError as err:
        raise BadInput(str(err), where="--aws-profile") from err
    config = Config(retries={"mode": "adaptive", "max_attempts": 10})
    return session.client("route53", endpoint_url=endpoint, region_name="us-east-1", config=config)


def streams(route53: Any, zones: Sequence[str], resolve: Resolve) -> dict[str, Stream]:
    """Dataset → stream. Throttling is botocore's business."""
    return {"edge.zones": partial(_zones, route53, zones, resolve)}


def _zones(route53: Any, zones: Sequence[str], resolve: Resolve, cursor: Any) -> Iterator[Page]:
    public = [one for one in _walk(route53.list_hosted_zones, "HostedZones") if not one["Config"].get("PrivateZone")]
    ids = {plain(zone_name(one["Name"])): one["Id"] for one in public}
    wanted = [plain(zone_name(name)) for name in zones] or sorted(ids)
    if missing := [name for name in wanted if name not in ids]:
        raise BadInput(f"no public hosted zone {', '.join(missing)}", where=NAME, hint=f"there are: {', '.join(ids)}")

    def describe(name: str) -> Record:
        sets = list(no_more(name, _walk(route53.list_resource_record_sets, _SETS, HostedZoneId=ids[name])))
        chosen, decisions = _chosen(sets, name)
        found = [record for one in chosen for record in _records(one)]
        signed, ds = _signing(route53, ids[name])
        return described(zone_name(name), NAME, found, decisions, resolve=resolve, ds=ds, signed=signed)

    return pages(wanted, cursor, describe)


def _walk(call: Any, key: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Every entry of a list; botocore has tried again what passes."""
    try:
        for page in call.__self__.get_paginator(call.__name__).paginate(**query):
            yield from page[key]
    except (BotoCoreError, ClientError) as err:
        raise ProgramFailed(str(err), where=NAME, hint="run it again: it goes on") from err


def _signing(route53: Any, zone: str) -> tuple[bool, list[str]]:
    """Whether Route 53 signs the zone, and the DS records that its parent should have."""
    try:
        answer = route53.get_dnssec(HostedZoneId=zone)
    except (BotoCoreError, ClientError) as err:
        raise ProgramFailed(str(err), where=NAME, hint="it needs route53:GetDNSSEC; run it again: it goes on") from err
    signed = answer.get("Status", {}).get("ServeSignature", "NOT_SIGNING") != "NOT_SIGNING"
    return signed, [one["DSRecord"] for one in answer.get("KeySigningKeys", ()) if one.get("DSRecord")]


def _chosen(sets: Sequence[dict[str, Any]], zone: str) -> tuple[list[dict[str, Any]], list[Decision]]:
    """The sets that DNS can hold: of those that share name and type the first; multivalue answers all together."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in sets:
        groups.setdefault((one["Name"], one["Type"]), []).append(one)
    kept, decisions = [], []
    for (name, kind), group in groups.items():
        policies = sorted({policy for one in group for policy in _CHOSEN_BY if policy in one})
        if not policies:
            kept += group
            continue
        first, *_ = sorted(group, key=_order)
        kept.append(first)
        shown = tuple(f"{one['SetIdentifier']}: {_target(one)}"[:200] for one in group)
        what = f"{kind}: Route 53 chose by {', '.join(policies)}; {first['SetIdentifier']} alone stands for it now"
        decisions.append(Decision(_name(name).removesuffix(f"{zone}.").rstrip(".") or "@", "policy", what, shown))
    return kept, decisions


def _order(one: dict[str, Any]) -> tuple[bool, bool, int, str]:
    """The primary, the default place, the heaviest, the first by its id."""
    place = one.get("GeoLocation", {})
    everywhere = place.get("CountryCode") == "*"
    return (
        one.get("Failover") == "SECONDARY",
        bool(place) and not everywhere,
        -one.get("Weight", 0),
        one["SetIdentifier"],
    )


def _target(one: dict[str, Any]) -> str:
    if "AliasTarget" in one:
        return str(one["AliasTarget"]["DNSName"])
    return ", ".join(record["Value"] for record in one.get("ResourceRecords", ()))


def _records(one: dict[str, Any]) -> Iterator[Found | Alias]:
    name, kind = _name(one["Name"]), one["Type"]
    if alias := one.get("AliasTarget"):
        target = _name(alias["DNSName"])
        if kind in ("A", "AAAA"):
            yield Alias(name, (kind,), 60, target)
        else:  # within the zone: a CNAME, or a copy of what another name has
            yield Found(name, "CNAME", 60, target)
        return
    for record in one.get("ResourceRecords", ()):
        value = _in_tens(record["Value"])
        dotted = f"{value}." if kind in _END_IN_NAMES and not value.endswith(".") else value
        yield Found(name, kind, one.get("TTL", TTL), dotted)


def _name(text: str) -> str:
    """An absolute name as zone files write it."""
    name = _in_tens(text)
    return name if name.endswith(".") else f"{name}."


def _in_tens(text: str) -> str:
    return _OCTAL.sub(lambda match: _escape(int(match[1], 8)), text)


def _escape(byte: int) -> str:
    return chr(byte) if chr(byte) in "*_-" or (chr(byte).isalnum() and byte < 128) else f"\\{byte:03d}"
