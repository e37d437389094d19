"""What a change of the platform hangs on: which of several pipelines brings it out, which packages and images it needs.

In: dependencies, who hosts, the survey, the catalogue. Out: the builds' dependencies, each with its capability, that
production can be changed without:

- of several pipelines those that put nothing anywhere: a `.travis.yml` of another time. The forge that most of them are
  of stays, for the code lies there;
- registries of packages that only side jobs ask (a documentation site's, a load test's), or whose packages are tools
  beside a program in another language;
- images of side jobs, and all of them where whoever surely hosts runs none: pages and functions are put there from a
  pipeline, and a buildpack builds there.
"""

import re
from collections.abc import Iterable, Sequence

from toolkit.assess.hosting import Host, clouds
from toolkit.catalog.entries import Catalog
from toolkit.model import Dependency, Survey

_PIPELINE = "build.ci"
_FORGE = "build.code-hosting"
_IMAGES = "build.images"
_PACKAGES = "build.packages"
_PULLING = frozenset({"files.dockerfile", "files.kubernetes", "files.hcl"})
_WORKFLOW = re.compile(r"(?:^|/)\.(?:github|gitlab|circleci|forgejo|gitea)/|(?:^|/)\.(?:gitlab-ci|travis)\.yml$")
# what a part of the repository beside the platform is called
_SIDE = re.compile(
    r"(?:^|[/_.-])(?:backups?|load[_-]?test(?:s|ing)?|bench(?:marks?)?|docs?|github[_-]pages|e2e|dev|development"
    r"|local|lint|examples?)(?=[/_.-])",
    re.IGNORECASE,
)
# registries of languages that tools are written in, beside programs in any other
_TOOLS = {"pypi": "files.python", "rubygems": "files.ruby"}
_LANGUAGES = frozenset({
    "files.python", "files.ruby", "files.php", "files.javascript", "files.go", "files.jvm", "files.csharp",
    "files.elixir", "files.rust", "files.components",
})  # fmt: skip
_BROUGHT_OUT = ("hosting.", "edge.", "distribution.", "data.object-storage", "build.images")


def beside(
    dependencies: Sequence[Dependency], hosts: Iterable[Host], survey: Survey, catalog: Catalog
) -> frozenset[tuple[str, str]]:
    """Ids with the capability that production is changed without."""
    found = {(one.id, have) for one in _idle(dependencies, survey) for have in one.capabilities}
    needless = _runs_no_image(hosts, survey, catalog)
    for one in dependencies:
        if _PACKAGES in one.capabilities and _is_asked_aside(one, dependencies, survey):
            found.add((one.id, _PACKAGES))
        if _IMAGES in one.capabilities and (needless or _is_pulled_aside(one, survey)):
            found.add((one.id, _IMAGES))
    return frozenset(found)


def _runs_no_image(hosts: Iterable[Host], survey: Survey, catalog: Catalog) -> bool:
    """Whether it is known who hosts, and none of them is given an image."""
    sure = [host.dependency for host in hosts if host.effect == "stops"]
    known = clouds(catalog)
    return bool(sure) and all(one.vendor not in known or _has_buildpacks(one, survey) for one in sure)


def _has_buildpacks(host: Dependency, survey: Survey) -> bool:
    """Whether it builds the program itself: a Procfile, and no manifest that names an image."""
    names = {survey.evidence[at].where.rpartition(":")[0].rpartition("/")[2] for at in host.evidence}
    return "Procfile" in names and "heroku.yml" not in names


def _is_asked_aside(registry: Dependency, dependencies: Iterable[Dependency], survey: Survey) -> bool:
    """Whether only side jobs, or tools of another language, ask a registry."""
    if registry.role != "build/ci" or registry.declared or not registry.evidence:
        return False
    places = _paths(registry, survey)
    bringing = _bringing_out(registry, dependencies, survey)
    if all(_SIDE.search(path) or (_WORKFLOW.search(path) and path not in bringing) for path in places):
        return True
    language = _TOOLS.get(registry.vendor)
    spoken = {sign.source for sign in survey.evidence if sign.role in ("runtime", "optional")} & _LANGUAGES
    return language is not None and bool(spoken) and language not in spoken and not any(map(_is_image, places))


def _is_pulled_aside(registry: Dependency, survey: Survey) -> bool:
    """Whether only the images of side jobs lie there."""
    pulled = {
        sign.where.rpartition(":")[0]
        for sign in (survey.evidence[at] for at in registry.evidence)
        if sign.source in _PULLING and sign.role != "developer"
    }
    return bool(pulled) and all(map(_SIDE.search, pulled))


def _is_image(path: str) -> bool:
    return "dockerfile" in path.lower()


def _bringing_out(registry: Dependency, dependencies: Iterable[Dependency], survey: Survey) -> set[str]:
    """Paths in which something that programs are put into stands."""
    others = (one for one in dependencies if one.vendor != registry.vendor)
    giving = (one for one in others if any(have.startswith(_BROUGHT_OUT) for have in one.capabilities))
    return {path for one in giving for path in _paths(one, survey)}


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
    return bool(_paths(pipeline, survey) & _bringing_out(pipeline, dependencies, survey))


def _paths(dependency: Dependency, survey: Survey) -> set[str]:
    return {survey.evidence[at].where.rpartition(":")[0] for at in dependency.evidence}
