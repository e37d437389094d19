"""`offramp export VENDOR`: one command per vendor. Tokens come from the environment only: arguments are seen by others.

What will be asked of the vendor is said first; `--dry-run` stops there.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from toolkit.console import say
from toolkit.export.data_command import add_data
from toolkit.export.dns.command import dns
from toolkit.export.options import address, announce, dry_run_option, report, secret, sign_option, signed, to_option

_MOST_NAMED = 20


@click.group()
def export() -> None:
    """Pull your data out of a vendor, into datasets that blueprints import.

    A run that was stopped goes on where it was: give the same command again.
    """


export.add_command(dns)


@export.command()
@click.option(
    "--org", required=True, metavar="URL", help="https://example.okta.com; the token is read from OKTA_TOKEN."
)
@to_option
@dry_run_option
def okta(org: str, folder: Path, dry_run: bool) -> None:
    """Users with their factors, groups, applications with redirect URIs and assignments."""
    from toolkit.export import dataset, okta

    announce(f"okta {org}", okta.ENDPOINTS)
    if not dry_run:
        with okta.client(address(org), secret("OKTA_TOKEN")) as client:
            streams = okta.streams(client, sleep=time.sleep)
            report(dataset.export(streams, folder, source=f"okta {org}", log=say), folder)


@export.command()
@click.option("--tenant", required=True, metavar="URL", help="https://example.eu.auth0.com; token: AUTH0_TOKEN.")
@to_option
@dry_run_option
def auth0(tenant: str, folder: Path, dry_run: bool) -> None:
    """Users (by an export job), roles, clients."""
    from toolkit.export import auth0, dataset

    announce(f"auth0 {tenant}", auth0.ENDPOINTS)
    if not dry_run:
        with auth0.client(address(tenant), secret("AUTH0_TOKEN")) as client:
            streams = auth0.streams(client, sleep=time.sleep)
            report(dataset.export(streams, folder, source=f"auth0 {tenant}", log=say), folder)


@export.command()
@click.option("--pool", required=True, metavar="ID", help="eu-central-1_AbCdEfGhI; its region is in it.")
@click.option("--aws-profile", metavar="NAME", help="Default: whatever boto3 finds.")
@to_option
@dry_run_option
def cognito(pool: str, aws_profile: str | None, folder: Path, dry_run: bool) -> None:
    """Users, groups and clients of one user pool."""
    from toolkit.export import cognito, dataset

    announce(f"cognito {pool}", cognito.ENDPOINTS)
    if not dry_run:
        streams = cognito.streams(cognito.client(pool, aws_profile), pool)
        report(dataset.export(streams, folder, source=f"cognito {pool}", log=say), folder)


@export.command()
@click.option("--account", required=True, metavar="URL", help="https://example.zendesk.com; token: ZENDESK_TOKEN.")
@click.option("--email", required=True, metavar="ADDRESS", help="The administrator the token belongs to.")
@click.option("--since", type=click.DateTime(), help="Only people and tickets changed since then (UTC).")
@to_option
@dry_run_option
def zendesk(account: str, email: str, since: datetime | None, folder: Path, dry_run: bool) -> None:
    """People, organisations, tickets with comments and attachments, macros, triggers, help-centre articles."""
    from toolkit.export import dataset, zendesk

    announce(f"zendesk {account}", zendesk.ENDPOINTS)
    if not dry_run:
        start = int(since.replace(tzinfo=UTC).timestamp()) if since else 0
        with zendesk.client(address(account), email, secret("ZENDESK_TOKEN")) as client:
            streams = zendesk.streams(client, folder, sleep=time.sleep, since=start)
            report(dataset.export(streams, folder, source=f"zendesk {account} since {start}", log=say), folder)
        tell_missing(list(zendesk.missing(folder)))


@export.command()
@click.option("--bucket", "buckets", required=True, multiple=True, metavar="NAME", help="Repeatable.")
@click.option("--aws-profile", metavar="NAME", help="Default: whatever boto3 finds.")
@click.option("--endpoint", metavar="URL", help="Of a store that is not AWS.")
@to_option
@sign_option
@dry_run_option
def s3(
    buckets: tuple[str, ...],
    aws_profile: str | None,
    endpoint: str | None,
    folder: Path,
    key: Path | None,
    dry_run: bool,
) -> None:
    """Objects of buckets with headers, metadata and tags; versions and grants are counted and said.

    Where TO holds a complete export of these buckets, only what is new or changed is fetched, and what is gone goes.
    """
    from toolkit.export import dataset, s3

    source = f"s3 {endpoint or 'aws'} {' '.join(buckets)}"
    announce(source, s3.ENDPOINTS)
    if not dry_run:
        streams = s3.streams(s3.client(aws_profile, endpoint), buckets, folder)
        with signed(folder, key):
            made = dataset.export(streams, folder, source=source, log=say, renews=True)
        report(made, folder)


add_data(export, s3)


@export.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="table", help="The vendor the file is from; default: table (an application's own).")
@click.option("--column", "columns", multiple=True, metavar="MEANING=NAME", help="id, hash, email, …; repeatable.")
@click.option("--firebase-parameters", type=click.Path(path_type=Path), help="The project's hash parameters, as JSON.")
@click.option("--vault-key", required=True, type=click.Path(path_type=Path), help="Key of the project's vault.")
@to_option
def passwords(
    file: Path, source: str, columns: tuple[str, ...], firebase_parameters: Path | None, vault_key: Path, folder: Path
) -> None:
    """People with their password hashes, from a vendor's file or an application's table (CSV, JSON, JSON Lines).

    Hashes of bcrypt, Argon2, PBKDF2, scrypt and Firebase come along; they are encrypted with the vault's key at once.
    """
    from toolkit.export import passwords as table

    firebase = table.firebase_parameters(firebase_parameters) if firebase_parameters else None
    found = table.read(file, source=source, columns=table.named(columns), firebase=firebase)
    report(table.write(found, folder, source=f"{source} {file.name}", key=vault_key), folder)
    for line in table.told(found.left):
        say(line)


def tell_missing(names: "list[str]") -> None:
    """What the vendor lists and did not give."""
    if names:
        say(f"{len(names)} attachments could not be had, their links stay as they were:")
    for name in names[:_MOST_NAMED]:
        say(f"  {name!r}")  # what a vendor's user called it: nothing of it acts in a terminal
    if len(names) > _MOST_NAMED:
        say(f"  and {len(names) - _MOST_NAMED} more: records without `file`")
