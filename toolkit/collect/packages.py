"""The Debian packages that a program's drivers need to be built and to run: those a Dockerfile would install.

In: the text of its manifests. Out: names of packages. What comes as a ready wheel or prebuilt module needs none.
"""

import re
from collections.abc import Iterator, Mapping

_C = ("gcc", "python3-dev")
_GYP = ("python3", "make", "g++")
_LIBRARIES: dict[str, dict[str, tuple[str, ...]]] = {
    "requirements.txt": {
        "psycopg": ("libpq5",), "psycopg2": (*_C, "libpq-dev"),
        "mysqlclient": (*_C, "default-libmysqlclient-dev", "pkgconf"),
        "python-ldap": (*_C, "libldap-dev", "libsasl2-dev"), "pycurl": (*_C, "libcurl4-openssl-dev", "libssl-dev"),
        "xmlsec": (*_C, "libxmlsec1-dev", "pkgconf"), "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0"),
        "python-magic": ("libmagic1",), "cairosvg": ("libcairo2",), "uwsgi": _C, "pyodbc": (*_C, "unixodbc-dev"),
    },
    "Gemfile": {
        "pg": ("libpq-dev",), "mysql2": ("default-libmysqlclient-dev",), "trilogy": ("libssl-dev",),
        "sqlite3": ("libsqlite3-dev",), "rmagick": ("libmagickwand-dev", "pkgconf"), "ruby-vips": ("libvips-dev",),
        "image_processing": ("libvips-dev",), "charlock_holmes": ("libicu-dev",), "idn-ruby": ("libidn-dev",),
        "psych": ("libyaml-dev",), "rails": ("libyaml-dev",), "mini_racer": ("libstdc++6",),
        "jsbundling-rails": ("nodejs", "npm"), "shakapacker": ("nodejs", "npm"), "webpacker": ("nodejs", "npm"),
    },
    "composer.json": {
        **{f"ext-{name}": (f"php-{name}",) for name in (
            "mbstring", "curl", "gd", "intl", "zip", "bcmath", "redis", "gmp", "soap", "ldap", "imagick", "apcu",
            "memcached", "amqp", "pgsql", "imap", "xsl", "bz2", "tidy", "enchant", "snmp", "yaml", "uuid",
        )},
        **dict.fromkeys(("ext-dom", "ext-xml", "ext-simplexml", "ext-xmlreader", "ext-xmlwriter"), ("php-xml",)),
        **dict.fromkeys(("ext-mysqli", "ext-pdo_mysql"), ("php-mysql",)),
        **dict.fromkeys(("ext-sqlite3", "ext-pdo_sqlite"), ("php-sqlite3",)),
        "ext-pdo_pgsql": ("php-pgsql",), "laravel/framework": ("php-mbstring", "php-xml", "php-curl"),
        "symfony/framework-bundle": ("php-xml", "php-mbstring", "php-intl"),
    },
    "package.json": {
        "pg-native": (*_GYP, "libpq-dev"), "better-sqlite3": _GYP, "sqlite3": _GYP, "bcrypt": _GYP,
        "canvas": (*_GYP, "libcairo2-dev", "libpango1.0-dev"), "puppeteer": ("chromium",),
        "@prisma/client": ("openssl",),
    },
    "go.mod": {"github.com/mattn/go-sqlite3": ("gcc", "libc6-dev")},
    "Cargo.lock": {  # a crate is seldom asked for by itself
        "openssl-sys": ("pkgconf", "libssl-dev"), "pq-sys": ("libpq-dev",), "cmake": ("cmake", "g++"),
        "mysqlclient-sys": ("default-libmysqlclient-dev", "pkgconf"), "prost-build": ("protobuf-compiler",),
        "clang-sys": ("libclang-dev",), "openssl-src": ("make", "perl"),
    },
}  # fmt: skip
_SAME = {"pyproject.toml": "requirements.txt", "Pipfile": "requirements.txt", "setup.py": "requirements.txt"}
_TOOLS = {"go.mod": ("golang-go",), "Cargo.toml": ("cargo",), "pom.xml": ("maven", "default-jdk-headless")}


def needed_packages(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Sorted, none twice. `texts` are a folder's manifests by name, as far as they could be read."""
    found = {package for name, text in texts.items() for package in _of_manifest(name, text)}
    return tuple(sorted(found))


def _of_manifest(name: str, text: str) -> Iterator[str]:
    yield from _TOOLS.get(name, ())
    for library, packages in _LIBRARIES.get(_SAME.get(name, name), {}).items():
        if _mentions(name, text, library):
            yield from packages
    if _SAME.get(name, name) == "requirements.txt" and re.search(r"(?i)\bpsycopg\[[^\]]*\bc\b", text):
        yield from (*_C, "libpq-dev")


def _mentions(name: str, text: str, library: str) -> bool:
    """Whether a manifest asks for exactly that library, as its format writes it."""
    word = re.escape(library)
    forms = {
        "requirements.txt": rf"(?im)^\s*{word}\s*(?:$|[\[=<>~!;#@ ])",
        "Gemfile": rf"(?m)^\s*gem\s+['\"]{word}['\"]",
        "go.mod": rf"(?m)^\s*(?:require\s+)?{word}\s+v\d",
        "Cargo.lock": rf'(?m)^name = "{word}"$',
        "Pipfile": rf"(?im)^\s*['\"]?{word}['\"]?\s*=",
    }
    quoted = rf"(?i)['\"]{word}(?:['\"]|\s*[\[=<>~!;@ ])|^\s*{word}\s*="
    match = re.search(forms.get(name, quoted), text, re.MULTILINE)
    return bool(match) and not (library == "psycopg" and re.search(r"(?i)psycopg\[[^\]]*binary", text))
