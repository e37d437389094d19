"""What is written into a generated project (generate)."""

from msgspec import field

from toolkit.model.base import Value
from toolkit.model.planned import HostNeed
from toolkit.model.platform import Drill, Journey


class GeneratedFile(Value):
    """One file of the generated project, relative to its folder."""

    path: str
    content: str
    executable: bool = False


class Manifest(Value):
    """`offramp-manifest.json` of a generated project: what it was made from, and what each file was when generated."""

    schema_version: str
    tool: str  # of the plan, "offramp 0.1.0"
    catalog: str  # hash of the catalogue the plan was made with
    platform: str
    target: str  # "hosts", "incus"
    sources: str = ""  # the folder applications and journeys' checks are relative to, as seen from the project
    hosts: tuple[HostNeed, ...] = ()
    journeys: tuple[Journey, ...] = ()
    drill: Drill = Drill()
    files: dict[str, str] = field(default_factory=dict)  # path -> SHA-256 of the generated content
