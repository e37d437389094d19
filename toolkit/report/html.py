"""One HTML file: opens offline, prints, works by keyboard and screen reader, without a script as well."""

from toolkit.entries import Catalog, Notice
from toolkit.model import Audit, Company, Dependency, Finding, JourneyRisk, Plan, Unread
from toolkit.report import facts, places, runbooks, summary
from toolkit.report.pages import page

_MOST_UNREAD = 500  # beyond that the page would only repeat itself; the JSON report has all
_LONG = 1000  # findings; beyond that each shows fewer places, so that the page stays small enough to open anywhere
_PLACES, _PLACES_IF_LONG = 3, 2


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
            "columns": _columns(audit, companies),
            "matrix": _cell,
            "risk_words": lambda risk: summary.risk_words(risk, names),
            "titles": summary.journey_titles(audit),
            "counts": summary.count_words(audit),
            "maximum": summary.maximum(audit),
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
            "seat": lambda company: catalog.vendors.get(company),
            "words": lambda unread: _words(unread, audit),
            "most_unread": _MOST_UNREAD,
            "discarded": summary.discarded_words(audit),
            "next": summary.next_command(audit),
        },
        script="audit.js",
    )


def _columns(audit: Audit, companies: list[Company]) -> list[Company]:
    """The companies that are in at least one smallest set."""
    involved = {company for risk in audit.assessment.journeys for cut in risk.cut_sets for company in cut}
    return [company for company in companies if company.id in involved]


def _also_lost(company: Company, catalog: Catalog) -> list[str]:
    """Names of the other vendors in use that go with it: those it owns, and those that cannot work without it."""
    return [_vendor_name(vendor, catalog) for vendor in company.vendors if vendor != company.id]


def _cell(risk: JourneyRisk, company: str) -> str:
    if (company,) in risk.cut_sets:
        return "alone"
    return "together" if any(company in cut for cut in risk.cut_sets) else ""


def _seen(thing: Finding | Dependency, audit: Audit) -> list[str]:
    survey = audit.survey
    return [places.words(item.root, item.where, survey) for item in places.seen(thing.evidence, survey)]


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


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """The schedule and the runbooks, to print."""
    return runbooks.printable(plan, catalog)
