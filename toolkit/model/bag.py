"""What a rebuild needs without a network (pack)."""

from toolkit.model.base import Value


class Gap(Value):
    """Something a rebuild needs that could not be had, or that nothing packs yet."""

    what: str
    why: str
    breaks: str  # what does not work without it


class BagFile(Value):
    """One file of a go-bag."""

    path: str
    size: int
    sha256: str
    kind: str  # "debian", "application", "artefact", "infra", "source", "offramp"; "own": people laid it there
    as_of: str  # how old it is: when its content was made by whoever served it, else when it was packed (UTC)


class BagPart(Value):
    """A folder of a go-bag that is made as a whole, and what it was made of."""

    folder: str
    kind: str
    made_of: str = ""  # a hash of all that decides what is in it; empty: it is looked at again every time
    gaps: tuple[Gap, ...] = ()


class Bag(Value):
    """`manifest.json` of a go-bag: what is in it, for which hosts, and what is not."""

    schema_version: str
    tool: str
    platform: str
    project: str  # SHA-256 of the packed project's manifest
    debian: int
    architecture: str
    parts: tuple[BagPart, ...] = ()
    files: tuple[BagFile, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that is missing."""
        return tuple(gap for part in self.parts for gap in part.gaps)
