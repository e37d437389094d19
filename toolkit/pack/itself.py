"""What the rebuild is driven by: ansible-core and Offramp as wheels, for a Python like this one.

Out: `offramp/`, from which `pip install --no-index --find-links offramp/ offramp ansible-core` works.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from toolkit import shipped
from toolkit.errors import ProgramFailed
from toolkit.model import Gap
from toolkit.pack import bag
from toolkit.tools import pip

_BREAKS_ANSIBLE = "the machine that rebuilds must have ansible-core already"
_BREAKS_OFFRAMP = "no drill and no new bag from this bag; the rebuild needs ansible-core alone"


def part(tool: str) -> bag.Part:
    """The part `offramp/`."""
    return bag.Part("offramp", "offramp", f"{tool}, {_ansible()}, {pip.running()}", lambda work, _: _make(work))


def _make(work: Path) -> bag.Made:
    gaps = []
    try:
        pip.download([f"ansible-core=={_ansible()}"], work, cwd=work)
    except (ProgramFailed, PackageNotFoundError) as err:
        gaps.append(Gap("ansible-core", str(err), _BREAKS_ANSIBLE))
    try:
        _offramp(work)
    except ProgramFailed as err:
        gaps.append(Gap("Offramp's wheels", err.what, _BREAKS_OFFRAMP))
    return bag.Made(tuple(gaps), whole=not gaps)


def _offramp(work: Path) -> None:
    if not (shipped.CHECKOUT / "pyproject.toml").is_file():
        raise ProgramFailed("Offramp runs from an installed wheel, from which none can be made; run it from a checkout")
    pip.build(shipped.CHECKOUT, work)


def _ansible() -> str:
    try:
        return version("ansible-core")
    except PackageNotFoundError:
        return ""
