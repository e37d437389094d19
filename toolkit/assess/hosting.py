"""Where does it run? Production infrastructure says so, a platform's manifest likely, the code's own cloud perhaps.

In: dependencies with their evidence. Out: for each dependency that may be the host, whether its loss stops the platform
or only may, and the question that settles it. In this order:

1. What exists or is described as code (an account, Terraform, CloudFormation …) hosts.
2. Who a deploy workflow puts it on hosts, where infrastructure as code names nobody; else a manifest's platform
   (`fly.toml`, `app.json` …). A manifest alone says little where the repository has an image of its own: it may be a
   button for whoever wants it there. What is one site's settings (`vercel.json`) is no button. Several platforms that a
   manifest, a variable or a script of the shell speaks for are alternatives: nobody can see which is used, so each only
   may, and one question is asked for all. Manifests that lie apart are parts (a front end here, a back end there), and
   all are needed. Where there are more parts than two, people need the one with the pages, and perhaps the others.
3. Where neither is there, the one cloud that the deploy workflow signs in to hosts, else the one whose inner services
   (metrics, secrets, queues) the program calls: nothing else runs there; else the one that it calls without a key.
   A single inner service makes one ask; a bucket, a login or a mail relay says nothing of where the program runs.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Correction, Dependency, Effect, Evidence, Survey, Value
from toolkit.uses import PACKAGES, is_package, is_preview

AREA = "hosting."
PANEL = "hosting.panel"  # deploys to machines of somebody else's
_DESCRIBED = frozenset({"resource", "tf_resource", "cfn", "arm", "pulumi", "k8s"})
_AT_WORK = frozenset({"action", "call", "image"})
_SETTINGS = frozenset({"files.dotenv", "files.config"})  # where a variable is named, and not read
# a name of it somewhere: a variable, a host that is called, a library
_NAMES = frozenset({"env", "host", "uri", "npm", "pypi", "gem", "hex", "golang", "composer", "maven", "nuget"})
_MANIFESTS = frozenset({"files.platforms"})  # sources that read what a platform's manifest orders
# manifests of one site; others are also what a button "Deploy to …" reads
_OF_ONE_SITE = frozenset({"vercel.json", "netlify.toml", "wrangler.toml", "wrangler.json", "wrangler.jsonc"})
_SIGNED_IN = frozenset({"action", "call"})
_BY_HAND = frozenset({"files.shell"})
_MANIFEST_KINDS = frozenset({"file", "config"})
_PAGES = re.compile(r"(?:^|[/_-])(?:web|www|site|website|frontend|front-end|client|ui)$")
_FEW_PARTS = 2  # applications: a front end and its back end
# services that programs anywhere use over the internet: they do not tell where the program runs
_REACHED_FROM_ANYWHERE = (
    "data.object-storage", "mail.", "messages.", "otp.", "edge.", "product.", "distribution.", "auth.",
    "abuse.", "payments.", "build.",
)  # fmt: skip
_COPIED_TO = ("data.object-storage",)
_DEPLOYMENT = re.compile(r"(?:^|/)\.(?:github|gitlab|circleci)/[^:]*deploy[^/:]*\.ya?ml:", re.IGNORECASE)
_CLIENT = frozenset({"call", "ruby", "python", "jvm", "dotnet", "php", "rust"})  # kinds that a client in code is of
_FEWEST_SERVICES = 2


class Host(Value):
    """Somebody who may host the platform."""

    dependency: Dependency
    effect: Effect
    question: str = ""
    inferred: bool = False
    among: tuple[str, ...] = ()  # ids of the dependencies one of which hosts; one question is asked for all
    part: bool = False  # of several applications one runs there: whoever changes that one needs it


class _Chosen(NamedTuple):
    """Vendors by what is known of them."""

    hosting: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()  # some application of many runs there, and none with the pages
    alternatives: frozenset[str] = frozenset()


def hosts(dependencies: Sequence[Dependency], survey: Survey, catalog: Catalog) -> tuple[Host, ...]:
    """Who hosts, and who perhaps does. Empty: nothing in what was looked at says where it runs."""
    signs = {one.id: [survey.evidence[at] for at in one.evidence] for one in dependencies}
    offering = _offering([one for one in dependencies if one.role not in ("build/ci", "developer")], signs)
    hosting = {one.id: _about_hosting(signs[one.id], catalog) for one in offering}
    described = {one.vendor for one in offering if one.declared or _kinds(hosting[one.id]) & _DESCRIBED}
    if described:
        return tuple(_beside_the_described(one, described) for one in offering)
    firm = [one for one in offering if one.firm]
    if any(_speaks_alone(hosting[one.id], survey) for one in firm):
        chosen = _chosen(firm, hosting, survey)
        among = tuple(one.id for one in firm if one.vendor in chosen.alternatives)
        return tuple(_by_what_is_known(one, chosen, among) for one in offering)
    guessed = _guessed(dependencies, signs, survey, catalog)
    return (*guessed, *(_perhaps(one) for one in offering))


def _speaks_alone(signs: Collection[Evidence], survey: Survey) -> bool:
    """Whether the signs of one alone say that it hosts: more than its name, or what only its machines set and the
    program reads. A program that others are invited to run reads what many a platform sets."""
    if _kinds(signs) - _NAMES:
        return True
    at_home = any(not root.invites for root in survey.roots)
    return at_home and any(map(_beyond_a_manifest, signs))


def _offering(running: Sequence[Dependency], signs: dict[str, list[Evidence]]) -> list[Dependency]:
    """Those with machines, containers or pages. Functions are parts of a platform; they host it where nothing else
    does, and infrastructure, a step of a workflow or the manifest of the whole repository describes them."""
    whole = [one for one in running if any(map(_hosts_programs, one.capabilities))]
    functions = [one for one in running if any(have.startswith(AREA) for have in one.capabilities)]
    return whole or [one for one in functions if one.declared or _is_whole(signs[one.id])]


def _is_whole(signs: Collection[Evidence]) -> bool:
    """Whether functions are all of the platform, and no part of one that lies in a folder of its own."""
    if _kinds(signs) & _DESCRIBED or any(map(_is_step, signs)):
        return True
    return any(_is_manifest(sign) and not _folder(sign) and not _is_button(sign) for sign in signs)


def _is_step(sign: Evidence) -> bool:
    """A step of a workflow that is no preview, and not merely a name in it."""
    kind = sign.signal.partition("#")[2].partition(":")[0]
    return kind == "action" and not is_preview(sign.where)


def _hosts_programs(capability: str) -> bool:
    return capability.startswith(AREA) and capability != AREA + "functions"


def _about_hosting(signs: Iterable[Evidence], catalog: Catalog) -> list[Evidence]:
    """The signs that say something of hosting, where the catalogue tells them from others. A template of a manifest is
    for whoever wants it there."""
    found = []
    for sign in signs:
        if "template" in sign.where.rpartition("/")[2]:
            continue
        name, _, rest = sign.signal.partition("#")
        kind, _, value = rest.partition(":")
        entry = catalog.entry(name)
        about = entry.capabilities_of(kind, value) if entry else ()
        if entry is None or not entry.about or any(have.startswith(AREA) for have in about):
            found.append(sign)
    return found


def _kinds(signs: Iterable[Evidence]) -> set[str]:
    return {sign.signal.partition("#")[2].partition(":")[0] for sign in signs}


def elsewhere(dependencies: Iterable[Dependency], found: Sequence[Host], survey: Survey) -> frozenset[str]:
    """Ids of what is as open as its vendor's hosting: all that comes with a host which is only perhaps one, and what a
    manifest of another platform orders beside infrastructure that is described. What the program itself calls it uses
    wherever it runs."""
    sure = {host.dependency.vendor for host in found if host.effect == "stops" or host.part}
    perhaps = {host.dependency.vendor for host in found} - sure
    return frozenset(
        one.id
        for one in dependencies
        if (one.vendor in perhaps and not _is_called(one, survey))
        or (sure and one.vendor not in sure and _only_ordered(one, survey))
    )


def _is_called(dependency: Dependency, survey: Survey) -> bool:
    """Whether a program has a client of it, and not only its name or a setting."""
    signs = [survey.evidence[at] for at in dependency.evidence]
    return any(sign.role == "runtime" and _is_client(sign) for sign in _in_programs(signs))


def _is_client(sign: Evidence) -> bool:
    kind = sign.signal.partition("#")[2].partition(":")[0]
    return kind in _CLIENT or (kind in PACKAGES and not is_package(kind, sign.source))


def _only_ordered(dependency: Dependency, survey: Survey) -> bool:
    sources = {survey.evidence[at].source for at in dependency.evidence}
    return bool(sources) and sources <= _MANIFESTS


def _beside_the_described(dependency: Dependency, described: Collection[str]) -> Host:
    if dependency.vendor in described:
        return Host(dependency, "stops")
    return _perhaps(dependency)


def _perhaps(dependency: Dependency) -> Host:
    return Host(dependency, "may stop", where_it_runs(dependency.vendor))


def where_it_runs(vendor: str) -> str:
    """The question that settles whether a vendor hosts."""
    return f"Does production run at {vendor}?"


def _by_what_is_known(dependency: Dependency, chosen: _Chosen, among: tuple[str, ...]) -> Host:
    if dependency.vendor in chosen.hosting:
        return Host(dependency, "stops")
    if dependency.vendor in chosen.parts:
        return Host(dependency, "may stop", "Do the pages need the applications that run there?", part=True)
    return replace(_perhaps(dependency), among=among if len(among) > 1 and dependency.id in among else ())


def settled(found: Iterable[Host], corrections: Iterable[Correction]) -> tuple[Host, ...]:
    """The hosts, with the one of several that the user says is chosen: the others host nothing."""
    told = {one.dependency for one in corrections if (one.chosen_for or "").startswith(AREA)}
    kept = []
    for host in found:
        if told.isdisjoint(host.among):
            kept.append(host)
        elif host.dependency.id in told:
            kept.append(Host(host.dependency, "stops"))
    return tuple(kept)


def _chosen(firm: Sequence[Dependency], hosting: dict[str, list[Evidence]], survey: Survey) -> _Chosen:
    """Who hosts: those that a workflow deploys to, with the parts that lie elsewhere; else the only one that anything
    speaks for, or each where all are parts; else one of several."""
    deployed = {one.vendor for one in firm if any(map(_is_deployed, hosting[one.id]))}
    folders = _folders(firm, hosting)
    if deployed:
        elsewhere = {vendor for folder, inside in folders.items() for vendor in inside if folder and len(inside) == 1}
        return _in_parts(deployed | elsewhere, firm, folders)
    image = _own_image(survey)
    spoken_for = {one.vendor for one in firm if any(map(_beyond_a_manifest, hosting[one.id]))}
    ordered = [one for one in firm if any(map(_is_manifest, hosting[one.id]))]
    buttons = {one.vendor for one in ordered if image and all(map(_is_button, hosting[one.id]))} - spoken_for
    vendors = {one.vendor for one in firm if any(map(_speaks, hosting[one.id]))} - buttons
    if len(vendors) == 1:
        return _Chosen(hosting=frozenset(vendors))
    apart = {vendor for inside in folders.values() if len(inside) == 1 for vendor in inside}
    if vendors <= apart:
        return _in_parts(vendors, firm, folders)
    return _Chosen(alternatives=frozenset(vendors))


def _in_parts(vendors: Set[str], firm: Sequence[Dependency], folders: Mapping[str, set[str]]) -> _Chosen:
    """All of them, where there are few applications; of many the one with the pages."""
    several = [folder for folder, inside in folders.items() if inside & vendors]
    if len(vendors) == 1 or len(several) <= _FEW_PARTS:
        return _Chosen(hosting=frozenset(vendors))
    static = {one.vendor for one in firm if "hosting.static" in one.capabilities}
    named = {vendor for folder, inside in folders.items() if _PAGES.search(folder) for vendor in inside}
    pages = (static & vendors) or (named & vendors)
    return _Chosen(hosting=frozenset(pages), parts=frozenset(vendors - pages))


def _folders(firm: Sequence[Dependency], hosting: dict[str, list[Evidence]]) -> dict[str, set[str]]:
    """The vendors of the manifests in each folder."""
    folders: dict[str, set[str]] = {}
    for one in firm:
        for sign in hosting[one.id]:
            if _is_manifest(sign):
                folders.setdefault(_folder(sign), set()).add(one.vendor)
    return folders


def _is_manifest(sign: Evidence) -> bool:
    return sign.signal.partition("#")[2].partition(":")[0] in _MANIFEST_KINDS


def _folder(sign: Evidence) -> str:
    return sign.where.rpartition(":")[0].rpartition("/")[0]


def _is_deployed(sign: Evidence) -> bool:
    """A step of a workflow that puts it there, an image for it, or a call of the platform's; a script of the shell is
    somebody's own way, and a preview is no deployment."""
    kind = sign.signal.partition("#")[2].partition(":")[0]
    return kind in _AT_WORK and sign.source not in _BY_HAND and not is_preview(sign.where)


def _speaks(sign: Evidence) -> bool:
    """Whether it says more than that somebody has a name: a manifest, a step, a variable that is read."""
    kind = sign.signal.partition("#")[2].partition(":")[0]
    return kind not in _NAMES or (kind == "env" and sign.source != "files.dotenv")


def _beyond_a_manifest(sign: Evidence) -> bool:
    """A call in a script, or a variable that only its machines set, read by the program."""
    kind = sign.signal.partition("#")[2].partition(":")[0]
    if kind == "env":
        return sign.role in ("runtime", "optional") and sign.source not in _SETTINGS
    return kind in _AT_WORK


def _is_button(sign: Evidence) -> bool:
    """Whether it is, or may be, there for whoever wants the program at that platform: "Deploy to …"."""
    return sign.where.rpartition(":")[0].rpartition("/")[2] not in _OF_ONE_SITE


def _own_image(survey: Survey) -> bool:
    """Whether the repository builds an image that anybody may run anywhere."""
    return any(sign.source == "files.dockerfile" and sign.role != "developer" for sign in survey.evidence)


def _guessed(
    dependencies: Sequence[Dependency], signs: dict[str, list[Evidence]], survey: Survey, catalog: Catalog
) -> tuple[Host, ...]:
    known = clouds(catalog)
    own = [one for one in dependencies if one.vendor in known and one.role != "developer"]
    deploying = [one for one in own if one.role == "build/ci" and _kinds(signs[one.id]) & _SIGNED_IN]
    deploying = [one for one in deploying if any(map(_is_more_than_a_bucket, _of_vendor(one.vendor, deploying)))]
    running = [one for one in own if one.firm and one.role in ("runtime", "infra")]
    inside = [one for one in running if _tells(one, signs[one.id]) and _services(one.vendor, own) >= _FEWEST_SERVICES]
    candidates = deploying or inside or _keyless(running, signs, survey)
    vendors = sorted({one.vendor for one in candidates})
    effect: Effect = "stops" if len(vendors) == 1 else "may stop"
    guessed = tuple(_inferred(vendor, candidates, effect) for vendor in vendors)
    # one inner service does not tell, and makes one ask; what programs anywhere use does not even make one ask
    telling = [one for one in running if _tells(one, signs[one.id])]
    asked = sorted({one.vendor for one in telling})
    return guessed or tuple(_inferred(vendor, telling, "may stop") for vendor in asked)


def _of_vendor(vendor: str, dependencies: Iterable[Dependency]) -> list[Dependency]:
    return [one for one in dependencies if one.vendor == vendor]


def _is_more_than_a_bucket(dependency: Dependency) -> bool:
    """Whether a workflow does more there than copy files: those may be what others download."""
    return any(not have.startswith(_COPIED_TO) for have in dependency.capabilities) or not dependency.capabilities


def _is_deployment(sign: Evidence) -> bool:
    return _DEPLOYMENT.search(sign.where) is not None


def _keyless(running: Sequence[Dependency], signs: dict[str, list[Evidence]], survey: Survey) -> list[Dependency]:
    """What the program calls without any key of the vendor's being set: the machine's own role lets it in, so it runs
    on the vendor's machines. A variable that names a service (a bucket) is no key. Where a sample lists what is set,
    keys may be among what it leaves out. What programs anywhere use tells only where the platform is deployed from
    here: a bucket alone is no reason to think that all runs beside it.
    """
    if any(sign.source == "files.dotenv" for sign in survey.evidence):
        return []
    keyed = {name for name, _, rest in _signals(survey) if rest.startswith(("env:", "setting:")) and "/" not in name}
    deploys = any(map(_is_deployment, survey.evidence))
    calling = [
        one
        for one in running
        if one.role == "runtime" and (_is_inner(one) or deploys) and _CLIENT & _kinds(_in_programs(signs[one.id]))
    ]
    return [one for one in calling if one.vendor not in keyed]


def _in_programs(signs: Iterable[Evidence]) -> list[Evidence]:
    return [sign for sign in signs if sign.source != "files.shell" and "-cli" not in sign.signal]


def _signals(survey: Survey) -> list[tuple[str, str, str]]:
    return [sign.signal.partition("#") for sign in survey.evidence]


def _services(vendor: str, own: Sequence[Dependency]) -> int:
    """How many services of the cloud are surely in use, by the program or by what deploys it."""
    return sum(one.firm for one in own if one.vendor == vendor)


def _is_inner(dependency: Dependency) -> bool:
    """Whether it is more than a service that programs anywhere use: a bucket, a mail service."""
    return any(not have.startswith(_REACHED_FROM_ANYWHERE) for have in dependency.capabilities)


def _tells(dependency: Dependency, signs: Iterable[Evidence]) -> bool:
    """Whether only what runs there uses it, and more than a script of an operator's calls it."""
    return _is_inner(dependency) and any(sign.source != "files.shell" for sign in signs)


def _inferred(vendor: str, candidates: Sequence[Dependency], effect: Effect) -> Host:
    first = next(one for one in candidates if one.vendor == vendor)
    return Host(first, effect, where_it_runs(vendor), inferred=True)


def clouds(catalog: Catalog) -> frozenset[str]:
    """Vendors that run other people's programs."""
    machines = {"hosting.compute", "hosting.containers"}
    entries = {**catalog.vendors, **catalog.services}
    return frozenset(name.partition("/")[0] for name, entry in entries.items() if machines & set(entry.capabilities))
