"""The command line: the only file that knows the order of the stages. Every body is a composition of stage functions.

Stages are imported inside the commands, so that `offramp --help` stays instant. Errors become exit codes in `main`.
"""

import os.path
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit import console, errors
from toolkit.console import Targets, emit, parse_targets, say
from toolkit.export.command import export
from toolkit.otp.command import otp

if TYPE_CHECKING:
    from toolkit.catalog import Catalog
    from toolkit.generate import Vault
    from toolkit.model import Audit, Journal, Loss, Plan, Platform, Survey

EXISTING = click.Path(exists=True, path_type=Path)
ANY_PATH = click.Path(path_type=Path)

catalog_option = click.option(
    "--catalog", "overlays", multiple=True, type=EXISTING, help="Folder with your own vendors, rules and blueprints."
)
format_option = click.option("--format", "chosen", metavar="NAME", help="What stdout gets: text (default), json, …")
output_option = click.option(
    "-o", "targets", multiple=True, metavar="FORMAT=FILE", callback=parse_targets, help="Write a file too; repeatable."
)
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
    offramp drill infra/ --lab incus         build it, lose it, bring it back, with every step timed

    \b
    Exit codes: 0 pass · 1 gate failed · 2 wrong input · 3 unread and --strict · 4 a program failed ·
    5 drill did not restore · 6 broken catalogue · 70 a bug in Offramp · 130 interrupted
    """


@cli.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@platform_option
@click.option("--aws-profile", metavar="NAME", help="Also ask this AWS account (read-only; shows the calls first).")
@click.option("--aws-region", "regions", multiple=True, metavar="REGION", help="Only these; default: all enabled.")
@click.option("--record", "records", multiple=True, type=ANY_PATH, metavar="FILE", help="A drill's journal: proof.")
@click.option("--print-iam-policy", is_flag=True, help="Print the least IAM policy --aws-profile needs, and stop.")
@click.option("--redact", is_flag=True, help="Replace account ids, ARNs and your host names by pseudonyms.")
@click.option("--redact-key", type=EXISTING, metavar="FILE", help="Make pseudonyms agree between audits: secret bytes.")
@click.option("--strict", is_flag=True, help="Exit 3 if anything could not be read.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@catalog_option
@format_option
@output_option
def audit(
    paths: tuple[Path, ...],
    platform_file: Path | None,
    aws_profile: str | None,
    regions: tuple[str, ...],
    records: tuple[Path, ...],
    print_iam_policy: bool,
    redact: bool,
    redact_key: Path | None,
    strict: bool,
    no_cache: bool,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what the checkouts in PATH (default: here) and the accounts named depend on.

    Without accounts named, nothing touches the network.
    """
    if print_iam_policy:
        from toolkit.collect.accounts.aws import iam_policy

        return click.echo(iam_policy())
    result, catalog = _audit(paths, platform_file, overlays, aws_profile, regions, records, cached=not no_cache)
    if redact or redact_key:
        from toolkit.redact import redact as redacted

        result = redacted(result, redact_key.read_bytes() if redact_key else None)
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
    *,
    cached: bool = True,
) -> "tuple[Audit, Catalog]":
    """collect → identify → assess."""
    from toolkit.assess import assess
    from toolkit.collect import merge
    from toolkit.collect.files import collect_files
    from toolkit.collect.roots import find_platform, find_roots
    from toolkit.identify import identify
    from toolkit.model import SCHEMA_VERSION, Audit

    platform, base = find_platform(paths, platform_file)
    journals = [_journal(file, platform) for file in records]
    catalog = _catalog(overlays, platform, base)
    roots = find_roots(paths, platform, base)
    ignored = [entry.path for entry in platform.ignore if entry.path]
    with console.progress("files read:") as step:
        cache = _cache_folder() if cached else None
        survey = collect_files(roots, catalog, ignore=ignored, cache=cache, on_progress=step)
    if aws_profile:
        survey = merge(survey, _ask_aws(aws_profile, regions))
    dependencies = identify(survey, platform, catalog)
    assessment = assess(survey, dependencies, platform, catalog, today=date.today(), journals=journals)
    return Audit(SCHEMA_VERSION, _version(), catalog.hash, platform, survey, dependencies, assessment), catalog


def _journal(file: Path, platform: "Platform") -> "Journal":
    """A drill's journal, which proves something of the platform it was of and of no other."""
    from toolkit.documents import read_journal

    journal = read_journal(file)
    if journal.platform != platform.name:
        what = f"this is the journal of a drill of {journal.platform!r}, and not of {platform.name!r}"
        raise errors.BadInput(what, where=file, hint="the name is the one in offramp.toml")
    return journal


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


@cli.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--to", "file", type=ANY_PATH, help="Where to write; default: offramp.toml in the first PATH.")
@catalog_option
def init(paths: tuple[Path, ...], file: Path | None, overlays: tuple[Path, ...]) -> None:
    """Draft a commented offramp.toml from an audit of PATH, for you to correct. An existing one is never touched."""
    from toolkit.assess import default_journeys
    from toolkit.collect.applications import find_applications
    from toolkit.collect.roots import find_roots
    from toolkit.documents import write_text
    from toolkit.draft import draft

    target = file or (paths[0] if paths else Path()) / "offramp.toml"
    if target.exists():
        raise errors.BadInput("already there", where=target, hint="edit it, or draft another with --to FILE")
    result, catalog = _audit(paths, None, overlays)
    applications = find_applications(find_roots(paths, result.platform, Path()))
    write_text(target, draft(result, default_journeys(result.dependencies), applications, catalog, base=target.parent))
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


lose_option = click.option("--lose", metavar="VENDOR@NOTICE,…", help="Who goes, with which notice: aws@30h,okta@0h.")
scenario_option = click.option(
    "--scenario", metavar="ID", help="The losses of a real case: see `offramp catalog list`."
)


@cli.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@catalog_option
@format_option
@output_option
def simulate(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what goes dark, when, for whom, and what data is lost."""
    from toolkit.assess.simulate import simulate as run
    from toolkit.documents import read_audit

    result = read_audit(audit_file)
    catalog = _catalog(overlays, result.platform)
    if not (lose or scenario):
        raise errors.BadInput("nobody is lost", hint="say who: --lose aws@30h,okta@0h or --scenario ID")
    outcome = run(result, catalog, _read_losses(lose, scenario, result, catalog))
    emit("render_simulation", (outcome, result, catalog), chosen, targets)


@cli.command()
@click.argument("audit_file", type=ANY_PATH)
@lose_option
@scenario_option
@click.option("--people", type=click.IntRange(1, 500), help="Who can work on it; default: offramp.toml's people.")
@click.option("--runbooks", type=ANY_PATH, metavar="FOLDER", help="Also write printable runbooks (Markdown and HTML).")
@catalog_option
@format_option
@output_option
def plan(
    audit_file: Path,
    lose: str | None,
    scenario: str | None,
    people: int | None,
    runbooks: Path | None,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Say what to do, in what order, in the hours there are."""
    from toolkit.documents import read_audit
    from toolkit.plan import make_plan

    result = read_audit(audit_file)
    catalog = _catalog(overlays, result.platform)
    losses = _read_losses(lose, scenario, result, catalog) if lose or scenario else ()
    made = make_plan(result, catalog, losses=losses, people=people)
    if runbooks:
        _write_runbooks(made, catalog, runbooks)
    emit("render_plan", (made, catalog), chosen, targets)


def _write_runbooks(made: "Plan", catalog: "Catalog", folder: Path) -> None:
    from toolkit.documents import write_text
    from toolkit.report.runbooks import runbooks

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in runbooks(made, catalog).items():
        write_text(folder / name, text)
    say(f"wrote {folder}/")


@cli.command()
@click.argument("plan_file", type=ANY_PATH)
@click.option("--target", default="hosts", show_default=True, metavar="NAME", help="What Terraform drives.")
@click.option("--to", "folder", type=ANY_PATH, required=True, help="The generated project's folder.")
@click.option("--source", type=EXISTING, help="Where offramp.toml's relative paths start; default: here.")
@click.option("--vault-key", type=ANY_PATH, help="Key of the generated vault; kept outside FOLDER.")
@click.option("--validate", is_flag=True, help="Then validate it with the real Terraform and Ansible.")
@catalog_option
def generate(
    plan_file: Path,
    target: str,
    folder: Path,
    source: Path | None,
    vault_key: Path | None,
    validate: bool,
    overlays: tuple[Path, ...],
) -> None:
    """Write the Terraform and Ansible project that builds the replacements. It works with Offramp uninstalled."""
    from toolkit.documents import read_plan
    from toolkit.generate import default_key, make_vault, write
    from toolkit.generate import generate as make

    made = read_plan(plan_file)
    catalog = _catalog(overlays, made.platform)
    key = vault_key.absolute() if vault_key else Path(default_key(made.platform.name))
    files = make(made, catalog, target=target, sources=_seen_from(folder, source or Path()), vault_key=str(key))
    written = write(files, folder)
    say(str(written))
    _tell_key(make_vault(made, catalog, folder, key=key))
    if validate:
        _validate(folder)
    if written.conflicts:
        click.echo(written.diff, nl=False)
        raise errors.BadInput("files you edited were kept", where=folder, hint="merge each FILE.new, then remove it")


def _seen_from(folder: Path, place: Path) -> str:
    return os.path.relpath(place.resolve(), folder.resolve())


def _tell_key(vault: "Vault") -> None:
    if vault.new_key:
        say(f"The vault's key is in {vault.key_file}. Print it for the safe; it is shown this once:\n  {vault.new_key}")


def _validate(folder: Path) -> None:
    """What the real Terraform and Ansible say of the project."""
    from toolkit.tools import ansible, terraform

    project = terraform.project(folder, log=say)
    terraform.init(project)
    terraform.validate(project)
    ansible.check_syntax(folder, "site.yml")
    say(f"{folder} is valid: Terraform and Ansible accept it")


@cli.command()
@click.argument("infra", type=EXISTING)
@click.option("--lab", type=click.Choice(["incus"]), help="Make throwaway hosts for it on this machine.")
@click.option("--hosts", type=ANY_PATH, metavar="FILE", help="terraform.tfvars of hosts that may be destroyed instead.")
@click.option(
    "--state", type=ANY_PATH, metavar="FOLDER", help="The drill's own folder: journal, log, work in progress."
)
@format_option
@output_option
def drill(
    infra: Path, lab: str | None, hosts: Path | None, state: Path | None, chosen: str | None, targets: Targets
) -> None:
    """Build the generated project INFRA on hosts that may be destroyed, lose them, rebuild from backups, prove it."""
    from toolkit.drill import drill as run

    if (lab is None) == (hosts is None):
        raise errors.BadInput("say where the drill may happen", hint="either --lab incus or --hosts FILE")
    folder = state or _state_folder() / "drills" / infra.resolve().name
    say(f"journal and log: {folder}")
    with console.log_file(folder.with_name(folder.name + ".log")) as details:
        journal = run(infra, folder=folder, tool=_version(), log=say, details=details, hosts=hosts)
    emit("render_journal", (journal,), chosen, targets)
    if not journal.restored:
        failed = [step for step in journal.steps if step.outcome == "failed"]
        raise errors.NotRestored("the drill did not bring the platform back", where=", ".join(s.id for s in failed))


def _state_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("offramp"))


@cli.command()
@click.argument("audit_file", type=ANY_PATH)
@click.option("--policy", "policy_file", type=ANY_PATH, help="TOML file; default: the shipped policy.")
@click.option("--baseline", "baseline_file", type=ANY_PATH, help="An earlier audit: only what got worse counts.")
@catalog_option
@format_option
@output_option
def gate(
    audit_file: Path,
    policy_file: Path | None,
    baseline_file: Path | None,
    overlays: tuple[Path, ...],
    chosen: str | None,
    targets: Targets,
) -> None:
    """Pass or fail an audit by a policy: exit code 0 or 1."""
    from toolkit.documents import read_audit, read_policy
    from toolkit.gate import gate as judge

    result = read_audit(audit_file)
    catalog = _catalog(overlays, result.platform)
    policy = read_policy(policy_file) if policy_file else catalog.policy
    verdict = judge(result, policy, baseline=read_audit(baseline_file) if baseline_file else None)
    emit("render_verdict", (verdict, result, catalog), chosen, targets)
    if not verdict.passed:
        raise errors.GateFailed(f"the gate refuses: {len(verdict.violations)} violations", hint="see the report above")


@cli.command()
@click.argument("ident", metavar="ID")
@click.option("--audit", "audit_file", type=ANY_PATH, help="Explain what this audit says of a dependency.")
@catalog_option
@format_option
def explain(ident: str, audit_file: Path | None, overlays: tuple[Path, ...], chosen: str | None) -> None:
    """Say why a rule exists, or why a dependency ("aws/s3") was, or was not, reported."""
    from toolkit.documents import read_audit
    from toolkit.identify import why

    catalog = _catalog(overlays)
    if rule := catalog.rules.get(ident):
        return emit("render_rule", (rule, catalog), chosen, ())
    if audit_file is None:
        raise errors.BadInput(
            f"no rule is called {ident!r}", hint="for a dependency add --audit FILE; `offramp catalog list` lists rules"
        )
    result = read_audit(audit_file)
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
@click.option("--depth", "in_depth", is_flag=True, help="How much is known of each vendor, and how much has a source.")
@catalog_option
@format_option
def catalog_list(in_depth: bool, overlays: tuple[Path, ...], chosen: str | None) -> None:
    """List every id with its name."""
    from toolkit.depth import depth

    catalog = _catalog(overlays)
    renderer, value = ("render_depth", depth(catalog)) if in_depth else ("render_catalog", catalog)
    emit(renderer, (value,), chosen, ())


@catalog_group.command("show")
@click.argument("ident", metavar="ID")
@catalog_option
@format_option
def catalog_show(ident: str, overlays: tuple[Path, ...], chosen: str | None) -> None:
    """Show everything known of one vendor, service, rule, scenario or blueprint."""
    catalog = _catalog(overlays)
    if (entry := catalog.find(ident)) is None:
        raise errors.BadInput(f"nothing in the catalogue is called {ident!r}", hint="see `offramp catalog list`")
    emit("render_entry", (ident, entry, catalog), chosen, ())


@cli.command()
@format_option
def doctor(chosen: str | None) -> None:
    """Say what is missing on this machine, for what, and how to get it."""
    from toolkit.doctor import doctor as examine

    emit("render_needs", (examine(),), chosen, ())


cli.add_command(export)
cli.add_command(otp)


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
        say("offramp: interrupted; nothing half-written was left")
        sys.exit(errors.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(errors.PASS)
    except OSError as err:  # a full disk, a file where a folder should be: what no stage could tell better
        _tell(errors.BadInput(err.strerror or str(err), where=err.filename or ""))
        sys.exit(errors.BAD_INPUT)
    except Exception:  # noqa: BLE001 - a bug of ours: its exit code must not read as a failed gate
        _say_visibly(f"{traceback.format_exc()}{_version()}: this is a bug; please report the lines above")
        sys.exit(errors.BUG)


def _tell(err: errors.OfframpError) -> None:
    _say_visibly(f"offramp: {err}")


def _say_visibly(text: str) -> None:
    """Errors name what may come from a repository: nothing of it may act in a terminal."""
    from toolkit.report.escape import visible

    say("\n".join(map(visible, text.split("\n"))))
