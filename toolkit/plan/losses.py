"""Who is lost: the companies to plan for, and the dependencies that go with them."""

from collections.abc import Iterable, Sequence

from toolkit.catalog import Catalog
from toolkit.model import Audit, Company, Dependency, Hours, Loss, Value


class Gone(Value):
    """A dependency that is lost, and how long after notice."""

    dependency: Dependency
    notice_hours: Hours
    speaks: tuple[str, ...] = ()  # where nobody was found who runs it: the engines of which it is one
    assumed: str = ""  # and the sentence that says so


def default_losses(audit: Audit, catalog: Catalog) -> tuple[Loss, ...]:
    """The one company whose loss is worst, under its usual notice; none where no company stops a journey alone."""
    return stopping_losses(audit, catalog)[:1]


def stopping_losses(audit: Audit, catalog: Catalog) -> tuple[Loss, ...]:
    """One loss for each company that can stop a journey alone, with the least notice its vendors' terms promise (where
    nobody knows the notice, it is none). The worst first: most journeys, then least notice, then most that hangs on
    it."""
    stopping = [company for company in audit.assessment.companies if company.stops]

    def rank(company: Company) -> tuple[float, float, float, str]:
        return -len(company.stops), _notice(company, catalog), -len(company.dependencies), company.id

    return tuple(Loss(company.id, _notice(company, catalog)) for company in sorted(stopping, key=rank))


def lost_dependencies(dependencies: Iterable[Dependency], losses: Sequence[Loss], catalog: Catalog) -> tuple[Gone, ...]:
    """What goes, as the kind of each loss takes things along; with several losses, at the earliest."""
    gone = []
    for dependency in dependencies:
        notices = [loss.notice_hours for loss in losses if loss.vendor in catalog.reach(dependency.vendor, loss.kind)]
        if notices:
            gone.append(Gone(dependency, min(notices)))
    return tuple(gone)


def untouched(dependencies: Iterable[Dependency], losses: Sequence[Loss], catalog: Catalog) -> tuple[str, ...]:
    """The lost vendors on which nothing that was found hangs."""
    vendors = {dependency.vendor for dependency in dependencies}
    return tuple(
        loss.vendor for loss in losses if not any(loss.vendor in catalog.reach(vendor, loss.kind) for vendor in vendors)
    )


def _notice(company: Company, catalog: Catalog) -> float:
    own = [vendor for vendor in company.vendors if catalog.company(vendor) == company.id] or [company.id]
    known = [catalog.vendors[vendor].notice_hours if vendor in catalog.vendors else None for vendor in own]
    return min((hours or 0.0 for hours in known), default=0.0)
