"""Who is lost: the companies to plan for, and the dependencies that go with them."""

from collections.abc import Collection, Iterable, Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Company, Dependency, Hours, Loss, Taken, Value

HOSTING = ("hosting.compute", "hosting.containers", "hosting.functions", "hosting.static")


Names = dict[str, str]  # the word in capitals -> what stands for it


class Gone(Value):
    """A dependency that is lost, and how long after notice."""

    dependency: Dependency
    notice_hours: Hours
    speaks: tuple[str, ...] = ()  # where nobody was found who runs it: the engines of which it is one
    assumed: str = ""  # and the sentence that says so
    names: tuple[Names, ...] = ()  # what the audit knows that its commands ask for; one for each thing of a kind
    places: tuple[str, ...] = ()  # "root/path:line" where the rest stands
    outage: bool = False  # it is down and nobody's account ended


def default_losses(audit: Audit, catalog: Catalog) -> tuple[Loss, ...]:
    """The one company whose loss is worst, under its usual notice; none where no company can stop a journey alone.
    Where nobody was found who runs the applications, and it cannot be that one, their unknown host is worse: none then
    too, for a plan without losses builds them anew."""
    worst = stopping_losses(audit, catalog)[:1]
    if audit.platform.applications and not any(hosts(one) for one in audit.dependencies):
        in_use = {company.id: company.vendors for company in audit.assessment.companies}
        return tuple(loss for loss in worst if rents_out(in_use[loss.vendor], catalog))
    return worst


def stopping_losses(audit: Audit, catalog: Catalog) -> tuple[Loss, ...]:
    """One loss for each company that can stop a journey alone, with the least notice its vendors' terms promise (where
    nobody knows the notice, it is none): those that surely stop one, and of those that may, what may stop every journey
    and what the audit says to do first. The worst first: most journeys, of which one that may stop counts half, then
    most that surely stop, least notice, then most that hangs on it."""
    first = {step.company for step in audit.assessment.first}
    may = {company.id: _may_stop(company, audit) for company in audit.assessment.companies}
    every = len(audit.assessment.journeys)

    def counts(company: Company) -> bool:
        perhaps = may[company.id] and (company.id in first or len(may[company.id]) == every)
        return bool(company.stops or perhaps)

    def rank(company: Company) -> tuple[float, float, float, float, str]:
        journeys = len(company.stops) + len(may[company.id]) / 2
        known = (-len(company.stops), _notice(company, catalog), -len(company.dependencies))
        return -journeys, *known, company.id

    stopping = [company for company in audit.assessment.companies if counts(company)]

    return tuple(Loss(company.id, _notice(company, catalog)) for company in sorted(stopping, key=rank))


def _may_stop(company: Company, audit: Audit) -> set[str]:
    """The journeys of which nobody has answered whether its loss stops them."""
    asked = {risk.journey for risk in audit.assessment.journeys for one in risk.may_stop if one.company == company.id}
    return asked - set(company.stops)


def lost_dependencies(dependencies: Iterable[Dependency], losses: Sequence[Loss], catalog: Catalog) -> tuple[Gone, ...]:
    """What goes, as the kind of each loss takes things along; with several losses, at the earliest."""
    gone = []
    for dependency in dependencies:
        taking = [loss for loss in losses if loss.vendor in catalog.reach(dependency.vendor, loss.kind)]
        if taking:
            down = all(loss.kind == "outage" for loss in taking)
            gone.append(Gone(dependency, min(loss.notice_hours for loss in taking), outage=down))
    return tuple(gone)


def taken(lost: Iterable[Gone], losses: Sequence[Loss], catalog: Catalog) -> tuple[Taken, ...]:
    """For each loss the names of the vendors in use that go with it."""
    vendors = sorted({one.dependency.vendor for one in lost})
    found = []
    for loss in losses:
        going = [one for one in vendors if one != loss.vendor and loss.vendor in catalog.reach(one, loss.kind)]
        names = tuple(catalog.vendors[one].name if one in catalog.vendors else one for one in going)
        found.append(Taken(loss.vendor, names))
    return tuple(one for one in found if one.names)


def untouched(dependencies: Iterable[Dependency], losses: Sequence[Loss], catalog: Catalog) -> tuple[str, ...]:
    """The lost vendors on which nothing that was found hangs."""
    vendors = {dependency.vendor for dependency in dependencies}
    return tuple(
        loss.vendor for loss in losses if not any(loss.vendor in catalog.reach(vendor, loss.kind) for vendor in vendors)
    )


def hosts(dependency: Dependency) -> bool:
    """Whether the platform's own programs or pages surely run there: documentation that a pipeline puts somewhere is
    none of them."""
    serves = dependency.declared or dependency.role not in ("build/ci", "developer")
    return dependency.firm and serves and any(one in HOSTING for one in dependency.capabilities)


def rents_out(vendors: Collection[str], catalog: Catalog) -> bool:
    """Whether one of the vendors has a place to run programs."""
    known = [catalog.vendors[vendor].capabilities for vendor in vendors if vendor in catalog.vendors]
    known += [service.capabilities for id, service in catalog.services.items() if id.partition("/")[0] in vendors]
    return any(one in HOSTING and one != "hosting.static" for capabilities in known for one in capabilities)


def _notice(company: Company, catalog: Catalog) -> float:
    own = [vendor for vendor in company.vendors if catalog.company(vendor) == company.id] or [company.id]
    known = [catalog.vendors[vendor].notice_hours if vendor in catalog.vendors else None for vendor in own]
    return min((hours or 0.0 for hours in known), default=0.0)
