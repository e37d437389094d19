"""What a dependency is for: the role that its signs have together.

In: the signs of all dependencies, with the places they were seen in. Out: one `Role` for each. The strongest role wins
(runtime, infra, optional, build/ci, developer), with these exceptions:

- What only hosts the platform (machines, containers, DNS, certificates) is infrastructure, also where code names it; so
  is what only a command of the shell or a permission names.
- Of several that a setting chooses from, the chosen one is what it would be, the others are optional.
- Where its keys are asked for before they are used, the dependency is optional: who has no key does without it. A
  program that others are invited to run has such options; where nobody is, all uses of its keys have to ask.
- What infrastructure as code describes five times as often as programs name it serves the infrastructure.
- A package that nothing was seen to use is an option where others are invited, or where a list of options names it;
  else it registers itself. An adapter beside others for the same capability is an option.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from toolkit.model import Evidence, Role, Value
from toolkit.uses import is_package, is_preview

STRONGEST_FIRST: tuple[Role, ...] = ("runtime", "infra", "optional", "build/ci", "developer")
_GROUND = ("hosting.", "edge.dns", "edge.registrar", "edge.tls", "build.iac", "data.backup")
_CHOSEN_BY_USERS = frozenset({"auth.social-login"})
_SAMPLES = frozenset({"files.dotenv"})
_GIVEN_BY = frozenset({"files.config", "files.compose", "files.kubernetes", "files.platforms", "files.dotenv"})
_PRODUCTION = re.compile(r"(?<![a-z])prod(?:uction)?(?![a-z])")
_DESCRIBED = frozenset({"tf_resource", "cfn", "arm", "pulumi"})
_MUCH = 5  # resources described for each use in a program
# what watches or counts, and what staff are told by: programs run without
_BESIDE = ("observe.", "product.analytics", "product.flags", "messages.chat", "support.chat", "mail.marketing")
# what pages load side by side, and what programs fetch from each of many: all of it
_TOGETHER = ("edge.", "observe.", "product.data")
_SHARE = 4  # one guarded use of so many is the switch of all
_SPOKEN = frozenset({"host", "call"})
_KEYS = frozenset({"env", "setting", "config"})
# Laravel lists all that it could use there, whatever the platform does use
_LISTED = re.compile(
    r"(?:^|/)config/(?:services|filesystems|cache|queue|mail|logging|broadcasting|scout|sms|session)\.php:"
)
_STEPS = frozenset({"action", "call"})
_MACHINES = frozenset({"hosting.compute", "hosting.containers"})
_DEPLOYMENT = re.compile(r"deploy|release|publish|ship|prod|(?<![a-z])c[di](?![a-z])|main|master|build")
# what developers start by hand
_BY_HAND = re.compile(r"(?:^|/)(?:scripts?|tools?|hack|utils/scripts)/")
_SUBJECTS = frozenset({"storage", "email", "sms", "voice", "search", "maps", "auth", "payments", "push", "video"})
_SHORTEST = 3  # letters of a name that is told in a path
_MANY = 5  # vendors with a folder each: integrations
_ALIKE = 3  # vendors for the same thing in one file: a list to choose from


class Sign(Value):
    """One counting piece of evidence, and the capabilities it is about."""

    kind: str
    evidence: Evidence  # with the role that counts
    about: tuple[str, ...] = ()


def role_of(signs: Sequence[Sign], *, adapter: bool = False, chosen: bool | None = None, invited: bool = False) -> Role:
    """The role of one dependency.

    `adapter`: others for the same capability stand beside it. `chosen`: whether a setting that chooses one of several
    chooses this one; None where there is no such setting. `invited`: whether others are invited to run the program.
    """
    strongest = min((sign.evidence.role for sign in signs), key=STRONGEST_FIRST.index)
    if strongest == "optional" and any(map(_set_in_production, signs)):
        return "runtime"
    if strongest != "runtime":
        return strongest
    at_runtime = [sign for sign in signs if sign.evidence.role == "runtime"]
    if _is_of_scripts(signs, at_runtime):
        return "build/ci"
    provisioned = any(sign.evidence.role == "infra" and sign.kind != "arn" for sign in signs)
    if chosen is False and not provisioned:
        return "optional"
    if chosen and not all(map(_is_package, at_runtime)):
        return "runtime"
    if _switched(signs, invited=invited) and not provisioned and not any(map(_set_in_production, signs)):
        return "optional"
    if provisioned and _mostly_described(signs):
        return "infra"
    if all(sign.kind == "arn" or _is_command(sign) or _is_ground(sign) for sign in at_runtime):
        return "infra"
    if provisioned and all(_is_package(sign) or sign.kind == "arn" for sign in at_runtime):
        return "infra"
    if all(_is_package(sign) for sign in at_runtime):
        return "optional" if invited or any(sign.evidence.role == "optional" for sign in signs) else "runtime"
    if adapter and not any(map(_is_loaded, at_runtime)):
        return "optional"
    if invited and not provisioned and _has_a_key(signs):
        return "optional"
    if not provisioned and _is_offered(signs):
        return "optional"
    if not invited:  # a button on the platform's own page is there for everybody
        return "runtime"
    chosen = all(sign.about and _CHOSEN_BY_USERS.issuperset(sign.about) for sign in at_runtime)
    return "optional" if chosen else "runtime"


def deploys(kind: str, about: Iterable[str], where: str) -> bool:
    """Whether a step of a pipeline puts the platform on somebody's machines: that is where it runs. What publishes
    documentation, or a preview, is no deployment.
    """
    path = where.rpartition(":")[0].lower()
    if kind not in _STEPS or not any(one in _MACHINES for one in about):
        return False
    return _DEPLOYMENT.search(path) is not None and not is_preview(where)


def is_deployment(sign: Sign) -> bool:
    """Whether a pipeline deploys there: a sign that `deploys` made infrastructure."""
    return sign.evidence.role == "infra" and deploys(sign.kind, sign.about, sign.evidence.where)


def _switched(signs: Iterable[Sign], *, invited: bool) -> bool:
    """Whether its keys are asked for before they are used, or where nobody guards those, its other uses.

    Where others are invited to run the program, some of them do; else all, for one that nobody guards fails without it.
    """
    keys: list[bool] = []
    uses: list[bool] = []
    for sign in signs:
        if sign.evidence.role not in ("runtime", "optional") or _is_package(sign) or sign.evidence.source in _SAMPLES:
            continue
        if _LISTED.search(sign.evidence.where):
            continue
        (keys if sign.kind in _KEYS else uses).append(sign.evidence.role == "optional")
    if not invited:
        return all(keys or uses) and any(keys or uses)
    telling = keys if any(keys) else uses
    return any(telling) and _SHARE * sum(telling) >= len(telling)


def _is_of_scripts(signs: Iterable[Sign], at_runtime: Iterable[Sign]) -> bool:
    """Whether its package is the build's, and what uses it is started by hand."""
    built = any(sign.evidence.role == "build/ci" and _is_package(sign) for sign in signs)
    return built and all(_BY_HAND.search(sign.evidence.where) for sign in at_runtime)


def _is_package(sign: Sign) -> bool:
    return is_package(sign.kind, sign.evidence.source)


def _is_command(sign: Sign) -> bool:
    """`aws-cli(s3)`, or what else a script of the shell does with it: somebody operates it."""
    return (sign.kind == "call" and "-cli" in sign.evidence.signal) or sign.evidence.source == "files.shell"


def _is_loaded(sign: Sign) -> bool:
    """A host that a page names: whoever reads the page fetches it, and nobody chooses."""
    return sign.kind == "host" and sign.evidence.source == "files.html"


def _is_offered(signs: Sequence[Sign]) -> bool:
    """Whether a sample of settings offers it for something that the platform can do without. What a page loads and a
    program calls is there whatever the sample says.
    """
    if any(_is_loaded(sign) or _is_code(sign) for sign in signs):
        return False
    about = {capability for sign in signs for capability in sign.about}
    offered = any(sign.evidence.source in _SAMPLES and sign.evidence.role == "optional" for sign in signs)
    given = any(sign.kind == "env" and sign.evidence.source in _GIVEN_BY - _SAMPLES for sign in signs)
    return offered and not given and bool(about) and all(one.startswith(_BESIDE) for one in about)


def _has_a_key(signs: Iterable[Sign]) -> bool:
    """Whether it takes a key that those who run the program elsewhere may not have: one that a sample lists, or one of
    something that programs can do without.
    """
    keys = [sign for sign in signs if sign.kind in _KEYS and sign.evidence.role in ("runtime", "optional")]
    beside = [sign for sign in keys if sign.about and all(one.startswith(_BESIDE) for one in sign.about)]
    return bool(beside) or any(_is_listed(sign) for sign in keys)


def _is_listed(sign: Sign) -> bool:
    """Whether a sample of the settings, or a list of what could be used, names it."""
    return sign.evidence.role == "optional" and (
        sign.evidence.source in _SAMPLES or _LISTED.search(sign.evidence.where) is not None
    )


def _set_in_production(sign: Sign) -> bool:
    """A variable that production's own settings give, or ask for: `prod-compose.yaml`, `settings/production.py`."""
    if sign.kind != "env" or sign.evidence.source in _SAMPLES:
        return False
    if sign.evidence.source not in _GIVEN_BY and not sign.evidence.source.startswith("files."):
        return False
    if sign.evidence.source in _GIVEN_BY and sign.evidence.role != "runtime":
        return False
    return _PRODUCTION.search(sign.evidence.where.rpartition(":")[0].lower()) is not None


def _mostly_described(signs: Sequence[Sign]) -> bool:
    """Whether a few programs beside much infrastructure as code name it: they serve the infrastructure."""
    described = sum(sign.kind in _DESCRIBED for sign in signs)
    at_runtime = sum(sign.evidence.role == "runtime" and not _is_package(sign) for sign in signs)
    return described >= _MUCH * at_runtime


def _is_ground(sign: Sign) -> bool:
    return bool(sign.about) and all(one.startswith(_GROUND) for one in sign.about)


def adapters(signs: Mapping[str, Sequence[Sign]], *, invited: bool = True) -> frozenset[str]:
    """Dependencies that stand beside others for the same capability: in one file, or in files of the same shape.

    `MailgunMailer.java` and `SendGridMailer.java` are adapters, of which a setting picks one. Where nobody is invited
    to run the program, somebody at home uses each that it has: a setting that picks one is to be seen, and counts.
    """
    beside: dict[tuple[str, str], set[str]] = defaultdict(set)
    shaped: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, of_it in signs.items():
        for sign in of_it:
            if sign.evidence.role != "runtime" or _is_package(sign) or not sign.evidence.source.startswith("files."):
                continue
            path = sign.evidence.where.rpartition(":")[0]
            shapes = {_shape(path, name), _folder_of(path, name)} - {""}
            for capability in sign.about:
                if capability.startswith(_TOGETHER):
                    continue
                if sign.kind not in _KEYS:  # settings stand side by side whether one is chosen or all are used
                    beside[path, capability].add(name)
                for shape in shapes:
                    shaped[shape, capability].add(name)
    lists = [names for names in beside.values() if len(_vendors(names)) >= _ALIKE]
    lists += _in_folders_of_integrations(signs)
    twins = [names for names in shaped.values() if len(_vendors(names)) > 1] if invited else []
    return frozenset().union(*lists, *twins, *_integrations(signs))


def _integrations(signs: Mapping[str, Sequence[Sign]]) -> list[set[str]]:
    """Vendors each of which has a module of one shape, whatever for: `slack/client.ex`, `twilio/client.ex`. Those whose
    keys the platform itself always reads are its own choice, and none of its users'.
    """
    shaped: dict[str, set[str]] = defaultdict(set)
    for name, of_it in signs.items():
        if any(map(_is_always_read, of_it)):
            continue
        for sign in of_it:
            if sign.evidence.role == "runtime" and sign.kind in _SPOKEN and sign.evidence.source.startswith("files."):
                shape = _shape(sign.evidence.where.rpartition(":")[0], name)
                if shape:
                    shaped[shape].add(name)
    return [names for names in shaped.values() if len(_vendors(names)) >= _ALIKE]


def _in_folders_of_integrations(signs: Mapping[str, Sequence[Sign]]) -> list[set[str]]:
    """Whose code lies in folders beside those of many vendors, each called like it: `notifications/slack/`. What the
    platform offers so many of, its users choose, also where a folder's name is spelled otherwise.
    """
    places = {name: {s.evidence.where for s in of_it if _is_code(s)} for name, of_it in signs.items()}
    parents: dict[str, set[str]] = defaultdict(set)
    for name, wheres in places.items():
        for parent in {_folder_of(where.rpartition(":")[0], name).rpartition("*")[0] for where in wheres} - {""}:
            parents[parent].add(name)
    return [
        {name for name, wheres in places.items() if wheres and all(w.lower().startswith(parent) for w in wheres)}
        for parent, names in parents.items()
        if len(_vendors(names)) >= _MANY
    ]


def _is_code(sign: Sign) -> bool:
    """A use in a program; variables are read in one place for all."""
    of_code = sign.evidence.source.startswith("files.") and sign.kind not in _KEYS
    return sign.evidence.role == "runtime" and of_code and not _is_package(sign)


def _is_always_read(sign: Sign) -> bool:
    """A variable that a program reads whether or not it is set."""
    read = sign.kind == "env" and sign.evidence.source not in _GIVEN_BY
    return read and sign.evidence.role == "runtime" and sign.evidence.source.startswith("files.")


@lru_cache(maxsize=20_000)
def _folder_of(path: str, name: str) -> str:
    """The folder that the one called like it lies in, `services/email/*/`; empty where none is called so."""
    parts = path.lower().split("/")[:-1]
    words = {part.replace("-", "") for part in (name.replace("/", ""), *name.split("/"))} - _SUBJECTS
    for at, part in enumerate(parts):
        flat = re.sub(r"[-_]", "", part)
        if flat in words and len(flat) >= _SHORTEST:
            return "/".join((*parts[:at], "*", ""))
    return ""


def _vendors(names: Iterable[str]) -> set[str]:
    return {name.partition("/")[0] for name in names}


@lru_cache(maxsize=20_000)
def _shape(path: str, name: str) -> str:
    """The path with the vendor's name in it replaced; empty where it does not name the vendor."""
    folded = re.sub(r"[-_]", "", path.lower())
    for part in sorted((*name.split("/"), *name.replace("/", "-").split("-")), key=len, reverse=True):
        word = part.replace("-", "")
        if len(word) >= _SHORTEST and word in folded:
            return folded.replace(word, "*")
    return ""
