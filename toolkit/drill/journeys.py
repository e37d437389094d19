"""Go each journey's way on the rebuilt platform, with the platform's own checks.

In: the project and where it answers. Out: a step for each journey in the diary. A check is a shell command of the
user's, run in the folder of offramp.toml; docs/drill.md says what it gets and how it answers.
"""

from collections.abc import Mapping

from toolkit.drill.diary import Diary
from toolkit.drill.outside import surroundings
from toolkit.drill.project import Project, Services
from toolkit.errors import ProgramFailed
from toolkit.model import Journey
from toolkit.tools import process

_CHECK_SECONDS = 600
_SKIP = "skip:"  # how a check says that what it needs is not part of this platform


def go(project: Project, services: Services, diary: Diary) -> bool:
    """Run the check of every journey, whatever became of the ones before. Returns whether none failed."""
    environment = _environment(project, services)
    outcomes = [_one(journey, project, environment, diary) for journey in project.manifest.journeys]
    return all(outcomes)


def _one(journey: Journey, project: Project, environment: Mapping[str, str], diary: Diary) -> bool:
    try:
        with diary.step(f"journey.{journey.id}", journey.title or journey.id, "verify") as found:
            said = _run(journey, project, environment) if journey.check else f"{_SKIP} it has no check"
            found.skipped = said.startswith(_SKIP)
            found.verified = said.removeprefix(_SKIP).strip()
    except ProgramFailed:
        return False
    return True


def _run(journey: Journey, project: Project, environment: Mapping[str, str]) -> str:
    """What the check said last. ProgramFailed with its last lines when it fails or says nothing."""
    said = process.run(["sh", "-c", journey.check], env=environment, cwd=project.sources, timeout=_CHECK_SECONDS)
    lines = [line for line in map(process.printable, said.splitlines()) if line.strip()]
    if not lines:
        raise ProgramFailed("the check ended well without saying what it proved", where=journey.id)
    return lines[-1].strip()[:200]


def _environment(project: Project, services: Services) -> dict[str, str]:
    platform = {
        "OFFRAMP_URL": f"https://{services.domain}",
        "OFFRAMP_HOST": services.domain,
        "OFFRAMP_ADDRESS": services.address,
        "OFFRAMP_CA": str(project.folder / "ca.crt"),
        "OFFRAMP_SERVICES": str(services.file),
    }
    return process.environment(surroundings(project) | platform)
