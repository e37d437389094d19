"""Node: servers by what they depend on and how their package starts, one-page programs by what builds them.

A package of a workspace is installed from the workspace's root, where its lock file and its siblings are.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from toolkit.collect.programs.facts import Fact, Kind, Standing, inner, json_object, strings, table, words, yaml_leaves
from toolkit.collect.programs.sharing import passed_on
from toolkit.collect.programs.tree import Tree, above, at, below, homes, line_of, split, text
from toolkit.globs import regex_of
from toolkit.start_commands import instead_of_development

_SERVERS = {
    "next": "Next",
    "nuxt": "Nuxt",
    "@nestjs/core": "Nest",
    "@remix-run/node": "Remix",
    "@react-router/node": "React Router",
    "@sveltejs/adapter-node": "SvelteKit",
    "@astrojs/node": "Astro",
    "@adonisjs/core": "Adonis",
    "@strapi/strapi": "Strapi",
    "@keystone-6/core": "Keystone",
    "payload": "Payload",
    "fastify": "Fastify",
    "express": "Express",
    "koa": "Koa",
    "sails": "Sails",
    "hono": "Hono",
    "@hapi/hapi": "Hapi",
    "@hono/node-server": "Hono",
    "restify": "Restify",
    "polka": "Polka",
    "@apollo/server": "Apollo",
    "apollo-server": "Apollo",
    "graphql-yoga": "Yoga",
    "@feathersjs/express": "Feathers",
    "@trpc/server": "tRPC",
    "socket.io": "socket.io",
    "ws": "ws",
    "meteor-node-stubs": "Meteor",
}  # the first that is found names the stack
_BUILDERS = {
    "@angular/cli": "Angular", "react-scripts": "React", "@vue/cli-service": "Vue", "vite": "Vite", "gatsby": "Gatsby",
    "@docusaurus/core": "Docusaurus",
    "parcel": "Parcel", "webpack": "webpack", "@11ty/eleventy": "Eleventy", "astro": "Astro", "rollup": "Rollup",
}  # fmt: skip
_DOCUMENTATION = frozenset({"@docusaurus/core", "vitepress", "vuepress", "nextra", "@storybook/react", "docsify-cli"})
_DESKTOP = frozenset({"electron", "electron-builder", "@electron-forge/cli"})  # a window of one person's, and no server
_MANY_PAGES = frozenset({"Gatsby", "Eleventy", "Astro", "Next", "Docusaurus"})
_OUTPUT = {"React": "build", "Gatsby": "public", "Eleventy": "_site", "Next": "out", "Docusaurus": "build"}
_START = ("start:prod", "start:production", "production", "prod", "start", "serve:prod", "start:server", "server")
_ASSETS = ("build:prod", "build:production", "build", "production", "prod")
_DELEGATES = re.compile(
    r"\b(?:turbo|nx|lerna|concurrently|npm-run-all|run-p|wsrun|ultra|wireit|pnpm -r|yarn workspaces)\b"
)
_LAST_PNPM = 10  # that runs on Debian 13's Node; pnpm 11 begins with 22.13
_WORKER = re.compile(r"(?:start:)?(?:workers?|queue|jobs|scheduler|cron)(?::(?:start|prod|production))?")
_RUNS = re.compile(r"(?:NODE_ENV=\w+ )?(?:node|tsx|ts-node|bun(?: run)?)\s+(?:--\S+\s+)*([\w./-]+)")
_LISTENS = re.compile(r"\.listen\(|createServer\(|Bun\.serve\(")
_OUTSIDE = re.compile(r"outDir\s*:\s*['\"](\.\./[\w/.-]+)['\"]")
_MIGRATES = re.compile(r"migrat|db push|db:seed|sequelize|knex|typeorm")
_WATCHED = re.compile(r"(?:npx )?nodemon\s+(?:--?\S+\s+)*([\w./-]+\.(?:m?js|cjs))\s*")
_ROUTES = re.compile(
    r"""\b(?:app|router|server|fastify)\.get\(\s*['"](/(?:api/)?(?:health\w*|up|ping|status|livez|readyz)(?:/\w+)?)['"]"""
)


class _Package(NamedTuple):
    folder: str
    document: dict[str, Any]
    content: str

    def has(self, name: str, *, build: bool = False) -> bool:
        """Whether it depends on a package; with `build`, also where that serves only development."""
        kinds = ("dependencies", "devDependencies") if build else ("dependencies",)
        return any(name in table(self.document, kind) for kind in kinds)

    def where(self, needle: str) -> str:
        return at(f"{self.folder}package.json", line_of(self.content, needle))


def find(tree: Tree) -> Iterator[Standing]:
    """Packages that start a server, and packages whose build is a page."""
    packages = {folder: _package(tree, folder) for folder in homes(tree) if "package.json" in tree.folders[folder]}
    roots = {folder: forms for folder, one in packages.items() if (forms := _workspaces(tree, one))}
    for folder, package in packages.items():
        within = next((root for root in above(folder) if root != folder and _is_member(folder, root, roots)), None)
        if standing := _standing(tree, package, within, is_root=folder in roots):
            yield standing


def assets(tree: Tree, folder: str) -> Iterator[Fact]:
    """What builds the scripts and styles of a program of another runtime."""
    package = _package(tree, folder)
    script = next((name for name in _ASSETS if words(package.document, "scripts", name)), "")
    if not script:
        return
    manager = _manager(tree, folder)
    yield Fact(folder, "install", _installed(tree, folder), at(f"{folder}package.json", 1))
    yield Fact(folder, "install", f"{manager} run {script}", package.where(f'"{script}"'))
    for name in ("nodejs", "npm"):
        yield Fact(folder, "package", name, at(f"{folder}package.json", 1))


def _package(tree: Tree, folder: str) -> _Package:
    content = text(tree, f"{folder}package.json")
    return _Package(folder, json_object(content), content)


def _workspaces(tree: Tree, package: _Package) -> list[re.Pattern[str]]:
    """The forms of the folders that belong to a workspace."""
    found = package.document.get("workspaces")
    globs = [*strings(found), *strings(inner(found, "packages"))]
    globs += strings(inner(json_object(text(tree, f"{package.folder}lerna.json")), "packages"))
    leaves = yaml_leaves(text(tree, f"{package.folder}pnpm-workspace.yaml"))
    globs += [leaf.value for leaf in leaves if leaf.path[:1] == ("packages",)]
    forms = [regex_of(glob.strip("./") or "*") for glob in globs[:200] if not glob.startswith("!")]
    return [re.compile(form) for form in forms if form]


def _is_member(folder: str, root: str, roots: dict[str, list[re.Pattern[str]]]) -> bool:
    inside = folder[len(root) :].rstrip("/")
    return any(form.fullmatch(inside) for form in roots.get(root, ()))


def _standing(tree: Tree, package: _Package, within: str | None, *, is_root: bool) -> Standing | None:
    alone = package.folder == "" and package.has("@docusaurus/core", build=True)  # a site, and no program's manual
    if any(package.has(name, build=True) for name in (*_DOCUMENTATION, *_DESKTOP)) and not alone:
        return None
    script, command = _script(tree, package)
    standing = partial(Standing, package.folder, runtime="node", within=within)
    if stack := _stack(tree, package, command, is_root=is_root):
        return standing(stack, facts=tuple(_server(tree, package, within, stack, script, command)))
    builder = _builder(tree, package)
    if builder and words(package.document, "scripts", "build") and _is_page(tree, package, builder):
        return standing(builder, facts=tuple(_page(tree, package, within, builder)), page=True)
    return None


def _stack(tree: Tree, package: _Package, command: str, *, is_root: bool) -> str:
    """The stack of a server, where the package starts one."""
    stack = next((stack for name, stack in _SERVERS.items() if package.has(name)), "")
    if is_root and (not stack or _DELEGATES.search(command)):
        return ""
    if stack == "Next" and (_is_exported(tree, package) or not _has_pages(tree, package)):
        return ""
    if not stack:
        return "Node" if command and _plain_server(tree, package, command) else ""
    starts = command or stack in ("Next", "Nuxt", "Nest") or _main(tree, package)
    return stack if starts and not _is_library(package, stack) else ""


def _is_exported(tree: Tree, package: _Package) -> bool:
    """Whether Next's build is a page, and no server."""
    return re.search(r"output\s*:\s*['\"]export['\"]", _next_config(tree, package.folder)) is not None


def _has_pages(tree: Tree, package: _Package) -> bool:
    """A library that Next's programs share depends on it as well."""
    places = ("pages/", "app/", "src/pages/", "src/app/")
    scripts = " ".join(str(command) for command in table(package.document, "scripts").values())
    return re.search(r"\bnext\b", scripts) is not None or any(
        f"{package.folder}{place}" in tree.folders for place in places
    )


def _builder(tree: Tree, package: _Package) -> str:
    """What builds a page: what it depends on, or what its root does and its own configuration shows."""
    if package.has("next") and _is_exported(tree, package):
        return "Next"
    found = next((one for name, one in _BUILDERS.items() if package.has(name, build=True)), "")
    configured = any(name.startswith("vite.config.") for name in tree.folders[package.folder])
    return "Vite" if configured and found in ("", "webpack", "Rollup") else found


def _script(tree: Tree, package: _Package) -> tuple[str, str]:
    """The script that starts it for production, and what it says; else what its workspace's tool builds."""
    scripts = table(package.document, "scripts")
    for name in _START:
        command = scripts.get(name)
        if isinstance(command, str) and command.strip() and not _for_developers(command):
            return name, command
    start = scripts.get("start")
    if isinstance(start, str) and (watched := _WATCHED.fullmatch(start)):
        return "", f"node {watched[1]}"
    return "", _of_nx(tree, package)


def _of_nx(tree: Tree, package: _Package) -> str:
    """What starts the program that Nx builds in its folder: nothing of Nx's own does but for developers."""
    options = table(json_object(text(tree, f"{package.folder}project.json")), "targets", "build", "options")
    output, main = words(options, "outputPath"), words(options, "main")
    found = re.fullmatch(r"(?:\S*/)?([\w.-]+)\.[cm]?[jt]s", main)
    return f"node {output}/{found[1]}.js" if found and re.fullmatch(r"[\w./-]+", output) else ""


def _for_developers(command: str) -> bool:
    return instead_of_development(command) is not None or bool(
        re.search(r"http-server|\bserve\b(?! -)|electron|expo |storybook|--watch", command)
    )


def _is_library(package: _Package, stack: str) -> bool:
    """What is published for others, and started only to be tried."""
    document = package.document
    if document.get("private") is True or stack in ("Next", "Nuxt", "Nest"):
        return False
    published = any(key in document for key in ("exports", "module", "types", "typings", "files", "publishConfig"))
    return published and "bin" not in document


def _main(tree: Tree, package: _Package) -> str:
    """The file that is run where no script says so."""
    named = words(package.document, "main")
    candidates = (
        named,
        "server.js",
        "app.js",
        "index.js",
        "src/server.js",
        "src/index.js",
        "src/app.js",
        "dist/main.js",
    )
    for name in candidates:
        if re.fullmatch(r".*\.[mc]?js", name) and re.search(r"\.listen\(", text(tree, package.folder + name)):
            return name
    return ""


def _plain_server(tree: Tree, package: _Package, command: str) -> bool:
    """A program without a framework: `node server.js`, of a package that is nobody's library. Where there is text,
    it has to listen."""
    found = _RUNS.match(command)
    if not found or _is_library(package, ""):
        return False
    path = found[1].removeprefix("./")
    names = (path, f"{path}.js", f"{path}/index.js", path.replace("dist/", "src/").replace(".js", ".ts"))
    texts = [content for name in names if (content := text(tree, package.folder + name))]
    return not texts or any(_LISTENS.search(content) for content in texts)


def _next_config(tree: Tree, folder: str) -> str:
    return "\n".join(text(tree, f"{folder}next.config.{ending}") for ending in ("js", "mjs", "ts"))


def _manager(tree: Tree, folder: str) -> str:
    """How the package manager is called. Debian has npm alone; npm brings the others."""
    names = tree.folders.get(folder, frozenset())
    pinned = words(json_object(text(tree, f"{folder}package.json")), "packageManager").partition("+")[0]
    if "pnpm-lock.yaml" in names or pinned.startswith("pnpm@"):
        return _pnpm(pinned)
    if "yarn.lock" in names or pinned.startswith("yarn@"):
        modern = re.match(r"yarn@(?:[2-9]|\d\d)", pinned) or ".yarnrc.yml" in names
        return (
            "npx --yes @yarnpkg/cli-dist@4"
            if modern and not pinned
            else f"npx --yes @yarnpkg/cli-dist@{pinned[5:]}"
            if modern
            else "npx --yes yarn@1"
        )
    if "bun.lock" in names or "bun.lockb" in names:
        return "npx --yes bun@1"
    return "npm"


def _pnpm(pinned: str) -> str:
    """The pnpm that is pinned, 9 where none is. One that wants a newer Node than Debian's gives way to the last that
    does not, which reads the same lock file, and must be told not to fetch the pinned one after all."""
    major = re.match(r"pnpm@(\d+)", pinned)
    if major and int(major[1]) > _LAST_PNPM:
        return f"npm_config_manage_package_manager_versions=false npx --yes pnpm@{_LAST_PNPM}"
    return f"npx --yes {pinned if major else 'pnpm@9'}"


def _installed(tree: Tree, home: str) -> str:
    manager = _manager(tree, home)
    if manager == "npm":
        locked = {"package-lock.json", "npm-shrinkwrap.json"} & tree.folders.get(home, frozenset())
        return "npm ci" if locked else "npm install"
    frozen = "--immutable" if "cli-dist" in manager else "--frozen-lockfile"
    if manager == "npx --yes yarn@1":
        frozen += " --ignore-engines"  # as npm and pnpm do: what wants a newer Node is often for browsers alone
    return f"{manager} install {frozen}"


def _install(tree: Tree, package: _Package, within: str | None, *extra: str) -> Iterator[Fact]:
    """Install at the root, then build what the package needs, with its own script."""
    home = package.folder if within is None else within
    fact = partial(Fact, package.folder, "install", key="home")
    yield fact(_installed(tree, home), at(f"{home}package.json", 1))
    if words(package.document, "scripts", "build"):
        yield fact(_run(tree, package, within, "build"), package.where('"build"'))
    for command in extra:
        yield fact(command, package.where('"build"'))


def _run(tree: Tree, package: _Package, within: str | None, script: str) -> str:
    """A script of the package, from the folder that is installed."""
    manager = _manager(tree, package.folder if within is None else within) if script == "build" else "npm"
    command = "npm start" if (manager, script) == ("npm", "start") else f"{manager} run {script}"
    if within is None:
        return command
    if script == "build" and "turbo.json" in tree.folders.get(within, ()) and (name := words(package.document, "name")):
        return f"npx turbo run build --filter={name}"
    inside = package.folder[len(within) :].rstrip("/")
    return f"(cd {inside} && {command})" if script == "build" else command


def _server(tree: Tree, package: _Package, within: str | None, stack: str, script: str, command: str) -> Iterator[Fact]:
    fact = partial(Fact, package.folder)
    yield from _install(tree, package, within)
    if stack == "Next" and not (script and "next start" not in words(package.document, "scripts", script)):
        yield fact(
            "start",
            "next start --hostname 127.0.0.1 --port $PORT",
            package.where(f'"{script}"' if script else '"next"'),
        )
    elif stack == "Nuxt":
        yield fact("start", "HOST=127.0.0.1 node .output/server/index.mjs", package.where('"nuxt"'))
    elif script:
        yield from _started(tree, package, within, script)
    elif command:
        yield fact("start", command, package.where('"start"'))
    elif stack == "Nest":
        yield fact("start", "node dist/main.js", package.where('"@nestjs/core"'))
    else:
        yield fact("start", f"node {_main(tree, package)}", package.where(stack.lower()))
    yield fact("env", "production", package.where('"start"'), "NODE_ENV")
    if health := _health(tree, package.folder):
        yield health
    if package.has("prisma", build=True) or package.has("@prisma/client"):
        if schema := _schema(tree, package):
            yield fact("release", "npx prisma migrate deploy", f"{split(schema)[0]}migrations")
    elif within is not None and (schema := _schema_of_workspace(tree, within)):
        command = f"npx prisma migrate deploy --schema {schema[len(within) :]}"
        yield fact("release", command, at(schema, 1), key="home")
    else:
        for name in ("migrate:deploy", "migration:run", "db:migrate", "migrate", "db:migration:run", "migrations:run"):
            if words(package.document, "scripts", name):
                yield fact("release", f"npm run {name}", package.where(f'"{name}"'))
                break
    for name, command in table(package.document, "scripts").items():
        if _WORKER.fullmatch(name) and isinstance(command, str) and not _for_developers(command):
            yield fact("worker", f"npm run {name}", package.where(f'"{name}"'), re.sub(r"\W", "-", name))


def _started(tree: Tree, package: _Package, within: str | None, script: str) -> Iterator[Fact]:
    """The script that starts it. What npm runs before every start belongs to the installation, or to the release."""
    fact = partial(Fact, package.folder)
    run = _run(tree, package, within, script)
    before = f"pre{script}"
    prepares = words(package.document, "scripts", before)
    if prepares and run.startswith("npm "):
        kind: Kind = "release" if _MIGRATES.search(prepares) else "install"
        yield fact(kind, f"npm run {before}", package.where(f'"{before}"'))
        run += " --ignore-scripts"
    yield fact("start", run, package.where(f'"{script}"'))


def _schema(tree: Tree, package: _Package) -> str:
    """Prisma's schema where the package says, or where it is by default; "" where it has no migrations."""
    path = package.folder + (words(package.document, "prisma", "schema") or "prisma/schema.prisma").removeprefix("./")
    return path if any(one.startswith(f"{split(path)[0]}migrations/") for one in tree.folders) else ""


def _schema_of_workspace(tree: Tree, within: str) -> str:
    """Prisma's schema in a package that the programs of a workspace share, where it has migrations."""
    for path in below(tree, within, r"(?:[\w.-]+/){1,4}schema\.prisma"):
        if any(folder.startswith(f"{split(path)[0]}migrations/") for folder in tree.folders):
            return path
    return ""


def _health(tree: Tree, folder: str) -> Fact | None:
    """A route that is named as one for health: a file of Next, or a call of the router in a file near the top."""
    for base in ("pages/api/", "src/pages/api/", "app/api/", "src/app/api/", "app/", "src/app/"):
        for word in ("health", "healthz", "healthcheck", "heartbeat"):
            prefix = "/api" if "api" in base else ""
            names = tree.folders.get(folder + base, frozenset())
            if name := next((one for one in (f"{word}.ts", f"{word}.js") if one in names and prefix), ""):
                return Fact(folder, "health", f"{prefix}/{word}", at(f"{folder}{base}{name}", 1))
            if route := next(
                (one for one in ("route.ts", "route.js") if one in tree.folders.get(f"{folder}{base}{word}/", ())), ""
            ):
                return Fact(folder, "health", f"{prefix}/{word}", at(f"{folder}{base}{word}/{route}", 1))
    for base in ("", "src/", "server/", "src/server/", "src/routes/", "routes/", "app/"):
        for name in sorted(tree.folders.get(folder + base, ()))[:40]:
            if re.fullmatch(r"(?:index|app|server|main|routes?|health\w*)\.(?:js|ts|mjs|cjs)", name):
                content = text(tree, f"{folder}{base}{name}")
                if found := _ROUTES.search(content):
                    return Fact(folder, "health", found[1], at(f"{folder}{base}{name}", line_of(content, found[0])))
    return None


def _is_page(tree: Tree, package: _Package, builder: str) -> bool:
    """A page has an index.html, or a builder that makes one; a package that others import is none."""
    if package.document.get("private") is not True and ("exports" in package.document or "module" in package.document):
        return False
    if builder in ("Angular", "React", "Vue", "Gatsby", "Eleventy", "Next", "Docusaurus"):
        return True
    if builder == "Astro":
        return f"{package.folder}src/pages/" in tree.folders
    places = ("", "public/", "src/", "app/", "client/", "static/")
    config = "\n".join(text(tree, f"{package.folder}vite.config.{ending}") for ending in ("ts", "js", "mts", "mjs"))
    if "lib:" in config or "laravel" in config or "vite-plugin-ruby" in config:
        return False
    if builder == "Vite" and _OUTSIDE.search(config):
        return True  # it builds what another program of the checkout serves
    return any(
        name in tree.folders.get(package.folder + place, ()) for place in places for name in ("index.html", "index.ejs")
    )


def _page(tree: Tree, package: _Package, within: str | None, builder: str) -> Iterator[Fact]:
    """Built once, and served as files; where one page makes all others, their paths lead to it."""
    output = _OUTPUT.get(builder, "dist")
    config = "\n".join(text(tree, f"{package.folder}vite.config.{ending}") for ending in ("ts", "js", "mts", "mjs"))
    if found := re.search(r"outDir\s*:\s*['\"](?:\./)?([\w/.-]+)['\"]", config):
        output = found[1]
    if builder == "Angular":
        output = _angular(tree, package.folder)
    yield from _install(tree, package, within)
    yield Fact(package.folder, "serve", output, package.where('"build"'), "/")
    if builder not in _MANY_PAGES:
        yield Fact(package.folder, "fallback", "/index.html", f"convention of {builder}")
        yield from passed_on(tree, package.folder)


def _angular(tree: Tree, folder: str) -> str:
    for project in table(json_object(text(tree, f"{folder}angular.json")), "projects").values():
        output = inner(project, "architect", "build", "options", "outputPath")
        builder = words(project, "architect", "build", "builder")
        if isinstance(output, dict):
            return f"{words(output, 'base')}/{words(output, 'browser') or 'browser'}".replace("//", "/")
        if isinstance(output, str):
            return f"{output}/browser" if builder.endswith(":application") else output
    return "dist"
