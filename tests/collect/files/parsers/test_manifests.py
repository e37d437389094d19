"""Manifests and lock files: what is asked for directly, for what, and what only came along."""
# ruff: noqa: E501, ISC004 - the cases are files, line by line

import pytest

from toolkit.collect.files.claims import Claims
from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers import discover, npm

CLAIMS = Claims(discover())
ECOSYSTEMS = {"pypi", "npm", "gem", "golang", "composer", "maven", "nuget", "cargo", "hex"}


def found(path: str, text: str) -> list[tuple[str, int, str | None]]:
    """Package, line, and its role or the reason it does not count."""
    parsers, certain = CLAIMS.of(path, path.rpartition("/")[2])
    assert certain, f"{path} is not claimed by name"
    mentions = [mention for parser in parsers for mention in parser.parse(path, text)]
    return [(m.value, m.line, m.discard or m.role) for m in mentions if m.kind in ECOSYSTEMS]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "requirements.txt",
            "# c\n-r base.txt\n-e .\nboto3>=1\nTwilio[x]==9 ; python_version>'3'\nx @ https://h/x.whl\n",
            [("boto3", 4, None), ("Twilio", 5, None), ("x", 6, None)],
        ),
        ("requirements/dev.txt", "pytest\n", [("pytest", 1, "build/ci")]),
        ("requirements-test.in", "moto\n", [("moto", 1, "build/ci")]),
        (
            "requirements.txt",
            "boto3==1 \\\n    --hash=sha256:0\n    # via -r requirements.in\nbotocore==1\n    # via\n    #   boto3\n"
            "six==1  # via x (pyproject.toml)\nuri==1  # via six\n",
            [("boto3", 1, None), ("botocore", 4, "transitive"), ("six", 7, None), ("uri", 8, "transitive")],
        ),
        ("constraints.txt", "boto3==1\n", [("boto3", 1, "transitive")]),
        (
            "pyproject.toml",
            '[build-system]\nrequires = ["hatchling"]\n[project]\ndependencies = [\n  "boto3>=1",\n]\n'
            '[project.optional-dependencies]\ns3 = ["aioboto3"]\ntest = ["moto"]\n[dependency-groups]\n'
            'dev = ["pytest", {include-group = "x"}]\n',
            [("boto3", 5, None), ("aioboto3", 8, "optional"), ("moto", 9, "build/ci"), ("pytest", 11, "build/ci"),
             ("hatchling", 2, "build/ci")],
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\npython = "^3"\ntwilio = "^9"\nx = {version="1", optional=true}\n'
            '[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
            [("twilio", 3, None), ("x", 4, "optional"), ("pytest", 6, "build/ci")],
        ),
        ("Pipfile", '[packages]\nboto3 = "*"\n[dev-packages]\nmoto = "*"\n', [("boto3", 2, None), ("moto", 4, "build/ci")]),
        ("Pipfile.lock", '{\n    "default": {\n        "boto3": {\n', [("boto3", 3, "transitive")]),
        ("job/report.py.lock", 'version = 1\n\n[[package]]\nname = "twilio"\n', [("twilio", 4, "transitive")]),
        (
            "settings.gradle.kts",
            'create("libs") {\n  library("s", "com.stripe", "stripe-java").versionRef("s")\n'
            '  library("o", "com.okta.sdk:okta-sdk-api:15.0.0")\n}\n',
            [("com.stripe:stripe-java", 2, None), ("com.okta.sdk:okta-sdk-api", 3, None)],
        ),
        (
            "MODULE.bazel",
            'maven.install(\n  artifacts = [\n    "com.twilio.sdk:twilio:10.1.0",\n    # "com.old:old:1",\n  ],\n)\n'
            'maven.artifact(group = "com.okta.sdk", artifact = "okta-sdk-api", version = "15.0.0")\n'
            'go_deps.module(\n  path = "github.com/aws/aws-sdk-go",\n)\n',
            [("com.twilio.sdk:twilio", 3, None), ("com.okta.sdk:okta-sdk-api", 7, None),
             ("github.com/aws/aws-sdk-go", 9, None)],
        ),
        ("maven_install.json", '{"artifacts": {"com.twilio.sdk:twilio": {}}}', [("com.twilio.sdk:twilio", 1, "transitive")]),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "boto3"\n', [("boto3", 4, "transitive")]),
        (
            "setup.py",
            "from setuptools import setup\nreqs = ['x']\nsetup(\n install_requires=['boto3>=1'],\n"
            " extras_require={'test': ['moto'], 's3': ['s3fs']})\n",
            [("boto3", 4, None), ("moto", 5, "build/ci"), ("s3fs", 5, "optional")],
        ),
        (
            "setup.cfg",
            "[options]\ninstall_requires =\n    boto3\n[options.extras_require]\ntest =\n    moto\n",
            [("boto3", 3, None), ("moto", 6, "build/ci")],
        ),
        (
            "environment.yml",
            "name: x\ndependencies:\n  - python=3.11\n  - conda-forge::boto3\n  - pip:\n    - twilio==9\nvariables:\n  - no\n",
            [("python", 3, None), ("boto3", 4, None), ("twilio", 6, None)],
        ),
        (
            "package.json",
            '{\n"name": "twilio",\n"dependencies": {\n  "twilio": "1",\n  "y": "npm:@okta/x@1"},\n'
            '"devDependencies": {"jest": "1"},\n"optionalDependencies": {"fs": "1"}}',
            [("twilio", 4, None), ("@okta/x", 5, None), ("fs", 7, "optional"), ("jest", 6, "build/ci")],
        ),
        (
            "deno.json",
            '{"imports": {\n"s": "npm:stripe@1",\n"@std/x": "jsr:@std/x"}}',
            [("stripe", 2, None), ("@std/x", 3, None)],
        ),
        (
            "package-lock.json",
            '{\n  "packages": {\n    "": {},\n    "node_modules/@a/b": {\n    },\n    "node_modules/c/node_modules/d": {\n',
            [("@a/b", 4, "transitive"), ("d", 6, "transitive")],
        ),
        (
            "package-lock.json",
            '{\n  "dependencies": {\n    "aws-sdk": {\n      "version": "2"\n',
            [("aws-sdk", 3, "transitive")],
        ),
        ("yarn.lock", '# v1\n\n"@a/b@^1", "@a/b@^2":\n  version "1"\n\nc@npm:^1:\n', [("@a/b", 3, "transitive"), ("c", 6, "transitive")]),
        ("pnpm-lock.yaml", "packages:\n\n  '@a/b@1.0.0':\n  /c/1.2.3:\n", [("@a/b", 3, "transitive"), ("c", 4, "transitive")]),
        ("bun.lock", '{\n  "packages": {\n    "@a/b": ["@a/b@1"],\n', [("@a/b", 3, "transitive")]),
        (
            "Gemfile",
            "source 'x'\ngem 'sentry-ruby'\ngroup :development, :test do\n  gem \"rspec\"\n  platforms :ruby do\n"
            "    gem 'pry'\n  end\nend\ngem 'aws-sdk-s3', require: false\ngem 'x', group: :test\n# gem 'okta'\n",
            [("sentry-ruby", 2, None), ("rspec", 4, "build/ci"), ("pry", 6, "build/ci"), ("aws-sdk-s3", 9, None),
             ("x", 10, "build/ci")],
        ),
        ("Gemfile.lock", "GEM\n  specs:\n    aws-sdk-s3 (1.0)\n      aws-sdk-core (~> 3)\n", [("aws-sdk-s3", 3, "transitive")]),
        (
            "x.gemspec",
            "s.add_dependency 'aws-sdk-s3'\ns.add_development_dependency('rspec')\n",
            [("aws-sdk-s3", 1, None), ("rspec", 2, "build/ci")],
        ),
        (
            "go.mod",
            "module github.com/me/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.0.0\n\tgolang.org/x/y v0.1.0 // indirect\n)\n"
            "replace github.com/a/b => ../b\nrequire github.com/c/d/v2 v2.0.0\n",
            [("github.com/a/b", 6, None), ("golang.org/x/y", 7, "transitive"), ("github.com/c/d/v2", 10, None)],
        ),
        (
            "composer.json",
            '{"require": {\n"php": ">=8",\n"Sentry/sentry": "1"},\n"require-dev": {"phpunit/phpunit": "1"}}',
            [("sentry/sentry", 3, None), ("phpunit/phpunit", 4, "build/ci")],
        ),
        (
            "composer.lock",
            '{\n    "packages": [\n        {\n            "name": "aws/aws-sdk-php",\n',
            [("aws/aws-sdk-php", 4, "transitive")],
        ),
        (
            "pom.xml",
            "<project xmlns='x'>\n<dependencies>\n<dependency>\n<groupId>com.twilio.sdk</groupId><artifactId>twilio</artifactId>\n"
            "</dependency><dependency><groupId>j</groupId><artifactId>u</artifactId><scope>test</scope></dependency>\n"
            "</dependencies><dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>n</artifactId>"
            "</dependency></dependencies></dependencyManagement></project>",
            [("com.twilio.sdk:twilio", 3, None), ("j:u", 5, "build/ci"), ("m:n", 6, "transitive")],
        ),
        (
            "app/build.gradle.kts",
            'plugins {\n  id("com.google.gms.google-services")\n}\ndependencies {\n  implementation("com.stripe:stripe-java:1")\n'
            '  testImplementation("a:b:1")\n  implementation(platform("c:bom:1"))\n}\n',
            [("com.stripe:stripe-java", 5, None), ("a:b", 6, "build/ci"), ("c:bom", 7, None),
             ("com.google.gms.google-services:com.google.gms.google-services.gradle.plugin", 2, "build/ci")],
        ),
        (
            "build.gradle",
            "dependencies {\n  compile group: 'com.stripe', name: 'stripe-java', version: '1'\n  api 'x:y:1'\n  exclude 'no:no:1'\n}\n",
            [("x:y", 3, None), ("com.stripe:stripe-java", 2, None)],
        ),
        (
            "gradle/libs.versions.toml",
            '[libraries]\ns = { module = "com.stripe:stripe-java", version = "1" }\nt = { group = "a", name = "b" }\n',
            [("com.stripe:stripe-java", 2, None), ("a:b", 3, None)],
        ),
        (
            "Shop.csproj",
            '<Project>\n<ItemGroup>\n<PackageReference Include="AWSSDK.S3" Version="1" />\n'
            '<PackageReference Include="Lint"><PrivateAssets>all</PrivateAssets></PackageReference>\n</ItemGroup></Project>',
            [("AWSSDK.S3", 3, None), ("Lint", 4, "build/ci")],
        ),
        ("packages.config", '<packages>\n<package id="Twilio" version="1"/></packages>', [("Twilio", 2, None)]),
        (
            "packages.lock.json",
            '{"dependencies": {"net8.0": {\n"A": {\n "type": "Direct"},\n"B": {\n "type": "Transitive"}}}}',
            [("A", 2, None), ("B", 4, "transitive")],
        ),
        (
            "Cargo.toml",
            '[package]\nname = "x"\n[dependencies]\naws-sdk-s3 = "1"\nt = { package = "twilio", version = "1", optional = true }\n'
            '[dev-dependencies]\nmockito = "1"\n',
            [("aws-sdk-s3", 4, None), ("twilio", 5, "optional"), ("mockito", 7, "build/ci")],
        ),
        (
            "mix.exs",
            'defp deps do\n  [\n    {:ex_aws, "~> 2.0"},\n    {:credo, "~> 1", only: [:dev, :test]},\n    # {:okta, "1"}\n',
            [("ex_aws", 3, None), ("credo", 4, "build/ci")],
        ),
        ("mix.lock", '%{\n  "ex_aws": {:hex, :ex_aws, "2"},\n', [("ex_aws", 2, "transitive")]),
    ],
)  # fmt: skip
def test_packages(path: str, text: str, expected: list[tuple[str, int, str | None]]) -> None:
    assert found(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"dependencies": '),
        ("composer.json", "{"),
        ("pyproject.toml", "[project\n"),
        ("Cargo.toml", "x ="),
        ("setup.py", "def ("),
        ("pom.xml", "<project><dependency>"),
        ("Shop.csproj", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project>&b;</Project>'),
        ("pom.xml", "<a>" * 500),
    ],
)
def test_broken_manifests_are_unparsed(path: str, text: str) -> None:
    with pytest.raises(Unparsed):
        found(path, text)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "pom.xml",
            "<p>\r\r\n<dependency>\n<groupId>a</groupId>\r<artifactId>b</artifactId></dependency>\n</p>",
            [("a:b", 2, None)],
        ),
        ("setup.py", "x = 1\ry = 2\nsetup(\r\n install_requires=[\r'boto3'])\n", [("boto3", 3, None)]),
    ],
)
def test_only_a_line_feed_ends_a_line(path: str, text: str, expected: list[tuple[str, int, str | None]]) -> None:
    """The libraries beneath count lone carriage returns, too; whoever opens the file at a line does not."""
    assert found(path, text) == expected


@pytest.mark.parametrize(("path", "text"), [("pom.xml", "\r\r"), ("setup.py", "\r\r("), ("pom.xml", "<a>\r" * 500)])
def test_a_break_lies_on_a_line_of_the_text(path: str, text: str) -> None:
    with pytest.raises(Unparsed) as broken:
        found(path, text)
    assert broken.value.line == 1


def test_what_came_before_the_break_is_kept() -> None:
    parsers, _ = CLAIMS.of("pom.xml", "pom.xml")
    text = "<p><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency><dependency"
    kept = []
    with pytest.raises(Unparsed):  # noqa: PT012 - what happens before it is raised is the point
        for mention in parsers[0].parse("pom.xml", text):
            kept.append(mention.value)
    assert kept == ["a:b"]


def test_a_lock_file_of_fifty_megabytes_is_read_in_one_pass() -> None:
    entry = '    "node_modules/package-{0}": {{\n      "version": "1.0.0",\n      "resolved": "{1}"\n    }},\n'
    text = '{\n  "packages": {\n' + "".join(entry.format(number, "x" * 400) for number in range(100_000)) + "  }\n}\n"
    assert len(text) > 45_000_000
    assert len(found("package-lock.json", text)) == 100_000


def test_an_archive_from_a_host() -> None:
    mentions = npm.parse("package.json", '{"dependencies": {"xlsx": "https://cdn.sheetjs.com/xlsx.tgz"}}')
    assert {(one.kind, one.value) for one in mentions} >= {("npm", "xlsx"), ("host", "cdn.sheetjs.com")}


def test_a_catalogue_of_any_name_and_the_head_of_a_script() -> None:
    """Not claimed by name: these say what they are."""
    (catalogue,) = (parser for parser in discover() if parser.name == "gradle_catalogs")
    text = '[libraries]\ndd = "com.datadoghq:dd-trace-api:1.30.0"\n'
    assert [(m.value, m.line) for m in catalogue.parse("x/third.toml", text)] == [("com.datadoghq:dd-trace-api", 2)]
    assert not list(catalogue.parse("x/other.toml", text.replace("[libraries]", "[other]")))
    (python,) = (parser for parser in discover() if parser.name == "python")
    head = '# /// script\n# dependencies = [\n#   "twilio>=9",\n# ]\n# ///\n'
    assert [(m.kind, m.value, m.line) for m in python.parse("x.py", head)] == [("pypi", "twilio", 3)]
    with pytest.raises(Unparsed):
        list(python.parse("x.py", "# /// script\n# dependencies = [\nimport os\n"))


def test_nix_is_named_as_not_read() -> None:
    (nix,) = (parser for parser in discover() if parser.name == "nix")
    with pytest.raises(Unparsed, match="not read"):
        list(nix.parse("flake.nix", "{ x = {\n buildInputs = [ awscli2 ]; }; }\n"))
