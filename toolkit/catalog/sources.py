"""Whose page a source is: what an auditor asks first of every fact about a vendor.

In: the address of a page and the vendor the fact is about. Out: its kind, judged by the address alone. A vendor's own
pages are those at its own domain, at its own account of a code host, and its `pages`; its owner's are its own as well.
Whatever is
none of the known kinds (another company's page, a wiki, a mirror of contracts, a paste) proves nothing to an auditor.
"""

import re
from typing import Literal, get_args
from urllib.parse import SplitResult, urlsplit

from toolkit.catalog.entries import Catalog

SourceKind = Literal["own terms", "own documentation", "law", "archive of terms", "press", "somebody else's page"]
KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
OTHER: SourceKind = "somebody else's page"

_FORGE = "github.com"
_FORGES = frozenset({_FORGE, "raw.githubusercontent.com"})  # an account's own repositories; a gist is anybody's
# copies of terms as they were, with their dates: collected by people, each with its way to the original
_ARCHIVES = ("github.com/OpenTermsArchive/", "github.com/tosdr/", "github.com/sonu-gupta/tosdr-", "web.archive.org/")
_LAW = frozenset({"sec.gov", "eur-lex.europa.eu", "legislation.gov.uk", "gesetze-im-internet.de", "govinfo.gov"})
_PRESS = frozenset({"dailydot.com", "dotesports.com", "lemagit.fr", "thepacepress.org", "zeebiz.com"})
_TERMS = re.compile(r"terms|legal|agreement|\btos\b|polic(y|ies)|privacy|\bdpa\b|subprocessor|\bsla\b", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"ac", "co", "com", "gov", "org"})  # example.co.uk
_SHORTEST = 3  # letters of a name that may begin another: "x" begins everything


def kind_of(source: str, vendor: str, catalog: Catalog) -> SourceKind | Literal[""]:
    """The kind of the page; empty where there is no source. `vendor`: the id of whom the fact is about."""
    if not source:
        return ""
    address = urlsplit(source)
    host = (address.hostname or "").removeprefix("www.")
    place = f"{host}{address.path}"
    if place.startswith(_ARCHIVES):
        return "archive of terms"
    if host in _LAW:
        return "law"
    if host in _PRESS:
        return "press"
    if _is_own(address, host, vendor, catalog):
        return "own terms" if _TERMS.search(place) else "own documentation"
    return OTHER


def counts(kind: str) -> bool:
    """Whether an auditor takes it for a source."""
    return kind not in ("", OTHER)


def _is_own(address: SplitResult, host: str, vendor: str, catalog: Catalog) -> bool:
    owners = _owners(vendor, catalog)
    names = _names(owners, catalog)
    pages = {page for one in owners if one in catalog.vendors for page in catalog.vendors[one].pages}
    if host in _FORGES:
        account = address.path.split("/")[1].lower()
        return f"{_FORGE}/{account}" in pages or any(_begins(_plain(account), one) for one in names)
    return any(host == one or host.endswith(f".{one}") for one in pages) or _site(host) in names


def _owners(vendor: str, catalog: Catalog) -> list[str]:
    """The vendor, its owner, and so on."""
    found: list[str] = []
    current: str | None = vendor
    while current and current not in found:
        found.append(current)
        known = catalog.vendors.get(current)
        current = known.parent if known else None
    return found


def _names(owners: list[str], catalog: Catalog) -> set[str]:
    """What these are called, in letters and digits: id, name, and the name of their site."""
    known = [catalog.vendors[one] for one in owners if one in catalog.vendors]
    sites = [_site((urlsplit(one.homepage).hostname or "").removeprefix("www.")) for one in known if one.homepage]
    return {_plain(one) for one in [*owners, *(one.name for one in known)]} | set(sites)


def _site(host: str) -> str:
    """`paypal` of developer.paypal.com and of paypal.co.uk."""
    labels = host.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return _plain(labels[-1]) if labels else ""


def _begins(account: str, name: str) -> bool:
    """`awsdocs` is Amazon's; `aws` alone would not make `a` one."""
    return len(name) >= _SHORTEST and account.startswith(name)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
