"""`offramp export dns SOURCE`: zones from whoever serves them now. Tokens and keys come from the environment only."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.console import say
from toolkit.errors import BadInput
from toolkit.export.options import address, announce, dry_run_option, report, secret, to_option

if TYPE_CHECKING:
    from toolkit.export.dataset import Stream
    from toolkit.export.dns.zones import Resolve

_MOST_NAMED = 40
Streams = dict[str, "Stream"]

zone_option = click.option("--zone", "zones", multiple=True, metavar="NAME", help="Repeatable; none: every zone.")
resolver_option = click.option(
    "--resolver", metavar="ADDRESS", help="Whom to ask for the targets of aliases; default: as this machine does."
)


@click.group()
def dns() -> None:
    """Zones of DNS, into the dataset edge.zones, with a checklist of what only the registrar knows."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (dry_run_option, to_option, resolver_option, zone_option):
        command = option(command)
    return command


@dns.command()
@click.option("--aws-profile", metavar="NAME", help="Default: whatever boto3 finds.")
@_options
def route53(aws_profile: str | None, zones: tuple[str, ...], resolver: str | None, folder: Path, dry_run: bool) -> None:
    """Public hosted zones of Route 53."""
    from toolkit.export.dns import route53

    def streams(resolve: "Resolve") -> Streams:
        return route53.streams(route53.client(aws_profile), zones, resolve)

    _export(f"route53 {' '.join(zones)}".strip(), route53.ENDPOINTS, streams, resolver, folder, dry_run=dry_run)


@dns.command()
@click.option("--api", default="https://api.cloudflare.com", metavar="URL", help="Token: CLOUDFLARE_TOKEN.")
@_options
def cloudflare(api: str, zones: tuple[str, ...], resolver: str | None, folder: Path, dry_run: bool) -> None:
    """Zones at Cloudflare, with the origins behind its proxy."""
    from toolkit.export.dns import cloudflare

    def streams(resolve: "Resolve") -> Streams:
        client = cloudflare.client(secret("CLOUDFLARE_TOKEN"), address(api))
        return cloudflare.streams(client, zones, resolve, sleep=time.sleep)

    _export(f"cloudflare {' '.join(zones)}".strip(), cloudflare.ENDPOINTS, streams, resolver, folder, dry_run=dry_run)


@dns.command()
@click.option("--api", default="https://api.gandi.net", metavar="URL", help="Token: GANDI_TOKEN.")
@_options
def gandi(api: str, zones: tuple[str, ...], resolver: str | None, folder: Path, dry_run: bool) -> None:
    """Zones at Gandi LiveDNS."""
    from toolkit.export.dns import gandi

    def streams(resolve: "Resolve") -> Streams:
        client = gandi.client(secret("GANDI_TOKEN"), address(api))
        return gandi.streams(client, zones, resolve, sleep=time.sleep)

    _export(f"gandi {' '.join(zones)}".strip(), gandi.ENDPOINTS, streams, resolver, folder, dry_run=dry_run)


@dns.command()
@click.option("--api", default="https://api.digitalocean.com", metavar="URL", help="Token: DIGITALOCEAN_TOKEN.")
@_options
def digitalocean(api: str, zones: tuple[str, ...], resolver: str | None, folder: Path, dry_run: bool) -> None:
    """Domains at DigitalOcean."""
    from toolkit.export.dns import digitalocean

    def streams(resolve: "Resolve") -> Streams:
        client = digitalocean.client(secret("DIGITALOCEAN_TOKEN"), address(api))
        return digitalocean.streams(client, zones, resolve, sleep=time.sleep)

    _export(
        f"digitalocean {' '.join(zones)}".strip(), digitalocean.ENDPOINTS, streams, resolver, folder, dry_run=dry_run
    )


@dns.command(name="file")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--zone", required=True, metavar="NAME", help="The zone it is of.")
@resolver_option
@to_option
def file(path: Path, zone: str, resolver: str | None, folder: Path) -> None:
    """A zone file, from whatever wrote it."""
    from toolkit.export.dns import zone_file

    def streams(resolve: "Resolve") -> Streams:
        return zone_file.streams(path, zone, resolve)

    _export(f"zone-file {path.name} {zone}", (f"the file {path.name}",), streams, resolver, folder, dry_run=False)


@dns.command()
@click.option("--server", required=True, metavar="ADDRESS[@PORT]", help="A TSIG key is read from AXFR_TSIG.")
@_options
def axfr(server: str, zones: tuple[str, ...], resolver: str | None, folder: Path, dry_run: bool) -> None:
    """A transfer from a name server that allows it."""
    from toolkit.export.dns import zone_transfer
    from toolkit.export.dns.zones import server as named

    if not zones:
        raise BadInput("a name server lists no zones", where="--zone", hint="name each one")

    def streams(resolve: "Resolve") -> Streams:
        tsig = zone_transfer.key(os.environ.get("AXFR_TSIG", "").strip())
        return zone_transfer.streams(named(server), zones, tsig, resolve)

    source = f"axfr {server} {' '.join(zones)}"
    _export(source, zone_transfer.ENDPOINTS, streams, resolver, folder, dry_run=dry_run)


def _export(
    source: str,
    calls: tuple[str, ...],
    streams: Callable[["Resolve"], Streams],
    resolver: str | None,
    folder: Path,
    *,
    dry_run: bool,
) -> None:
    from toolkit.export import dataset
    from toolkit.export.dns import registrar, zones

    announce(source, (*calls, "and a resolver for targets of aliases"))
    if not dry_run:
        asked, beside = streams(zones.resolver(resolver)), registrar.checklist
        report(dataset.export(asked, folder, source=source, log=say, beside=beside), folder)
        _tell_decisions(list(zones.decisions(folder)))
        say(f"what only the registrar knows is asked for in {folder / registrar.FILE}")


def _tell_decisions(lines: list[str]) -> None:
    """What somebody has to decide."""
    if lines:
        say(f"{len(lines)} things to decide, all in edge.zones.jsonl:")
    for line in lines[:_MOST_NAMED]:
        say(f"  {line}")
