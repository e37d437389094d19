"""Readiness rules: `checks/readiness/*.toml` says what is asked of which capabilities, the predicates here answer it.

In: a `Case`. Out: findings, sorted. A predicate is a function of a rule and a case and is registered under the name
that `Rule.check` uses. Two things hold for all of them:

- Missing evidence is never "ready". A capability that a journey needs and nothing provides is unknown; so is one whose
  sources did not run; else the rule's `unless` says what its absence means, by default that the rule does not apply.
- Severity is the rule's where the finding stops a journey or the rule is not about stopping. It is one step lower where
  a company stops no journey, and low where only optional dependencies are concerned.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import get_args

from msgspec.structs import replace

from toolkit.assess.cutsets import minimal_cut_sets
from toolkit.assess.graph import Graph
from toolkit.assess.journeys import counts, matching
from toolkit.catalog import Rule
from toolkit.model import Confidence, Dependency, Finding, JourneyRisk, Outcome, Severity, Survey, Value

# Capabilities that a checkout does not show: only these kinds of source, or a declaration, can tell. For all others,
# a checkout or an account does.
_SEEN_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "edge.dns": ("network", "accounts"),
    "edge.registrar": ("network",),
    "mail.incoming": ("network",),
    "collab.mailboxes": ("network",),
    "data.backup": ("accounts",),
}
# Capabilities that a service may have and a customer not use, with nothing in a checkout to tell: a DNS zone at a
# company that is a registrar too does not say who the registrar is.
_NEEDS_PROOF = ("edge.registrar",)
_SEEN_IN = ("files", "accounts", "records")
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)


class Case(Value):
    """What a rule is asked about."""

    graph: Graph
    survey: Survey
    risks: tuple[JourneyRisk, ...]
    today: date


Predicate = Callable[[Rule, Case], Iterator[Finding]]


def judge(case: Case) -> tuple[Finding, ...]:
    """Every rule of the catalogue, asked; waivers of `offramp.toml` that have not expired are marked."""
    rules = case.graph.catalog.rules.values()
    found = [_waived(finding, case) for rule in rules for finding in PREDICATES[rule.check](rule, case)]
    return tuple(
        sorted(
            found,
            key=lambda one: (-_SEVERITIES.index(one.severity), one.rule, one.subject, one.capability or ""),
        )
    )


def _single_company(rule: Rule, case: Case) -> Iterator[Finding]:
    """Per capability: a company whose loss alone is the loss of the capability. None: ready."""
    for capability in _asked(rule, case):
        title = (
            case.graph.catalog.capabilities[capability].title
            if capability in case.graph.catalog.capabilities
            else capability
        )
        providers = _providers(capability, case)
        alone = _alone(capability, case) if _counting(providers, capability) else _owners(providers, case)
        for company in alone:
            concerned = [one for one in providers if company in case.graph.catalog.reach(one.vendor)]
            stopped = _stopped(company, capability, case)
            message = f"{title}: {_name(company, case)} alone can take it away ({_list(one.id for one in concerned)})."
            yield _finding(rule, company, "not ready", message, concerned, capability, stopped, lowered=not stopped)
        if not alone:
            subject = providers[0].id
            yield _finding(
                rule, subject, "ready", f"{title}: no single company can take it away.", providers, capability
            )
    yield from _absent(rule, case)


def _same_company(rule: Rule, case: Case) -> Iterator[Finding]:
    """Hidden coupling: what should survive a loss (`of`) is lost together with what it is for (`with`)."""
    others = [one for one in case.graph.dependencies if _gives(one, rule.with_) and one.role != "build/ci"]
    for capability in _asked(rule, case):
        providers = _providers(capability, case)
        if not others:
            yield _finding(
                rule, providers[0].id, "not applicable", f"Nothing provides {_list(rule.with_)}.", (), capability
            )
            continue
        shared: dict[str, list[Dependency]] = {}
        for one in providers:
            for other in others:
                for company in _companies(one, case) & _companies(other, case):
                    shared.setdefault(company, []).extend((one, other))
        for company, both in sorted(shared.items()):
            proven = any(_proven(one, capability, case) for one in providers)
            message = f"{_list(one.id for one in both)} go together with {_name(company, case)}"
            message += "." if proven else f", if it is they who provide {capability}: declare who does."
            yield _finding(rule, company, "not ready" if proven else "unknown", message, both, capability)
        if not shared:
            message = (
                f"{_list(one.id for one in providers)} outlives the loss of {_list(one.vendor for one in others)}."
            )
            yield _finding(rule, providers[0].id, "ready", message, providers, capability)
    yield from _absent(rule, case)


def _declared(rule: Rule, case: Case) -> Iterator[Finding]:
    """It is known who provides it, from `[[declare]]` or from what was seen."""
    for capability in _asked(rule, case):
        providers = _providers(capability, case)
        outcome: Outcome
        names = _list(one.id for one in providers)
        if all(_proven(one, capability, case) for one in providers):
            outcome, message = "ready", f"{capability} is provided by {names}."
        else:
            outcome, message = "unknown", f"{names} may provide {capability}; nothing says so. Declare who does."
        yield _finding(rule, providers[0].id, outcome, message, providers, capability)
    yield from _absent(rule, case)


def _fallback(rule: Rule, case: Case) -> Iterator[Finding]:
    """Something else takes over when a dependency goes, and does not go with it."""
    for capability in _asked(rule, case):
        for one in _providers(capability, case):
            named = case.graph.fallbacks((one.id, one.vendor, capability))
            alone = minimal_cut_sets(case.graph.fault_of(one, capability), case.graph.companies(), largest=1)
            outcome: Outcome = "ready" if named and not alone else "not ready"
            message = f"No fallback is named for {one.id} ({capability})."
            if named:
                message = f"When {one.id} goes, {_list(named)} takes over."
            if named and alone:
                message = f"{_list(named)}, the fallback of {one.id}, goes with {_name(alone[0][0], case)} too."
            yield _finding(rule, one.id, outcome, message, (one,), capability, _journeys_of(one, case))
    yield from _absent(rule, case)


def _exportable(rule: Rule, case: Case) -> Iterator[Finding]:
    """Hostage data: what the vendor keeps. A vendor nobody has looked into is unknown."""
    asked = _asked(rule, case)
    for one in case.graph.dependencies:
        mine = sorted(set(one.capabilities) & set(asked))
        if not mine or one.role == "build/ci":
            continue
        entry = case.graph.catalog.entry(one.id)
        if entry and entry.exit.keeps:
            kept = _list(kept.what for kept in entry.exit.keeps)
            yield _finding(rule, one.id, "not ready", f"{entry.name} does not give back: {kept}.", (one,), mine[0])
        elif entry and entry.exit.exports:
            exports = _list(export.what for export in entry.exit.exports)
            yield _finding(rule, one.id, "ready", f"Can be exported from {entry.name}: {exports}.", (one,), mine[0])
        else:
            message = f"Nobody has written down what can be exported from {one.id}."
            yield _finding(rule, one.id, "unknown", message, (one,), mine[0])
    yield from _absent(rule, case)


def _waiver(rule: Rule, case: Case) -> Iterator[Finding]:
    """Accepted risks end: an expired waiver no longer waives."""
    for waiver in case.graph.platform.waivers:
        expired = waiver.expires < case.today
        message = f"The waiver of {waiver.rule} for {waiver.subject} ({waiver.owner}) "
        message += f"ended on {waiver.expires}." if expired else f"holds until {waiver.expires}."
        subject = f"{waiver.rule} {waiver.subject}"
        yield _finding(rule, subject, "not ready" if expired else "ready", message, ())


PREDICATES: Mapping[str, Predicate] = {
    "single-company": _single_company,
    "same-company": _same_company,
    "declared": _declared,
    "fallback": _fallback,
    "exportable": _exportable,
    "waiver": _waiver,
}


# --- what a rule is about ---------------------------------------------------------------------------------------------
def _asked(rule: Rule, case: Case) -> list[str]:
    """The rule's capabilities that something provides."""
    return sorted(c for c in matching(rule.of, case.graph.provided) if _providers(c, case))


def _providers(capability: str, case: Case) -> list[Dependency]:
    """Who provides it: those that count, or, where there is none, the optional ones."""
    having = [one for one in case.graph.dependencies if capability in one.capabilities]
    having = [one for one in having if _proven(one, capability, case)] or having
    return _counting(having, capability) or [one for one in having if one.role == "optional"]


def _counting(dependencies: Iterable[Dependency], capability: str) -> list[Dependency]:
    return [one for one in dependencies if counts(one, capability)]


def _proven(dependency: Dependency, capability: str, case: Case) -> bool:
    """Whether what was seen is about this capability: declared, nothing else it could be, or seen from outside."""
    if capability not in _NEEDS_PROOF or dependency.declared or len(dependency.capabilities) == 1:
        return True
    sources = {case.survey.evidence[position].source.partition(".")[0] for position in dependency.evidence}
    return not sources.isdisjoint(_SEEN_ELSEWHERE[capability])


def _gives(dependency: Dependency, patterns: Sequence[str]) -> bool:
    return bool(matching(patterns, dependency.capabilities))


def _absent(rule: Rule, case: Case) -> Iterator[Finding]:
    """What it means that nothing provides what the rule is about."""
    known = set(_asked(rule, case))
    needed = {need: risk.journey for risk in case.risks for need in risk.unknown}
    for capability in sorted(matching(rule.of, needed)):
        message = f"{capability} is needed to {needed[capability]}, and nothing was found that provides it."
        yield _finding(rule, "platform", "unknown", message, (), capability, (needed[capability],))
        known.add(capability)
    if known:
        return
    outcome, message = rule.unless or "not applicable", f"Nothing was found that provides {_list(rule.of)}."
    if outcome in ("ready", "not applicable") and (unseen := _unseen(rule, case)):
        outcome, message = "unknown", f"{message} Nothing that could see it was looked at: {_list(unseen)}."
    yield _finding(rule, "platform", outcome, message, ())


def _unseen(rule: Rule, case: Case) -> list[str]:
    """Kinds of source that could see the rule's capabilities, when none of them ran."""
    ran = {source.partition(".")[0] for source in case.survey.sources}
    kinds = sorted({kind for one in rule.of for kind in _SEEN_ELSEWHERE.get(one, _SEEN_IN)})
    return [] if ran & set(kinds) else kinds


def _alone(capability: str, case: Case) -> list[str]:
    cuts = minimal_cut_sets(case.graph.need_fault(capability), case.graph.companies(), largest=1)
    return [company for (company,) in cuts]


def _owners(dependencies: Iterable[Dependency], case: Case) -> list[str]:
    """For optional dependencies: every company that one of them hangs on, unless a fallback is named."""
    return sorted({c for one in dependencies for (c,) in minimal_cut_sets(
        case.graph.dependency_fault(one), case.graph.companies(), largest=1)})  # fmt: skip


def _stopped(company: str, capability: str, case: Case) -> tuple[str, ...]:
    """The journeys that need the capability, or a dependency that has it, and that the company can stop alone."""
    ids = {name for one in _providers(capability, case) for name in (one.id, one.vendor)}
    return tuple(
        journey.id
        for journey, risk in zip(case.graph.journeys, case.risks, strict=True)
        if (company,) in risk.cut_sets
        and (ids & set(journey.needs) or any(matching([n], [capability]) for n in journey.needs))
    )


def _journeys_of(dependency: Dependency, case: Case) -> tuple[str, ...]:
    return tuple(j.id for j in case.graph.journeys if any(dependency in case.graph.providers(n) for n in j.needs))


def _companies(dependency: Dependency, case: Case) -> set[str]:
    return {case.graph.catalog.company(vendor) for vendor in case.graph.catalog.reach(dependency.vendor)}


# --- findings ---------------------------------------------------------------------------------------------------------
def _finding(
    rule: Rule,
    subject: str,
    outcome: Outcome,
    message: str,
    dependencies: Sequence[Dependency],
    capability: str | None = None,
    journeys: tuple[str, ...] = (),
    *,
    lowered: bool = False,
) -> Finding:
    optional = bool(dependencies) and all(one.role == "optional" for one in dependencies)
    step = 1 if lowered else 0
    severity = "low" if optional else _SEVERITIES[max(_SEVERITIES.index(rule.severity) - step, 0)]
    levels = [_CONFIDENCES.index(one.confidence) for one in dependencies]
    # one sure sign is enough to be worried, all must be sure to be at ease
    level = (min(levels) if outcome == "ready" else max(levels)) if levels else len(_CONFIDENCES) - 1
    evidence = tuple(sorted({position for one in dependencies for position in one.evidence}))
    return Finding(rule.id, subject, outcome, severity, _CONFIDENCES[level], message, capability, journeys, evidence)


def _waived(finding: Finding, case: Case) -> Finding:
    ends = [
        waiver.expires
        for waiver in case.graph.platform.waivers
        if (waiver.rule, waiver.subject) == (finding.rule, finding.subject) and waiver.expires >= case.today
    ]
    return replace(finding, waived_until=max(ends)) if ends and finding.outcome in ("not ready", "unknown") else finding


def _name(company: str, case: Case) -> str:
    known = case.graph.catalog.vendors.get(company)
    return known.name if known else company


def _list(names: Iterable[str]) -> str:
    """At most four names, for a sentence."""
    every = list(dict.fromkeys(names))
    return ", ".join(every[:4]) + (f" and {len(every) - 4} more" if len(every) > 4 else "")
