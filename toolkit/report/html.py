"""One HTML file: opens offline, prints, works by keyboard and screen reader, without a script as well."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from toolkit.catalog.entries import Catalog, Notice
from toolkit.catalog.sources import kind_of
from toolkit.model import (
    Audit,
    Company,
    Comparison,
    Dependency,
    Diff,
    Finding,
    Journal,
    Plan,
    Simulation,
    Tabletop,
    Today,
    Unread,
    Verdict,
)
from toolkit.report import (
    caveats,
    changes,
    drill_times,
    exercise,
    facts,
    losses,
    picture,
    places,
    runbooks,
    summary,
    timeline,
    undescribed,
    verdict_comment,
)
from toolkit.report.pages import page

_MOST_UNREAD = 500  # beyond that the page would only repeat itself; the JSON report has all
_LONG = 1000  # findings; beyond that each shows fewer places, so that the page stays small enough to open anywhere
_PLACES, _PLACES_IF_LONG = 3, 2
_MOST_QUESTIONS = 30
# each effect has a shape beside its colour and its word
_SHAPES = {"stops": "■", "may stop": "◧", "together": "⧉", "later": "◷", "degrades": "▁"}


def render(audit: Audit, catalog: Catalog) -> str:
    """Summary, journeys × companies, findings with evidence and remediation, dependencies with their way out."""
    names = summary.company_names(audit)
    companies = summary.strongest(audit.assessment.companies)
    return page(
        "audit.html",
        {
            "audit": audit,
            "called": summary.called(audit),
            "stoppers": summary.stoppers(audit),
            "companies": companies,
            "also_lost": lambda company: _also_lost(company, catalog),
            "rows": _rows(audit, companies),
            "effect": summary.effect_on,
            "shapes": _SHAPES,
            "first": summary.first_steps(audit, catalog),
            "picture": picture.draw(audit, catalog, names, summary.journey_titles(audit)),
            "layers": picture.LAYERS,
            "box_width": picture.WIDTH,
            "layer_step": picture.STEP,
            "risk_words": lambda risk: summary.risk_words(risk, names),
            "verdict": summary.verdict_words(audit),
            "questions": audit.assessment.questions[:_MOST_QUESTIONS],
            "hidden_questions": max(len(audit.assessment.questions) - _MOST_QUESTIONS, 0),
            "titles": summary.journey_titles(audit),
            "counts": summary.count_words(audit),
            "maximum": summary.maximum(audit),
            "nothing_read": summary.nothing_read(audit),
            "severities": summary.SEVERITIES,
            "most_places": _PLACES if len(audit.assessment.findings) <= _LONG else _PLACES_IF_LONG,
            "groups": summary.groups(audit, catalog),
            "dependencies": _by_company(audit, catalog, companies),
            "seen": lambda thing: _seen(thing, audit),
            "entry_name": lambda dependency: _entry_name(dependency, catalog),
            "capability_names": lambda dependency: _capability_names(dependency, catalog),
            "exit_of": lambda dependency: catalog.exit(dependency.id),
            "notices": lambda company: _notices(company, catalog),
            "notice_words": facts.notice_words,
            "source_kind": lambda vendor, source: kind_of(source, vendor, catalog),
            "seat": lambda company: catalog.vendors.get(company),
            "words": lambda unread: _words(unread, audit),
            "most_unread": _MOST_UNREAD,
            "undescribed": undescribed.rows(audit),
            "undescribed_title": undescribed.TITLE,
            "undescribed_to_do": undescribed.TO_DO,
            "undescribed_rest": undescribed.rest(audit),
            "discarded": summary.discarded_words(audit),
            "skipped": summary.skipped_words(audit),
            "next": summary.next_command(audit),
        },
        script="audit.js",
    )


def render_simulation(simulation: Simulation, audit: Audit, catalog: Catalog) -> str:
    """What each loss stops, strains and takes along, in the order in which they come; with a timeline."""
    scenario = losses.scenario_of(simulation, catalog)
    return page(
        "simulation.html",
        {
            "audit": audit,
            "simulation": simulation,
            "head": losses.head(simulation),
            "scenario": losses.scenario_words(scenario) if scenario else [],
            "events": losses.events(simulation, catalog),
            "timeline": timeline.draw(simulation, summary.journey_titles(audit)),
            "left": timeline.LEFT,
            "hours_width": timeline.WIDTH,
            "notices": lambda vendor: facts.notices_words(catalog.vendors.get(vendor)),
            "next": losses.next_command(simulation),
        },
    )


def render_tabletop(record: Tabletop) -> str:
    """The gaps, then the script with what was answered: to be printed and filled in, or read afterwards."""
    return page("tabletop.html", {"record": record, "words": exercise})


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """The schedule and the runbooks, to print."""
    return runbooks.printable(plan, catalog)


def render_diff(diff: Diff, catalog: Catalog) -> str:
    """What is worse first, each change with its cause and its lines."""
    return page("diff.html", {"diff": diff, **_for_changes(catalog, diff.source_url)})


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """Passed or refused, the reasons, what changed, and the debt."""
    return page(
        "verdict.html",
        {
            "verdict": verdict,
            "audit": audit,
            "line": verdict_comment.line(verdict, audit),
            "first": verdict_comment.FIRST,
            **_for_changes(catalog, verdict.source_url),
        },
    )


def render_journal(journal: Journal) -> str:
    """How the drill ended, what failed, every step with its time; with a picture of the times."""
    phases = [(phase, list(steps)) for phase, steps in groupby(journal.steps, attrgetter("phase"))]
    return page(
        "drill.html",
        {
            "journal": journal,
            "words": summary.drill_words,
            "phases": phases,
            "times": drill_times.draw(journal),
            "left": drill_times.LEFT,
            "width": drill_times.WIDTH,
        },
    )


def render_today(today: Today, catalog: Catalog) -> str:
    """What to do before anything happens, what saves most first."""
    head = f"What {today.platform} can do today"
    return _table(head, f"{caveats.feared(today)}.", caveats.TODAY, caveats.today(today), today)


def render_comparison(comparison: Comparison, catalog: Catalog) -> str:
    """The losses side by side, the worst first."""
    head = f"What each loss costs {comparison.platform}"
    told = f"With {comparison.people} people."
    return _table(head, told, caveats.COMPARED, caveats.comparison(comparison), comparison)


def _table(
    head: str, told: str, columns: Sequence[str], rows: Sequence[Sequence[str]], made: Today | Comparison
) -> str:
    return page("table.html", {"head": head, "told": told, "columns": columns, "rows": rows, "made": made})


def _for_changes(catalog: Catalog, source_url: str) -> dict[str, object]:
    """What the tables of changes need: words, and links to the lines."""
    return {
        "changes": changes,
        "service": lambda change: changes.service_words(change, catalog),
        "link": lambda spot: changes.link(spot, source_url),
    }


def _rows(audit: Audit, companies: list[Company]) -> list[Company]:
    """The companies that do something to a journey, those that stop or may stop most first."""
    risks = audit.assessment.journeys
    weights = {"stops": 1000, "may stop": 30, "together": 30, "later": 1, "degrades": 1, "": 0}
    weight = {company.id: sum(weights[summary.effect_on(risk, company.id)] for risk in risks) for company in companies}
    return sorted((one for one in companies if weight[one.id]), key=lambda one: (-weight[one.id], one.name))


def _also_lost(company: Company, catalog: Catalog) -> list[str]:
    """Names of the other vendors in use that it owns."""
    return [_vendor_name(vendor, catalog) for vendor in company.vendors if vendor != company.id]


def _seen(thing: Finding | Dependency, audit: Audit) -> list[tuple[str, str]]:
    """Each place in words, with its address at the forge."""
    survey = audit.survey
    found = places.seen(thing.evidence, survey)
    return [(places.words(item.root, item.where, survey), places.link(item, audit)) for item in found]


def _words(unread: Unread, audit: Audit) -> str:
    return places.words(unread.root, unread.where, audit.survey)


def _by_company(audit: Audit, catalog: Catalog, companies: list[Company]) -> list[tuple[Company, list[Dependency]]]:
    """Every dependency once, under its owner; owners in the order of `companies`, then those it does not name."""
    held: dict[str, list[Dependency]] = {}
    for dependency in audit.dependencies:
        held.setdefault(catalog.company(dependency.vendor), []).append(dependency)
    known = {company.id: company for company in companies}
    order = [*(id for id in known if id in held), *sorted(id for id in held if id not in known)]
    return [(known.get(id) or Company(id, _vendor_name(id, catalog), (), ()), held[id]) for id in order]


def _vendor_name(vendor: str, catalog: Catalog) -> str:
    return catalog.vendors[vendor].name if vendor in catalog.vendors else vendor


def _entry_name(dependency: Dependency, catalog: Catalog) -> str:
    entry = catalog.entry(dependency.id)
    return entry.name if entry else dependency.id


def _capability_names(dependency: Dependency, catalog: Catalog) -> list[str]:
    known = catalog.capabilities
    return [known[name].title if name in known else name for name in dependency.capabilities]


def _notices(company: str, catalog: Catalog) -> tuple[Notice, ...]:
    """What the company's own terms promise before it ends a service."""
    vendor = catalog.vendors.get(company)
    return vendor.notices if vendor else ()
