"""What a rebuild installs on each host: Debian packages by what the project's blueprints declare.

In: a generated project (`project.read`) and the hosts' release. Out: package names by host.
"""

from collections.abc import Iterable, Iterator, Mapping

from toolkit.catalog.entries import Blueprint
from toolkit.pack.project import Application, Project

# What every host of Debian's has, more or less: a package of the bag may need the bag's version of one of these.
_A_HOSTS_OWN = ("?essential", "?priority(required)", "?priority(important)", "openssh-server", "python3", "sudo")


def packages(project: Project, debian: int) -> Mapping[str, tuple[str, ...]]:
    """host → names of all that its roles install, as apt takes them, sorted."""
    return {
        host.name: tuple(sorted({*_A_HOSTS_OWN, *project.shared_packages, *_of_roles(project, host.groups, debian)}))
        for host in project.manifest.hosts
    }


def declared(blueprint: Blueprint, debian: int, runtimes: Iterable[str]) -> Iterator[str]:
    """The packages a blueprint declares for a release and the runtimes of the applications it runs."""
    known = {"", *runtimes}
    yield from blueprint.packages
    for one in blueprint.package_sets:
        if one.debian in (None, debian) and one.runtime in known:
            yield from one.packages


def runs_applications(blueprint: Blueprint) -> bool:
    """Whether the platform's own programs run on it: it stands in for hosting of some kind."""
    return any(capability.startswith("hosting.") for capability in blueprint.capabilities)


def _of_roles(project: Project, slugs: Iterable[str], debian: int) -> Iterator[str]:
    for slug in slugs:
        blueprint = project.blueprints[slug]
        applications: tuple[Application, ...] = project.applications if runs_applications(blueprint) else ()
        yield from declared(blueprint, debian, [one.runtime for one in applications])
        for application in applications:
            yield from application.packages
