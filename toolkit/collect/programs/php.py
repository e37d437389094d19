"""PHP: Laravel, Symfony, and plain programs with a front controller.

They are served by Debian's uWSGI with its PHP plugin, which speaks HTTP itself: files as they are, `.php` files run,
and everything else goes to the front controller.
"""

import re
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, Standing, json_object, table
from toolkit.collect.programs.tree import Tree, at, below, homes, line_of, text, unlisted

_PUBLIC = ("public/", "web/", "htdocs/", "www/", "webroot/", "public_html/", "html/", "")
_LIBRARIES = ("library", "wordpress-plugin", "symfony-bundle", "composer-plugin", "magento2-module")
_USUAL = ("curl", "gd", "intl", "mbstring", "sqlite3", "xml", "zip")  # where no list says what it needs
_ROOT = re.compile(r"(?m)^\s*(?:DocumentRoot|root)\s+[\"']?(/[\w./-]+)")  # of Apache, of nginx
_DENIED = re.compile(r"(?im)^\s*(?:require\s+all\s+denied|deny\s+from\s+all)\b")  # in an .htaccess
_HIDDEN = r"/\.(?!well-known/)"  # a name, or a way up, that begins with a dot
# what lies beside the scripts of a program that is served whole, and no browser asks for
_DATA = r"\.(?:sqlite3?|db3?|sql|log|ini|ya?ml|bak)$|/composer\.(?:json|lock)$"
_PLAIN = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
_MOST_DENIED = 30
_FRONT = re.compile(r"<\?php")


def find(tree: Tree) -> Iterator[Standing]:
    """Folders with a front controller: below `public/`, or beside composer.json."""
    found: list[str] = []
    for folder in homes(tree):
        if "composer.json" not in tree.folders[folder] and any(folder.startswith(one) for one in found):
            continue  # a page of the program around it
        names = tree.folders[folder]
        if "artisan" not in names and "composer.json" not in names and "index.php" not in names:
            continue
        if folder.endswith(_PUBLIC[:-1]):
            continue  # the public folder of the program around it
        usual = (one for one in _PUBLIC if "index.php" in tree.folders.get(folder + one, ()))
        public = _document_root(tree, folder) or next(usual, None)
        if public is None and "artisan" in names:
            public = "public/"
        manifest = json_object(text(tree, f"{folder}composer.json"))
        if public is None or ("composer.json" not in names and not _FRONT.match(text(tree, f"{folder}index.php"))):
            continue
        if manifest.get("type") in _LIBRARIES and "artisan" not in names:
            continue
        found.append(folder)
        yield _standing(tree, folder, public, set(table(manifest, "require")))


def _document_root(tree: Tree, folder: str) -> str:
    """The folder with a front controller that a web server's configuration serves; "" where none says."""
    for path in below(tree, folder, r"(?:[\w.-]+/){0,3}[\w.-]+\.conf(?:\.\w+)?"):
        for match in _ROOT.finditer(text(tree, path)):
            parts = match[1].strip("/").split("/")
            for start in range(len(parts)):
                inside = "/".join(parts[start:]) + "/"
                if "index.php" in tree.folders.get(folder + inside, ()):
                    return inside
    return ""


def _standing(tree: Tree, folder: str, public: str, required: set[str]) -> Standing:
    stack = (
        "Laravel"
        if "artisan" in tree.folders[folder]
        else "Symfony"
        if any("symfony/framework" in one for one in required)
        else "PHP"
    )
    front = f"{public}index.php"
    where = at(folder + front, 1)
    root = public.rstrip("/") or "."
    refused = "|".join(_refused(tree, folder, public))
    start = (
        "uwsgi_php --plugin php --http-socket-modifier1 14 --http-socket 127.0.0.1:$PORT"
        f" --master --die-on-term --processes 4 --php-docroot {root} --php-index index.php --check-static {root}"
        f" --static-skip-ext .php --php-fallback {front} --route '{refused} break:403 Forbidden'"
    )
    facts = [Fact(folder, "start", start, where), *_packages(folder, where)]
    if "composer.json" not in tree.folders[folder]:
        facts += [Fact(folder, "package", f"php-{name}", "usual for PHP") for name in _USUAL]
    if stack == "Laravel":
        facts += _laravel(tree, folder, required)
    elif stack == "Symfony":
        facts += _symfony(tree, folder, required)
    return Standing(folder, stack, "php", tuple(facts))


def _refused(tree: Tree, folder: str, public: str) -> Iterator[str]:
    """Forms of the paths that nobody may have: Apache's own files say which, and uWSGI does not read those."""
    yield _HIDDEN
    root = folder + public
    kept = sorted(place for place in tree.folders if place.startswith(root) and place.count("/") - root.count("/") < 4)
    denied = [
        place[len(root) : -1] for place in kept if place != root and _DENIED.search(unlisted(tree, f"{place}.htaccess"))
    ]
    if named := [re.escape(place) for place in denied if _PLAIN.fullmatch(place)][:_MOST_DENIED]:
        yield f"^/(?:{'|'.join(named)})(?:/|$)"
    if not public:
        yield _DATA


def _packages(folder: str, where: str) -> Iterator[Fact]:
    for package in ("uwsgi-core", "uwsgi-plugin-php"):
        yield Fact(folder, "package", package, where)


def _laravel(tree: Tree, folder: str, required: set[str]) -> Iterator[Fact]:
    where = f"{folder}artisan:1"
    yield Fact(folder, "release", "php artisan migrate --force", where)
    yield Fact(
        folder,
        "secret",
        "",
        at(f"{folder}config/app.php", line_of(text(tree, f"{folder}config/app.php"), "APP_KEY")),
        "APP_KEY",
    )
    for name, value in (("APP_ENV", "production"), ("APP_DEBUG", "false"), ("LOG_CHANNEL", "stderr")):
        yield Fact(folder, "env", value, where, name)
    yield Fact(folder, "cron", "php artisan schedule:run", f"convention of Laravel ({where})", "* * * * *")
    if "laravel/horizon" in required:
        yield Fact(folder, "worker", "php artisan horizon", f"{folder}composer.json:1", "horizon")
    elif f"{folder}app/Jobs/" in tree.folders:
        yield Fact(folder, "worker", "php artisan queue:work --tries=3", f"{folder}app/Jobs", "queue")
    yield from _laravel_database(tree, folder)
    yield Fact(folder, "writable", "storage", where)
    yield Fact(folder, "writable", "bootstrap/cache", where)
    bootstrap = text(tree, f"{folder}bootstrap/app.php")
    if found := re.search(r"health\s*:\s*['\"](/[\w/-]+)", bootstrap):
        yield Fact(folder, "health", found[1], at(f"{folder}bootstrap/app.php", line_of(bootstrap, found[0])))


def _laravel_database(tree: Tree, folder: str) -> Iterator[Fact]:
    """Laravel speaks several engines: what its sample says, or its settings assume, else PostgreSQL if they know it."""
    settings = f"{folder}config/database.php"
    forms = (
        (f"{folder}.env.example", r"(?m)^DB_CONNECTION=(mysql|mariadb|pgsql)"),
        (settings, r"['\"]default['\"]\s*=>.{0,40}['\"](mysql|mariadb|pgsql)['\"]"),
        (settings, r"['\"](pgsql)['\"]\s*=>"),
    )
    told = ((path, found) for path, form in forms if (found := re.search(form, text(tree, path))))
    path, found = next(told, ("", None))
    if not found:
        return
    engine, where = found[1], at(path, line_of(text(tree, path), found[0]))
    yield Fact(folder, "env", engine, where, "DB_CONNECTION")
    yield Fact(folder, "engine", "postgresql" if engine == "pgsql" else "mysql", where, "chosen")
    yield Fact(folder, "package", "php-pgsql" if engine == "pgsql" else "php-mysql", where)


def _symfony(tree: Tree, folder: str, required: set[str]) -> Iterator[Fact]:
    where = f"{folder}composer.json:1"
    yield Fact(folder, "env", "prod", where, "APP_ENV")
    yield Fact(folder, "secret", "", where, "APP_SECRET")
    yield Fact(folder, "writable", "var", where)
    if "doctrine/doctrine-migrations-bundle" in required:
        yield Fact(folder, "release", "php bin/console doctrine:migrations:migrate --no-interaction", where)
    if "symfony/messenger" in required and "messenger.yaml" in tree.folders.get(f"{folder}config/packages/", ()):
        command = "php bin/console messenger:consume async --time-limit=3600"
        yield Fact(folder, "worker", command, f"{folder}config/packages/messenger.yaml:1", "messenger")
