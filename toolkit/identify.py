"""Identify: evidence → dependencies.

In: the survey, what the user says, the catalogue. Out: one `Dependency` per vendor service, sorted by id; a vendor
without service only where nothing more specific was found. The rules, in full, are docs/identify.md:

- *Weak* signals alone never make a dependency; they corroborate one that something else made.
- Signs of a vendor that name no service belong to its services, once one of those is in use; then they corroborate.
- *Role* is the strongest that any counting sign has: runtime, infra, optional, build/ci.
- *Confidence* is a sum over independent ways of knowing (`_FAMILIES`), each counted once at its best sign: 1 for a
  mention, 2 for a use, 3 for a proof. 3 or more is high, 2 is medium, 1 is low. What the user declares is high.
"""

from collections.abc import Iterable, Mapping, Sequence

import pathspec
from msgspec.structs import replace

from toolkit.catalog import Catalog
from toolkit.model import Confidence, Declare, Dependency, Evidence, Explanation, Ignore, Platform, Role, Survey, Value

_STRONGEST_FIRST: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci")
_OPERATED = ("runtime", "infra")

# independent ways of knowing -> kind of signal -> points
_FAMILIES: Mapping[str, Mapping[str, int]] = {
    "a package in a manifest": {
        "pypi": 1, "npm": 1, "gem": 1, "golang": 1, "composer": 1, "maven": 1, "nuget": 1, "cargo": 1, "hex": 1,
        "pub": 1, "swift": 1,
    },
    "code that uses it": {"python": 2, "jvm": 2, "ruby": 2, "php": 2, "dotnet": 2, "rust": 2, "call": 2},
    "a host name": {"host": 1, "uri": 1},
    "a setting": {"env": 1, "config": 1, "arn": 1, "file": 1},
    "a web page": {"html": 2, "header": 3, "cookie": 3},
    "infrastructure as code": {
        "tf_resource": 3, "cfn": 3, "arm": 3, "pulumi": 2, "k8s": 2, "image": 2, "action": 2, "tf_provider": 1,
    },
    "the account itself": {"resource": 3},
    "DNS": {"cname": 3, "ns": 3, "mx": 3, "spf": 2, "txt": 1},
}  # fmt: skip
_POINTS = {kind: (family, points) for family, kinds in _FAMILIES.items() for kind, points in kinds.items()}
_COUNTED_KINDS = ("resource", "tf_resource", "cfn", "arm")  # where one sign stands for one thing that exists


class _Sign(Value):
    """One piece of evidence, read with the catalogue."""

    position: int
    dependency: str
    kind: str
    role: Role
    weak: bool


class _Case(Value):
    """What speaks for one dependency."""

    strong: tuple[_Sign, ...] = ()
    support: tuple[_Sign, ...] = ()  # weak signs, and the vendor's signs that name no service
    declared: tuple[Declare, ...] = ()

    @property
    def role(self) -> Role:
        return min((*(s.role for s in self.strong), *(d.role for d in self.declared)), key=_STRONGEST_FIRST.index)


def identify(survey: Survey, platform: Platform, catalog: Catalog) -> tuple[Dependency, ...]:
    """The dependencies that are in use. What `[[ignore]]` names is left out; `why` still knows it."""
    cases = _cases(survey, platform, catalog)
    return tuple(
        _dependency(name, case, survey, catalog)
        for name, case in sorted(cases.items())
        if not _ignored(name, platform.ignore)
    )


def why(dependency: str, survey: Survey, catalog: Catalog, platform: Platform | None = None) -> Explanation:
    """Why a dependency ("aws/s3", "twilio") is or is not reported. Ids nobody knows are explained too."""
    platform = platform or Platform()
    signs = [sign for sign in _signs(survey, platform, catalog) if sign.dependency == dependency]
    discarded = tuple(i for i, sign in enumerate(survey.discarded) if _named(sign.signal) == dependency)
    case = _cases(survey, platform, catalog).get(dependency)
    explanation = Explanation(
        dependency,
        reported=False,
        reason=_absence(dependency, signs, bool(discarded), platform, catalog),
        weak=tuple(sign.position for sign in signs if sign.weak),
        discarded=discarded,
    )
    if case is None or _ignored(dependency, platform.ignore):
        return explanation
    confidence, steps = _confidence(case)
    return replace(
        explanation,
        reported=True,
        reason="declared in offramp.toml" if not case.strong else f"{len(case.strong)} signs of it were found",
        role=case.role,
        confidence=confidence,
        steps=(*steps, f"role {case.role}: the strongest among its signs"),
        evidence=tuple(sign.position for sign in case.strong),
        weak=tuple(sign.position for sign in case.support),
    )


def _cases(survey: Survey, platform: Platform, catalog: Catalog) -> dict[str, _Case]:
    """All dependencies that something speaks for, ignored ones included."""
    strong: dict[str, list[_Sign]] = {}
    weak: dict[str, list[_Sign]] = {}
    for sign in _signs(survey, platform, catalog):
        (weak if sign.weak else strong).setdefault(sign.dependency, []).append(sign)
    proven = {name.partition("/")[0] for name in strong}
    for name in [name for name in weak if "/" in name and name.partition("/")[0] in proven]:
        strong.setdefault(name, []).extend(weak.pop(name))  # not alone: the vendor is in use, this says what for
    declared: dict[str, list[Declare]] = {}
    for one in platform.declare:
        declared.setdefault(f"{one.vendor}/{one.service}" if one.service else one.vendor, []).append(one)
    cases = {
        name: _Case(tuple(strong.get(name, ())), tuple(weak.get(name, ())), tuple(declared.get(name, ())))
        for name in {*strong, *declared}
    }
    for name in [name for name in cases if "/" not in name]:
        _give_to_services(name, cases)
    return cases


def _give_to_services(vendor: str, cases: dict[str, _Case]) -> None:
    """Where a service of the vendor is operated, the vendor's unspecific signs support it and make nothing new.

    A service only the build uses (GitHub Actions) does not explain a sign at runtime (GitHub's API): both stay.
    """
    own = cases[vendor]
    services = [name for name in cases if name.startswith(vendor + "/")]
    specific = [name for name in services if cases[name].role in _OPERATED or own.role not in _OPERATED]
    if own.declared or not specific:
        return
    for name in specific:
        cases[name] = replace(cases[name], support=(*cases[name].support, *own.strong, *own.support))
    del cases[vendor]


def _signs(survey: Survey, platform: Platform, catalog: Catalog) -> Iterable[_Sign]:
    """The survey read with the catalogue. A bare host name and a signal of an unknown vendor say nothing."""
    known = {signal.id: signal for signal in catalog.signals()}
    ignored = _ignored_places(survey, platform)
    for position, evidence in enumerate(survey.evidence):
        name, _, rest = evidence.signal.partition("#")
        if not rest or position in ignored or catalog.entry(name) is None:
            continue
        signal = known.get(evidence.signal)
        role = (signal.role if signal else None) or evidence.role
        yield _Sign(position, name, rest.partition(":")[0], role, weak=bool(signal and signal.weak))


def _ignored_places(survey: Survey, platform: Platform) -> frozenset[int]:
    """Evidence in checkouts under a path that offramp.toml ignores."""
    patterns = [entry.path for entry in platform.ignore if entry.path]
    if not patterns:
        return frozenset()
    spec = pathspec.GitIgnoreSpec.from_lines(patterns)
    checkouts = {root.id for root in survey.roots if root.kind == "checkout"}
    return frozenset(
        position
        for position, evidence in enumerate(survey.evidence)
        if evidence.root in checkouts and spec.match_file(evidence.where.rpartition(":")[0] or evidence.where)
    )


def _ignored(name: str, ignore: Sequence[Ignore]) -> bool:
    """Ignoring a vendor ignores all its services."""
    return any(entry.dependency in (name, name.partition("/")[0]) for entry in ignore)


def _dependency(name: str, case: _Case, survey: Survey, catalog: Catalog) -> Dependency:
    vendor, _, service = name.partition("/")
    entry = catalog.entry(name)
    evidence = [survey.evidence[sign.position] for sign in case.strong]
    told = {capability for one in case.declared for capability in one.capabilities}
    return Dependency(
        vendor=vendor,
        service=service or None,
        capabilities=tuple(sorted(told | set(entry.capabilities if entry else ()))),
        role=case.role,
        confidence=_confidence(case)[0],
        evidence=tuple(sign.position for sign in case.strong),
        quantity=max((one.quantity for one in case.declared if one.quantity > 1), default=_quantity(case, evidence)),
        size_bytes=max(
            (one.size_bytes for one in case.declared if one.size_bytes is not None), default=_size(evidence)
        ),
        declared=bool(case.declared),
    )


def _confidence(case: _Case) -> tuple[Confidence, tuple[str, ...]]:
    """The sum over families, and one sentence for each that gave points."""
    if case.declared:
        return "high", ("declared in offramp.toml: high",)
    best: dict[str, int] = {}
    for sign in case.strong:
        family, points = _POINTS.get(sign.kind, ("something else", 1))
        best[family] = max(best.get(family, 0), points)
    for sign in case.support:  # corroborates, whatever it would be worth on its own
        best.setdefault(_POINTS.get(sign.kind, ("something else", 1))[0], 1)
    total = sum(best.values())
    steps = tuple(f"{family}: {points}" for family, points in sorted(best.items()))
    confidence: Confidence = "high" if total >= 3 else "medium" if total == 2 else "low"
    return confidence, (*steps, f"together {total}: {confidence}")


def _quantity(case: _Case, evidence: Sequence[Evidence]) -> int:
    """Things that exist there: what the account lists, else what infrastructure code creates, else one."""
    for kind in _COUNTED_KINDS:
        counts = {e.where: e.quantity for s, e in zip(case.strong, evidence, strict=True) if s.kind == kind}
        if counts:
            return sum(counts.values())
    return max((e.quantity for e in evidence), default=1)


def _size(evidence: Sequence[Evidence]) -> int | None:
    """Bytes held there as far as sources know, each place once; None where no source knows."""
    sizes = {e.where: e.size_bytes for e in evidence if e.size_bytes is not None}
    return sum(sizes.values()) if sizes else None


def _named(signal: str) -> str:
    return signal.partition("#")[0]


def _absence(dependency: str, signs: Sequence[_Sign], discarded: bool, platform: Platform, catalog: Catalog) -> str:
    """The first reason that holds why it is not reported."""
    vendor = dependency.partition("/")[0]
    for entry in platform.ignore:
        if entry.dependency in (dependency, vendor):
            return f"ignored in offramp.toml: {entry.reason}"
    if any(not sign.weak for sign in signs):
        return "its signs name no service, and services of this vendor that they belong to are reported"
    if signs:
        return "only weak signs of it were found, and those alone never make a dependency"
    if discarded:
        return "its signs lie in places that do not count, such as comments, documentation or tests"
    if catalog.entry(dependency) is None:
        return "the catalogue does not know it: declare it in offramp.toml, or add it in an overlay folder"
    return "no sign of it was found in what was looked at"
