"""Programs that are built to one file: Go's main packages and Rust's binaries that listen.

A command-line tool beside them is no program to host: what is taken serves HTTP, or is what the Dockerfile starts.
"""

import re
from collections.abc import Iterator

from toolkit.collect.programs.dockerfiles import PATTERN
from toolkit.collect.programs.facts import Fact, Standing, items, table, toml, words
from toolkit.collect.programs.tree import Tree, above, at, below, line_of, named, split, text

_GO_MAIN = re.compile(r"(?m)^package main\b")
_DEBIAN_GO = (1, 24)
_GO_SERVES = re.compile(
    r"ListenAndServe|http\.Serve\(|net\.Listen\(|gin\.(?:Default|New)\(|echo\.New\(|fiber\.New\(|chi\.NewRouter|mux\.NewRouter"
    r"|grpc\.NewServer"
)
_FLAG = r"\b(?:Int|Uint16|Uint|String)(?:Var)?P?\((?:&?[\w.]+, ?)?"
_OPTIONS = (  # of a main package that takes them itself
    (re.compile(_FLAG + r"\"(?:http-)?port\""), " --port $PORT"),
    (re.compile(_FLAG + r"\"addr\""), " --addr 127.0.0.1:$PORT"),
    (re.compile(_FLAG + r"\"listen\""), " --listen 127.0.0.1:$PORT"),
)
_RUST_SERVES = {
    "actix-web": "Actix", "axum": "Axum", "rocket": "Rocket", "warp": "Warp", "poem": "Poem", "tide": "Tide",
    "salvo": "Salvo", "hyper": "Hyper", "tonic": "Tonic", "ntex": "Ntex",
}  # fmt: skip
_CHECKED_QUERY = re.compile(r"\bquery(?:_as|_scalar|_file|_file_as|_file_scalar)?(?:_unchecked)?!\s*\(")
_VERSION = re.compile(r'name = "sqlx"\nversion = "(\d+\.\d+\.\d+)"')
_ENGINES_OF_SQLX = ("postgres", "mysql", "sqlite")
_TAGS = re.compile(r"\bgo (?:build|install)\b[^\n&;|]{0,400}?\s-tags[= ](?:\"([\w ,]+)\"|'([\w ,]+)'|([\w,]+))")
_OF_DEVELOPERS = re.compile(r"(?i)dev\w*|tests?|debug|integration|e2e|mock\w*|race|bench\w*")
_NOT_SERVED = re.compile(
    r"(?:^|/)(?:cli|ctl|gen|tool|tools|migrate|migrations?|client|hack|script|scripts|dev|mock)[\w-]*/?$|gen\b|ctl\b"
)


def find(tree: Tree) -> Iterator[Standing]:
    """Go first."""
    yield from _go(tree)
    yield from _rust(tree)


def _go(tree: Tree) -> Iterator[Standing]:
    for module in (split(path)[0] for path in named(tree, r"go\.mod")):
        others = {split(path)[0] for path in below(tree, module, r".+/go\.mod")}
        mains = [path for path in _mains(tree, module) if not any(path.startswith(other) for other in others)]
        serves = _serves(tree, module, others)
        wanted = _asked(tree, module)
        chosen = [path for path in mains if not _NOT_SERVED.search(split(path)[0][len(module) :])]
        chosen = _chosen(tree, module, chosen, wanted) if serves else []
        for path in chosen:
            folder = split(path)[0]
            name = folder.rstrip("/").rpartition("/")[2] if folder != module else _module_name(tree, module)
            facts = tuple(_go_facts(tree, module, path, name))
            yield Standing(module, "Go", "binary", facts, program=name if len(chosen) > 1 else "")


def _mains(tree: Tree, module: str) -> list[str]:
    """One file of each main package."""
    found: dict[str, str] = {}
    for path in below(tree, module, r"(?:[\w.-]+/){0,4}[\w-]+\.go"):
        if path.endswith("_test.go") or not _GO_MAIN.search(text(tree, path)):
            continue
        if "//go:build ignore" in text(tree, path)[:500]:
            continue
        if re.search(r"(?m)^func main\(\)", text(tree, path)):
            found.setdefault(split(path)[0], path)
    return list(found.values())


def _serves(tree: Tree, module: str, others: set[str]) -> bool:
    paths = below(tree, module, r"(?:[\w.-]+/){0,6}[\w-]+\.go")
    return any(
        _GO_SERVES.search(text(tree, path))
        for path in paths
        if not path.endswith("_test.go") and not any(path.startswith(other) for other in others)
    )


def _chosen(tree: Tree, module: str, mains: list[str], wanted: set[str]) -> list[str]:
    """Those that listen in their own package; else what the Dockerfile builds, the top, or the only one."""
    direct = [path for path in mains if _listens(tree, split(path)[0])]
    if len(direct) > 1 or (direct and len(mains) == len(direct)):
        return direct
    for one in (*direct, *(path for path in mains if split(path)[0][len(module) :].strip("/") in wanted)):
        return [one]
    top = [path for path in mains if split(path)[0] == module]
    name = _module_name(tree, module)
    same = [
        path for path in mains if split(path)[0].rstrip("/").rpartition("/")[2] in (name, "server", "api", "web", "app")
    ]
    return top or same[:1] or (mains if len(mains) == 1 else [])


def _listens(tree: Tree, folder: str) -> bool:
    names = tree.folders.get(folder, frozenset())
    return any(
        _GO_SERVES.search(text(tree, folder + name)) for name in names if name.endswith(".go") and "_test" not in name
    )


def _asked(tree: Tree, module: str) -> set[str]:
    """The packages that Dockerfiles and Makefiles build: `go build ./cmd/server`."""
    found: set[str] = set()
    for path in named(tree, rf"{PATTERN}|Makefile"):
        if module in above(split(path)[0]):
            for match in re.finditer(
                r"go (?:build|install)[^\n&;|]*?\s\.?/?((?:cmd|src|app)?/?[\w./-]+)(?=\s|$)", text(tree, path)
            ):
                found.add(match[1].removeprefix("./").removesuffix("/main.go").strip("/"))
    return found


def _module_name(tree: Tree, module: str) -> str:
    match = re.search(r"(?m)^module\s+(\S+)", text(tree, f"{module}go.mod"))
    parts = [part for part in (match[1].split("/") if match else []) if not re.fullmatch(r"v\d+", part)]
    return parts[-1] if parts else "program"


def _wanted_go(tree: Tree, module: str) -> tuple[int, ...]:
    match = re.search(r"(?m)^(?:go|toolchain go)\s+(\d+)\.(\d+)", text(tree, f"{module}go.mod"))
    return tuple(map(int, match.groups())) if match else ()


def _go_facts(tree: Tree, module: str, path: str, name: str) -> Iterator[Fact]:
    package = split(path)[0][len(module) :].rstrip("/")
    where, content = at(path, 1), text(tree, path)
    target = f"./{package}" if package else "."
    # Debian's Go takes no newer one by itself; told to, it gets the one that go.mod names as a module
    newer = "GOTOOLCHAIN=auto " if _wanted_go(tree, module) > _DEBIAN_GO else ""
    tags = f" -tags {','.join(found)}" if (found := _tags(tree, module)) else ""
    yield Fact(module, "install", f"{newer}go build{tags} -o build/{name} {target}", where, program=name)
    content += text(tree, f"{module}cmd/root.go") if ".Execute()" in content else ""
    option = next((option for form, option in _OPTIONS if form.search(content)), "")
    yield Fact(module, "start", f"build/{name}{option}", where, program=name)


def _tags(tree: Tree, module: str) -> list[str]:
    """What its Dockerfile, else its Makefile has a build include: pages in the binary, a database's extensions."""
    paths = [path for path in named(tree, rf"{PATTERN}|Makefile") if module in above(split(path)[0])]
    for path in sorted(paths, key=lambda path: (path.endswith("Makefile"), path.count("/"), path)):
        for match in _TAGS.finditer(text(tree, path)):
            found = re.split(r"[ ,]+", (match[1] or match[2] or match[3]).strip(" ,"))
            if not any(map(_OF_DEVELOPERS.fullmatch, found)):
                return found
    return []


def embeds(tree: Tree, module: str) -> bool:
    """Whether files go into the binary, which have to be there when it is built."""
    return any("//go:embed" in text(tree, path) for path in below(tree, module, r"(?:[\w.-]+/){0,6}[\w-]+\.go"))


def _rust(tree: Tree) -> Iterator[Standing]:
    """Packages that depend on a server and have a binary."""
    crates = [toml(text(tree, path)) for path in named(tree, r"Cargo\.toml")]
    libraries = {name for crate in crates for name in table(crate, "dependencies")}
    for path in named(tree, r"Cargo\.toml"):
        folder, content = split(path)[0], text(tree, path)
        document = toml(content)
        wanted = set(table(document, "dependencies"))
        stack = next((stack for name, stack in _RUST_SERVES.items() if name in wanted), "")
        package = words(document, "package", "name")
        if not stack or not package:
            continue
        bins = _bins(tree, folder, document, package)
        if not bins or package in libraries or _NOT_SERVED.search(package):
            continue
        root = next(
            (one for one in above(folder) if one != folder and "workspace" in toml(text(tree, f"{one}Cargo.toml"))),
            None,
        )
        name = package if package in bins else bins[0]
        where = at(path, line_of(content, f'"{package}"'))
        features = _features(document)
        build = f"cargo build --release --locked --package {package} --bin {name}{features}"
        facts = (
            *(_checked(tree, folder, root, where, build) or [Fact(folder, "install", build, where, "home")]),
            Fact(folder, "start", f"target/release/{name}", where, "home"),
            *(
                (
                    Fact(folder, "env", "127.0.0.1", where, "ROCKET_ADDRESS"),
                    Fact(folder, "listen", "ROCKET_PORT=$PORT", where),
                )
                if stack == "Rocket"
                else ()
            ),
        )
        yield Standing(folder, stack, "binary", facts, within=root)


def _checked(tree: Tree, folder: str, root: str | None, where: str, build: str) -> list[Fact]:
    """A build that asks its database whether the queries are right, where what it said before is not kept beside the
    code: it happens with the release, when there is a database, after the migrations."""
    home = folder if root is None else root
    version = _VERSION.search(text(tree, f"{home}Cargo.lock"))
    kept = any(f"{place}.sqlx/" in tree.folders or "sqlx-data.json" in tree.folders[place] for place in {folder, home})
    sources = below(tree, folder, r"src/(?:[\w-]+/){0,6}\w+\.rs")
    if kept or not version or not any(_CHECKED_QUERY.search(text(tree, path)) for path in sources):
        return []
    engines = [name for name in _ENGINES_OF_SQLX if f'"{name}"' in text(tree, f"{folder}Cargo.toml")]
    features = ",".join(["native-tls", *engines])
    options = f"--version {version[1]} --locked --no-default-features --features {features} --root build"
    release = [build]
    migrations = next((place for place in (folder, home) if f"{place}migrations/" in tree.folders), None)
    if migrations is not None:
        release.insert(0, f"build/bin/sqlx migrate run --source {migrations[len(home) :]}migrations")
    made = (
        [Fact(folder, "install", f"cargo install sqlx-cli {options}", where, "home")] if migrations is not None else []
    )
    return [*made, *(Fact(folder, "release", command, where, "home") for command in release)]


def _bins(tree: Tree, folder: str, document: dict[str, object], package: str) -> list[str]:
    found = [words(one, "name") for one in items(document.get("bin")) if words(one, "name")]
    if not found and "main.rs" in tree.folders.get(f"{folder}src/", ()):
        found = [package]
    return found or [
        name.removesuffix(".rs") for name in sorted(tree.folders.get(f"{folder}src/bin/", ())) if name.endswith(".rs")
    ]


def _features(document: dict[str, object]) -> str:
    """A database is a feature that is off by default in some: PostgreSQL is what is at hand."""
    features = table(document, "features")
    default = features.get("default")
    chosen = "postgresql" if "postgresql" in features else "postgres" if "postgres" in features else ""
    return f" --features {chosen}" if chosen and not (isinstance(default, list) and chosen in default) else ""
