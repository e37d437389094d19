"""What a change of the platform hangs on: which of several pipelines brings it out, and whether it needs an image.

In: dependencies, who hosts, the survey, the catalogue. Out: the builds' dependencies, each with its capability, that
production can be changed without:

- of several pipelines those that put nothing anywhere: a `.travis.yml` of another time. The forge that most of them are
  of stays, for the code lies there;
- images, where whoever surely hosts runs none: pages and functions are put there from a pipeline.
"""

from collections.abc import Iterable, Sequence

from toolkit.assess.hosting import Host, clouds
from toolkit.catalog.entries import Catalog
from toolkit.model import Dependency, Survey

_PIPELINE = "build.ci"
_FORGE = "build.code-hosting"
_IMAGES = "build.images"
_BROUGHT_OUT = ("hosting.", "edge.", "distribution.", "data.object-storage", "build.images")


def beside(
    dependencies: Sequence[Dependency], hosts: Iterable[Host], survey: Survey, catalog: Catalog
) -> frozenset[tuple[str, str]]:
    """Ids with the capability that production is changed without."""
    idle = {(one.id, have) for one in _idle(dependencies, survey) for have in one.capabilities}
    sure = {host.dependency.vendor for host in hosts if host.effect == "stops"}
    if not sure or sure & clouds(catalog):
        return frozenset(idle)
    return frozenset(idle | {(one.id, _IMAGES) for one in dependencies if _IMAGES in one.capabilities})


def _idle(dependencies: Sequence[Dependency], survey: Survey) -> list[Dependency]:
    """The pipelines that bring nothing out, where others do or the code's forge has its own."""
    pipelines = [one for one in dependencies if _PIPELINE in one.capabilities and one.role == "build/ci"]
    forges = [one for one in pipelines if _FORGE in one.capabilities]
    kept = [one for one in pipelines if one.declared or _brings_out(one, dependencies, survey)]
    if forges:
        kept.append(max(forges, key=lambda one: len(one.evidence)))
    return [one for one in pipelines if kept and one not in kept]


def _brings_out(pipeline: Dependency, dependencies: Iterable[Dependency], survey: Survey) -> bool:
    """Whether something that programs are put into, or files are copied to, stands in its files."""
    files = _paths(pipeline, survey)
    others = (one for one in dependencies if one.vendor != pipeline.vendor)
    return any(
        files & _paths(one, survey) for one in others if any(have.startswith(_BROUGHT_OUT) for have in one.capabilities)
    )


def _paths(dependency: Dependency, survey: Survey) -> set[str]:
    return {survey.evidence[at].where.rpartition(":")[0] for at in dependency.evidence}
