"""Programs on the JVM (Spring Boot, Quarkus, Micronaut; Maven and Gradle), on .NET, and on the BEAM (Phoenix)."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers._xml import elements
from toolkit.collect.programs import dotnet_settings, spring_settings
from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.tree import Tree, above, at, below, line_of, named, split, text

_FIRST_GRADLE_ON_JAVA = (8, 5)  # 21, which Debian 13 has
_MAINS = re.compile(
    r"@SpringBootApplication|SpringApplication(?:Builder)?[.(]|runApplication<|@QuarkusMain|Micronaut\.run|EngineMain|embeddedServer\("
)


def find(tree: Tree) -> Iterator[Standing]:
    """By their build files."""
    yield from _maven(tree)
    yield from _gradle(tree)
    yield from _dotnet(tree)
    yield from _elixir(tree)


def _stack(content: str) -> str:
    if re.search(r"org\.springframework\.boot|spring-boot", content):
        return "Spring Boot"
    if "io.quarkus" in content or "quarkus-" in content:
        return "Quarkus"
    if "io.micronaut" in content:
        return "Micronaut"
    return "Ktor" if "io.ktor" in content else ""


def _starts(tree: Tree, folder: str) -> str:
    """The file whose main method starts it; Quarkus needs none."""
    for path in below(tree, folder, r"src/(?:main/)?(?:[\w.-]+/){0,9}\w+\.(?:java|kt|groovy)"):
        if _MAINS.search(text(tree, path)):
            return path
    return ""


def _maven(tree: Tree) -> Iterator[Standing]:
    for path in named(tree, r"pom\.xml"):
        folder, content = split(path)[0], text(tree, path)
        stack = _stack(content) or next(
            (found for one in above(folder) if (found := _stack(text(tree, f"{one}pom.xml")))), ""
        )
        if not stack or "<modules>" in content:
            continue
        main = path if stack == "Quarkus" and "quarkus-" in content else _starts(tree, folder)
        if not main:
            continue
        root = next(
            (one for one in reversed([*above(folder)]) if one != folder and "<modules>" in text(tree, f"{one}pom.xml")),
            None,
        )
        profile = " -Pprod" if re.search(r"<profile>\s*<id>prod</id>", content) else ""
        maven = f"mvn --batch-mode -DskipTests{profile} package"
        module = folder[len(root) :].rstrip("/") if root is not None else ""
        yield Standing(
            folder,
            stack,
            "binary",
            tuple(_java(tree, folder, stack, main, path, f"{maven} -pl {module} -am" if module else maven, "target")),
            within=root,
        )


def _gradle(tree: Tree) -> Iterator[Standing]:
    for path in named(tree, r"build\.gradle(?:\.kts)?"):
        folder, content = split(path)[0], text(tree, path)
        if "pom.xml" in tree.folders[folder]:
            continue
        root = next(
            (
                one
                for one in reversed([*above(folder)])
                if {"settings.gradle", "settings.gradle.kts"} & tree.folders.get(one, frozenset())
            ),
            folder,
        )
        stack = _stack(content) or _stack(text(tree, f"{root}build.gradle") + text(tree, f"{root}build.gradle.kts"))
        main = _starts(tree, folder) if stack else ""
        if not main:
            continue
        tool = "sh ./gradlew" if "gradlew" in tree.folders.get(root, ()) else "gradle"
        module = folder[len(root) :].strip("/").replace("/", ":")
        task = {"Spring Boot": "bootJar", "Quarkus": "quarkusBuild"}.get(stack, "installDist")
        build = f"{tool} --no-daemon {f':{module}:' if module else ''}{task}"
        within = root if root != folder else None
        yield Standing(
            folder, stack, "binary", tuple(_java(tree, folder, stack, main, path, build, "build/libs")), within=within
        )


def _java(tree: Tree, folder: str, stack: str, main: str, path: str, build: str, output: str) -> Iterator[Fact]:
    """Build, start, port. The jar is found at the start: its name has the version in it."""
    where = at(main, 1)
    yield Fact(folder, "install", build, at(path, 1), "home")
    yield from _old_gradle(tree, folder)
    for package in (
        "default-jdk-headless",
        *(["maven"] if path.endswith("pom.xml") else ["gradle"] if build.startswith("gradle") else []),
    ):
        yield Fact(folder, "package", package, at(path, 1))
    jar = f'"$(ls {output}/*.jar | grep -v -e -plain -e sources -e javadoc -e original | head -1)"'
    if stack == "Quarkus":
        jar = f"{output.removesuffix('/libs')}/quarkus-app/quarkus-run.jar"
        yield Fact(folder, "start", f"QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=$PORT java -jar {jar}", where)
    elif stack == "Spring Boot":
        yield Fact(folder, "start", f"SERVER_ADDRESS=127.0.0.1 SERVER_PORT=$PORT java -jar {jar}", where)
        if "spring-boot-starter-actuator" in text(tree, path):
            yield Fact(
                folder,
                "health",
                "/actuator/health",
                at(path, line_of(text(tree, path), "spring-boot-starter-actuator")),
            )
    elif stack == "Micronaut":
        yield Fact(
            folder, "start", f"MICRONAUT_SERVER_HOST=127.0.0.1 MICRONAUT_SERVER_PORT=$PORT java -jar {jar}", where
        )
    else:
        yield Fact(folder, "start", "sh -c 'exec build/install/*/bin/*[!.bat]'", where)
    if stack == "Spring Boot":
        yield from spring_settings.settings(tree, folder, path)


def _old_gradle(tree: Tree, folder: str) -> Iterator[Fact]:
    """A Gradle that its wrapper fetches, and that Debian's Java is too new for."""
    for place in above(folder):
        path = f"{place}gradle/wrapper/gradle-wrapper.properties"
        content = text(tree, path)
        if found := re.search(r"gradle-(\d+)\.(\d+)[\w.-]{0,30}\.zip", content):
            if (int(found[1]), int(found[2])) < _FIRST_GRADLE_ON_JAVA:
                newer = ".".join(map(str, _FIRST_GRADLE_ON_JAVA))
                old = f"its Gradle {found[1]}.{found[2]} does not run on Debian 13's Java 21"
                where = at(path, line_of(content, found[0]))
                yield Fact(folder, "open", f"{old}: have its wrapper fetch {newer}", where)
            return


def _dotnet(tree: Tree) -> Iterator[Standing]:
    """Projects of the web SDK, and workers that are started beside them."""
    for path in named(tree, r"[\w. -]+\.(?:cs|fs|vb)proj"):
        folder, content = split(path)[0], text(tree, path)
        sdk = _sdk(content)
        if sdk not in ("Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker") or re.search(
            r"(?i)tests?\.(?:cs|fs|vb)proj$|AppHost", path
        ):
            continue
        if "Program.cs" not in tree.folders[folder] and "Program.fs" not in tree.folders[folder]:
            continue
        name = split(path)[1].rpartition(".")[0]
        root = next(
            (
                one
                for one in above(folder)
                if any(re.fullmatch(r".*\.slnx?", file) for file in tree.folders.get(one, ()))
            ),
            folder,
        )
        project = path[len(root) :]
        target = "published" if root == folder else f"published/{name}"
        facts = [
            Fact(
                folder,
                "install",
                f"dotnet publish '{project}' --configuration Release --output '{target}'",
                at(path, 1),
                "home",
            )
        ]
        reach = "../" * folder[len(root) :].count("/") + target
        served = sdk.endswith("Web")
        listen = "ASPNETCORE_URLS=http://127.0.0.1:$PORT " if served else ""
        command = f"{listen}dotnet '{reach}/{_assembly(content) or name}.dll'"
        facts.append(Fact(folder, "start", command, at(path, 1)))
        facts.append(
            Fact(folder, "env", "Production", at(path, 1), "ASPNETCORE_ENVIRONMENT" if served else "DOTNET_ENVIRONMENT")
        )
        facts.append(
            Fact(
                folder,
                "open",
                "Debian has no .NET: `dotnet` comes from Microsoft's packages, or as a container",
                at(path, 1),
            )
        )
        facts += dotnet_settings.settings(tree, folder)
        if found := re.search(
            r"MapHealthChecks\(\s*\"(/[\w/-]+)\"", text(tree, f"{folder}Program.cs") + text(tree, f"{folder}Startup.cs")
        ):
            facts.append(
                Fact(
                    folder,
                    "health",
                    found[1],
                    at(f"{folder}Program.cs", line_of(text(tree, f"{folder}Program.cs"), found[0])),
                )
            )
        yield Standing(
            folder,
            "ASP.NET" if served else ".NET worker",
            "binary",
            tuple(facts),
            within=root if root != folder else None,
        )


def _sdk(content: str) -> str:
    try:
        for element in elements(content):
            if element.name == "Project":
                return element.attributes.get("Sdk", "")
    except Unparsed:
        pass
    return ""


def _assembly(content: str) -> str:
    found = re.search(r"<AssemblyName>([\w.-]+)</AssemblyName>", content)
    return found[1] if found else ""


def _elixir(tree: Tree) -> Iterator[Standing]:
    """Phoenix and other programs with a release; a package of hex is a library."""
    for path in named(tree, r"mix\.exs"):
        folder, content = split(path)[0], text(tree, path)
        name = re.search(r"\bapp:\s*:(\w+)", content)
        phoenix = re.search(r"\{:phoenix,", content)
        if (
            not name
            or not (phoenix or re.search(r"\{:(?:plug_cowboy|bandit),", content))
            or _is_package(tree, folder, content)
        ):
            continue
        if "mod:" not in content:
            continue
        app, where = name[1], at(path, line_of(content, "app:"))
        installs = [
            "mix local.hex --force",
            "mix local.rebar --force",
            "mix deps.get --only prod",
            "MIX_ENV=prod mix compile",
        ]
        if "assets.deploy" in content:
            installs.append("MIX_ENV=prod mix assets.deploy")
        elif "package.json" in tree.folders.get(f"{folder}assets/", ()):
            installs += [
                "npm --prefix assets install",
                "npm --prefix assets run deploy --if-present",
                "MIX_ENV=prod mix phx.digest",
            ]
        for package in ("nodejs", "npm") if "package.json" in tree.folders.get(f"{folder}assets/", ()) else ():
            installs.append(f"#{package}")
        facts = [
            Fact(folder, "install", command, where)
            for command in (*installs, "MIX_ENV=prod mix release --overwrite")
            if not command.startswith("#")
        ]
        facts += [
            Fact(folder, "package", package, where)
            for package in (
                "elixir",
                "erlang-dev",
                "build-essential",
                *(one[1:] for one in installs if one.startswith("#")),
            )
        ]
        release = re.search(r"releases:\s*\[?\s*(?:\n\s*)?(\w+):\s*\[", content)
        program = release[1] if release else app
        facts.append(Fact(folder, "start", f"PHX_SERVER=true _build/prod/rel/{program}/bin/{program} start", where))
        facts.append(Fact(folder, "secret", "", where, "SECRET_KEY_BASE"))
        facts.append(Fact(folder, "env", "prod", where, "MIX_ENV"))
        facts += _migration(tree, folder, program)
        yield Standing(folder, "Phoenix" if phoenix else "Plug", "binary", tuple(facts))


def _is_package(tree: Tree, folder: str, content: str) -> bool:
    """Whether it is published for others, and not released as a program as well."""
    published = re.search(r"\bdefp? package\b", content) is not None
    return published and "releases:" not in content and "Dockerfile" not in tree.folders[folder]


def _migration(tree: Tree, folder: str, program: str) -> Iterator[Fact]:
    """The function of the release that migrates, as Phoenix generates it; else Ecto's task."""
    for path in below(tree, folder, r"lib/(?:[\w-]+/){0,3}(?:release\w*|migrat\w*)\.ex"):
        content = text(tree, path)
        module = re.search(r"defmodule\s+([\w.]+)", content)
        if module and (found := re.search(r"def (migrate\w*)(?:\(\))?(?= do|,)", content)):
            command = f"_build/prod/rel/{program}/bin/{program} eval '{module[1]}.{found[1]}()'"
            yield Fact(folder, "release", command, at(path, line_of(content, found[0])))
            return
    if f"{folder}priv/repo/migrations/" in tree.folders:
        yield Fact(folder, "release", "MIX_ENV=prod mix ecto.migrate", f"{folder}priv/repo/migrations")
