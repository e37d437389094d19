"""collect → identify → assess: how an audit is made, for every command that needs one."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import console, errors, shipped
from toolkit.commands.knowledge import known
from toolkit.console import say

if TYPE_CHECKING:
    from toolkit.catalog.entries import Catalog
    from toolkit.collect.network.outside import Outside
    from toolkit.model import Audit, Journal, Platform, Proofs, Survey


def audited(
    paths: tuple[Path, ...],
    platform_file: Path | None,
    overlays: tuple[Path, ...] = (),
    aws_profile: str | None = None,
    regions: tuple[str, ...] = (),
    records: tuple[Path, ...] = (),
    outside: "Outside | None" = None,
    *,
    cached: bool = True,
    allow_outside: bool = False,
) -> "tuple[Audit, Catalog]":
    """What the checkouts, and what else is named, say of the platform; and the catalogue that it was judged by."""
    from msgspec.structs import replace

    from toolkit.assess import assess
    from toolkit.assess.measured import measured
    from toolkit.collect import merge
    from toolkit.collect.files import collect_files
    from toolkit.collect.roots import find_platform, find_roots, tracked
    from toolkit.identify.corrections import chosen, concerning, corrected
    from toolkit.identify.dependencies import identify
    from toolkit.identify.engines import find_needs
    from toolkit.identify.undescribed import undescribed
    from toolkit.known_signals import remember
    from toolkit.model import SCHEMA_VERSION, Audit
    from toolkit.platform_names import check_names

    platform, base = find_platform(paths, platform_file)
    journals, proofs, others = _told_apart(records, platform)
    roots = find_roots(paths, platform, base, allow_outside=allow_outside)
    catalog = known(overlays, platform, base)
    check_names(platform, catalog)
    ignored = [entry.path for entry in platform.ignore if entry.path]
    with console.progress("files read", tracked(roots.values())) as step:
        cache = _cache_folder() if cached else None
        survey = collect_files(roots, catalog, ignore=ignored, cache=cache, on_progress=step)
    if survey.is_empty and not (aws_profile or others or outside):
        say(f"nothing found in {', '.join(map(str, roots.values()))}: is this a checkout?")
    if aws_profile:
        survey = merge(survey, _ask_aws(aws_profile, regions))
    if others:
        survey = merge(survey, _read_records(others, catalog, platform))
    if outside:
        survey = merge(survey, _look_from_outside(outside, catalog))
    survey = replace(survey, choices=chosen(survey.choices, platform.corrections))
    dependencies = corrected(identify(survey, platform, catalog), platform.corrections)
    survey = replace(survey, choices=concerning(survey.choices, dependencies))
    needs = find_needs(survey, platform, catalog)
    assessment = assess(
        survey, dependencies, platform, catalog, today=date.today(), journals=journals, needs=needs, proofs=proofs
    )
    signals = remember({signal.id for signal in catalog.signals()})
    made = Audit(
        schema_version=SCHEMA_VERSION,
        tool=shipped.tool(),
        catalog=catalog.hash,
        platform=platform,
        survey=survey,
        dependencies=dependencies,
        assessment=assessment,
        needs=needs,
        signals=signals,
        undescribed=undescribed(survey, platform),
        measured=measured(journals),
    )
    return made, catalog


def _told_apart(records: tuple[Path, ...], platform: "Platform") -> "tuple[list[Journal], Proofs, list[Path]]":
    """Records of our own, which prove something if they are signed, and those of the outside, which show something."""
    from toolkit.collect.records import kind_of
    from toolkit.commands.records import read_proofs

    files = [file / "manifest.json" if file.is_dir() else file for file in records]  # of a go-bag, of an export
    kinds = {file: kind_of(file) for file in files}
    journals, proofs = read_proofs([file for file in files if kinds[file] == "journal"], platform, date.today())
    for doubt in proofs.doubts:
        say(f"{doubt} (docs/proof.md)")
    return journals, proofs, [file for file in files if kinds[file] != "journal"]


def _read_records(files: list[Path], catalog: "Catalog", platform: "Platform") -> "Survey":
    from toolkit.collect.records import collect_records

    return collect_records(files, catalog, platform.domains)


def _cache_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("offramp"))


def _ask_aws(profile: str, regions: tuple[str, ...]) -> "Survey":
    """Show what will be asked, then ask."""
    import boto3
    from botocore.exceptions import ProfileNotFound

    from toolkit.collect.accounts import aws

    try:
        session = boto3.Session(profile_name=profile)
    except ProfileNotFound as err:
        raise errors.BadInput(str(err), hint="`aws configure list-profiles` lists them") from err
    here = aws.account(session, regions=regions or None)
    say(aws.preview(here))
    return aws.collect_aws(session, here)


def _look_from_outside(outside: "Outside", catalog: "Catalog") -> "Survey":
    """Show what will be asked, then ask."""
    from toolkit.collect.network.outside import collect_network, preview

    say(preview(outside, catalog))
    return collect_network(outside, catalog)
