"""Ruby: Rails, and other programs for Rack. A gem is a library, whatever its own `config.ru` shows it with."""

import re
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.tree import Tree, at, homes, line_of, text

_WORKERS = (
    ("sidekiq", "bundle exec sidekiq"),
    ("good_job", "bundle exec good_job start"),
    ("solid_queue", "bundle exec rake solid_queue:start"),
    ("delayed_job_active_record", "bundle exec rake jobs:work"),
    ("delayed_job", "bundle exec rake jobs:work"),
    ("resque", "QUEUE='*' bundle exec rake environment resque:work"),
    ("que", "bundle exec que"),
)

_NAMES = {"sidekiq": "sidekiq", "resque": "resque", "que": "que"}


def find(tree: Tree) -> Iterator[Standing]:
    """Folders with a `config.ru`, or a script that is Sinatra's."""
    for folder in homes(tree):
        names = tree.folders[folder]
        if any(name.endswith(".gemspec") for name in names) or "Gemfile" not in names:
            continue
        if "application.rb" in tree.folders.get(f"{folder}config/", ()):
            yield Standing(folder, "Rails", "ruby", tuple(_rails(tree, folder)))
        elif "config.ru" in names:
            yield Standing(folder, "Rack", "ruby", tuple(_rack(tree, folder, f"{folder}config.ru:1")))
        elif script := next(
            (name for name in ("app.rb", "server.rb", "main.rb") if _is_sinatra(tree, folder + name)), ""
        ):
            command = f"bundle exec ruby {script} -o 127.0.0.1 -p $PORT"
            facts = (
                Fact(folder, "start", command, at(folder + script, 1)),
                Fact(folder, "env", "production", at(folder + script, 1), "APP_ENV"),
            )
            yield Standing(folder, "Sinatra", "ruby", facts)


def _is_sinatra(tree: Tree, path: str) -> bool:
    return re.search(r"(?m)^require ['\"]sinatra['\"]", text(tree, path)) is not None


def _gem(tree: Tree, folder: str, name: str) -> str:
    """Where the Gemfile asks for a gem; "" where it does not."""
    found = re.search(rf"(?m)^\s*gem\s+['\"]{re.escape(name)}['\"]", text(tree, f"{folder}Gemfile"))
    return at(f"{folder}Gemfile", line_of(text(tree, f"{folder}Gemfile"), found[0].strip())) if found else ""


def _server(tree: Tree, folder: str, where: str) -> Fact:
    """The server among the gems; its own configuration counts, and takes PORT as Rails writes it."""
    if "puma.rb" in tree.folders.get(f"{folder}config/", ()):
        path = f"{folder}config/puma.rb"
        bound = "" if re.search(r"PORT|ENV\[", text(tree, path)) else " -b tcp://127.0.0.1:$PORT"
        return Fact(
            folder, "start", f"bundle exec puma -C config/puma.rb{bound}", at(path, line_of(text(tree, path), "PORT"))
        )
    if place := _gem(tree, folder, "puma"):
        return Fact(folder, "start", "bundle exec puma -b tcp://127.0.0.1:$PORT", place)
    if place := _gem(tree, folder, "unicorn"):
        return Fact(folder, "start", "bundle exec unicorn -l 127.0.0.1:$PORT", place)
    return Fact(folder, "start", "bundle exec rackup -o 127.0.0.1 -p $PORT", where)


def _rack(tree: Tree, folder: str, where: str) -> Iterator[Fact]:
    yield _server(tree, folder, where)
    yield Fact(folder, "env", "production", where, "RACK_ENV")
    yield from _jobs(tree, folder)


def _rails(tree: Tree, folder: str) -> Iterator[Fact]:
    where = f"{folder}config/application.rb:1"
    yield _server(tree, folder, where)
    for name, value in (
        ("RAILS_ENV", "production"),
        ("RAILS_LOG_TO_STDOUT", "1"),
        ("RAILS_SERVE_STATIC_FILES", "1"),
    ):
        yield Fact(folder, "env", value, where, name)
    yield Fact(folder, "secret", "", where, "SECRET_KEY_BASE")
    for gem in ("pg", "mysql2", "trilogy"):
        if place := _gem(tree, folder, gem):  # Rails takes it before what its settings say
            yield Fact(folder, "option", "", place, "DATABASE_URL")
    if f"{folder}db/migrate/" in tree.folders or "schema.rb" in tree.folders.get(f"{folder}db/", ()):
        yield Fact(folder, "release", "bundle exec rails db:prepare", f"{folder}db/migrate")
    if found := re.search(
        r"get\s*\(?\s*['\"]/?([\w/-]+)['\"].{0,10}rails/health#show", text(tree, f"{folder}config/routes.rb")
    ):
        yield Fact(
            folder,
            "health",
            f"/{found[1]}",
            at(f"{folder}config/routes.rb", line_of(text(tree, f"{folder}config/routes.rb"), found[0])),
        )
    yield from _assets(tree, folder)
    if "credentials.yml.enc" in tree.folders.get(f"{folder}config/", ()):
        place = f"{folder}config/credentials.yml.enc:1"
        yield Fact(
            folder, "open", "RAILS_MASTER_KEY opens its encrypted credentials: bring it along, as a secret", place
        )
    storage = f"{folder}config/storage.yml"
    if re.search(r"service:\s*Disk", text(tree, storage)):
        yield Fact(folder, "writable", "storage", at(storage, line_of(text(tree, storage), "Disk")))
    yield Fact(folder, "writable", "tmp", where)
    yield from _jobs(tree, folder)


def _assets(tree: Tree, folder: str) -> Iterator[Fact]:
    """What the default of the runtime does, and the build of what browsers load."""
    if f"{folder}app/assets/" not in tree.folders and f"{folder}app/javascript/" not in tree.folders:
        return
    where = f"{folder}app/assets" if f"{folder}app/assets/" in tree.folders else f"{folder}app/javascript"
    for command in (
        "bundle config set --local path ../bundle",
        "bundle config set --local without development:test",
        "bundle install",
    ):
        yield Fact(folder, "install", command, "usual for ruby")
    names = tree.folders[folder]
    if "package.json" in names:
        command = (
            "npx --yes yarn@1 install --frozen-lockfile --ignore-engines"
            if "yarn.lock" in names
            else "npm ci"
            if "package-lock.json" in names
            else "npm install"
        )
        yield Fact(folder, "install", command, f"{folder}package.json:1")
        for package in ("nodejs", "npm"):
            yield Fact(folder, "package", package, f"{folder}package.json:1")
    command = "RAILS_ENV=production SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 bundle exec rails assets:precompile"
    yield Fact(folder, "install", command, where)


def _jobs(tree: Tree, folder: str) -> Iterator[Fact]:
    for gem, command in _WORKERS:
        if place := _gem(tree, folder, gem):
            yield Fact(folder, "worker", command, place, _NAMES.get(gem, "jobs"))
            break
