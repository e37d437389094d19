"""What changed between two audits, in words: the same in every format.

In: values of a `Diff`. Out: plain text, not yet escaped for any format.
"""

from collections.abc import Sequence
from urllib.parse import quote

from toolkit.catalog.entries import Catalog
from toolkit.model import Diff, FindingChange, JourneyChange, Spot, VendorChange

NOTHING = "Nothing changed."


def score_words(diff: Diff) -> str:
    """`score 41.2 → 38 (-3.2)`, or that it stays."""
    if diff.before == diff.after:
        return f"score {diff.after:g}, as before"
    return f"score {diff.before:g} → {diff.after:g} ({diff.after - diff.before:+.1f})"


def counts_words(diff: Diff) -> str:
    """`2 new services, 1 gone, 1 journey worse`."""
    counted = (
        (diff.new, "new service", "new services"),
        (diff.gone, "service gone", "services gone"),
        (diff.changed, "service used otherwise", "services used otherwise"),
        (diff.worse, "journey worse", "times a journey is worse"),
        (diff.better, "journey better", "times a journey is better"),
        (diff.findings_worse, "finding worse", "findings worse"),
        (diff.findings_better, "finding better", "findings better"),
        (diff.unread, "place unread now", "places unread now"),
    )
    return ", ".join(f"{len(some)} {one if len(some) == 1 else many}" for some, one, many in counted if some)


def service_words(change: VendorChange, catalog: Catalog) -> str:
    """`Twilio Verify (twilio/verify), a new vendor: in use, runtime`."""
    entry = catalog.entry(change.dependency)
    name = f"{entry.name} ({change.dependency})" if entry else change.dependency
    if not change.before:
        return f"{name}{', a new vendor' if change.first else ''}: {change.after}"
    if not change.after:
        return f"{name}{', the last of this vendor' if change.first else ''}: was {change.before}"
    return f"{name}: {change.before} → {change.after}"


def journey_words(change: JourneyChange) -> str:
    """`Sign in: Twilio stops it (before: nothing), through twilio/verify`."""
    if "unknown" in (change.before, change.after):
        found = "nobody is seen to provide" if change.after == "unknown" else "somebody is seen who may provide"
        return f"{change.title}: {found} {change.name}"
    through = f", through {', '.join(change.through)}" if change.through else ""
    return f"{change.title}: {effect_words(change)}{through}"


def effect_words(change: JourneyChange) -> str:
    after = {
        "stops": f"{change.name} alone stops it",
        "may stop": f"{change.name} may stop it",
        "together": f"{change.name} stops it only together with others",
        "later": f"{change.name} stops it later",
        "degrades": f"{change.name} degrades it",
    }
    return f"{after.get(change.after, f'{change.name} does nothing to it')} (before: {change.before or 'nothing'})"


def finding_words(change: FindingChange) -> str:
    """`critical, not ready (before: unknown): the message`."""
    was, now = change.before or "not there", change.after or "gone"
    return f"{change.severity}, {now} (before: {was}): {change.message}"


def spots_words(spots: Sequence[Spot], most: int = 3) -> str:
    more = f" and {len(spots) - most} more" if len(spots) > most else ""
    return ", ".join(str(spot) for spot in spots[:most]) + more


def link(spot: Spot, source_url: str) -> str:
    """The line at the forge; empty where it lies in no file or nobody said which forge."""
    if not (source_url and spot.line):
        return ""
    return f"{source_url}{quote(spot.place, errors='replace')}#L{spot.line}"
