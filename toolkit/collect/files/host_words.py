"""What the words around a host say: that it is called, that it is only pointed at, that it is the platform's own.

In: pieces of a file around a URL. Out: yes or no. The words are those of identifiers, split at capitals and dashes.
"""

import re
from collections.abc import Sequence
from typing import Literal

Kind = Literal["code", "setting", "page"]

_CODE = (
    "rb rake ru py js mjs cjs jsx ts mts cts tsx vue svelte astro php go java kt kts scala groovy cs fs ex exs rs swift"
    " dart clj"
)
_PAGE = (
    "html htm eex heex leex erb haml slim twig njk jinja jinja2 j2 ejs hbs handlebars mustache liquid ftl jsp cshtml"
    " razor pug css scss sass less"
)
_SETTING = "yml yaml json json5 jsonc toml properties ini cfg conf config tf tfvars hcl neon env envrc"
PAGES = tuple(f".{ending}" for ending in _PAGE.split())
_OF_SAMPLES = frozenset({"erb", "example", "sample", "dist", "tpl", "template"})
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_CODE.split(), "code"),
    **dict.fromkeys(_PAGE.split(), "page"),
    **dict.fromkeys(_SETTING.split(), "setting"),
}
# what says who made a thing and where to read of it, and what fetches packages
_NO_SETTING = re.compile(
    r"(?:package|composer|bower|component|deno|manifest|project|cdn|angular|nx|lerna|turbo|renovate|app\.manifest)\.json"
    r"|nuget\.config|pip\.conf|.*redirects?\.\w+|.*[.\-]lock(?:\.json|file)?|.*-lock\.(?:json|ya?ml)|(?:cargo|pyproject|gopkg|book|netlify)\.toml|setup\.(?:cfg|py)"
    r"|(?:mkdocs|pubspec|_config|\.?rubocop|chart|crowdin|dependabot|\.?travis|mint|docusaurus.*|openapi.*|swagger.*)\.(?:ya?ml|json)"
    r"|.*(?:openapi|swagger|schema|\.tmlanguage|emoji\w*)\.(?:ya?ml|json)|mix\.exs|.*\.gemspec|.*\.csproj|pom\.xml"
    r"|gemfile|rakefile|vagrantfile|build\.gradle.*|settings\.gradle.*|build\.sbt|tsconfig.*|\.eslintrc.*|podfile",
    re.IGNORECASE,
)

_SCHEMES = (
    "http", "https", "ws", "wss", "smtp", "smtps", "imap", "imaps", "pop3", "pop3s", "redis", "rediss", "postgres",
    "postgresql", "postgis", "mysql", "mysql2", "mariadb", "mongodb", "mongodb+srv", "amqp", "amqps", "mqtt", "mqtts",
    "ldap", "ldaps", "ftp", "ftps", "sftp", "nats", "kafka", "grpc", "grpcs", "rtmp", "rtmps", "tcp", "tls", "udp",
    "memcached", "clickhouse", "elasticsearch", "cassandra", "sqlserver", "ecto",
)  # fmt: skip
_HAVE_HOSTS = (".yml", ".yaml", ".toml", ".properties", ".ini", ".conf", ".cfg", ".tf", ".tfvars", ".env")
SCHEMES = frozenset(scheme.encode() for scheme in _SCHEMES)
_RESERVED = frozenset({
    "example", "test", "invalid", "localhost", "local", "internal", "lan", "onion", "arpa",
})  # fmt: skip
_INVENTED = re.compile(
    r"(?:your|my|our|some|any|other|another)[-_][\w\-]{0,40}|(?:your|my)\w{0,20}|\w{0,20}example\w{0,20}|x{3,}|foo\w?|(?:sub)?domain\d?|company\d?"
    r"|site\d?|host\d?|tenant|changeme|placeholder|.{0,20}[-_]example|acme.{0,12}"
)

# of a name that a URL stands behind: it is fetched from, sent to
_CALLS = frozenset({
    "api", "apis", "axios", "base", "baseurl", "call", "client", "connect", "connection", "curl", "download", "dsn",
    "endpoint", "endpoints", "feed", "fetch", "gateway", "get", "host", "hostname", "http", "https", "ingest",
    "post", "proxy", "put", "relay", "remote", "request", "requests", "rpc", "server", "service", "socket",
    "target", "upstream", "webhook", "webhooks", "websocket", "ws", "ajax", "query", "graphql", "oauth", "token",
    "authorize",
})  # fmt: skip
ADDRESSES = frozenset({"url", "uri", "urls", "address"})  # in settings they are there to be called
# somebody is sent there to read, or it is a name
_POINTS = frozenset({
    "about", "author", "avatar", "banner", "blog", "canonical", "changelog", "context", "copyright", "credit",
    "description", "display", "doc", "docs", "documentation", "error", "errors", "example", "external", "faq",
    "footer", "forum", "guide", "help", "hint", "homepage", "href", "icon", "image", "images", "img", "info",
    "instructions", "label", "learn", "legal", "licence", "license", "link", "links", "location", "logo", "manual",
    "message", "more", "name", "namespace", "navigate", "news", "notice", "ns", "open", "page", "photo", "picture",
    "placeholder", "policy", "privacy", "profile", "publisher", "push", "raise", "readme", "redirect", "ref",
    "reference", "referer", "referrer", "release", "repo", "repository", "review", "sample", "schema", "see",
    "share", "social", "source", "sources", "support", "terms", "text", "throw", "thumbnail", "title", "to",
    "tooltip", "tos", "tutorial", "useragent", "agent", "via", "video", "warn", "warning", "web", "website", "wiki",
    "xmlns", "markdown", "issue", "issues", "bugs", "starts", "with", "includes", "match", "equals", "replace",
    "contains", "expect", "contact", "donate", "funding", "sponsor", "store", "upgrade", "careers", "jobs", "id",
    "type", "subject",
})  # fmt: skip
_OWN_ENDS = frozenset(
    {"url", "uri", "host", "hosts", "domain", "domains", "hostname", "origin", "origins", "fqdn", "address"}
)
_OWN_WORDS = frozenset({
    "allow", "allowed", "app", "application", "back", "backend", "base", "callback", "canonical", "cookie", "cors",
    "csrf", "default", "end", "external", "front", "frontend", "home", "ingress", "instance", "next", "nextauth",
    "nuxt", "origin", "own", "platform", "portal", "public", "react", "redirect", "root", "self", "server",
    "session", "site", "tls", "trusted", "ui", "virtual", "vite", "vue", "web", "webapp", "website", "www", "main",
    "my", "letsencrypt", "certbot", "email", "mailer", "asset", "assets",
})  # fmt: skip
_SERVING = re.compile(
    r"(?:.*[-.])?(?:api\d?|apis|graphql|auth|oauth2?|sso|login|idp|accounts?|ws|wss|socket|hooks?|webhooks?|ingest|rpc|smtp\d?"
    r"|mail\d?|mx\d?|imap|relay|redis|db|pg|postgres|mysql|mongo|mq|rabbit|kafka|ldap|s3|storage|gateway|gw|edge|data|rest|feeds?"
    r"|search|proxy|push|stun|turn|tiles?|cdn|static|assets|services?|server|registry|collector|stats?|analytics|metrics|track(?:er|ing)?"
    r"|js|scripts?|embed|widget|player)(?:[-.].*)?"
)
_READING = frozenset({
    "blog", "blogs", "community", "doc", "docs", "developer", "developers", "dev", "faq", "forum", "forums", "help",
    "kb", "learn", "man", "manual", "news", "reference", "status", "support", "training", "tutorial", "tutorials",
    "wiki", "discuss", "guides", "about",
})  # fmt: skip
_API_PATH = re.compile(
    r"[^\s\"'`<>]{0,120}?(?:/(?:api|apis|rest|rpc|graphql|v\d{1,2}|oauth2?|token|authorize|webhooks?|hooks?|services?|ws|json|feeds?"
    r"|rss|upload|collect|track|events?|\.well-known)(?:[/.?\"'`\s]|$)|\.(?:json|xml|js|css|php|asmx|wsdl|csv|ics|zip|gz|png|jpg)\b)"
)
_READING_PATH = re.compile(
    r"[^\s\"'`<>]{0,120}?(?:#[\w\-]|\.html?\b|\.md\b|\.pdf\b|\.aspx\b|/(?:docs?|documentation|blog|wiki|help|support|about|learn"
    r"|guides?|tutorials?|articles?|posts?|questions|faq|kb|manual|reference|terms|privacy|legal|pricing|contact|issues)\b)"
)
_KEY = re.compile(
    r"([A-Za-z_$@][\w$.\-]{0,80})[\"'\])]{0,3}\s{0,20}(?:=>|:=|\?\?|\|\||=|:|\(|,)\s{0,20}(?:[A-Za-z@$]{0,2}[\"'`]{1,3}|\[\s?[\"'`]?)?$"
)
_ASSIGNED = re.compile(
    r"(?<![\w.])([A-Za-z_$@][\w$\-]{0,80})\s{0,20}(?::=|=)\s[^=]{0,200}[?:,|&(]\s{0,20}[\"'`]$"
)  # `host = live ? "…" : "…"`
_COMPARED = re.compile(r"[=!]=\s{0,4}[\"'`]$")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_ATTRIBUTE = re.compile(
    r"\b(src|href|action|poster|srcset|data|content|to|xlink:href)\s{0,4}=>?\s{0,4}[{\"'`]{1,3}$", re.I
)
_TAG = re.compile(r"<([A-Za-z][\w.\-]{0,30})\b[^<>]*$")
_LOADED_TAGS = frozenset({
    "script", "img", "iframe", "link", "source", "video", "audio", "embed", "object", "image", "track", "form",
    "next-script",
})  # fmt: skip
_NO_LOAD = re.compile(r"rel\s?=\s?[\"'{]{1,2}(?:canonical|alternate|author|license|help|me|search|next|prev)\b", re.I)


def kind_of(name: str) -> Kind | None:
    """What a file is, by its name; None where hosts in it mean nothing."""
    stem, _, ending = name.rpartition(".")
    kind = _KINDS.get(ending.lower())
    if ending in _OF_SAMPLES and "." in stem:
        kind = _KINDS.get(stem.rpartition(".")[2].lower(), kind)
    if name.startswith(".env") or name in ("env.example", "env.sample", "env.template"):
        kind = "setting"
    if name.endswith(".blade.php"):
        kind = "page"
    return None if kind is not None and _NO_SETTING.fullmatch(name) else kind


def says_where(path: str) -> bool:
    """Whether a file of this name may name hosts without a scheme, or say where the platform itself is."""
    return path.endswith(_HAVE_HOSTS) or ".env" in path or "config" in path or "settings" in path


def parts(name: str) -> tuple[str, ...]:
    """The words of an identifier, in lower case: `paymentApi_URL` → payment, api, url."""
    return tuple(word.lower() for word in _HUMPS.split(name) if word)


def key_before(before: str) -> str:
    """The identifier that a value belongs to: a key, a variable, the function it is the first argument of."""
    found = _KEY.search(before[-200:]) or _ASSIGNED.search(before)
    return found[1] if found else ""


def is_own(key: Sequence[str]) -> bool:
    """Whether a setting of this name says where the platform itself is: `APP_URL`, `ALLOWED_HOSTS`, `domain`."""
    if not key or key[-1] not in _OWN_ENDS:
        return False
    if len(key) == 1:
        return key[0] in ("domain", "domains", "hosts", "origins", "fqdn")
    return _OWN_WORDS.issuperset(key[:-1])


def serves(host: str) -> bool:
    """Whether its first names say that programs talk to it: `api.`, `smtp.`, `eu-ingest.`"""
    return _SERVING.fullmatch(".".join(host.split(".")[:-2])) is not None


def names_a_host(key: Sequence[str], host: str) -> bool:
    """Whether the host that a setting of this name has is one that programs talk to."""
    return not _POINTS.intersection(key) and (len(key) > 1 or serves(host))


def is_called(before: str, after: str, host: str, also: frozenset[str] = frozenset()) -> bool:
    """Whether a URL at the beginning of a string is talked to, by the name it is given and by its own look.

    `also`: more words of names that say so.
    """
    key = parts(key_before(before))
    if _POINTS.intersection(key) or _COMPARED.search(before):
        return False
    reads = host.split(".")[0] in _READING or _READING_PATH.match(after) is not None
    talks = serves(host) or _API_PATH.match(after) is not None
    if talks and not reads:
        return bool(key) or before.rstrip()[-1:] in ("", '"', "'", "`", "=", "-", ":")
    return not reads and bool((_CALLS | also).intersection(key))


def is_reserved(labels: Sequence[str]) -> bool:
    """RFC 2606 and 6761, and names that only a network of one's own has."""
    return labels[-1] in _RESERVED or "example" in labels[-2:-1] or labels[-2:] == ["home", "arpa"]


def is_invented(labels: Sequence[str]) -> bool:
    """Whether a name only shows where the real one goes: `your-shop.myservice.com`."""
    return any(_INVENTED.fullmatch(label) for label in (labels[0], labels[-2]))


# --- where in a file --------------------------------------------------------------------------------------------------
_SLASHES = re.compile(
    r".*\.(?:[cm]?[jt]sx?|vue|svelte|php|go|java|kts?|scala|groovy|cs|fs|rs|swift|dart|json[5c]|s[ac]ss|less|css|hcl|tf)"
)
_HASHES = re.compile(
    r".*(?:\.(?:rb|rake|ru|py|exs?|ya?ml|toml|properties|ini|cfg|conf|tf|hcl|php|env\S*|haml|slim)|\.env\S*)"
)
_THREE_QUOTES = re.compile(r".*\.(?:py|exs?|kts?|scala|java|swift)")
_COMMENT_LINE = re.compile(
    r"\s*(?:#|//|/?\*|<!--|--\s|;|%(?![A-Za-z])|\"\"\"|'''|@(?:see|link|doc|moduledoc)\b|/{3}|\{[#-]|<%#|-#|REM\s)"
)
_TRAILING = re.compile(r"(?:^|[\s;{}(),])(//|/\*|#)(?=\s|$)")


def in_comment(path: str, data: bytes, start: int, at: int, before: str) -> bool:
    """Whether what stands at byte `at`, on the line that begins at `start`, is a comment of any language."""
    if _COMMENT_LINE.match(before) and (start == 0 or data[start - 1 : start] == b"\n"):
        return True
    for mark in _TRAILING.finditer(before):
        telling = _HASHES if mark[1] == "#" else _SLASHES
        if (
            telling.fullmatch(path)
            and before.count('"', 0, mark.start(1)) % 2 == before.count("'", 0, mark.start(1)) % 2 == 0
        ):
            return True
    if _SLASHES.fullmatch(path):
        opened = data.rfind(b"/*", 0, at)
        if opened >= 0 and data[opened - 1 : opened].strip(b"\n\t ;{}(),") == b"" and data.find(b"*/", opened, at) < 0:
            return True
    opened = data.rfind(b"<!--", 0, at)
    return opened >= 0 and data.find(b"-->", opened, at) < 0


def in_long_string(path: str, data: bytes, at: int) -> bool:
    """Whether it lies between three quotes: documentation, a letter, a query."""
    if not _THREE_QUOTES.fullmatch(path):
        return False
    return data.count(b'"""', 0, at) % 2 == 1 or data.count(b"'''", 0, at) % 2 == 1


def attribute(before: str) -> bool | None:
    """Of a URL that is a tag's attribute whether the page loads it; None where it is no attribute."""
    found = _ATTRIBUTE.search(before)
    if found is None:
        return None
    tag = _TAG.search(before)
    if tag is None:
        return (
            None if found[1].lower() in ("data", "content", "to") else found[1].lower() in ("src", "srcset", "poster")
        )
    if found[1].lower() == "content" or _NO_LOAD.search(before[tag.start() :]):
        return False
    return tag[1] != "Link" and tag[1].lower() in _LOADED_TAGS  # a component of that name is a link for people


def in_style(before: str) -> bool:
    return before.rstrip("\"'").endswith(("url(", "@import ", "@import url("))


def in_script(data: bytes, at: int) -> bool:
    """Whether a page's program stands here."""
    opened = data.rfind(b"<script", 0, at)
    return opened >= 0 and data.find(b"</script", opened, at) < 0
