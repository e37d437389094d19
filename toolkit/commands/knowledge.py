"""The catalogue that a command works with: what is shipped, and the folders that the user or a document names."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.catalog.entries import Catalog
    from toolkit.model import Platform


def known(overlays: tuple[Path, ...], platform: "Platform | None" = None, base: Path = Path()) -> "Catalog":
    """Shipped knowledge, then the folders offramp.toml names (relative to `base`), then those of --catalog."""
    from toolkit.catalog.folders import load

    return load((*(base / folder for folder in (platform.catalog if platform else ())), *overlays))


def own_catalog(
    platform: "Platform", file: Path, overlays: tuple[Path, ...], *, allow_outside: bool, base: Path = Path()
) -> "Catalog":
    """The catalogue for a document, whose platform names folders relative to `base`: others only when allowed."""
    from toolkit.outside import refuse_outside

    if not allow_outside:
        refuse_outside(platform, base, where=file, inside=overlays, keys=["catalog"])
    return known(overlays, platform, base)
