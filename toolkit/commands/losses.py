"""Who is lost, as `--lose` and `--scenario` say it."""

from typing import TYPE_CHECKING

import click

from toolkit import errors
from toolkit.commands.options import LOSSES, SCENARIO

if TYPE_CHECKING:
    from toolkit.catalog.entries import Catalog, Scenario
    from toolkit.model import Audit, Loss


lose_option = click.option(
    "--lose", metavar="VENDOR@NOTICE,…", type=LOSSES, help="Who goes, with which notice: aws@30h,okta@0h."
)
scenario_option = click.option(
    "--scenario", metavar="ID", type=SCENARIO, help="The losses of a real case: see `offramp catalog list`."
)


def read_losses(text: str | None, scenario: str | None, audit: "Audit", catalog: "Catalog") -> "tuple[Loss, ...]":
    """`aws@30h,okta@0h`, or the losses of a scenario, in its own order."""
    from toolkit.assess.simulate import parse_losses

    if scenario is not None:
        return of_scenario(scenario_called(scenario, catalog))
    return parse_losses(text or "", catalog, also={dependency.vendor for dependency in audit.dependencies})


def scenario_called(ident: str, catalog: "Catalog") -> "Scenario":
    """BadInput with the ids that there are, where there is none of this one."""
    if ident not in catalog.scenarios:
        raise errors.BadInput(f"no scenario {ident!r}", hint=f"there are: {', '.join(sorted(catalog.scenarios))}")
    return catalog.scenarios[ident]


def of_scenario(scenario: "Scenario") -> "tuple[Loss, ...]":
    from toolkit.model import Loss

    return tuple(Loss(lost.vendor, lost.notice_hours) for lost in scenario.lost)
