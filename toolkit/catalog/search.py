"""Finding in the catalogue: by kind, capability and text, and by the name people print.

In: the catalogue and what is asked for. Out: a smaller catalogue, or ids.
"""

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.model import Value

KINDS = ("vendors", "services", "capabilities", "rules", "scenarios", "blueprints")
_WORD = re.compile(r"\w+")
NEAR = 0.7  # how like a name must be to be offered in its place
_MOST = 12  # ids named in one error
_ABOUT = ("capabilities", "of", "with_")  # fields that hold capabilities


def narrowed(catalog: Catalog, kind: str | None, capability: str | None, text: str) -> Catalog:
    """What has all of these: the kind, a capability like this ("data.*"), and every word in id or name."""
    words = text.lower().split()

    def wanted(ident: str, entry: Value) -> bool:
        said = _said(ident, entry, catalog)
        return all(word in said for word in words) and (capability is None or _has(ident, entry, capability, catalog))

    tables = {name: _kept(getattr(catalog, name), wanted) if kind in (None, name) else {} for name in KINDS}
    return replace(catalog, **tables)


def engine_called(name: str, catalog: Catalog) -> str | None:
    """The id of the engine that is called so: "postgresql", "engine:postgresql", "PostgreSQL"."""
    wanted = name.casefold().removeprefix("engine:")
    ids = (ident for ident, engine in catalog.engines.items() if wanted in (ident, engine.name.casefold()))
    return next(ids, None)


def one_called(catalog: Catalog, name: str) -> tuple[str, Value]:
    """The one entry that is called so, however it is written: by id, by name, by its words. Else `BadInput` that names
    those it could be."""
    if (entry := catalog.find(name)) is not None:
        return name, entry
    found = _called(catalog, name)
    if len(found) == 1:
        return next(iter(found.items()))
    if not found:
        raise BadInput(f"nothing in the catalogue is called {name!r}", hint="see `offramp catalog list`")
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    raise BadInput(f"{name!r} could be {', '.join([*found][:_MOST])}{more}", hint="give one of these ids")


def recognised(catalog: Catalog, name: str) -> tuple[str, Value]:
    """The dependency or engine that is called so, of which `offramp explain` tells. Else `BadInput`."""
    if (entry := catalog.entry(name)) is not None:
        return name, entry
    if engine := engine_called(name, catalog):
        return engine, catalog.engines[engine]
    if vendor := vendor_called(catalog, name):
        return vendor, catalog.vendors[vendor]
    near = get_close_matches(name, [*catalog.rules, *catalog.services, *catalog.vendors, *catalog.engines], cutoff=NEAR)
    hint = f"did you mean {' or '.join(near)}?" if near else "`offramp catalog list` lists what there is"
    raise BadInput(f"no rule, dependency or engine is called {name!r}", hint=hint)


def vendor_called(catalog: Catalog, name: str, also: Collection[str] = ()) -> str | None:
    """The id of the vendor that is called so, by its id or its printed name. `also`: vendors of no catalogue."""
    if name in catalog.vendors or name in also:
        return name
    wanted = name.casefold()
    ids = (ident for ident, vendor in catalog.vendors.items() if wanted in (ident.casefold(), vendor.name.casefold()))
    return next(ids, None)


def vendors_near(catalog: Catalog, name: str, also: Collection[str] = ()) -> tuple[str, ...]:
    """Ids of vendors that somebody who writes this may mean; what is only a little like one is none."""
    printed = {vendor.name.casefold(): ident for ident, vendor in catalog.vendors.items()}
    near = get_close_matches(name.casefold(), [*catalog.vendors, *also, *printed], n=3, cutoff=NEAR)
    return tuple(dict.fromkeys(printed.get(one, one) for one in near))


def _called(catalog: Catalog, name: str) -> dict[str, Value]:
    """By the whole name; where nothing is called so, by whole words; where nothing has these, by parts of words."""
    wanted, words = name.lower(), set(_WORD.findall(name.lower()))
    near = dict(_everything(narrowed(catalog, None, None, name)))
    whole = {id: one for id, one in near.items() if wanted in (text.lower() for text in _names(one))}
    whole = whole or {id: one for id, one in near.items() if _is_of_vendor(words, id, one, catalog)}
    worded = {id: one for id, one in near.items() if words <= set(_WORD.findall(_said(id, one, catalog)))}
    return whole or worded or near


def _is_of_vendor(words: set[str], ident: str, entry: Value, catalog: Catalog) -> bool:
    """Whether the words are all of the service's name and some of its vendor's: "amazon s3", and not S3 Glacier."""
    owner = set(_WORD.findall(_owner(ident, catalog).lower())) | {ident.partition("/")[0]}
    return bool(words & owner) and any(words - owner == set(_WORD.findall(name.lower())) for name in _names(entry))


def _owner(ident: str, catalog: Catalog) -> str:
    vendor, _, service = ident.partition("/")
    return catalog.vendors[vendor].name if service and vendor in catalog.vendors else ""


def _said(ident: str, entry: Value, catalog: Catalog) -> str:
    """Id and names; of a service, its vendor's name too: people say "Amazon S3"."""
    return " ".join((ident, _owner(ident, catalog), *_names(entry))).lower()


def _has(ident: str, entry: Value, capability: str, catalog: Catalog) -> bool:
    held = {ident} if ident in catalog.capabilities else set()
    for field in _ABOUT:
        held.update(getattr(entry, field, ()))
    if ident in catalog.vendors:  # a vendor has what its services have
        services = (service for name, service in catalog.services.items() if name.startswith(f"{ident}/"))
        held.update(one for service in services for one in service.capabilities)
    return any(fnmatchcase(one, capability) or fnmatchcase(capability, one) for one in held)


def _names(entry: Value) -> list[str]:
    return [text for field in ("name", "title", "summary") if (text := getattr(entry, field, ""))]


def _kept(table: Mapping[str, Value], wanted: Callable[[str, Value], bool]) -> dict[str, Value]:
    return {ident: entry for ident, entry in table.items() if wanted(ident, entry)}


def _everything(catalog: Catalog) -> list[tuple[str, Value]]:
    return [item for kind in ("services", *KINDS) for item in getattr(catalog, kind).items()]
