"""Switches between providers: what files say of settings, and the catalogue → groups of which one member is chosen.

In: `Said`s by path, the catalogue. Out: one `OneOf` for each capability that a setting of this root chooses a provider
for. A word is a provider when the catalogue knows it, or one of the platform's own; a setting is a switch when two of
its words can stand for each other, a vendor's among them. What production is set to weighs more than a default.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from toolkit.catalog.entries import Catalog
from toolkit.collect.files.switches import Said, words_of
from toolkit.model import OneOf

OWN = "own"
# where people choose, or where all are there side by side: no setting decides between these
_NO_CHOICE = ("auth.", "build.", "edge.", "distribution.", "hosting.", "observe.", "product.analytics")
_A_CLOUD = 8  # services of one vendor: its name alone says nothing of what it is chosen for
_WEIGHTS = {"set": 4, "default": 2, "option": 0}
_LOOSE = re.compile(
    r"(?:smtp|api|compatible|storage|mailer|mail|email|driver|adapter|provider|backend|sender|transport|v\d|client|cloud|service|sms)$"
)


class _Group(NamedTuple):
    capability: str
    members: tuple[str, ...]
    chosen: str | None
    switch: str


def choices(said: Mapping[str, Sequence[Said]], catalog: Catalog) -> tuple[OneOf, ...]:
    """The groups, one for each capability; of several settings for one, what any of them chooses is chosen."""
    if not said:
        return ()
    known = _Words(catalog)
    groups: dict[str, list[_Group]] = defaultdict(list)
    for facts in _by_setting(said).values():
        if group := _group(facts, known, catalog):
            groups[group.capability].append(group)
    return tuple(_joined(capability, groups[capability]) for capability in sorted(groups))


def _joined(capability: str, groups: Sequence[_Group]) -> OneOf:
    members = sorted({member for group in groups for member in group.members}, key=lambda name: (name == OWN, name))
    told = [group.chosen for group in groups if group.chosen is not None]
    chosen = next((name for name in told if name != OWN), told[0] if told else None)
    switch = next((group.switch for group in groups if group.chosen == chosen), groups[0].switch)
    return OneOf(capability, tuple(members), chosen, switch)


def _by_setting(said: Mapping[str, Sequence[Said]]) -> dict[tuple[str, ...], list[tuple[str, Said]]]:
    """What is said of each setting. A name of one word is a setting of its file alone."""
    found: dict[tuple[str, ...], list[tuple[str, Said]]] = defaultdict(list)
    for path, facts in sorted(said.items()):
        for fact in facts:
            words = words_of(fact.setting)
            found[words if len(words) > 1 else (path, *words)].append((path, fact))
    return found


def _group(facts: Sequence[tuple[str, Said]], known: "_Words", catalog: Catalog) -> _Group | None:
    """The group of one setting; None where its words are no providers that could stand for each other."""
    meaning = {fact.word: fact.also for _, fact in facts if fact.also}
    words = dict.fromkeys(fact.word for _, fact in facts)
    met = {word: known.of(meaning.get(word, word)) for word in words}
    vendors = {word: names for word, names in met.items() if names and names != (OWN,)}
    own = any(names == (OWN,) for names in met.values())
    capability = _capability(vendors.values(), facts[0][1].setting, catalog)
    if capability is None:
        return None
    member = {word: name for word, names in vendors.items() if (name := _providing(names, capability, catalog))}
    if len(set(member.values())) + own < 2 or not member:
        return None
    members = (*dict.fromkeys(member.values()), *([OWN] if own else []))
    weights: Counter[str] = Counter()
    for _, fact in facts:
        if _WEIGHTS[fact.kind]:
            weights[member.get(fact.word, OWN)] = max(weights[member.get(fact.word, OWN)], _WEIGHTS[fact.kind])
    chosen = max(weights, key=lambda name: (weights[name], name != OWN), default=None)
    path, first = max(facts, key=lambda item: _WEIGHTS[item[1].kind])
    return _Group(capability, members, chosen, f"{path}:{first.line}")


def _capability(found: Iterable[Sequence[str]], setting: str, catalog: Catalog) -> str | None:
    """What most of the words provide; the words of the setting's name break ties, and have to where only one does."""
    counts: Counter[str] = Counter()
    telling: Counter[str] = Counter()  # of words that do not stand for a whole cloud
    for names in found:
        entries = [entry for name in names if (entry := catalog.entry(name))]
        provided = {capability for entry in entries for capability in entry.capabilities}
        counts.update(provided)
        telling.update(provided if len(names) <= _A_CLOUD else ())
    hints = {about for word in words_of(setting) for about in catalog.switches.about.get(word, ())}
    hinted = [one for one in counts if one in hints]
    fitting = hinted or [one for one in telling if telling[one] > 1]
    fitting = [one for one in fitting if not one.startswith(_NO_CHOICE)]
    return min(fitting, key=lambda one: (-counts[one], one), default=None)


def _providing(names: Sequence[str], capability: str, catalog: Catalog) -> str | None:
    """Of a vendor and its services the one that provides it: itself, else the one that is there for it."""
    having = {name: entry.capabilities for name in names if (entry := catalog.entry(name))}
    having = {name: provided for name, provided in having.items() if capability in provided}
    return min(having, key=lambda name: ("/" in name, having[name][0] != capability, name), default=None)


class _Words:
    """What the words of settings mean."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._own = frozenset(catalog.switches.own)
        self._names: dict[str, set[str]] = defaultdict(set)
        for name, entry in (*catalog.vendors.items(), *catalog.services.items()):
            vendor, _, service = name.partition("/")
            for word in (name, entry.name, service or vendor, *([f"{vendor}{service}"] if service else [])):
                self._names[_flat(word)].add(name)
        for word, name in catalog.switches.words.items():
            self._names[word] = {name}

    def of(self, word: str) -> tuple[str, ...]:
        """Dependencies that it may name, `("own",)`, or nothing."""
        flat = _flat(word)
        for candidate in _shorter(flat):
            if candidate in self._own:
                return (OWN,)
            names = self._names.get(candidate, set())
            if len({name.partition("/")[0] for name in names}) == 1:  # "storage" is the name of many services
                services = [one for one in self._catalog.services if one.partition("/")[0] in names]
                return tuple(sorted({*names, *services}))
        return ()


def _shorter(flat: str) -> Iterator[str]:
    """The word, then without what kind of thing it is: `sendgridapi`, `storagetypes3`."""
    yield flat
    while (cut := _LOOSE.sub("", flat)) and cut != flat:
        flat = cut
        yield flat
    for end in ("s3", "gcs", "ses", "azure", "sqs", "local"):
        if len(flat) > len(end) and flat.endswith(end):
            yield end


def _flat(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
