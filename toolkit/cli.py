"""The command line: the only file that knows the order of the stages. Every body is a composition of stage functions.

Stages are imported inside the commands, so that `offramp --help` stays instant. Errors become exit codes in `main`.
"""

import os.path
import sys
import traceback
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from toolkit import console, errors, interrupts
from toolkit.catalog_search import KINDS, narrowed, one_called, recognised
from toolkit.commands.ci import ci
from toolkit.commands.completion import completion
from toolkit.commands.diff import diff_command
from toolkit.commands.options import (
    CAPABILITY,
    ENTRY,
    LOSSES,
    RULE,
    SCENARIO,
    NamesRules,
    catalog_option,
    format_option,
    output_option,
    outside_option,
    sign_option,
    source_url_option,
)
from toolkit.commands.pack import pack_command
from toolkit.commands.tabletop import tabletop
from toolkit.commands.talk import add_talk
from toolkit.console import Targets, emit, say
from toolkit.export.command import export
from toolkit.guard.command import guard
from toolkit.otp.command import otp

if TYPE_CHECKING:
    from toolkit.catalog import Catalog
    from toolkit.collect.network.outside import Outside
    from toolkit.generate import Vault
    from toolkit.model import Audit, Journal, Loss, Plan, Platform, Proofs, Survey, Today

EXISTING = click.Path(exists=True, path_type=Path)
ANY_PATH = click.Path(path_type=Path)

platform_option = click.option(
    "--platform", "platform_file", type=EXISTING, help="offramp.toml; default: the one in PATH or here, if any."
)


def _version() -> str:
    from importlib.metadata import version

    return f"offramp {version('offramp')}"


def _catalog(overlays: tuple[Path, ...], platform: "Platform | None" = None, base: Path = Path()) -> "Catalog":
    """Shipped knowledge, then the folders offramp.toml names (relative to `base`), then those of --catalog."""
    from toolkit.catalog import load

    return load((*(base / folder for folder in (platform.catalog if platform else ())), *overlays))


def _own_catalog(
    platform: "Platform", file: Path, overlays: tuple[Path, ...], *, allow_outside: bool, base: Path = Path()
) -> "Catalog":
    """The catalogue for a document, whose platform names folders relative to `base`: others only when allowed."""
    from toolkit.outside import refuse_outside

    if not allow_outside:
        refuse_outside(platform, base, where=file, inside=overlays, keys=["catalog"])
    return _catalog(overlays, platform, base)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="offramp", message="%(prog)s %(version)s")
def cli() -> None:
    """Find what your platform depends on, say what breaks when a vendor cuts it off, plan the way out,
    generate the replacement, and prove it.

    \b
    offramp audit .            what you depend on, and who can stop you
    offramp init .             draft offramp.toml from what was found, for you to correct
    offramp plan audit.json    what to do, in what order
    offramp generate plan.json --target hosts --to infra/
    offramp pack infra/ --to gobag/          all that the rebuild fetches, for when there is no internet
    offramp drill infra/ --lab incus         build it, lose it, bring it back, with every step timed
    offramp tabletop audit.json --scenario parler-2021    go through the loss with the people

    \b
    Exit codes: 0 pass · 1 gate failed · 2 wrong input · 3 unread and --strict · 4 a program failed ·
    5 drill did not restore · 6 broken catalogue · 70 a bug in Offramp · 130 interrupted
    """


@cli.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@platform_option
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
    result, catalog = _audit(
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

        result = redacted(result, read_file(redact_key, 2**20) if redact_key else None)
    else:
        from msgspec.structs import replace

        from toolkit.forge import source_url as of_this_build

        result = replace(result, source_url=of_this_build(source_url, result))
    emit("render", (result, catalog), chosen, targets)
    if strict and (unread := result.survey.unread):
        raise errors.StrictUnread(f"{len(unread)} places could not be read", hint="they are listed in the report")
    return None


def _audit(
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
    """collect → identify → assess."""
    from msgspec.structs import replace

    from toolkit.assess import assess
    from toolkit.assess.measured import measured
    from toolkit.collect import merge
    from toolkit.collect.files import collect_files
    from toolkit.collect.roots import find_platform, find_roots, nothing_found, tracked
    from toolkit.corrections import chosen, concerning, corrected
    from toolkit.engines import find_needs
    from toolkit.identify import identify
    from toolkit.known_signals import remember
    from toolkit.model import SCHEMA_VERSION, Audit
    from toolkit.platform_names import check_names
    from toolkit.undescribed import undescribed

    platform, base = find_platform(paths, platform_file)
    journals, proofs, others = _told_apart(records, platform)
    roots = find_roots(paths, platform, base, allow_outside=allow_outside)
    catalog = _catalog(overlays, platform, base)
    check_names(platform, catalog)
    ignored = [entry.path for entry in platform.ignore if entry.path]
    with console.progress("files read", tracked(roots.values())) as step:
        cache = _cache_folder() if cached else None
        survey = collect_files(roots, catalog, ignore=ignored, cache=cache, on_progress=step)
    if nothing_found(survey) and not (aws_profile or others or outside):
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
        tool=_version(),
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


def _look_from_outside(outside: "Outside", catalog: "Catalog") -> "Survey":
    """Show what will be asked, then ask."""
    from toolkit.collect.network.outside import collect_network, preview

    say(preview(outside, catalog))
    return collect_network(outside, catalog)


@cli.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--to", "file", type=ANY_PATH, help="Where to write; default: offramp.toml in the first PATH.")
@outside_option
@click.option("--ask", is_flag=True, help="Ask the open questions here: y, n, a name, or Enter to skip.")
@catalog_option
def init(
    paths: tuple[Path, ...], file: Path | None, allow_outside: bool, ask: bool, overlays: tuple[Path, ...]
) -> None:
    """Draft a commented offramp.toml from an audit of PATH, for you to correct. An existing one is never touched.

    Open questions stand in it as comments, the most decisive first; --ask asks them here.
    """
    from toolkit.assess import default_journeys
    from toolkit.collect.programs import find_programs
    from toolkit.collect.roots import find_roots
    from toolkit.documents import write_new
    from toolkit.draft import draft
    from toolkit.interview import questions_as_toml

    target = file or (paths[0] if paths else Path()) / "offramp.toml"
    there = errors.BadInput("already there", where=target, hint="edit it, or draft another with --to FILE")
    if target.exists():
        raise there
    result, catalog = _audit(paths, None, overlays, allow_outside=allow_outside)
    programs = find_programs(find_roots(paths, result.platform, Path(), allow_outside=allow_outside))
    answers = questions_as_toml(result, catalog, console.ask if ask else None, say)
    journeys = default_journeys(result.dependencies, catalog)
    text = draft(result, journeys, programs, catalog, base=target.parent, answers=answers)
    if not write_new(target, text):  # somebody made one meanwhile
        raise there
    say(f"wrote {target}: correct it, then run `offramp audit {target.parent}`")


def _read_losses(text: str | None, scenario: str | None, audit: "Audit", catalog: "Catalog") -> "tuple[Loss, ...]":
    """`aws@30h,okta@0h` or the losses of a scenario."""
    from toolkit.assess.simulate import parse_losses
    from toolkit.model import Loss

    if scenario is None:
        return parse_losses(text or "", catalog, also={dependency.vendor for dependency in audit.dependencies})
    if scenario not in catalog.scenarios:
        raise errors.BadInput(f"no scenario {scenario!r}", hint=f"there are: {', '.join(sorted(catalog.scenarios))}")
    return tuple(Loss(lost.vendor, lost.notice_hours) for lost in catalog.scenarios[scenario].lost)


lose_option = click.option(
    "--lose", metavar="VENDOR@NOTICE,…", type=LOSSES, help="Who goes, with which notice: aws@30h,okta@0h."
)
scenario_option = click.option(
    "--scenario", metavar="ID", type=SCENARIO, help="The losses of a real case: see `offramp catalog list`."
)


@cli.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@outside_option
@catalog_option
@format_option
@output_option
def simulate(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what goes dark, when, for whom, and what data is lost."""
    from toolkit.assess.simulate import simulate as run
    from toolkit.documents import read_audit

    result = read_audit(audit_file)
    catalog = _own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    if not (lose or scenario):
        raise errors.BadInput("nobody is lost", hint="say who: --lose aws@30h,okta@0h or --scenario ID")
    losses = _read_losses(lose, scenario, result, catalog)
    outcome = run(result, catalog, losses, scenario=scenario or "")
    emit("render_simulation", (outcome, result, catalog), chosen, targets)


@cli.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@click.option("--people", type=click.IntRange(1, 500), help="Who can work on it; default: offramp.toml's people.")
@click.option("--prepared", is_flag=True, help="As if copies and contracts were held already.")
@click.option("--compare", is_flag=True, help="A table of losses instead: each company that can stop a journey.")
@click.option("--today", is_flag=True, help="A table of what to do before anything happens, and what each saves.")
@click.option("--runbooks", type=ANY_PATH, metavar="FOLDER", help="Also write printable runbooks (Markdown and HTML).")
@outside_option
@catalog_option
@format_option
@output_option
def plan(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    people: int | None,
    prepared: bool,
    compare: bool,
    today: bool,
    runbooks: Path | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what to do, in what order, in the hours there are."""
    from toolkit.documents import read_audit
    from toolkit.plan import make_plan

    result = read_audit(audit_file)
    catalog = _own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    losses = _read_losses(lose, scenario, result, catalog) if lose or scenario else ()
    if compare:
        from toolkit.plan.compare import compare as side_by_side

        table = side_by_side(result, catalog, losses=[losses] if losses else (), people=people)
        return emit("render_comparison", (table, catalog), chosen, targets)
    if today:
        from toolkit.plan.today import today as worth_doing

        page = worth_doing(result, catalog, losses=losses, people=people)
        return emit("render_today", (page, catalog), chosen, targets)
    made = make_plan(result, catalog, losses=losses, people=people, prepared=prepared)
    if runbooks:
        from toolkit.plan.today import today as worth_doing

        _write_runbooks(made, worth_doing(result, catalog, losses=losses, people=people), catalog, runbooks)
    return emit("render_plan", (made, catalog), chosen, targets)


def _write_runbooks(made: "Plan", today: "Today", catalog: "Catalog", folder: Path) -> None:
    from toolkit.documents import write_text
    from toolkit.lock import locked
    from toolkit.report.markdown import render_today
    from toolkit.report.runbooks import runbooks

    with locked(folder):
        for name, text in {**runbooks(made, catalog), "today.md": render_today(today, catalog)}.items():
            write_text(folder / name, text)
    say(f"wrote {folder}/")


@cli.command()
@click.argument("plan_file", type=ANY_PATH)
@click.option("--target", default="hosts", show_default=True, metavar="NAME", help="What Terraform drives.")
@click.option("--to", "folder", type=ANY_PATH, required=True, help="The generated project's folder.")
@click.option("--source", type=EXISTING, help="Where offramp.toml's relative paths start; default: here.")
@click.option("--vault-key", type=ANY_PATH, help="Key of the generated vault; kept outside FOLDER.")
@click.option("--validate", is_flag=True, help="Then validate it with the real Terraform and Ansible.")
@outside_option
@catalog_option
def generate(
    plan_file: Path,
    target: str,
    folder: Path,
    source: Path | None,
    vault_key: Path | None,
    validate: bool,
    allow_outside: bool,
    overlays: tuple[Path, ...],
) -> None:
    """Write the Terraform and Ansible project that builds the replacements. It works with Offramp uninstalled."""
    from toolkit.documents import read_plan
    from toolkit.generate import default_key, make_vault, write
    from toolkit.generate import generate as make
    from toolkit.lock import locked
    from toolkit.outside import refuse_outside

    made = read_plan(plan_file)
    base = source or Path()
    catalog = _own_catalog(made.platform, plan_file, overlays, allow_outside=allow_outside, base=base)
    if not allow_outside:
        refuse_outside(made.platform, base, where=plan_file, keys=["source"])
    key = vault_key.absolute() if vault_key else Path(default_key(made.platform.name, folder))
    files = make(made, catalog, target=target, sources=_seen_from(folder, base), vault_key=str(key))
    with locked(folder):
        written = write(files, folder)
        say(str(written))
        _tell_key(make_vault(made, catalog, folder, key=key))
        if validate:
            _validate(folder)
    _tell_obstacles(made)
    if written.conflicts:
        click.echo(written.diff, nl=False)
        raise errors.BadInput("files you edited were kept", where=folder, hint="merge each FILE.new, then remove it")


def _seen_from(folder: Path, place: Path) -> str:
    return os.path.relpath(place.resolve(), folder.resolve())


def _tell_key(vault: "Vault") -> None:
    if vault.new_key:
        say(f"The vault's key is in {vault.key_file}. Print it for the safe; it is shown this once:\n  {vault.new_key}")


def _tell_obstacles(made: "Plan") -> None:
    for one in made.obstacles:
        _say_visibly(f"not runnable yet, because {one.reason}" + (f"\n  hint: {one.hint}" if one.hint else ""))


def _validate(folder: Path) -> None:
    """What the real Terraform and Ansible say of the project."""
    from toolkit.tools import ansible, terraform

    project = terraform.project(folder, log=say)
    terraform.init(project)
    terraform.validate(project)
    ansible.check_syntax(folder, "site.yml")
    say(f"{folder} is valid: Terraform and Ansible accept it")


@cli.command()
@click.argument("infra", type=EXISTING, required=False)
@click.option(
    "--from", "bag", type=EXISTING, metavar="GOBAG", help="Drill what is in this go-bag, with nothing else to be had."
)
@click.option("--lab", type=click.Choice(["incus"]), help="Make throwaway hosts for it on this machine.")
@click.option("--hosts", type=ANY_PATH, metavar="FILE", help="terraform.tfvars of hosts that may be destroyed instead.")
@click.option(
    "--state", type=ANY_PATH, metavar="FOLDER", help="The drill's own folder: journal, log, work in progress."
)
@sign_option
@format_option
@output_option
def drill(
    infra: Path | None,
    bag: Path | None,
    lab: str | None,
    hosts: Path | None,
    state: Path | None,
    key: Path | None,
    chosen: str | None,
    targets: Targets,
) -> None:
    """Build the generated project INFRA on hosts that may be destroyed, lose them, rebuild from backups, prove it."""
    from toolkit import proof
    from toolkit.commands.sealing import emit_sealed
    from toolkit.drill import JOURNAL
    from toolkit.drill import drill as run
    from toolkit.lock import locked

    if (lab is None) == (hosts is None):
        raise errors.BadInput("say where the drill may happen", hint="either --lab incus or --hosts FILE")
    if (infra is None) == (bag is None):
        raise errors.BadInput("say what is drilled", hint="either the project INFRA or --from GOBAG, which has one")
    if key:
        proof.check_key(key)
    project = _of_bag(bag.resolve()) if bag else cast(Path, infra)
    folder = state or _state_folder() / "drills" / (bag or project).resolve().name
    say(f"journal and log: {folder}")
    with locked(folder, mode=0o700), console.log_file(folder.with_name(folder.name + ".log")) as details:
        settings = {"hosts": hosts, "bag": bag.resolve() if bag else None}
        journal = run(project, folder=folder, tool=_version(), log=say, details=details, **settings)
    if key:
        journal = emit_sealed(journal, key, folder / JOURNAL, chosen, targets)
    else:
        emit("render_journal", (journal,), chosen, targets)
    if not journal.restored:
        failed = [step for step in journal.steps if step.outcome == "failed"]
        raise errors.NotRestored("the drill did not bring the platform back", where=", ".join(s.id for s in failed))


def _of_bag(bag: Path) -> Path:
    """The project in a go-bag, which must be as it was packed and lack nothing."""
    from toolkit.documents import read_bag
    from toolkit.lock import unchanged
    from toolkit.pack import MANIFEST, verify

    with unchanged(bag):
        if wrong := next(verify(bag), None):
            raise errors.BadInput(wrong, where=bag, hint="`offramp pack --verify` lists all; pack it again")
        if gaps := read_bag(bag / MANIFEST).gaps:
            what = f"the go-bag lacks {len(gaps)} things, {gaps[0].what} among them"
            raise errors.Incomplete(what, where=bag, hint="a rebuild from it would need a network")
    return bag / "infra"


def _state_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("offramp"))


@cli.command()
@click.argument("audit_file", metavar="AUDIT", type=ANY_PATH)
@click.option("--policy", "policy_file", type=ANY_PATH, help="TOML file; default: the shipped policy.")
@click.option("--baseline", "baseline_file", type=ANY_PATH, help="An earlier audit: only what got worse counts.")
@click.option(
    "--write-baseline", "new_baseline", type=ANY_PATH, metavar="FILE", help="Accept what is there: the next baseline."
)
@source_url_option
@outside_option
@catalog_option
@format_option
@output_option
def gate(
    audit_file: Path,
    policy_file: Path | None,
    baseline_file: Path | None,
    new_baseline: Path | None,
    source_url: str | None,
    allow_outside: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Pass or fail AUDIT (or a checkout, which is audited first) by a policy: exit code 0 or 1.

    docs/gate.md has the policy's keys.
    Without a baseline nothing can be new: the first run passes and shows the debt, unless the policy says otherwise.
    With one, --write-baseline writes only when the gate passes.
    """
    from msgspec.structs import replace

    from toolkit.assess.diff import diff
    from toolkit.collect.roots import nothing_found
    from toolkit.documents import read_audit, read_policy, write_json
    from toolkit.forge import source_url as of_this_build
    from toolkit.gate import gate as judge
    from toolkit.policy_names import check_policy

    baseline = read_audit(baseline_file) if baseline_file else None
    if audit_file.is_dir():
        result, catalog = _audit((audit_file,), None, overlays, allow_outside=allow_outside)
        if nothing_found(result.survey) and not result.dependencies:
            raise errors.BadInput("nothing was found here: is this a checkout?", where=audit_file)
    else:
        result = read_audit(audit_file)
        catalog = _own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    policy = read_policy(policy_file, catalog.policy) if policy_file else catalog.policy
    check_policy(policy, result, catalog, where=policy_file or "policy.toml")
    url = of_this_build(source_url, result)
    changes = diff(baseline, result, source_url=url) if baseline else None
    verdict = judge(result, policy, baseline, today=date.today(), changes=changes, moment=datetime.now(UTC))
    emit("render_verdict", (replace(verdict, source_url=url), result, catalog), chosen, targets)
    if new_baseline and (verdict.passed or baseline is None):
        write_json(result, new_baseline)
        say(f"wrote {new_baseline}: what is there now is known from now on")
    if not verdict.passed:
        raise errors.GateFailed(f"the gate refuses: {len(verdict.violations)} violations", hint="see the report above")


@cli.command(cls=NamesRules)
@click.argument("ident", metavar="ID", type=RULE)
@click.option("--audit", "audit_file", type=ANY_PATH, help="Explain what this audit says of a dependency.")
@outside_option
@catalog_option
@format_option
def explain(
    ident: str, audit_file: Path | None, allow_outside: bool, overlays: tuple[Path, ...], chosen: str | None
) -> None:
    """Say why a rule exists, or why a dependency ("aws/s3") was, or was not, reported.

    Without --audit: what is known of the dependency, or of an engine ("postgresql"), and by what it is recognised.
    """
    from toolkit.documents import read_audit
    from toolkit.engines import engine_called, why_needed
    from toolkit.identify import why

    catalog = _catalog(overlays)
    if rule := catalog.rules.get(ident):
        return emit("render_rule", (rule, catalog), chosen, ())
    if audit_file is None:
        emit("render_entry", (*recognised(catalog, ident), catalog), chosen, ())
        return say("Where it was seen, and whether that counts: add --audit FILE")
    result = read_audit(audit_file)
    catalog = _own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
    engine = engine_called(ident, catalog)
    if engine and catalog.entry(ident) is None:
        explanation = why_needed(engine, result)
    else:
        explanation = why(ident, result.survey, catalog, result.platform)
    return emit("render_explanation", (explanation, result, catalog), chosen, ())


@cli.group("catalog")
def catalog_group() -> None:
    """What Offramp knows: vendors, services, rules, scenarios, blueprints."""


@catalog_group.command("validate")
@catalog_option
def catalog_validate(overlays: tuple[Path, ...]) -> None:
    """Check the catalogue, and your overlay folders, against the published schemas."""
    from toolkit.catalog import load, validate

    catalog = load(overlays)
    if problems := validate(catalog):
        raise errors.BadCatalog("\n".join(problems), where="catalogue")
    say(
        f"valid: {len(catalog.vendors)} vendors, {len(catalog.services)} services, {len(catalog.rules)} rules, "
        f"{len(catalog.scenarios)} scenarios, {len(catalog.blueprints)} blueprints"
    )


@catalog_group.command("list")
@click.argument("text", nargs=-1)
@click.option("--kind", type=click.Choice(KINDS), help="Only these.")
@click.option(
    "--capability", metavar="NAME", type=CAPABILITY, help='Only what has it, or one like it: "otp.sms", "data.*".'
)
@click.option("--depth", "in_depth", is_flag=True, help="How much is known of each vendor, and how much has a source.")
@catalog_option
@format_option
def catalog_list(
    text: tuple[str, ...],
    kind: str | None,
    capability: str | None,
    in_depth: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
) -> None:
    """List every id with its name; with TEXT, those with these words in id or name."""
    from toolkit.depth import depth

    catalog = narrowed(_catalog(overlays), kind, capability, " ".join(text))
    if not any(getattr(catalog, name) for name in KINDS):
        raise errors.BadInput("nothing in the catalogue is like that", hint="`offramp catalog list` lists everything")
    renderer, value = ("render_depth", depth(catalog)) if in_depth else ("render_catalog", catalog)
    emit(renderer, (value,), chosen, ())


@catalog_group.command("show")
@click.argument("ident", metavar="ID", type=ENTRY)
@catalog_option
@format_option
def catalog_show(ident: str, overlays: tuple[Path, ...], chosen: str | None) -> None:
    """Show everything known of one vendor, service, rule, scenario or blueprint, by id or by name ("amazon s3")."""
    catalog = _catalog(overlays)
    emit("render_entry", (*one_called(catalog, ident), catalog), chosen, ())


@cli.command()
@format_option
def doctor(chosen: str | None) -> None:
    """Say what is missing on this machine, for what, and how to get it."""
    from toolkit.doctor import doctor as examine

    emit("render_needs", (examine(),), chosen, ())


cli.add_command(ci)
cli.add_command(completion)
cli.add_command(diff_command)
cli.add_command(export)
cli.add_command(otp)
cli.add_command(guard)
cli.add_command(pack_command)
cli.add_command(tabletop)
add_talk(cli)


def main() -> None:
    """Run the command line; every error ends here, as a message on stderr and an exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except errors.OfframpError as err:
        _tell(err)
        sys.exit(err.exit_code)
    except click.ClickException as err:
        err.show()
        sys.exit(errors.BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        interrupts.end()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(errors.PASS)
    except OSError as err:  # a full disk, a file where a folder should be: what no stage could tell better
        _tell(errors.BadInput(err.strerror or str(err), where=err.filename or ""))
        sys.exit(errors.BAD_INPUT)
    except Exception:  # noqa: BLE001 - a bug of ours: its exit code must not read as a failed gate
        if interrupts.came():  # what was interrupted took it for a failure of its own
            interrupts.end()
        _say_visibly(f"{traceback.format_exc()}{_version()}: this is a bug; please report the lines above")
        sys.exit(errors.BUG)


def _tell(err: errors.OfframpError) -> None:
    _say_visibly(f"offramp: {err}")


def _say_visibly(text: str) -> None:
    """Errors name what may come from a repository: nothing of it may act in a terminal."""
    from toolkit.report.escape import visible

    say("\n".join(map(visible, text.split("\n"))))
