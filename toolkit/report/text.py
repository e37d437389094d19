"""The terminal: one screen per value, the most important first, the next command last."""

from collections.abc import Sequence

from toolkit.catalog.depth import Depths
from toolkit.catalog.entries import Catalog, Rule
from toolkit.doctor import Need
from toolkit.model import (
    Audit,
    Comparison,
    Diff,
    Explanation,
    Journal,
    Plan,
    Simulation,
    Tabletop,
    Today,
    Value,
    Verdict,
)
from toolkit.report.terminal import knowledge
from toolkit.report.terminal.audit import write_audit
from toolkit.report.terminal.diff import write_diff
from toolkit.report.terminal.journal import write_journal
from toolkit.report.terminal.plan import write_comparison, write_plan, write_today
from toolkit.report.terminal.screen import screen
from toolkit.report.terminal.simulation import write_simulation
from toolkit.report.terminal.tabletop import write_tabletop
from toolkit.report.terminal.verdict import write_verdict


def render(audit: Audit, catalog: Catalog) -> str:
    """Who can stop the platform alone, the score, what could not be looked at, what to do next."""
    return screen(lambda out: write_audit(out, audit))


def render_simulation(simulation: Simulation, audit: Audit, catalog: Catalog) -> str:
    """What goes dark, when and through whom; which data is lost; what can still be taken out."""
    return screen(lambda out: write_simulation(out, simulation, catalog))


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """The schedule in figures, what must be done before access ends, what nothing replaces."""
    return screen(lambda out: write_plan(out, plan))


def render_today(today: Today, catalog: Catalog) -> str:
    """What to do before anything happens."""
    return screen(lambda out: write_today(out, today))


def render_comparison(comparison: Comparison, catalog: Catalog) -> str:
    """Loss after loss: journeys back when, data lost, work, waiting."""
    return screen(lambda out: write_comparison(out, comparison))


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """Passed or refused, and the reasons."""
    return screen(lambda out: write_verdict(out, verdict, audit))


def render_diff(diff: Diff, catalog: Catalog) -> str:
    """What is new, gone, worse and better since an earlier audit."""
    return screen(lambda out: write_diff(out, diff, catalog))


def render_journal(journal: Journal) -> str:
    """Whether the drill brought the platform back, and each step with its time."""
    return screen(lambda out: write_journal(out, journal))


def render_tabletop(record: Tabletop) -> str:
    """The script with what was answered, then the gaps."""
    return screen(lambda out: write_tabletop(out, record))


def render_rule(rule: Rule, catalog: Catalog) -> str:
    """Why a rule exists and what to do."""
    return screen(lambda out: knowledge.write_rule(out, rule))


def render_explanation(explanation: Explanation, audit: Audit, catalog: Catalog) -> str:
    """Why a dependency was, or was not, reported."""
    return screen(lambda out: knowledge.write_explanation(out, explanation, audit))


def render_catalog(catalog: Catalog) -> str:
    """Every id with its name."""
    return screen(lambda out: knowledge.write_catalog(out, catalog))


def render_depth(depths: Depths) -> str:
    """How much is known of each vendor, and how much of it has a source."""
    return screen(lambda out: knowledge.write_depth(out, depths))


def render_entry(ident: str, entry: Value, catalog: Catalog) -> str:
    """Everything known of one id."""
    return screen(lambda out: knowledge.write_entry(out, ident, entry))


def render_needs(needs: Sequence[Need]) -> str:
    """What this machine has and lacks."""
    return screen(lambda out: knowledge.write_needs(out, needs))
