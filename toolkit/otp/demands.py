"""What each request counts for: which limits a code or a guess has to fit into, and what a refusal is called.

A person who is known (people.py) counts apart from strangers, so that what strangers do refuses strangers.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from toolkit.otp.addresses import subject
from toolkit.otp.destinations import Destination
from toolkit.otp.limits import Demand, Exceeded
from toolkit.otp.people import Person
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Limit, Limits, Settings
from toolkit.serving.networks import network

ADDRESS = "end_user_ip_address"  # the name Twilio's own examples give this limit
_EXCEEDED = {
    "number": 60212,
    "mailbox": 60203,  # Twilio's 60212 speaks of phone numbers only
    "number_all": 60212,
    "mailbox_all": 60203,
    "prefix": 60410,
    "domain": 20429,
    "account": 20429,
    "checks": 60202,
    "number_checks": 60202,
    "account_checks": 20429,
}  # others: a named rate limit


def of_code(
    settings: Settings, to: Destination, channel: str, person: Person, source: str, named: Mapping[str, str]
) -> list[Demand]:
    """What a code demands. `source`: the keyed network it is asked from, "" where nobody said; `named`: RateLimits."""
    limits = settings.limits
    one, group, group_limit = ("number", "prefix", limits.prefix) if channel == "sms" else (
        "mailbox", "domain", limits.domain,
    )  # fmt: skip
    own = f"{person.bucket}|{source}" if person.at_home else person.bucket
    demands = [
        Demand("account", "members" if person.member else "strangers", limits.account, kept=True),
        Demand(one, own, limits.number),
        Demand(f"{one}_all", person.bucket, limits.number_all, kept=True),
    ]
    if not person.member:
        demands.append(Demand(group, to.group, group_limit))
    return [*demands, *_named(limits, named)]


def of_address(limits: Limits, address: str) -> list[Demand]:
    """What has been counted for a user's network."""
    return _named(limits, {ADDRESS: address}) if ADDRESS in limits.rate_limits else []


def of_guess(limits: Limits, bucket: str, source: str) -> list[Demand]:
    """What a wrong guess at somebody's code demands, whatever it was sent for."""
    return [
        Demand("account_checks", "", limits.account_checks),
        Demand("number_checks", f"{bucket}|{source}", limits.number_checks),
    ]


def guesses(settings: Settings, verification: Row[Any], source: str) -> Demand:
    """Wrong guesses at one verification. Who asked for its code has five of their own; everybody else shares five."""
    starters = {send.get("source", "") for send in verification.sends}
    whose = source if source in starters else "others"
    return Demand("checks", f"{verification.sid}|{whose}", Limit(settings.limits.checks, settings.code.seconds))


def refusal(exceeded: Exceeded) -> Refusal:
    """In Twilio's words."""
    name = exceeded.name.removeprefix("rate_limits.")
    return Refusal(_EXCEEDED.get(exceeded.name, 60207), name, retry_after=exceeded.retry_after)


def _named(limits: Limits, named: Mapping[str, str]) -> list[Demand]:
    demands = []
    for name, value in named.items():
        if name not in limits.rate_limits:
            raise Refusal(60200, f"RateLimits: {name[:40]}")
        counted = network(value) if name == ADDRESS else subject(value)
        if counted is None:  # another spelling of the same would have a limit of its own
            raise Refusal(60200, f"RateLimits: {ADDRESS} is no address")
        demands.append(Demand(f"rate_limits.{name}", counted, limits.rate_limits[name]))
    return demands
