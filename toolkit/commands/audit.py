"""`offramp audit PATH…`: what checkouts, accounts and domains depend on, and who can stop it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit import errors
from toolkit.commands.audited import audited
from toolkit.commands.options import (
    ANY_PATH,
    EXISTING,
    catalog_option,
    format_option,
    output_option,
    outside_option,
    source_url_option,
)
from toolkit.console import Targets, emit, say

if TYPE_CHECKING:
    from toolkit.collect.network.outside import Outside


@click.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option(
    "--platform", "platform_file", type=EXISTING, help="offramp.toml; default: the one in PATH or here, if any."
)
@click.option("--aws-profile", metavar="NAME", help="Also ask this AWS account (read-only; shows the calls first).")
@click.option("--aws-region", "regions", multiple=True, metavar="REGION", help="Only these; default: all enabled.")
@click.option("--domain", "domains", multiple=True, metavar="NAME", help="Also look at it from outside; repeatable.")
@click.option("--resolver", metavar="HOST[:PORT]", help="Who is asked about domains; default: this system's.")
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=5.0, help="Seconds for each question about one.")
@click.option("--deadline", type=click.FloatRange(1, 3600), default=120.0, help="Seconds for all domains together.")
@click.option("--rdap", metavar="URL", help="The registry's RDAP server; default: the one IANA's list names.")
@click.option("--web-ports", type=(int, int), default=(443, 80), hidden=True, help="HTTPS and HTTP.")
@click.option("--allow-private", is_flag=True, help="Visit a domain whose own address is a private one.")
@click.option(
    "--record",
    "records",
    multiple=True,
    type=ANY_PATH,
    metavar="FILE",
    help="Signed: a journal, a tabletop, a go-bag, an export. A zone file, a HAR.",
)
@click.option("--print-iam-policy", is_flag=True, help="Print the least IAM policy --aws-profile needs, and stop.")
@click.option("--redact", is_flag=True, help="Replace account ids, ARNs and your host names by pseudonyms.")
@click.option("--redact-key", type=EXISTING, metavar="FILE", help="Make pseudonyms agree between audits: secret bytes.")
@source_url_option
@click.option("--strict", is_flag=True, help="Exit 3 if anything could not be read.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@outside_option
@catalog_option
@format_option
@output_option
def audit(
    paths: tuple[Path, ...],
    platform_file: Path | None,
    aws_profile: str | None,
    regions: tuple[str, ...],
    domains: tuple[str, ...],
    resolver: str | None,
    timeout: float,
    deadline: float,
    rdap: str | None,
    web_ports: tuple[int, int],
    allow_private: bool,
    records: tuple[Path, ...],
    print_iam_policy: bool,
    redact: bool,
    redact_key: Path | None,
    source_url: str | None,
    strict: bool,
    no_cache: bool,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what the checkouts in PATH (default: here), the accounts and the domains named depend on.

    Without accounts or domains named, nothing touches the network.
    """
    if print_iam_policy:
        from toolkit.collect.accounts.aws import iam_policy

        return click.echo(iam_policy())
    outside = None
    if domains:
        outside = _outside(domains, resolver, (timeout, deadline), rdap, web_ports, private=allow_private)
    accounts = (aws_profile, regions)
    result, catalog = audited(
        paths,
        platform_file,
        overlays,
        *accounts,
        records,
        outside,
        cached=not no_cache,
        allow_outside=allow_outside,
    )
    if redact or redact_key:
        from toolkit.documents import read_file
        from toolkit.redact import redact as redacted

        if not result.platform.domains:
            say("offramp.toml names no domains: the platform's own host names are not known as such, and stay readable")
        result = redacted(result, read_file(redact_key, 2**20) if redact_key else None)
    else:
        from msgspec.structs import replace

        from toolkit.forge import source_url as of_this_build

        result = replace(result, source_url=of_this_build(source_url, result))
    emit("render", (result, catalog), chosen, targets)
    if strict and (unread := result.survey.unread):
        raise errors.StrictUnread(f"{len(unread)} places could not be read", hint="they are listed in the report")
    return None


def _outside(
    domains: tuple[str, ...],
    resolver: str | None,
    patience: tuple[float, float],
    rdap: str | None,
    ports: tuple[int, int],
    *,
    private: bool,
) -> "Outside":
    """What the options say of the network, checked before anything is read."""
    from toolkit.collect.network.names import domain_name, server
    from toolkit.collect.network.outside import Outside, system_resolvers

    resolvers = (server(resolver),) if resolver else system_resolvers()
    names = tuple(dict.fromkeys(domain_name(domain) for domain in domains))
    timeout, deadline = patience
    return Outside(names, resolvers, timeout, deadline, rdap, *ports, allow_private=private)
