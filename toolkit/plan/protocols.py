"""What a lost dependency is used with: RDS runs PostgreSQL or MySQL, and only one of them is what the program speaks.

In: a dependency and one of its capabilities, the audit, the catalogue. Out: the engines that whatever replaces it has
to speak. A service that speaks one thing says so in its file; of several, evidence decides, the best there is:

1. infrastructure that names the engine (`engine = "mysql"`): each one named is needed;
2. drivers, settings and containers in use: several are alternatives, for many programs can be run with either;
3. the same where it is optional or serves developers, and said as an assumption;
4. nothing: any of them, and said as an assumption.

What a queue or a cache holds does not have to move: a program that takes its address from a replacement
("${data.queue.url}") and speaks something else as well can be switched, which is said as an assumption too.
"""

from collections.abc import Iterable

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dependency, Need, Value

_INFRASTRUCTURE = ("tf_resource", "cfn", "arm")
# settings of infrastructure code in any language: Terraform, CloudFormation, CDK
_NAMING = (
    "config:engine=", "config:Engine=", "config:engine_type=", "config:EngineType=", "config:database_version=",
    "call:DatabaseInstanceEngine.", "call:DatabaseClusterEngine.",
)  # fmt: skip
_SWITCHABLE = ("data.queue", "data.cache")
_TIERS = (("runtime", "infra"), ("optional",), ("build/ci", "developer"))


class Use(Value):
    """One way in which a dependency is used."""

    speaks: tuple[str, ...] = ()  # engines of which one will do; none: nobody knows what is spoken
    assumed: str = ""  # a sentence, where that is not certain


def uses(dependency: Dependency, capability: str, audit: Audit, catalog: Catalog) -> tuple[Use, ...]:
    """Every use that has to be replaced. Never empty."""
    found = _seen(dependency, capability, audit, catalog)
    others = _switchable(capability, audit, catalog)
    return tuple(_or_switched(use, others, dependency.id, capability) for use in found)


def _or_switched(use: Use, others: tuple[str, ...], dependency: str, capability: str) -> Use:
    more = tuple(engine for engine in others if engine not in use.speaks)
    if not use.speaks or not more:
        return use
    kinds = " and ".join(more)
    sentence = f"{dependency}: the applications take {capability} from a setting, and their code speaks {kinds} as well"
    return Use((*use.speaks, *more), sentence)


def _switchable(capability: str, audit: Audit, catalog: Catalog) -> tuple[str, ...]:
    """What the code speaks for something that an application is told the address of."""
    values = (value for one in audit.platform.applications for value in one.environment.values())
    if capability not in _SWITCHABLE or not any(f"${{{capability}." in value for value in values):
        return ()
    in_use = [need.engine for need in audit.needs if need.role in _TIERS[0]]
    return tuple(sorted(catalog.protocols(in_use, capability)))


def _seen(dependency: Dependency, capability: str, audit: Audit, catalog: Catalog) -> tuple[Use, ...]:
    entry = catalog.entry(dependency.id)
    offered = catalog.protocols(entry.speaks if entry else (), capability)
    if len(offered) < 2:
        return (Use(tuple(offered)),)
    needs = [need for need in audit.needs if need.engine in offered]
    if declared := [need.engine for need in needs if _names_it(need, audit)]:
        return tuple(Use((engine,)) for engine in declared)
    for tier in _TIERS:
        if seen := tuple(need.engine for need in needs if need.role in tier):
            return (Use(seen, _assumption(dependency.id, seen, certain=tier == _TIERS[0])),)
    kinds = " or ".join(sorted(offered))
    return (Use(tuple(sorted(offered)), f"{dependency.id}: no sign says whether it is used with {kinds}"),)


def speaks(slug: str, wanted: Iterable[str], capability: str, catalog: Catalog) -> bool:
    """Whether a blueprint speaks one of these; where nothing in particular is wanted, any blueprint does."""
    wanted = set(wanted)
    return not wanted or bool(wanted & catalog.protocols(catalog.blueprints[slug].speaks, capability))


def _names_it(need: Need, audit: Audit) -> bool:
    """Whether infrastructure code that is in use names this engine."""
    for position in need.evidence:
        sign = audit.survey.evidence[position]
        signal = sign.signal.partition("#")[2]
        named = signal.startswith(_NAMING) or signal.partition(":")[0] in _INFRASTRUCTURE
        if named and sign.role in _TIERS[0]:
            return True
    return False


def _assumption(dependency: str, seen: tuple[str, ...], *, certain: bool) -> str:
    kinds = " and ".join(seen)
    if len(seen) > 1:
        return f"{dependency}: the code can speak {kinds}, and no sign says which of them this is"
    return "" if certain else f"{dependency}: only options or development say that it is used with {kinds}"
