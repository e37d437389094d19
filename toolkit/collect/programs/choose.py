"""Everything that is said of one program → the program: the most trusted of what excludes another, all of the rest."""

import re
import shlex
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from toolkit import leaks
from toolkit.collect.packages import needed_packages
from toolkit.collect.programs import images, places, wiring
from toolkit.collect.programs.addresses import ASKED, address_of, asking
from toolkit.collect.programs.engines import CHOOSES, DECIDES, FAMILY, LISTED, UNREPLACED, engine_of, spelled
from toolkit.collect.programs.environment import settings_files
from toolkit.collect.programs.facts import LANGUAGES, Fact, Kind, Standing
from toolkit.collect.programs.manifests import with_included
from toolkit.collect.programs.ranges import admits
from toolkit.collect.programs.sequences import sequence
from toolkit.collect.programs.tree import Tree, text
from toolkit.model import Application, Platform
from toolkit.program import Program, Said
from toolkit.start_commands import instead_of_development, on_given_port

_MODES = re.compile(
    r"DB_CONNECTION|(?:RAILS|RACK|NODE|APP|MIX|FLASK|ASPNETCORE|DOTNET|HANAMI)_ENV(?:IRONMENT)?|DJANGO_SETTINGS_MODULE|GIN_MODE|APP_DEBUG"
    r"|RAILS_(?:LOG_TO_STDOUT|SERVE_STATIC_FILES)|LOG_CHANNEL|SPRING_PROFILES_ACTIVE|ROCKET_ADDRESS|NODE_OPTIONS"
)
_OWN_SECRET = re.compile(
    r"(?:(?:[A-Z0-9]+_)?SECRET_KEY(?:_BASE)?|APP_(?:KEY|SECRET)|(?:[A-Z0-9]+_)*(?:JWT|SESSION|COOKIES?|NEXTAUTH|BETTER_AUTH|AUTH|CSRF|SIGNING"
    r"|HMAC|ENCRYPTION|TOKEN|REFRESH_TOKEN|ACCESS_TOKEN|LIVE_VIEW|HASH|PASSWORD|SERVICE|APPLICATION|SERVER)_(?:SECRET|SALT|SIGNING_SALT|SECRET_KEY|KEY)|SECRET"
    r"|(?:[A-Z0-9]+_)*(?:SALT|PEPPER)|ACTIVE_RECORD_ENCRYPTION_[A-Z_]+|CRON_SECRET)"
)
_OTHERS = re.compile(
    r"(?:^|_)(?:STRIPE|TWILIO|GOOGLE|GITHUB|GITLAB|AWS|AZURE|FACEBOOK|TWITTER|APPLE|SLACK|SENTRY|MAILGUN|SENDGRID|POSTMARK|OKTA|AUTH0"
    r"|RECAPTCHA|HCAPTCHA|TURNSTILE|PAYPAL|ALGOLIA|OPENAI|DISCORD|PUSHER|CLOUDFLARE|CLOUDINARY|SAML|OIDC|OAUTH|LDAP|S3|CLIENT|WEBHOOK"
    r"|PLAID|SVIX|RETRACED|MIXPANEL|SEGMENT|TELEGRAM|MATRIX|LINE|PUSHOVER|SPOTIFY|MAPBOX|DROPBOX|LINKEDIN|MICROSOFT|TEST|POLAR"
    r"|VAPID|FCM|APNS|ZENDESK|INTERCOM|HUBSPOT|SALESFORCE|NOTION|ZOOM|BRAINTREE|SQUARE|SHOPIFY|YUBICO|GITEA|KEYCLOAK|LOGTO|CLERK)(?:_|$)"
)  # fmt: skip
_SECRET_HALF = re.compile(r"_(?:CLIENT_|APP_|CONSUMER_|SHARED_)?(?:SECRET(?:_KEY)?|KEY)$")
_PUBLIC_HALVES = (
    "CLIENT_ID", "CLIENT_KEY", "APP_ID", "APPLICATION_ID", "KEY_ID", "ACCESS_KEY", "ACCOUNT_ID", "CONSUMER_KEY",
    "PUBLIC_KEY", "PUBLISHABLE_KEY", "SITE_KEY",
)  # fmt: skip
_YARN = re.compile(r"(?:^|(?<=&& )|(?<=; ))(?:yarn|pnpm)(?: run)? (?!workspace|install|exec|dlx|node |-)(?=[\w:-]+)")
_MIGRATION = re.compile(r"migrat|db:prepare|db:setup|db upgrade|alembic upgrade|ecto\.")
_IN_LARAVEL = re.compile(r"(?:.*/)?config/\w+\.php:")
_SELDOM = re.compile(r"\.memcached\.|\.sqs\.|\.amqp\.|data\.document")
_BROUGHT = re.compile(
    r"(?:[A-Z0-9]+_)+(?:API_?KEY|SECRET|SECRET_KEY|TOKEN|AUTH_TOKEN|ACCESS_TOKEN|PRIVATE_KEY|CLIENT_SECRET|DSN)"
)
_ENGINE = re.compile(
    r"(?:\S*/)?(?:redis|valkey|memcached|postgres|mysqld|mariadbd|rabbitmq|mongod|meilisearch|mosquitto)\b"
)
_OF_HEROKU = re.compile(r"vendor/bin/heroku-(?:php|hhvm)-")  # what its platform puts there
_UWSGI = re.compile(r"(?:\S*/)?uwsgi(?= )")
_SCHEME = re.compile(r"starts_?[wW]ith\??\(\s*[\[(]?\s*['\"]postgres://")
_BUCKET = re.compile(r"(?i)bucket(?!.*(?:url|path|prefix|region|acl|endpoint|domain))")
_CODE = re.compile(r"\.(?:py|[cm]?[jt]s|rb|go|rs|java|kt|cs|exs?)$")
_LISTENS = (
    (
        re.compile(
            r"(?:[A-Z0-9]+_)*(?:LISTEN|BIND|HTTP|SERVER|WEB)_(?:ADDR|ADDRESS(?:_?PORT)?)|(?:[A-Z0-9]+_)?(?:ADDR|BIND)"
        ),
        "127.0.0.1:$PORT",
    ),
    (
        re.compile(r"(?:[A-Z0-9]+_)*(?:SERVER|HTTP|WEB|APP|LISTEN|API|BACKEND|LISTENING|NEST|ROCKET|NODE)_?PORT"),
        "$PORT",
    ),
)


class Told(NamedTuple):
    """All that is said of one program, in the order of trust."""

    before: list[Fact]  # by files that say how it runs
    own: list[Fact]  # by its stack's convention
    after: list[Fact]  # by images, compose files, units
    settings: list[Fact]  # by what it reads

    def all(self) -> list[Fact]:
        """Every fact."""
        return [*self.before, *self.own, *self.after, *self.settings]


def program(tree: Tree, standing: Standing, told: Told, name: str) -> Program:
    """The program as a draft needs it."""
    facts = told.all()
    home = standing.folder if standing.within is None else standing.within
    place = partial(_placed, home=home)
    named: dict[str, Said] = {}
    for fact in facts:
        if fact.kind == "env" and fact.key:
            named.setdefault(fact.key, Said(fact.text, fact.where))
    engine = engine_of(tree, standing, home, facts) or _engine_in_words(named)
    choices = _choices(tree, standing, named, engine)
    environment, secrets, brought = ({}, {}, {}) if standing.page else _settings(tree, facts, named, engine, choices)
    databases = not any("${data.relational" in said.text for said in environment.values())
    writable = () if standing.page else places.writable(facts, home, databases=databases)
    for key, said in (*places.settings(facts, writable, home), *_folders(facts)):
        environment.setdefault(key, said)
    start, port = _start(told), _port(facts)
    before: list[Fact] = []
    if start and (parts := sequence(tree, standing.folder, start.text)):
        before = [start._replace(kind="release", text=text_) for text_ in parts.before]
        start = start._replace(text=parts.server)
    if start:
        start = place(_listening(tree, start, named, standing))
    fixed = start is not None and "PORT" not in start.text and "PORT" not in named and standing.runtime != "ruby"
    installs = next(filter(None, (_of(group, "install") for group in told)), [])
    found = Program(
        name=name,
        source=str(tree.root / home) if home else str(tree.root),
        folder=standing.folder,
        stack=standing.stack,
        runtime=standing.runtime,
        version=_version(facts, standing),
        install=_said(map(place, _unique(installs))),
        release=_said(map(place, _release(told, before))),
        start=Said(start.text, start.where) if start else None,
        port=port if fixed else None,
        serve=_served(facts, home),
        fallback=next(iter(_said(_of(facts, "fallback"))), None),
        workers=_workers(told, place),
        cron=tuple((fact.key, _said([place(fact)])[0]) for fact in _unique(_of(facts, "cron"))),
        paths=_said(_unique(_of(facts, "proxy"))),
        health=next((_said([fact])[0] for fact in _of(facts, "health") if fact.text.startswith("/")), None),
        writable=writable,
        packages=_packages(tree, standing, home, facts),
        environment=environment,
        secrets=secrets,
        brought=brought,
        open=(*_demanded(facts, {**environment, **secrets}), *_open(tree, standing, facts, named, start, engine)),
    )
    return found if standing.page else images.contained(found, facts, _language(standing), home)


def _of(facts: Iterable[Fact], kind: Kind) -> list[Fact]:
    """Those of a kind that can be written down."""
    return [fact for fact in facts if fact.kind == kind and _good(fact.text)]


def _unique(facts: Iterable[Fact]) -> list[Fact]:
    """None twice; the first stays."""
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(fact.text, fact)
    return list(found.values())


def _said(facts: Iterable[Fact]) -> tuple[Said, ...]:
    return tuple(Said(fact.text, fact.where) for fact in facts)


def _placed(fact: Fact, home: str) -> Fact:
    """A command of an inner folder, from the folder that is installed."""
    inside = fact.folder[len(home) :].rstrip("/") if fact.folder.startswith(home) else ""
    if not inside or fact.key == "home":
        return fact
    command = f"cd {shlex.quote(inside)} && {fact.text}"
    return fact._replace(text=f"({command})" if fact.kind in ("install", "release") else command)


def _served(facts: Iterable[Fact], home: str) -> dict[str, Said]:
    """Folders of files for browsers, from the folder that is installed, by the paths they are served at."""
    found: dict[str, Said] = {}
    for fact in _of(facts, "serve"):
        inside = fact.folder[len(home) :] if fact.folder.startswith(home) else ""
        found.setdefault(fact.key, Said(f"{inside}{fact.text}", fact.where))
    return found


def _folders(facts: Iterable[Fact]) -> Iterator[tuple[str, Said]]:
    """Settings that name a folder of the program's, by their names."""
    for fact in _of(facts, "folder"):
        yield fact.key, Said(fact.text, fact.where)


def _release(told: Told, before: list[Fact]) -> list[Fact]:
    """What files say, what the start command did before it served, then what convention adds: not a second
    migration. Of several platforms' files the first counts: each says the whole."""
    files = _of(told.before, "release") or _of(told.after, "release")
    first = files[0].where.rpartition(":")[0] if files else ""
    said = [*(fact for fact in files if fact.where.rpartition(":")[0] == first), *before]
    migrates = any(_MIGRATION.search(fact.text) for fact in said)
    added = (fact for fact in _of(told.own, "release") if not (migrates and _MIGRATION.search(fact.text)))
    return _unique([*said, *added])


def _workers(told: Told, place: Callable[[Fact], Fact]) -> dict[str, Said]:
    """Those that files name; those of the convention where none does the same."""
    found: dict[str, Fact] = {}
    for group in told:
        known = [_doing(fact) for fact in found.values()]
        for fact in _of(group, "worker"):
            doing = _doing(fact)
            if instead_of_development(fact.text) or re.search(
                r"\b(?:puma|unicorn|gunicorn|uvicorn|next start)\b", fact.text
            ):
                continue  # another server of the same program
            if _ENGINE.match(fact.text):
                continue  # a replacement runs that
            if not any(doing and doing <= other for other in known):
                found.setdefault(_plain(fact.key), _told_more(fact, told))
    return {key: _said([place(fact)])[0] for key, fact in sorted(found.items()) if key not in ("start", "web")}


def _told_more(fact: Fact, told: Told) -> Fact:
    """The same worker as a compose file starts it, where a convention knows no more than its name: with its queues."""
    same = (
        other
        for other in (_of(told.after, "worker") if fact in told.own else ())
        if _program_of(other) == _program_of(fact) and _doing(other) == _doing(fact)
    )
    return next(same, fact)


def _program_of(fact: Fact) -> str:
    return fact.text.partition(" ")[0]


def _doing(fact: Fact) -> set[str]:
    """What a worker is, whatever it is called."""
    return set(re.findall(r"sidekiq|celery|beat|queue|jobs|good_job|horizon|resque|worker", fact.text))


def _good(command: str) -> bool:
    """Whether a command can be written down: it is one, and holds no secret that this file would show."""
    if not command.strip() or not command.isprintable():
        return False
    shown = Application("x", ".", install=(command,))
    return next(leaks.secrets(Platform(applications=(shown,))), None) is None


def _start(told: Told) -> Fact | None:
    """The most trusted that is no server for development. A built program gets the arguments its image gives it."""
    found = [fact for fact in _of(told.all(), "start") if not _OF_HEROKU.match(fact.text)]
    start = next((fact for fact in found if not instead_of_development(fact.text)), found[0] if found else None)
    built = next(
        (fact for fact in told.own if fact.kind == "start" and fact.text.partition(" ")[0].startswith("build/")), None
    )
    if start and built and start not in told.own:
        first, _, rest = start.text.partition(" ")
        if first.rpartition("/")[2] == built.text.rpartition("/")[2] and not start.text.startswith("build/"):
            return start._replace(text=f"{built.text} {rest}".strip(), where=f"{built.where}, {start.where}")
    if start and start in told.own:
        name = start.text.rpartition("/")[2]
        for image in (*_of(told.after, "start"), *_of(told.after, "guess")):
            first, _, rest = image.text.partition(" ")
            if rest and first.rpartition("/")[2] == name and not re.search(r"(?:^|[\s=])/", rest):
                return start._replace(text=f"{start.text} {rest}", where=f"{start.where}, {image.where}")
    return start


def _listening(tree: Tree, start: Fact, named: dict[str, Said], standing: Standing) -> Fact:
    """On the port that is given: as the command says it, else as a setting of the program does."""
    command = on_given_port(start.text)
    if re.search(r"\bthrust\b", command) and "HTTP_PORT" not in command:
        return start._replace(text=f"HTTP_PORT=$PORT {command}")  # what it starts gets another PORT from it
    if standing.runtime == "node":  # Debian has neither yarn nor pnpm
        command = _YARN.sub("npm run ", command)
    if _UWSGI.match(command) and "die-on-term" not in command:
        command = _UWSGI.sub(r"\g<0> --die-on-term", command)  # SIGTERM else has it start anew
    unbound = re.match(r"gunicorn (?!.*(?:--bind|-b |--config|-c ))", command)
    if unbound and "gunicorn.conf.py" not in tree.folders.get(standing.folder, ()):
        command = command.replace("gunicorn ", "gunicorn --bind 127.0.0.1:$PORT ", 1)
    if "PORT" in command or "PORT" in named or standing.runtime not in ("binary", "node", "python"):
        return start._replace(text=command)
    prefix = next((fact.text for fact in standing.facts if fact.kind == "listen"), "")
    for form, value in _LISTENS:
        for name in named:
            if not prefix and form.fullmatch(name) and wiring.wire(name, "") is None:
                prefix = f"{name}={value}"
    if prefix:
        command = f"{prefix} {command}" if re.match(r"[\w./-]+(?: |$)", command) else f"export {prefix}; {command}"
    return start._replace(text=command)


def _port(facts: Sequence[Fact]) -> Said | None:
    return next(
        (
            Said(fact.text, fact.where)
            for fact in facts
            if fact.kind == "port" and fact.text.isdigit() and 0 < int(fact.text) < 65536
        ),
        None,
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "worker"


def _language(standing: Standing) -> str:
    return LANGUAGES.get(standing.stack, "rust" if standing.runtime == "binary" else standing.runtime)


def _version(facts: Sequence[Fact], standing: Standing) -> Said | None:
    """The one that its developers pin; where its manifest says that Debian's does, what that says."""
    language = _language(standing)
    ranges = [fact for fact in facts if fact.kind == "range" and fact.key == language]
    for fact in ranges[:1]:
        if admits(fact.text, language):
            return Said(fact.text, fact.where)
    return next(
        (Said(fact.text, fact.where) for fact in facts if fact.kind == "version" and fact.key == language),
        None,
    )


_Settings = tuple[dict[str, Said], dict[str, Said], dict[str, Said]]


def _engine_in_words(named: dict[str, Said]) -> str:
    """The engine that a setting names, where no driver does."""
    words = (said.text.strip("\"'") for name, said in named.items() if CHOOSES.fullmatch(name))
    return next((FAMILY[word] for word in words if word in FAMILY), "")


def _choices(tree: Tree, standing: Standing, named: dict[str, Said], engine: str) -> dict[str, Said]:
    """Settings that choose the engine, with the program's own word for it."""
    found: dict[str, Said] = {}
    for name, said in named.items():
        if DECIDES.fullmatch(name) and FAMILY.get(said.text.strip("\"'")) != engine:
            first = said.where.rpartition(":")[0]
            word, path = spelled(tree, name, engine, [first, *settings_files(tree, standing)]) if engine else ("", "")
            if word:
                found[name] = Said(word, f"{said.where}, {path}" if path != first else said.where)
    return found


def _is_half(name: str, named: Container[str]) -> bool:
    """Whether it is the secret half of keys that another gave: its sibling is called their id, or public."""
    stem = _SECRET_HALF.sub("", name)
    return any(f"{stem}_{other}" in named for other in _PUBLIC_HALVES)


def _settings(
    tree: Tree, facts: Sequence[Fact], named: dict[str, Said], engine: str, choices: dict[str, Said]
) -> _Settings:
    """What is wired or plain, what is the program's own secret, what others give the keys of."""
    environment: dict[str, Said] = dict(choices)
    choosing = any(DECIDES.fullmatch(name) for name in named)
    for fact in facts:
        if fact.kind == "env" and fact.text and _MODES.fullmatch(fact.key) and _mode(fact):
            environment.setdefault(fact.key, Said(fact.text, fact.where))
        elif fact.kind == "env" and CHOOSES.fullmatch(fact.key) and FAMILY.get(fact.text.strip("\"'")) == engine:
            environment.setdefault(fact.key, Said(fact.text.strip("\"'"), fact.where))
    for name, value in wiring.given(iter(named), engine).items():
        if _IN_LARAVEL.match(named[name].where) and _SELDOM.search(value):
            continue  # its settings name every engine that it could use
        if engine in UNREPLACED and "${data.relational" in value:
            continue
        if choosing and engine in ("", "sqlite") and "${data.relational" in value:
            continue  # a file of its own, until something chooses another engine
        if name == "EMAIL_SERVER" and "NEXTAUTH_SECRET" in named:
            value = wiring.wire("SMTP_URL", engine) or value  # NextAuth's is an address with user and password
        if value == "${data.relational.url}" and _asks_for_scheme(tree, facts, name):
            value = wiring.POSTGRES_URL
        if value in wiring.ADDRESSES and (told := _driver(facts, name)):
            value = wiring.of_driver(told["engine"], told["driver"])
        if name not in environment:
            environment[name] = Said(value, named[name].where)
    if not any("${data.relational" in said.text for said in environment.values()):
        # commented out in the sample: another database than the one it brings along
        options = {fact.key: fact.where for fact in reversed(facts) if fact.kind == "option"}
        wired = wiring.given(iter(options), engine).items()
        environment |= {name: Said(value, options[name]) for name, value in wired if "${data.relational" in value}
    for name, said in named.items():
        if name not in environment and (address := address_of(name, said.text)):
            environment[name] = Said(address, said.where)
    if not _keeps_in_store(tree, named):
        environment = {name: said for name, said in environment.items() if "${data.object-storage" not in said.text}
    secrets = {fact.key: Said("", fact.where) for fact in reversed(facts) if fact.kind == "secret"}
    brought = {}
    for name, said in named.items():
        if name in environment:
            continue
        if _OWN_SECRET.fullmatch(name) and not _OTHERS.search(name) and not _is_half(name, named):
            secrets.setdefault(name, Said("", said.where))
        elif _BROUGHT.fullmatch(name):
            brought[name] = said
    demanded = {fact.key: Said("", fact.where) for fact in facts if fact.kind == "required"}
    passwords = {name: said for name, said in demanded.items() if name.endswith("PASSWORD") and name not in environment}
    secrets = {**passwords, **secrets}
    if "SECRET_KEY_BASE" in secrets or "APP_KEY" in secrets:
        secrets.pop("SECRET_KEY", None)
    return environment, dict(sorted(secrets.items())), brought


def _asks_for_scheme(tree: Tree, facts: Sequence[Fact], name: str) -> bool:
    """Whether code that reads an address looks for the shorter of the two schemes that PostgreSQL's have."""
    paths = {fact.where.rpartition(":")[0] for fact in facts if fact.kind == "env" and fact.key == name}
    return any(_SCHEME.search(text(tree, path)) for path in paths)


def _driver(facts: Sequence[Fact], name: str) -> re.Match[str] | None:
    """The scheme with a driver that a sample of an address begins with: without it, another would be looked for."""
    samples = (fact.text for fact in facts if fact.kind == "env" and fact.key == name)
    return next((found for text_ in samples if (found := wiring.DRIVER_URL.match(text_))), None)


def _keeps_in_store(tree: Tree, named: dict[str, Said]) -> bool:
    """Whether its files go to S3: some can do either, and do as the name of a bucket says. Where that may be left out,
    they stay on its disk."""
    buckets = [(name, said) for name, said in named.items() if _BUCKET.search(name)]
    return not buckets or any(_is_demanded(tree, name, said) for name, said in buckets)


def _is_demanded(tree: Tree, name: str, said: Said) -> bool:
    """Whether a sample gives a setting a value, or code reads it without a way around."""
    path, _, number = said.where.rpartition(":")
    if said.text.strip("\"'") or not _CODE.search(path):
        return bool(said.text.strip("\"'"))
    row = text(tree, path).split("\n")[int(number) - 1]
    return re.search(rf"{name}['\"]\s*(?:in|not in|,)\s|(?:getenv|get)\(\s*['\"]{name}", row) is None


def _mode(fact: Fact) -> bool:
    """A mode for production, and no other."""
    return (
        not re.search(r"(?i)^[\"']?(?:dev\w*|local|test\w*|debug|true)[\"']?$", fact.text)
        and "$" not in fact.text
        and _good(fact.text)
    )


def _packages(tree: Tree, standing: Standing, home: str, facts: Sequence[Fact]) -> tuple[Said, ...]:
    found = {fact.text: Said(fact.text, fact.where) for fact in reversed(facts) if fact.kind == "package"}
    for folder in dict.fromkeys((standing.folder, home)):
        for name in (*LISTED, "Cargo.lock"):
            if (name == "package.json") != (standing.runtime == "node") and name == "package.json":
                continue
            content = with_included(tree, f"{folder}{name}")
            for package in needed_packages({name: content}) if content else ():
                found.setdefault(package, Said(package, f"{folder}{name}"))
    return tuple(found[name] for name in sorted(found))


def _open(
    tree: Tree, standing: Standing, facts: Sequence[Fact], named: dict[str, Said], start: Fact | None, engine: str
) -> Iterator[str]:
    """What is left for the user to say or to check."""
    for guess in _of(facts, "guess")[:1] if start is None and not standing.page else ():
        yield f"its image starts `{guess.text}` ({guess.where})"
    version, language = _version(facts, standing), _language(standing)
    if version and (debian := images.newer(version, language)):
        wanted = f"it runs on {language} {version.text} elsewhere ({version.where})"
        yield f"{wanted}; Debian 13 has {debian}: where it does not do, it needs a container"
    if reason := images.older(facts, language):
        yield f"{reason}: where it cannot be built, it needs a container"
    if engine == "sqlite":
        yield "its database is SQLite, a file of its own: it lasts and is backed up where `writable` names it"
    if engine in UNREPLACED:
        spoken = f"its database is {UNREPLACED[engine]}, which is not replaced"
        yield f"{spoken}: say where one runs that stays, or move it first"
    for name, said in named.items():
        if DECIDES.fullmatch(name) and engine in ("", "sqlite"):
            yield f"{name} chooses its database ({said.where}): a file of its own where it is not set"
    asked = {name: said for name, said in named.items() if ASKED.fullmatch(name) and not address_of(name, said.text)}
    for name, said in list(asked.items())[:6]:
        yield asking(name, said)
    bucket = next((f"{name} ({said.where})" for name, said in named.items() if _BUCKET.search(name)), "")
    if bucket and not _keeps_in_store(tree, named):
        yield (
            f"{bucket} is not set, so that its files stay on its disk; for S3 set it, and the endpoint and the keys to "
            "${data.object-storage.endpoint} and so on"
        )
    yield from _searched(named)
    for fact in _of(facts, "open"):
        yield f"{fact.text} ({fact.where})"


def _demanded(facts: Sequence[Fact], given: Container[str]) -> Iterator[str]:
    """Settings without a default that nothing gives."""
    for fact in facts:
        if fact.kind == "required" and fact.key not in given:
            yield f"{fact.key}: it does not start without ({fact.where})"


def _searched(named: dict[str, Said]) -> Iterator[str]:
    """The search engines whose address it reads: no blueprint has one."""
    found: dict[str, tuple[str, Said]] = {}
    for name, said in named.items():
        if engine := wiring.search_engine(name):
            found.setdefault(engine, (name, said))
    for engine, (name, said) in found.items():
        yield (
            f"{name}: {engine} is not replaced ({said.where}): leave it unset where the program searches without, "
            "else say where one runs that stays"
        )
