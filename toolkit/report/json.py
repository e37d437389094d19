"""JSON: the values as they are, by the published schemas in `checks/schema/`."""

from collections.abc import Sequence

import msgspec

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
from toolkit.report.escape import json_document


def render(audit: Audit, catalog: Catalog) -> str:
    """The audit: what `offramp simulate`, `plan` and `gate` read."""
    return _document(audit)


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """The plan: what `offramp generate` reads."""
    return _document(plan)


def render_today(today: Today, catalog: Catalog) -> str:
    """The values themselves."""
    return _document(today)


def render_comparison(comparison: Comparison, catalog: Catalog) -> str:
    """The losses side by side."""
    return _document(comparison)


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """Passed or not, with the violations and the fingerprints that are known, fixed and waived."""
    return _document(verdict)


def render_diff(diff: Diff, catalog: Catalog) -> str:
    """What is new, gone, worse and better, with causes and places."""
    return _document(diff)


def render_simulation(simulation: Simulation, audit: Audit, catalog: Catalog) -> str:
    """What goes dark and what data is lost."""
    return _document(simulation)


def render_journal(journal: Journal) -> str:
    """The journal of a drill: what `offramp audit --record` reads."""
    return _document(journal)


def render_tabletop(record: Tabletop) -> str:
    """The record of a tabletop: what `offramp audit --record` reads."""
    return _document(record)


def render_rule(rule: Rule, catalog: Catalog) -> str:
    return _document(rule)


def render_explanation(explanation: Explanation, audit: Audit, catalog: Catalog) -> str:
    """Positions refer to `survey.evidence` and `survey.discarded` of the audit."""
    return _document(explanation)


def render_catalog(catalog: Catalog) -> str:
    """Everything Offramp knows."""
    return _document(catalog)


def render_depth(depths: Depths) -> str:
    return _document(depths)


def render_entry(ident: str, entry: Value, catalog: Catalog) -> str:
    return _document(entry)


def render_needs(needs: Sequence[Need]) -> str:
    return _document(needs)


def _document(value: Value | Sequence[Value]) -> str:
    return json_document(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()) + "\n"
