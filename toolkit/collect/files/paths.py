"""Whether a path counts: tests, docs, fixtures, examples, generated and other people's files are told apart here alone.

In: a path relative to the root. Out: why nothing in it is evidence, or None; and the role that the place suggests.
"""

import re
from functools import lru_cache

from toolkit.model import DiscardReason, Role

# A folder of this name, in lower case, anywhere above a file.
_FOLDERS: dict[DiscardReason, frozenset[str]] = {
    "vendored": frozenset({
        "vendor", "vendors", "third_party", "third-party", "thirdparty", "3rdparty", "external_libs",
        "site-packages", "node_modules",
    }),
    "fixture": frozenset({
        "fixtures", "__fixtures__", "fixture", "testdata", "test-data", "test_data", "cassettes",
        "vcr_cassettes", "snapshots", "__snapshots__", "__mocks__", "mocks", "mock-data", "mock_data",
        "seeds", "seed", "seeders", "seeding", "factories", "sample-data", "sample_data", "sample-text",
        "sample_text", "sample-files", "sample_files", "goldens", "golden", "wiremock", "recordings", "recorded",
    }),
    "test": frozenset({
        "test", "tests", "__tests__", "spec", "specs", "e2e", "cypress", "playwright", "step_definitions",
        "testing", "unit_tests", "integration_tests", "integration-tests", "e2e-tests", "acceptance-tests",
        "feature-tests", "testsuite", "androidtest", "commontest", "jvmtest", "integrationtest", "functionaltest",
        "contracttest", "smoketest", "acceptancetest", "componenttest", "apitest", "e2etest", "inttest", "uitest",
        "performancetest", "pact", "pacts", ".maestro",
    }),
    "docs": frozenset({
        "docs", "doc", "documentation", "api-docs", "apidocs", ".claude", ".cursor", ".junie",
        "wiki", "adr", "adrs", "rfcs", "changelog", "changelogs", "changes",
        "release_notes", "release-notes", "man", "issue_template", "pull_request_template",
    }),
    "example": frozenset({
        "example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "cookbook",
        "storybook", ".storybook", "stories",
    }),
    "generated": frozenset({
        "dist", "coverage", "htmlcov", "generated", "__generated__", "gen", "storybook-static", "artifacts",
    }),
    "prose": frozenset({
        "locale", "locales", "i18n", "l10n", "lang", "langs", "languages", "translations", "_posts", "blog",
        "posts",
    }),
}  # fmt: skip
_BY_FOLDER: dict[str, DiscardReason] = {name: reason for reason, names in _FOLDERS.items() for name in names}

# A file whose whole name matches, case aside.
_NAMES: dict[DiscardReason, tuple[str, ...]] = {
    "test": (
        r"(?:test_.*|.*_tests?|conftest|.*_spec|(?:test|spec|rails)_helper|phpunit)\.[a-z]{1,6}(?:\.dist)?",
        r"tests\.(?:py|rs|exs?)|(?:pytest|tox)\.ini",
        r".*[._-](?:test|spec|cy|e2e)s?\.(?:[cm]?[jt]sx?|vue|py|rb|php|dart|exs?)",
        r"\.env[.-](?:test|testing|ci|integration)(?:[.-]example)?|\.?(?:test|testing|ci)\.env",
        r"(?:application|appsettings|settings|config|compose|docker-compose)[-._]test(?:ing)?\.[a-z]{1,10}",
        r".*\.feature",
    ),
    "fixture": (
        r".*\.(?:snap|har|golden|approved|cassette|bru)",
        r".*[._-]postman[._-](?:collection|environment)\.json",
        r"(?:.*[._-])?(?:fixtures?|mocks?|seeds?)\.[a-z]{1,6}",
        r".*word[_-]?(?:list|generator)s?\.[a-z]{1,6}",
    ),
    "docs": (
        r".*\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile|rdoc|org|man|[1-8])",
        r".*\.(?:apib|raml|http|wadl)",  # interfaces described, and requests to try them
        r"(?:readme|changelog|changes|history|news|license|licence|copying|notice|authors|contributors)(?:[._-].*)?",
        r"(?:contributing|maintainers|credits|todo|upgrading|security|code_of_conduct|thanks|bugs)(?:\.txt)?",
        r"\.all-contributorsrc|\.mailmap",
        r"(?:.*[._-])?(?:openapi|swagger)(?:[._-].*)?\.(?:json|ya?ml)",  # an interface, with examples
    ),
    "example": (r".*\.(?:stories|story)\.(?:[cm]?[jt]sx?|mdx|vue|svelte)", r".*\.(?:ipynb|livemd)"),
    "generated": (
        r".*[.-](?:min|bundle|chunk)\.(?:js|css|mjs)",
        r".*\.(?:map|pb\.[a-z]+|g\.dart|freezed\.dart|designer\.cs|d\.[cm]?ts|rbi|pyi)",
        r".*(?:_pb2|_pb2_grpc|_generated|\.generated|\.gen|[.-]swagger)\.[a-z]{1,6}",
    ),
    "prose": (
        r"\.?hadolint\.ya?ml",
        r".*\.(?:po|pot|mo|xlf|xliff|strings|stringsdict|arb|ftl|resx|csv|tsv|log|srt|vtt|bib|tex)",
    ),
}
_BY_NAME = tuple((why, re.compile("|".join(patterns), re.IGNORECASE)) for why, patterns in _NAMES.items())
# Java, Kotlin, C#, PHP, Swift: the capital letter tells SignInTest from latest
_CAMEL_TEST = re.compile(r".*[a-z0-9](?:Test|Tests|TestCase|Spec|IT)\.(?:java|kt|kts|groovy|scala|cs|php|swift)")

# what words are kept in; pages and templates are told apart by where in them a name stands
_PROSE_DATA = re.compile(r".*\.(?:ya?ml|json5?|js|ts|php|properties|toml|txt)", re.I)
_CODE_OF_DOCS = re.compile(r".*\.go")  # in Go a folder is a package, also one named docs
# A program is also about these things: lib/changelog/github.ex, app/models/wiki/page.rb
_SUBJECTS = frozenset({"changelog", "changelogs", "changes", "man", "wiki"})
_CODE_OF_SUBJECTS = re.compile(
    r".*\.(?:[cm]?[jt]sx?|py|rb|rake|php|exs?|[hle]*eex|erb|haml|slim|java|kt|cs|rs|scala|vue|svelte|astro|css|scss)"
)
_PLACES_OF_ENVIRONMENTS = frozenset({
    "env", "envs", "environment", "environments", "overlays", "stages", "stage", "stacks", "clusters",
    "accounts", "values", "vars", "group_vars", "host_vars", "tfvars", "deploy", "deployments", "deployment",
    "kustomize", "helm", "live", "workspaces",
})  # fmt: skip
_INFRA_FOLDERS = frozenset({"terraform", "infra", "infrastructure", "ansible", "pulumi", "cdk", "k8s", "kubernetes"})
_CONFIG_OF_TEST = re.compile(r"(?:^|/)(?:config|settings|environments|conf)/(?:[^/]+/)*test(?:ing)?\.[a-z]+$")

# What once changed the data: the names in it are of its day
_MIGRATION = re.compile(
    r"(?:^|/)(?:migrations?|migrate)/(?:[^/]+/)*[^/]*\d{3}[^/]*\.(?:rb|py|[cm]?[jt]s|sql|php|exs)$|(?:^|/)migrations?\.sql$"
)

_CI = re.compile(
    r"\.(?:github|circleci|buildkite|gitlab|woodpecker|semaphore|teamcity|azure-pipelines|azuredevops|husky)/"
    r"|(?:\.gitlab-ci|\.travis|azure-pipelines|bitbucket-pipelines|appveyor|cloudbuild|buildspec|\.drone|\.woodpecker|\.cirrus)[^/]*\.ya?ml$"
    r"|Jenkinsfile|(?:^|/)(?:jest|vitest|karma|playwright|cypress|webpack|rollup|babel|eslint|\.eslintrc|stylelint|commitlint"
    r"|lighthouserc|codecov|sonar-project|renovate|lerna|turbo|nx|tsup|docusaurus)[^/]*\.(?:[cm]?[jt]s|json5?|ya?ml|toml|properties)$"
)
_INFRA = re.compile(
    r"(?:^|/)(?:terraform|infra|infrastructure|k8s|kubernetes|helm|charts|ansible|pulumi|cdk|cloudformation|deploy|deployment|ops|iac)/"
)


@lru_cache(maxsize=20_000)
def _folder_reason(folder: str, *, code: bool) -> DiscardReason | None:
    """The reason the outermost telling part of a folder's path gives for a file of code, or of anything else."""
    parts = folder.lower().split("/")
    for position, part in enumerate(parts):
        reason = _BY_FOLDER.get(part) or _by_affix(part)
        if code and part in _SUBJECTS:
            continue
        if reason == "test" and position and parts[position - 1] in _PLACES_OF_ENVIRONMENTS:
            continue  # environments/test/main.tf is a real environment
        if part == "demo" and position and parts[position - 1] in _PLACES_OF_ENVIRONMENTS | _INFRA_FOLDERS:
            continue  # and so is terraform/demo
        if reason is not None:
            return reason
    return None


_OF_TESTS = re.compile(r"test[_-](?:\w{1,20}[_-])?(?:assets|files|resources|inputs|samples|responses|documents)")


def _by_affix(part: str) -> DiscardReason | None:
    if part.endswith(("-tests", "_tests", ".tests", ".test", "-e2e", "-specs", "_spec", "_specs")) or part.startswith(
        ("tests-", "tests_")
    ):
        return "test"
    if _OF_TESTS.fullmatch(part):
        return "fixture"
    if part.endswith(("-fixtures", "_fixtures")) or part.startswith(("seed-", "seed_")):
        return "fixture"
    return "example" if part.endswith(("-examples", "_examples", "-example")) else None


def reason(path: str) -> DiscardReason | None:
    """Why nothing in this file is evidence, or None when it counts."""
    folder, _, name = path.rpartition("/")
    for kind, pattern in _BY_NAME:
        if pattern.fullmatch(name):
            return kind
    if _CAMEL_TEST.fullmatch(name) or _CONFIG_OF_TEST.search(path):
        return "test"
    if _MIGRATION.search(path):
        return "fixture"
    why = _folder_reason(folder, code=_CODE_OF_SUBJECTS.fullmatch(name) is not None) if folder else None
    if why == "generated" and name.startswith("Dockerfile"):  # nobody generates one, wherever it lies
        return None
    if why == "prose" and not _PROSE_DATA.fullmatch(name):
        return None
    if why == "docs" and _CODE_OF_DOCS.fullmatch(name):
        return None
    return why


# What only a developer's machine, a preview or a review app reads
_STAGE_OF_DEVELOPERS = r"(?:dev|devel|development|local|localdev|preview|review|review[-_]?apps?|override|sandbox)"
_REHEARSAL = r"(?:staging|stage|qa|uat|preprod)"
_DEVELOPER = re.compile(
    r"(?:^|/)\.(?:devcontainer|vscode|idea|codesandbox|gitpod|review[-_]?apps?|zed|fleet|devspace)/"
    r"|(?:^|/)(?:review[-_]?apps?|wiremock|localstack|devbox|devenv|dev[-_]env(?:ironment)?)/"
    r"|(?:^|/)(?:\.gitpod(?:\.\w+)?|\.devcontainer\.json|Vagrantfile|Tiltfile|skaffold\.ya?ml|devbox\.json|\.tool-versions"
    r"|mise\.toml|\.mise\.toml|Procfile\.dev|Brewfile|garden\.ya?ml|devspace\.ya?ml|\.lando\.yml|\.envrc)$"
    rf"|(?:^|/)(?:docker-)?compose[._-](?:[\w-]*[._-])?{_STAGE_OF_DEVELOPERS}\.ya?ml$"
    rf"|(?:^|/)(?:Dockerfile[._-]{_STAGE_OF_DEVELOPERS}|{_STAGE_OF_DEVELOPERS}[._-]Dockerfile)$"
    rf"|(?:^|/)\.env[._-]{_STAGE_OF_DEVELOPERS}(?:[._-](?:local|example|sample|template))?$"
    rf"|(?:^|/)(?:config|settings|environments?|conf|envs|overlays|stages)/(?:[^/]+/)*{_STAGE_OF_DEVELOPERS}(?:\.[a-z]+$|/)"
    rf"|(?:^|/)(?:application|appsettings|settings|config|values|bootstrap|environment)[._-]{_STAGE_OF_DEVELOPERS}\.[a-z]+$"
    # settings of a rehearsal: what production has, its own settings name as well
    rf"|(?:^|/)(?:config|settings)/(?:environments/)?{_REHEARSAL}\.(?:rb|py|[cm]?[jt]s|exs|php|json|ya?ml|toml|ini)$"
    rf"|(?:^|/)(?:application|appsettings|settings|config)[._-]{_REHEARSAL}\.(?:py|[cm]?[jt]s|json|ya?ml|properties|php)$"
    rf"|(?:^|/)\.env[._-]{_REHEARSAL}(?:[._-](?:local|example|sample|template))?$"
    rf"|(?:^|/)(?:docker-)?compose[._-](?:[\w-]*[._-])?{_REHEARSAL}\.ya?ml$"
    # an image for working on the program
    r"|(?:^|/)(?:dev|development|local)/(?:[^/]+/){0,3}(?:Dockerfile[^/]*|[^/]+\.Dockerfile)$",
    re.IGNORECASE,
)  # fmt: skip


def role(path: str) -> Role:
    """What a thing named in this file is for, where neither the parser nor the catalogue knows better."""
    if _DEVELOPER.search(path):
        return "developer"
    if _CI.search(path):
        return "build/ci"
    return "infra" if _INFRA.search(path) else "runtime"


_DATA = re.compile(r".*\.(?:ya?ml|json|template|cfn|cform|toml)")
_TEMPLATE = re.compile(
    rb"AWSTemplateFormatVersion|AWS::Serverless|\"containerDefinitions\"|schema\.management\.azure\.com"
)
_DEPLOYED = re.compile(
    r"(?:^|/)(?:charts?|helm|k8s|kubernetes|kustomize|manifests|argocd|values)/|(?:^|/)values[^/]*\.ya?ml$"
)
_MANIFEST = re.compile(rb"^kind:\s{0,4}(?:ConfigMap|Secret|Deployment|CronJob|StatefulSet)\b", re.MULTILINE)
# a site that is built with mocked data, or shows parts and words alone
_PREVIEW = re.compile(
    rb"^[ \t]{0,40}\"?(?:command|buildCommand)\"?[ \t]{0,9}[=:][^\n]{0,300}\b(?:mock(?:ed|s)?|preview|storybook|docs?"
    rb"|mkdocs|docusaurus|vitepress|vuepress|typedoc|mdbook|antora|sphinx-build)\b"
    rb"|^[ \t]{0,40}\"?(?:base|rootDirectory)\"?[ \t]{0,9}[=:][ \t]{0,9}\"\.?/?docs?/?\"",
    re.M,
)


def role_of_content(path: str, data: bytes) -> Role:
    """The same, for who has read the file."""
    known = role(path)
    if known == "developer" or not _DATA.fullmatch(path):
        return known
    if _PREVIEW.search(data, 0, 20_000) and path.endswith(("netlify.toml", "vercel.json")):
        return "developer"
    return "infra" if known == "runtime" and _TEMPLATE.search(data, 0, 100_000) else known


def sets_environment(path: str, data: bytes) -> bool:
    """Whether this deploys programs: the variables and hosts in it are what those run with."""
    if not _DATA.fullmatch(path):
        return False
    return _DEPLOYED.search(path) is not None or _MANIFEST.search(data) is not None


_GENERATED = re.compile(
    # what a generator starts for people to go on with is theirs: Django's settings.py
    rb"@generated|(?i:do not edit|auto-?generated|generated by(?! '?django-admin)|this file is generated"
    rb"|automatically generated)"
)
_LIBRARY = re.compile(rb"\A\s*/\*(?:[!*]|[^\n]{0,10}@license)[^\n]{0,120}\n?[^\n]{0,160}\bv?\d+\.\d+\.\d+")
# the same without a licence mark: a name with its version, and where it comes from on the next line
_LIBRARY_PLAIN = re.compile(rb"\A\s*/\*[\s*#]{0,12}[A-Z][^\n]{0,60}\bv?\d+\.\d+\.\d+[ \t\r]*\n[\s*]{0,6}https?://")
_CODE = re.compile(r".*\.(?:[cm]?[jt]sx?|css|scss|php|py|rb|go|java|kt|cs|rs|vue|ya?ml|json|html?|xml)", re.I)
_LONG_LINE = 1_000  # bytes a line on average, over a file of some size: written by a program


def reason_of_content(path: str, data: bytes) -> DiscardReason | None:
    """Why this content is not the platform's own: its head says that it was generated, or it is a minified library."""
    if not _CODE.fullmatch(path):
        return None
    if _GENERATED.search(data, 0, 600) and not _CI.search(path):  # a pipeline runs, whoever wrote it
        return "generated"
    if path.endswith((".js", ".mjs", ".cjs", ".css")):
        if _LIBRARY.match(data[:400]) or _LIBRARY_PLAIN.match(data[:400]):
            return "vendored"
        if len(data) > 5 * _LONG_LINE and len(data) > _LONG_LINE * (data.count(b"\n") + 1):
            return "generated"
    return None


_FEWEST_WORDS = 3


def is_word_list(data: bytes) -> bool:
    """Lines with one word each: packages.txt, names.txt, blocklist.txt. Comment lines do not tell."""
    lines = [line.split() for line in data[:60_000].split(b"\n") if line.strip() and not line.startswith(b"#")]
    return len(lines) >= _FEWEST_WORDS and sum(len(words) == 1 for words in lines) > 0.95 * len(lines)


# Never opened: nothing in them is text.
BINARY = frozenset({
    "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "tif", "tiff", "heic", "psd", "ai", "sketch",
    "fig", "xcf", "icns", "cur", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "m4a", "m4v", "wav", "ogg",
    "webm", "mov", "avi", "mkv", "flac", "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar", "jar",
    "war", "ear", "aar", "whl", "egg", "class", "pyc", "pyo", "so", "dylib", "dll", "exe", "o", "a", "lib",
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "epub", "mobi", "sqlite", "sqlite3", "db",
    "rdb", "mdb", "parquet", "avro", "orc", "npy", "npz", "h5", "pt", "onnx", "pkl", "bin", "dat", "wasm",
    "node", "keystore", "jks", "p12", "pfx", "der", "crt", "cer", "gpg", "sig", "asc", "glb", "gltf", "fbx",
    "obj", "stl", "blend", "swf", "ttc", "pack", "idx", "rmeta", "rlib",
})  # fmt: skip


def is_binary_name(name: str) -> bool:
    return name.rpartition(".")[2].lower() in BINARY
