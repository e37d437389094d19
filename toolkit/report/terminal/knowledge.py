"""Why a rule exists, why a dependency was reported, what the catalogue knows, what this machine lacks."""

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console

from toolkit.catalog.depth import Depth, Depths, summary
from toolkit.catalog.entries import Catalog, Exit, Rule
from toolkit.catalog.sources import OTHER
from toolkit.doctor import Need
from toolkit.model import Audit, Discarded, Evidence, Explanation, Survey, Value
from toolkit.report import places
from toolkit.report.facts import NO_SOURCE
from toolkit.report.terminal.screen import listing, put

_EVERYTHING = 1_000  # lines: these are answers to a question, not a summary
_PLACES = 3  # of one sign
_NOTHING: tuple[object, ...] = ("", None, [], (), {}, Exit())


def write_rule(out: Console, rule: Rule) -> None:
    """Title, reason, remedy."""
    put(out, (rule.id, "bold"), f": {rule.title} ({rule.severity})")
    put(out, ("Why: ", "bold"), rule.rationale)
    put(out, ("What to do: ", "bold"), f"{rule.remediation} About {rule.effort_hours:g} hours.")
    put(out, ("Looks at: ", "bold"), ", ".join(rule.of) or "everything")


def write_explanation(out: Console, explanation: Explanation, audit: Audit) -> None:
    """Reported or not, how that came about, and every sign that counted or did not."""
    survey = audit.survey
    put(out, (explanation.dependency, "bold"), f": {'reported' if explanation.reported else 'not reported'}")
    put(out, explanation.reason)
    listing(out, "How", explanation.steps, limit=_EVERYTHING)
    for title, positions in (("Counts", explanation.evidence), ("Only corroborates", explanation.weak)):
        seen = [survey.evidence[index] for index in positions]
        listing(out, title, _grouped([(item.signal, _place(item, survey)) for item in seen]), limit=_EVERYTHING)
    ignored = [survey.discarded[index] for index in explanation.discarded]
    named = [(f"{item.signal} ({item.reason})", _place(item, survey)) for item in ignored]
    listing(out, "Does not count", _grouped(named), limit=_EVERYTHING)


def _place(item: Evidence | Discarded, survey: Survey) -> str:
    return places.words(item.root, item.where, survey)


def _grouped(seen: Sequence[tuple[str, str]]) -> list[str]:
    """One line for each sign, with the first places of it and how many more there are."""
    where: dict[str, list[str]] = {}
    for sign, place in seen:
        where.setdefault(sign, []).append(place)
    lines = []
    for sign, found in where.items():
        more = f" and {len(found) - _PLACES} more" if len(found) > _PLACES else ""
        lines.append(f"{', '.join(found[:_PLACES])}{more}  {sign}")
    return lines


def write_catalog(out: Console, catalog: Catalog) -> None:
    """Every id with its name, one a line, by kind."""
    kinds: tuple[tuple[str, Mapping[str, Value], str], ...] = (
        ("Vendors", catalog.vendors, "name"),
        ("Services", catalog.services, "name"),
        ("Capabilities", catalog.capabilities, "title"),
        ("Rules", catalog.rules, "title"),
        ("Scenarios", catalog.scenarios, "title"),
        ("Blueprints", catalog.blueprints, "summary"),
    )
    for title, table, field in kinds:
        lines = [f"{ident}  {getattr(table[ident], field)}" for ident in sorted(table)]
        listing(out, f"{title} ({len(table)})", lines, limit=len(lines))


def write_depth(out: Console, depths: Depths) -> None:
    """The sums, then one line per vendor of which something is known about leaving it."""
    put(out, summary(depths), longest=9)
    lines = [
        f"{one.vendor}: {one.exports} can be taken out, {one.keeps} cannot, {one.notices} notices; "
        f"{'owner and seat' if one.company else 'owner not known'}, "
        f"{'machines known' if one.foundations else 'machines not known'}; "
        f"{one.sourced} of {one.facts} facts with a source{_elsewhere(one)}"
        for one in depths.vendors
    ]
    listing(out, f"Vendors ({len(lines)})", lines, limit=len(lines))


def _elsewhere(one: Depth) -> str:
    other = one.kinds.count(OTHER)
    return f", {other} on {OTHER}" if other else ""


def write_entry(out: Console, ident: str, entry: Value) -> None:
    """Every field that is set, nested ones indented; sources also where there is none."""
    put(out, (ident, "bold"))
    _fields(out, entry, 1)


def _fields(out: Console, value: object, depth: int) -> None:
    indent = "  " * depth
    if isinstance(value, Value):
        fields = msgspec.structs.asdict(value).items()
        _fields(out, {key: _told(key, inner) for key, inner in fields}, depth)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, Value | Mapping | list | tuple) and inner not in _NOTHING:
                put(out, f"{indent}{key}:")
                _fields(out, inner, depth + 1)
            elif inner not in _NOTHING:
                put(out, f"{indent}{key}: {inner}", hang=len(indent) + 2)
    elif isinstance(value, list | tuple):
        for inner in value:
            _fields(out, inner, depth)
    else:
        put(out, f"{indent}{value}", hang=len(indent) + 2)


def _told(key: str, value: object) -> object:
    return NO_SOURCE if key.rpartition("_")[2] == "source" and not value else value


def write_needs(out: Console, needs: Sequence[Need]) -> None:
    """Found things first, then what is missing, for what, and how to get it."""
    listing(out, "Found", [f"{need.name}: {need.found}" for need in needs if need.found], limit=_EVERYTHING)
    missing = [f"{need.name}, for {need.commands}: {need.remedy}" for need in needs if not need.found]
    listing(out, "Missing", missing, limit=_EVERYTHING)
