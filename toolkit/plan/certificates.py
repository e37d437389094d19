"""Certificates: where the public services of a plan have theirs from, while the move goes on.

In: what is replaced, the catalogue. Out: commands that write one file of the generated project's inventory. A file, and
no option of a single run: the next `site.yml` that somebody starts would take the certificate away again.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from toolkit.catalog.entries import Catalog
from toolkit.model import Replacement

FILE = "inventory/group_vars/all/20-certificates.yml"
_FOLDER = "certificates/live/platform"  # where checks/tasks.toml lets certbot put them


def certificate_commands(
    kind: Literal["", "provided", "acme"], replacements: Sequence[Replacement], catalog: Catalog
) -> tuple[str, ...]:
    """What makes every service that people reach take the certificates that were brought along, or get its own."""
    lines = [line for slug in public(replacements, catalog) for line in _lines(slug.replace("-", "_"), kind)]
    if not kind or not lines:
        return ()
    written = f"printf '%s\\n' {' '.join(repr(line) for line in lines)} > {FILE}"
    return (written, "ansible-playbook site.yml") if kind == "acme" else (written,)


def public(replacements: Sequence[Replacement], catalog: Catalog) -> list[str]:
    """The blueprints whose certificate a browser sees: edges, and without edges whatever they would stand before."""
    slugs = [one.blueprint for one in replacements]
    edges = [slug for slug in slugs if catalog.blueprints[slug].fronts]
    return edges or [slug for slug in slugs if catalog.blueprints[slug].fronted_as]


def _lines(prefix: str, kind: str) -> Iterator[str]:
    yield f"{prefix}_tls: {kind}"
    if kind == "provided":
        yield f"{prefix}_certificate: {_FOLDER}/fullchain.pem"
        yield f"{prefix}_certificate_key: {_FOLDER}/privkey.pem"
