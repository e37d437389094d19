"""Readiness rules: `checks/readiness/*.toml` says what is asked of which capabilities, the predicates here answer it.

In: a `Case`. Out: findings, sorted. A predicate is a function of a rule and a case and is registered under the name
that `Rule.check` uses. Two things hold for all of them:

- Missing evidence is never "ready". A capability that a journey needs and nothing provides is unknown; so is one whose
  sources did not run; else the rule's `unless` says what its absence means, by default that the rule does not apply.
- Severity is the rule's where the finding stops a journey or the rule is not about stopping. It is one step lower, or
  the rule's `otherwise`, where a company stops no journey or two things go together only in an outage, and low where
  only optional dependencies are concerned. A store that infrastructure describes and no program works with is at most
  medium. What nobody surely saw in use is unknown and at most medium.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import get_args

from msgspec.structs import replace

from toolkit.assess.case import Case
from toolkit.assess.journeys import matching
from toolkit.catalog.entries import Exit, Rule
from toolkit.model import Confidence, Dependency, Finding, Outcome, Severity

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)

Predicate = Callable[[Rule, Case], Iterator[Finding]]


def judge(case: Case) -> tuple[Finding, ...]:
    """Every rule of the catalogue, asked; waivers of `offramp.toml` that have not expired are marked."""
    rules = case.graph.catalog.rules.values()
    asked = (finding for rule in rules for finding in PREDICATES[rule.check](rule, case))
    found = [_waived(_to_the_point(finding, case), case) for finding in asked]
    found.sort(key=lambda one: (-_SEVERITIES.index(one.severity), one.rule, one.subject, one.capability or ""))
    return tuple(found)


def _single_company(rule: Rule, case: Case) -> Iterator[Finding]:
    """Per capability: a company whose loss alone is the loss of the capability. None: ready."""
    for capability in case.asked(rule.of):
        title, providers = case.title(capability), case.providers(capability)
        takers = case.takers(capability)
        for company in takers:
            concerned = [one for one in providers if case.owner(one) == company] or providers
            stopped = case.stopped(company, capability)
            name = case.company_name(company)
            message = f"{title}: the loss of {name} alone takes it away ({_list(_ids(concerned))})."
            aside = not stopped and all(case.aside(one, capability) for one in concerned)
            yield _finding(
                rule,
                company,
                "not ready",
                message,
                concerned,
                capability,
                stopped,
                lowered=not stopped,
                at_most="medium" if aside else "critical",
            )
        if not takers:
            message = f"{title}: no single company can take it away."
            yield _finding(rule, providers[0].id, "ready", message, providers, capability)
    yield from _absent(rule, case)


def _same_company(rule: Rule, case: Case) -> Iterator[Finding]:
    """Hidden coupling: what should survive a loss (`of`) is lost together with what it is for (`with`)."""
    others = [
        one
        for one in case.graph.dependencies
        if matching(rule.with_, one.capabilities) and one.role not in ("build/ci", "developer")
    ]
    for capability in case.asked(rule.of):
        providers = case.providers(capability)
        proven = all(case.proven(one, capability) for one in providers)
        shared: dict[str, list[Dependency]] = {}
        for one in providers:
            for other in others:
                for company in case.companies(one) & case.companies(other):
                    shared.setdefault(company, []).extend((one, other))
        for company, both in shared.items():
            message = f"{_list(_ids(both))} go together with {case.company_name(company)}"
            message += "." if proven else f", if it is they who provide {capability}: declare who does."
            owned = {one for one in both if case.owner(one) == company}
            through_foundation = not (owned & set(providers) and owned - set(providers))
            yield _finding(
                rule,
                company,
                "not ready" if proven else "unknown",
                message,
                both,
                capability,
                lowered=through_foundation,
            )
        if not others:
            message = f"Nothing was found that provides {_titles(rule.with_, case)}."
            yield _finding(rule, providers[0].id, "not applicable", message, (), capability)
        elif not shared:
            message = f"{_list(_ids(providers))} outlives the loss of {_list(one.vendor for one in others)}."
            yield _finding(rule, providers[0].id, "ready" if proven else "unknown", message, providers, capability)
    yield from _absent(rule, case)


def _declared(rule: Rule, case: Case) -> Iterator[Finding]:
    """It is known who provides it, from `[[declare]]` or from what was seen."""
    for capability in case.asked(rule.of):
        providers = case.providers(capability)
        outcome: Outcome = "ready"
        message = f"{capability} is provided by {_list(_ids(providers))}."
        if not all(case.proven(one, capability) for one in providers):
            outcome = "unknown"
            message = f"{_list(_ids(providers))} may provide {capability}; nothing says so. Declare who does."
        yield _finding(rule, providers[0].id, outcome, message, providers, capability)
    yield from _absent(rule, case)


def _fallback(rule: Rule, case: Case) -> Iterator[Finding]:
    """Something else takes over when a dependency goes, and does not go with it."""
    for capability in case.asked(rule.of):
        for one in case.providers(capability):
            named = case.graph.fallbacks((one.id, one.vendor, capability))
            alone = case.alone(case.graph.fault_of(one, capability))
            outcome: Outcome = "not ready"
            message = f"No fallback is named for {one.id} ({capability})."
            if named and alone:
                message = f"{_list(named)}, the fallback of {one.id}, goes with {case.company_name(alone[0])} too."
            elif named:
                outcome, message = "ready", f"When {one.id} goes, {_list(named)} takes over."
            concerned = case.journeys_of(one)
            stops = case.stopped(case.owner(one), capability)
            yield _finding(rule, one.id, outcome, message, (one,), capability, concerned, lowered=not stops)
    yield from _absent(rule, case)


def _exportable(rule: Rule, case: Case) -> Iterator[Finding]:
    """Hostage data: what the vendor keeps. A vendor nobody has looked into is unknown."""
    asked = set(case.asked(rule.of))
    for one in case.graph.dependencies:
        mine = sorted(asked & set(one.capabilities))
        if not mine or one.role in ("build/ci", "developer"):
            continue
        entry = case.graph.catalog.entry(one.id)
        known = entry.exit.concerning(mine) if entry else Exit()
        outcome: Outcome = "unknown"
        message = f"Nobody has written down what can be exported from {one.id}."
        if entry and known.keeps:
            outcome = "not ready"
            message = f"{entry.name} does not give back: {_list(kept.what for kept in known.keeps)}."
        elif entry and known.exports:
            outcome = "ready"
            message = f"Can be exported from {entry.name}: {_list(some.what for some in known.exports)}."
        yield _finding(rule, one.id, outcome, message, (one,), mine[0])
    yield from _absent(rule, case)


def _waiver(rule: Rule, case: Case) -> Iterator[Finding]:
    """Accepted risks end: an expired waiver no longer waives."""
    for waiver in case.graph.platform.waivers:
        expired = waiver.expires < case.today
        message = f"The waiver of {waiver.rule} for {waiver.subject} ({waiver.owner}) "
        message += f"ended on {waiver.expires}." if expired else f"holds until {waiver.expires}."
        yield _finding(rule, f"{waiver.rule} {waiver.subject}", "not ready" if expired else "ready", message, ())


PREDICATES: Mapping[str, Predicate] = {
    "single-company": _single_company,
    "same-company": _same_company,
    "declared": _declared,
    "fallback": _fallback,
    "exportable": _exportable,
    "waiver": _waiver,
}


def _absent(rule: Rule, case: Case) -> Iterator[Finding]:
    """What it means that nothing provides what the rule is about."""
    provided = case.asked(rule.of)
    needed = {need: risk.journey for risk in case.risks for need in risk.unknown}
    wanting = sorted(matching(rule.of, needed))
    for capability in wanting:
        message = f"{capability} is needed to {needed[capability]}, and nothing was found that provides it."
        yield _finding(rule, "platform", "unknown", message, (), capability, (needed[capability],))
    if provided or wanting:
        return
    if any(one.startswith("hosting.") for one in rule.of) and (inferred := case.graph.hosts):
        message = f"{_list(host.dependency.vendor for host in inferred)} seems to host it; nothing says so outright."
        yield _finding(rule, "platform", "unknown", message, ())
        return
    outcome: Outcome = rule.unless if rule.unless in ("unknown", "not ready") else "not applicable"
    message = f"Nothing was found that provides {_titles(rule.of, case)}."
    if outcome == "not applicable" and (unseen := case.unseen(rule.of)):
        outcome, message = "unknown", f"{message} Nothing that could see it was looked at: {_list(unseen)}."
    yield _finding(rule, "platform", outcome, message, ())


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
    at_most: Severity = "critical",
) -> Finding:
    levels = [_CONFIDENCES.index(one.confidence) for one in dependencies]
    # one sure sign is enough to be worried, all must be sure to be at ease
    level = (min(levels) if outcome == "ready" else max(levels)) if levels else len(_CONFIDENCES) - 1
    guessed = bool(dependencies) and not any(one.firm for one in dependencies)
    if guessed and outcome == "not ready":
        outcome = "unknown"
    evidence = tuple(sorted({position for one in dependencies for position in one.evidence}))
    severity = _severity(rule, dependencies, lowered=lowered, guessed=guessed, stopping=bool(journeys) and not lowered)
    severity = min(severity, at_most, key=_SEVERITIES.index)
    return Finding(rule.id, subject, outcome, severity, _CONFIDENCES[level], message, capability, journeys, evidence)


def _severity(
    rule: Rule, dependencies: Sequence[Dependency], *, lowered: bool, guessed: bool, stopping: bool
) -> Severity:
    """The rule's; lower where nothing stops; what nobody knows to be in use is never worse than medium."""
    if dependencies and not stopping and all(one.role in ("optional", "developer") for one in dependencies):
        return "low"
    below = _SEVERITIES[max(_SEVERITIES.index(rule.severity) - 1, 0)]
    severity = (rule.otherwise or below) if lowered else rule.severity
    return min(severity, "medium", key=_SEVERITIES.index) if guessed else severity


def _to_the_point(finding: Finding, case: Case) -> Finding:
    """Of what was seen of its vendors, the signs of its capability, where there are any: a vendor's first sign may be
    one of something else."""
    if finding.capability is None:
        return finding
    telling = tuple(at for at in finding.evidence if case.tells(at, finding.capability))
    return replace(finding, evidence=telling or finding.evidence)


def _waived(finding: Finding, case: Case) -> Finding:
    ends = [
        waiver.expires
        for waiver in case.graph.platform.waivers
        if (waiver.rule, waiver.subject) == (finding.rule, finding.subject) and waiver.expires >= case.today
    ]
    return replace(finding, waived_until=max(ends)) if ends and finding.outcome in ("not ready", "unknown") else finding


def _ids(dependencies: Iterable[Dependency]) -> Iterator[str]:
    return (one.id for one in dependencies)


def _titles(globs: Iterable[str], case: Case) -> str:
    """`Authoritative DNS, any of hosting.*`: capabilities as people call them."""
    return _list(f"any of {one}" if "*" in one else case.title(one) for one in globs)


def _list(names: Iterable[str]) -> str:
    """At most four names, for a sentence."""
    every = list(dict.fromkeys(names))
    return ", ".join(every[:4]) + (f" and {len(every) - 4} more" if len(every) > 4 else "")
