"""Who is lost: the companies to plan for, and the dependencies that go with them."""

from collections.abc import Iterable, Sequence

from toolkit.catalog import Catalog
from toolkit.model import Audit, Company, Dependency, Hours, Loss, Value


class Gone(Value):
    """A dependency that is lost, and how long after notice."""

    dependency: Dependency
    notice_hours: Hours


def default_losses(audit: Audit, catalog: Catalog) -> tuple[Loss, ...]:
    """Every company that can stop a journey alone, with the least notice its vendors' terms promise. Where nobody knows
    the notice, it is none."""
    return tuple(Loss(company.id, _notice(company, catalog)) for company in audit.assessment.companies if company.stops)


def lost_dependencies(dependencies: Iterable[Dependency], losses: Sequence[Loss], catalog: Catalog) -> tuple[Gone, ...]:
    """What goes, through owners and foundations too; with several losses, at the earliest."""
    gone = []
    for one in dependencies:
        reach = catalog.reach(one.vendor)
        if notices := [loss.notice_hours for loss in losses if loss.vendor in reach]:
            gone.append(Gone(one, min(notices)))
    return tuple(gone)


def _notice(company: Company, catalog: Catalog) -> float:
    own = [vendor for vendor in company.vendors if catalog.company(vendor) == company.id] or [company.id]
    known = [catalog.vendors[vendor].notice_hours if vendor in catalog.vendors else None for vendor in own]
    return min((hours or 0.0 for hours in known), default=0.0)
