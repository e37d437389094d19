"""`offramp gate AUDIT`: pass or fail by a policy."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from toolkit import errors
from toolkit.commands.audited import audited
from toolkit.commands.knowledge import own_catalog
from toolkit.commands.options import (
    ANY_PATH,
    catalog_option,
    format_option,
    output_option,
    outside_option,
    source_url_option,
)
from toolkit.console import Targets, emit, say


@click.command()
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
    from toolkit.documents import read_audit, read_policy, write_json
    from toolkit.forge import source_url as of_this_build
    from toolkit.gate import gate as judge
    from toolkit.policy_names import check_policy

    baseline = read_audit(baseline_file) if baseline_file else None
    if audit_file.is_dir():
        result, catalog = audited((audit_file,), None, overlays, allow_outside=allow_outside)
        if result.survey.is_empty and not result.dependencies:
            raise errors.BadInput("nothing was found here: is this a checkout?", where=audit_file)
    else:
        result = read_audit(audit_file)
        catalog = own_catalog(result.platform, audit_file, overlays, allow_outside=allow_outside)
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
