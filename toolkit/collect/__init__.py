"""Stage 1: look at the world. Each source returns a `Survey`; `merge` makes one of several."""

from toolkit.model import Survey


def merge(*surveys: Survey) -> Survey:
    """One survey of many: duplicates removed, everything sorted, so the order of the sources never shows."""
    return Survey(
        roots=tuple(sorted({root for one in surveys for root in one.roots}, key=lambda root: (root.id, root.kind))),
        sources=tuple(sorted({source for one in surveys for source in one.sources})),
        evidence=tuple(
            sorted(
                {item for one in surveys for item in one.evidence},
                key=lambda e: (e.root, e.where, e.signal, e.source, e.role, e.quantity, e.size_bytes or 0),
            )
        ),
        discarded=tuple(
            sorted(
                {item for one in surveys for item in one.discarded},
                key=lambda d: (d.root, d.where, d.signal, d.source, d.reason),
            )
        ),
        unread=tuple(
            sorted(
                {item for one in surveys for item in one.unread}, key=lambda u: (u.root, u.where, u.source, u.reason)
            )
        ),
        choices=tuple(
            sorted(
                {item for one in surveys for item in one.choices},
                key=lambda c: (c.capability, c.members, c.chosen or "", c.switch),
            )
        ),
        observations=tuple(
            sorted(
                {item for one in surveys for item in one.observations},
                key=lambda o: (o.root, o.where, o.name, o.source, o.value),
            )
        ),
        hosts=tuple(
            sorted({item for one in surveys for item in one.hosts}, key=lambda h: (h.domain, h.root, h.where, h.host))
        ),
        names=tuple(
            sorted(
                {item for one in surveys for item in one.names},
                key=lambda n: (n.of, n.word, n.root, n.where, n.name),
            )
        ),
        skipped=tuple(
            sorted(
                {item for one in surveys for item in one.skipped},
                key=lambda skipped: (skipped.root, skipped.where, skipped.reason, skipped.files),
            )
        ),
    )
