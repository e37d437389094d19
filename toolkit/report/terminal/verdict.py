"""Passed or refused, and the reasons."""

from rich.console import Console

from toolkit.model import Audit, Verdict
from toolkit.report.terminal.screen import listing, plural, put


def write_verdict(out: Console, verdict: Verdict, audit: Audit) -> None:
    if verdict.passed:
        put(out, ("PASSED", "bold green"), f": {audit.platform.name}")
    else:
        put(out, ("REFUSED", "bold red"), f": {audit.platform.name}, {plural(verdict.violations, 'reason')}")
    listing(out, "Reasons", [f"{item.policy}: {item.message}" for item in verdict.violations], limit=16)
    counts = (("known from the baseline", verdict.known), ("fixed since", verdict.fixed), ("waived", verdict.waived))
    put(out, ", ".join(f"{len(prints)} {words}" for words, prints in counts))
