"""Names that follow from names: how vendors' packages, settings, classes and choices are called everywhere.

In: the vendors and services as they are written down, and the families of `checks/families.toml`. Out: more signals.
Whoever is known by `MAILGUN_*` and sends mail is also met as `mailgunApiKey`, `delivery_method = :mailgun` and
`MailgunClient`, though nobody has written any of these into the vendor's file. A gem `posty_api` is used as `PostyApi`,
a package `posty` as `import posty`. Words that mean too much else ("segment", "render") are left out, and so is a name
that two vendors would have or that the catalogue has already.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import chain

from toolkit.catalog.entries import Families, Family, Service, Signal, SignalKind, Vendor

_PREFIX = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?=_\*$)")
_ONE_MODULE = re.compile(r"[a-z]{5,30}(?:_[a-z0-9]{2,20}){0,2}")
_MODULES: tuple[tuple[SignalKind, SignalKind, str], ...] = (("gem", "ruby", "{pascal}"), ("pypi", "python", "{snake}"))
_LOGIN = "-login"  # "google-login" is Google where it is about signing in
_SHORTEST = 4  # letters of a word that is told from others


def derive(vendors: Mapping[str, Vendor], services: Mapping[str, Service], families: Families) -> tuple[Signal, ...]:
    """The signals that follow, each once, in the order of the vendors."""
    entries: dict[str, Service] = {**vendors, **services}
    known = {(kind, value) for entry in entries.values() for kind, value in _said(entry)}
    found: dict[tuple[SignalKind, str], list[Signal]] = {}
    generic = frozenset(families.generic)
    for id_, entry in entries.items():
        followed = (
            _settings(id_, entry, generic),
            _modules(id_, entry, generic),
            _named(id_, entry, families, generic),
        )
        for signal in chain.from_iterable(followed):
            if (signal.kind, signal.value) not in known:
                found.setdefault((signal.kind, signal.value), []).append(signal)
    return tuple(of_it[0] for of_it in found.values() if len({one.dependency for one in of_it}) == 1)


def _said(entry: Service) -> Iterator[tuple[SignalKind, str]]:
    for table in (entry.signals, entry.weak):
        for kind, values in table.items():
            yield from ((kind, value) for value in values)


def _settings(id_: str, entry: Service, generic: frozenset[str]) -> Iterator[Signal]:
    """Other spellings of the variables that it is known by: `mailgunApiKey` is `MAILGUN_API_KEY`."""
    for value in entry.signals.get("env", ()):
        prefix = _PREFIX.match(value)
        if prefix and _tells(prefix[0], generic):
            yield Signal(id_, "setting", value, role=entry.role, about=entry.capabilities_of("env", value))


def _modules(id_: str, entry: Service, generic: frozenset[str]) -> Iterator[Signal]:
    """What programs call its packages, as the language has it, where its file does not say."""
    for packages, kind, shape in _MODULES:
        if kind in entry.signals:
            continue
        for package in entry.signals.get(packages, ()):
            if _ONE_MODULE.fullmatch(package) and _tells(package, generic):
                value = _filled(shape, tuple(package.split("_")))
                yield Signal(id_, kind, value, role=entry.role, about=entry.capabilities_of(packages, package))


def _named(id_: str, entry: Service, families: Families, generic: frozenset[str]) -> Iterator[Signal]:
    """What is named for it in the families that it belongs to."""
    if "/" in id_:
        return
    for family in families.families:
        about = tuple(have for have in entry.capabilities if any(fnmatchcase(have, of) for of in family.of))
        if family.of and not about:
            continue
        common = frozenset[str]() if family.telling else generic
        for word in _words(id_, entry, common, login=about == ("auth.social-login",)):
            yield from _of_family(id_, entry, family, about, word)


def _of_family(
    id_: str, entry: Service, family: Family, about: tuple[str, ...], word: tuple[str, ...]
) -> Iterator[Signal]:
    for kind, templates in family.signals.items():
        for template in templates:
            value = _filled(template, word)
            told = about if len(about) == 1 else entry.capabilities_of(kind, value)
            yield Signal(id_, kind, value, family.weak, entry.role, told)


def _filled(template: str, word: tuple[str, ...]) -> str:
    return template.format(
        kebab="-".join(word).lower(),
        snake="_".join(word).lower(),
        flat="".join(word).lower(),
        upper="_".join(word).upper(),
        pascal="".join(part if part[:1].isupper() else part.capitalize() for part in word),
    )


def _words(id_: str, entry: Service, generic: frozenset[str], *, login: bool) -> tuple[tuple[str, ...], ...]:
    """What it is called, each name as its parts: its id, its name as it writes it, and its variables' first words."""
    names = [tuple(id_.removesuffix(_LOGIN).split("-")) if login else tuple(id_.split("-"))]
    if written := re.fullmatch(r"[A-Za-z0-9]+", entry.name):
        names.append((written[0],))
    prefixes = (_PREFIX.match(value) for value in entry.signals.get("env", ()))
    names += [tuple(prefix[0].lower().split("_")) for prefix in prefixes if prefix]
    return tuple(dict.fromkeys(name for name in names if _tells("_".join(name), generic)))


def _tells(word: str, generic: Iterable[str]) -> bool:
    """Whether a word is one vendor's, and not a word of any program."""
    flat = word.replace("_", "").lower()
    return len(flat) >= _SHORTEST and flat not in generic
