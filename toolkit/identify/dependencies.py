"""Identify: evidence → dependencies.

In: the survey, what the user says, the catalogue. Out: one `Dependency` per vendor service, sorted by id; a vendor
without service only where nothing more specific was found. The rules, in full, are docs/identify.md:

- *Weak* signals alone never make a dependency; they corroborate one that something else made.
- Signs of a vendor that name no service belong to its services, once one of those is in use; then they corroborate.
- *Role*: `roles.py`. *Use*: `uses.py`, the strongest among its signs.
- *Capabilities* are those that its signs are about. Rights given on many services at once are no use of any of them.
- *Confidence* is a sum over independent ways of knowing (`_FAMILIES`), each counted once at its best sign: 1 for a
  mention, 2 for a use, 3 for a proof. 3 or more is high, 2 is medium, 1 is low. What the user declares is high.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from urllib.parse import urlsplit

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, Service, Signal
from toolkit.globs import Globs
from toolkit.identify import roles
from toolkit.model import (
    Confidence,
    Declare,
    Dependency,
    Evidence,
    Explanation,
    Ignore,
    OneOf,
    Platform,
    Role,
    Root,
    Survey,
    Use,
    Value,
)
from toolkit.uses import STRONGEST_FIRST, is_interface, use_of

_OPERATED = ("runtime", "infra")

# independent ways of knowing -> kind of signal -> points
_FAMILIES: Mapping[str, Mapping[str, int]] = {
    "a package in a manifest": {
        "pypi": 1, "npm": 1, "gem": 1, "golang": 1, "composer": 1, "maven": 1, "nuget": 1, "cargo": 1, "hex": 1,
        "pub": 1, "swift": 1,
    },
    "code that uses it": {"python": 2, "jvm": 2, "ruby": 2, "php": 2, "dotnet": 2, "rust": 2, "call": 2},
    "a host name": {"host": 1, "uri": 1},
    "a setting": {"env": 1, "setting": 1, "config": 1, "arn": 1, "file": 1},
    "a web page": {"html": 2, "header": 3, "cookie": 3},
    "infrastructure as code": {
        "tf_resource": 3, "cfn": 3, "arm": 3, "pulumi": 2, "k8s": 2, "image": 2, "action": 2, "tf_provider": 1,
    },
    "the account itself": {"resource": 3},
    "DNS": {"cname": 3, "ns": 3, "mx": 3, "spf": 2, "txt": 1, "caa": 1},
    "the registry": {"registrar": 3},
    "a certificate": {"issuer": 3},
}  # fmt: skip
_POINTS = {kind: (family, points) for family, kinds in _FAMILIES.items() for kind, points in kinds.items()}
# what staff work with; where the product's own code names it, it is a feature of the product
_IN_CODE: Mapping[str, str] = {
    "collab.chat": "messages.chat",
    "collab.documents": "product.data",
    "collab.mailboxes": "product.data",
}
_OWN_FEET = 2  # points of its own, below which the vendor's unspecific signs do not raise a service
_MANY_SERVICES = 8  # named by rights in one file
# where a host that is weak elsewhere is no longer only named: a page loads it, a setting is it, an origin lies there
_LOADED_FROM = frozenset({"files.html", "files.dotenv", "files.hcl"})
# what a program speaks a protocol with, and what names whom it speaks with
_CLIENTS = frozenset((*_FAMILIES["a package in a manifest"], *_FAMILIES["code that uses it"]))
_ITS_OWN = "own-"
_NAMING = frozenset({"host", "env", "setting", "config"})
_COUNTED_KINDS = ("resource", "tf_resource", "cfn", "arm")  # where one sign stands for one thing that exists


class _Sign(Value):
    """One piece of evidence, read with the catalogue."""

    position: int
    dependency: str
    kind: str
    use: Use
    weak: bool
    seen: roles.Sign
    granted: bool = False  # a right that others are given
    joined: bool = False  # weak, were it not for another kind beside it

    @property
    def value(self) -> str:
        return self.seen.evidence.signal.partition("#")[2].partition(":")[2]


class _Case(Value):
    """What speaks for one dependency."""

    strong: tuple[_Sign, ...] = ()
    support: tuple[_Sign, ...] = ()  # weak signs, and the vendor's signs that name no service
    declared: tuple[Declare, ...] = ()
    adapter: bool = False
    invited: bool = False  # others are invited to run each of the checkouts that it was seen in
    chosen: bool | None = None  # by a setting that chooses one of several; None where there is none

    @property
    def role(self) -> Role:
        if self.declared:
            return min((one.role for one in self.declared), key=roles.STRONGEST_FIRST.index)
        seen = [sign.seen for sign in self.strong]
        return roles.role_of(seen, adapter=self.adapter, chosen=self.chosen, invited=self.invited)

    @property
    def use(self) -> Use:
        if self.declared:
            return "in use"
        return min((sign.use for sign in self.strong), key=STRONGEST_FIRST.index)

    def capabilities(self, entry: Service | None) -> set[str]:
        """What its signs are about. What is declared is all of it, or what the declaration says."""
        told = {capability for one in self.declared for capability in one.capabilities}
        if told:  # the user says what it is for: what the scan thought does not count
            return told
        if self.declared:
            told |= set(entry.capabilities if entry else ())
        return told.union(*(sign.seen.about for sign in self.strong))


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
        steps=(*steps, f"{case.use}: the strongest among its signs", f"role {case.role}", *_chain(case)),
        evidence=tuple(sign.position for sign in case.strong),
        weak=tuple(sign.position for sign in case.support),
    )


def _chain(case: _Case) -> tuple[str, ...]:
    """For each capability the signals that are about it."""
    about: dict[str, set[str]] = {}
    for sign in case.strong:
        for capability in sign.seen.about:
            about.setdefault(capability, set()).add(sign.seen.evidence.signal.partition("#")[2])
    return tuple(f"{capability}: {', '.join(sorted(signals)[:5])}" for capability, signals in sorted(about.items()))


def _cases(survey: Survey, platform: Platform, catalog: Catalog) -> dict[str, _Case]:
    """All dependencies that something speaks for, ignored ones included."""
    strong: dict[str, list[_Sign]] = {}
    weak: dict[str, list[_Sign]] = {}
    for sign in _joined(tuple(_signs(survey, platform, catalog))):
        (weak if sign.weak else strong).setdefault(sign.dependency, []).append(sign)
    _give_to_those_who_are_named(strong, weak, catalog)
    proven = {name.partition("/")[0] for name in strong}
    for name in [name for name in weak if "/" in name and name.partition("/")[0] in proven]:
        if name in strong or not all(sign.granted for sign in weak[name]):
            strong.setdefault(name, []).extend(weak.pop(name))  # not alone: the vendor is in use, this says what for
    declared: dict[str, list[Declare]] = {}
    for one in platform.declare:
        declared.setdefault(f"{one.vendor}/{one.service}" if one.service else one.vendor, []).append(one)
    inviting = _inviting(survey, chain.from_iterable(strong.values()))
    seen = {name: [sign.seen for sign in signs] for name, signs in strong.items()}
    adapters = roles.adapters(seen, invited=bool(inviting))
    cases = {
        name: _Case(
            tuple(strong.get(name, ())),
            tuple(weak.get(name, ())),
            tuple(declared.get(name, ())),
            name in adapters,
            inviting.issuperset(sign.seen.evidence.root for sign in strong.get(name, ())),
            _is_chosen(name, strong.get(name, ()), survey.choices),
        )
        for name in {*strong, *declared}
    }
    for name in [name for name in cases if "/" not in name]:
        if entry := catalog.entry(name):
            _give_to_services(name, entry, cases)
    return cases


def _inviting(survey: Survey, signs: Iterable[_Sign]) -> frozenset[str]:
    """Ids of the checkouts that are others' to run: they invite others, and nobody deploys from them."""
    deploying = {sign.seen.evidence.root for sign in signs if roles.is_deployment(sign.seen)}
    return frozenset(root.id for root in survey.roots if root.invites) - deploying


def _give_to_those_who_are_named(
    strong: dict[str, list[_Sign]], weak: dict[str, list[_Sign]], catalog: Catalog
) -> None:
    """A client of a protocol is no sign of who invented it, where somebody else who speaks it is named: S3 at R2.

    The client's signs go to whoever a host or a setting names; with them go the inventor's unspecific ones (its SDK,
    its keys), where nothing else of the inventor's was seen.
    """
    for name in [name for name, signs in strong.items() if all(_is_client(sign) or sign.joined for sign in signs)]:
        if name not in strong:  # given away with a service of it
            continue
        vendor = name.partition("/")[0]
        named = _named_instead(name, strong, weak, catalog)
        if named is None:
            continue
        given = strong.pop(name) + weak.pop(name, [])
        rest = strong.get(vendor, [])
        others = any(other.startswith(f"{vendor}/") for other in strong)
        if not others and all(_is_client(sign) or sign.kind == "env" for sign in rest):
            given += strong.pop(vendor, [])
        strong.setdefault(named, []).extend(weak.pop(named, []))
        weak[named] = [replace(sign, weak=True) for sign in given]


def _named_instead(
    name: str, strong: Mapping[str, list[_Sign]], weak: Mapping[str, list[_Sign]], catalog: Catalog
) -> str | None:
    """The first of another vendor's that speaks the same, and that something names."""
    spoken = _spoken(name, catalog)
    places = {_place(sign.seen.evidence) for sign in strong[name]}
    for other in sorted({*strong, *weak}):
        if other.partition("/")[0] == name.partition("/")[0] or not spoken & _spoken(other, catalog):
            continue
        if _is_named(strong.get(other, ()), weak.get(other, ()), places):
            return other
    return None


def _spoken(name: str, catalog: Catalog) -> frozenset[str]:
    """The protocols that others speak as well: `own-sms-api` is a different one for each."""
    entry = catalog.entry(name)
    return frozenset(one for one in entry.speaks if not one.startswith(_ITS_OWN)) if entry else frozenset()


def _is_client(sign: _Sign) -> bool:
    """A library, or code that uses it: it says what is spoken, and not with whom."""
    return sign.kind in _CLIENTS and sign.seen.evidence.source.startswith("files.") and "-cli" not in sign.value


def _is_named(strong: Iterable[_Sign], weak: Iterable[_Sign], places: Collection[tuple[str, str]]) -> bool:
    """Whether a host or a setting names it, a weak one in a file where the client is."""
    certain = any(sign.kind in _NAMING and sign.use != "developer" for sign in strong)
    return certain or any(sign.kind in _NAMING and _place(sign.seen.evidence) in places for sign in weak)


def _is_chosen(name: str, signs: Iterable[_Sign], choices: Iterable[OneOf]) -> bool | None:
    """Whether the settings that choose one of several choose this one; None where it is there for other things, too.

    Where nobody can see which is chosen, none is: each is an option, and a question is asked.
    """
    about = {capability for sign in signs for capability in sign.seen.about}
    groups = [group for group in choices if name in group.members]
    concerned = {group.capability for group in groups}
    return any(group.chosen == name for group in groups) if groups and about <= concerned else None


def _give_to_services(vendor: str, entry: Service, cases: dict[str, _Case]) -> None:
    """Where a service of the vendor is operated, the vendor's unspecific signs support it and make nothing new.

    A service only the build uses (GitHub Actions) does not explain a sign at runtime (GitHub's API): both stay. Signs
    that say what they are about, and something that no service is there for, stay as well.
    """
    own = cases[vendor]
    services = [name for name in cases if name.startswith(vendor + "/")]
    specific = [name for name in services if cases[name].role in _OPERATED or own.role not in _OPERATED]
    if own.declared or not specific:
        return
    about = {capability for name in specific for sign in cases[name].strong for capability in sign.seen.about}
    if len(entry.capabilities) > 1 and any(set(sign.seen.about) - about for sign in own.strong):
        return
    for name in specific:
        cases[name] = replace(cases[name], support=(*cases[name].support, *own.strong, *own.support))
    del cases[vendor]


class _Meanings:
    """What the ids of signals mean to the catalogue: found once for each, however often it was seen."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known = {signal.id: signal for signal in catalog.signals()}
        self._met: dict[str, tuple[str, str, str, Signal | None, tuple[str, ...]] | None] = {}

    def of(self, id_: str) -> tuple[str, str, str, Signal | None, tuple[str, ...]] | None:
        """Dependency, kind, value, signal, and what it is about; None for a bare host and where nobody is known."""
        if id_ not in self._met:
            self._met[id_] = self._look_up(id_)
        return self._met[id_]

    def _look_up(self, id_: str) -> tuple[str, str, str, Signal | None, tuple[str, ...]] | None:
        name, _, rest = id_.partition("#")
        entry = self._catalog.entry(name)
        if not rest or entry is None:
            return None
        kind, _, value = rest.partition(":")
        signal = self._known.get(id_)
        return name, kind, value, signal, signal.about if signal else entry.capabilities_of(kind, value)


def _signs(survey: Survey, platform: Platform, catalog: Catalog) -> Iterable[_Sign]:
    """The survey read with the catalogue. A bare host name and a signal of an unknown vendor say nothing."""
    told = _Meanings(catalog)
    ignored = _ignored_places(survey, platform)
    grants = _grants(survey)
    own = {root.id: _own_names(root) for root in survey.roots if root.kind == "checkout"}
    ourselves = _ourselves(platform, catalog)
    for position, evidence in enumerate(survey.evidence):
        meaning = told.of(evidence.signal)
        if meaning is None or position in ignored:
            continue
        name, kind, value, signal, about = meaning
        vendor = name.partition("/")[0]
        if vendor in ourselves or _flat(vendor) in own.get(evidence.root, ()) or _is_own_host(kind, value, platform):
            continue
        called = kind == "host" and evidence.role in ("runtime", "optional") and is_interface(value)
        fixed = signal.role if signal and evidence.role != "developer" and not called else None
        role = fixed or evidence.role
        if role in ("runtime", "optional") and evidence.source.startswith("files."):
            about = tuple(_of_the_product(one) for one in about)
        if role == "build/ci" and roles.deploys(kind, about, evidence.where):
            role = "infra"
        seen = roles.Sign(kind, evidence if role == evidence.role else replace(evidence, role=role), about)
        granted = kind == "arn" and _place(evidence) in grants
        loaded = kind == "host" and evidence.source in _LOADED_FROM
        weak = granted or bool(signal and signal.weak and not loaded)
        yield _Sign(position, name, kind, use_of(seen.evidence), weak, seen, granted)


def _of_the_product(capability: str) -> str:
    """What a capability is where the product's own code names it: a feature of the product, and nobody's tool."""
    return "product.data" if capability.startswith("build.") else _IN_CODE.get(capability, capability)


def _joined(signs: Sequence[_Sign]) -> Iterable[_Sign]:
    """The signs; two weak ones of different kinds in one file are weak no more: `app.json` with its host in it."""
    kinds: dict[tuple[str, tuple[str, str]], set[str]] = {}
    for sign in signs:
        if not sign.granted:
            kinds.setdefault((sign.dependency, _place(sign.seen.evidence)), set()).add(sign.kind)
    for sign in signs:
        several = sign.weak and len(kinds.get((sign.dependency, _place(sign.seen.evidence)), ())) > 1
        yield replace(sign, weak=False, joined=True) if several else sign


def _place(evidence: Evidence) -> tuple[str, str]:
    return evidence.root, evidence.where.rpartition(":")[0]


def _grants(survey: Survey) -> frozenset[tuple[str, str]]:
    """Files that give rights on many services at once: for those who deploy or watch, and no use of each of them."""
    named: dict[tuple[str, str], set[str]] = {}
    for evidence in survey.evidence:
        name, _, rest = evidence.signal.partition("#")
        if rest.startswith("arn:"):
            named.setdefault(_place(evidence), set()).add(name)
    return frozenset(place for place, names in named.items() if len(names) >= _MANY_SERVICES)


def _own_names(root: Root) -> frozenset[str]:
    """A repository that is the vendor's own does not depend on the vendor: `sentry`, `getsentry+sentry`, `Fly.io`."""
    names = {root.id, root.location.rstrip("/").rpartition("/")[2]}
    return frozenset(_flat(name.rpartition("+")[2]) for name in names)


def _flat(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _ourselves(platform: Platform, catalog: Catalog) -> frozenset[str]:
    """Vendors whose homepage is the platform's: who is a vendor to others does not depend on itself."""
    homes = {name: urlsplit(vendor.homepage).hostname or "" for name, vendor in catalog.vendors.items()}
    domains = tuple(platform.domains)
    return frozenset(name for name, host in homes.items() if _is_below(host.removeprefix("www."), domains))


def _is_below(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains, or lies under one."""
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _is_own_host(kind: str, value: str, platform: Platform) -> bool:
    """Whether a host's signal lies under one of the platform's own domains."""
    if kind not in ("host", "cname", "ns", "mx"):
        return False
    return _is_below(value.removeprefix("*.").partition("/")[0], platform.domains)


def _ignored_places(survey: Survey, platform: Platform) -> frozenset[int]:
    """Evidence in checkouts under a path that offramp.toml ignores."""
    patterns = [entry.path for entry in platform.ignore if entry.path]
    if not patterns:
        return frozenset()
    globs = Globs((pattern, True) for pattern in patterns)
    checkouts = {root.id for root in survey.roots if root.kind == "checkout"}
    return frozenset(
        position
        for position, evidence in enumerate(survey.evidence)
        if evidence.root in checkouts and _matches(globs, evidence.where.rpartition(":")[0] or evidence.where)
    )


def _matches(globs: Globs[bool], path: str) -> bool:
    return bool(globs.match(path, path.rpartition("/")[2]))


def _ignored(name: str, ignore: Sequence[Ignore]) -> bool:
    """Ignoring a vendor ignores all its services."""
    return any(entry.dependency in (name, name.partition("/")[0]) for entry in ignore)


def _dependency(name: str, case: _Case, survey: Survey, catalog: Catalog) -> Dependency:
    vendor, _, service = name.partition("/")
    entry = catalog.entry(name)
    evidence = [survey.evidence[sign.position] for sign in case.strong]
    return Dependency(
        vendor=vendor,
        service=service or None,
        capabilities=tuple(sorted(case.capabilities(entry))),
        role=case.role,
        confidence=_confidence(case)[0],
        evidence=tuple(sign.position for sign in case.strong),
        quantity=max((one.quantity for one in case.declared if one.quantity > 1), default=_quantity(case, evidence)),
        size_bytes=max(
            (one.size_bytes for one in case.declared if one.size_bytes is not None), default=_size(evidence)
        ),
        declared=bool(case.declared),
        use=case.use,
    )


def _confidence(case: _Case) -> tuple[Confidence, tuple[str, ...]]:
    """The sum over families, and one sentence for each that gave points."""
    if case.declared:
        return "high", ("declared in offramp.toml: high",)
    best: dict[str, int] = {}
    for sign in case.strong:
        family, points = _POINTS.get(sign.kind, ("something else", 1))
        best[family] = max(best.get(family, 0), points)
    own = frozenset(best)
    alone = sum(best.values()) < _OWN_FEET
    for sign in case.support:  # corroborates, whatever it would be worth on its own
        if not alone or sign.dependency == case.strong[0].dependency:
            best.setdefault(_POINTS.get(sign.kind, ("something else", 1))[0], 1)
    total = sum(best.values())
    steps = tuple(
        f"{family}: {points}" if family in own else f"{family}: {points}, lent by signs that name no service"
        for family, points in sorted(best.items())
    )
    confidence: Confidence = "high" if total >= 3 else "medium" if total == 2 else "low"
    if confidence == "low" and case.use == "in use":
        return "medium", (*steps, f"together {total}, and seen in use: medium")
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
    if signs and all(sign.granted for sign in signs):
        return "only rights on it are given, together with rights on many other services: no use of it"
    if signs:
        return "only weak signs of it were found, and those alone never make a dependency"
    if discarded:
        return "its signs lie in places that do not count, such as comments, documentation or tests"
    if catalog.entry(dependency) is None:
        return "the catalogue does not know it: declare it in offramp.toml, or add it in an overlay folder"
    if others := [one for one in catalog.services if one.startswith(f"{dependency}/")]:
        return f"no sign names the vendor alone; ask for its services: {', '.join(others[:10])}"
    return "none of the signs that the catalogue knows of it was found; its name alone is none"
