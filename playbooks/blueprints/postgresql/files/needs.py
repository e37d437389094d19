"""What the new server must have for a dump: extensions, collations, roles. Asked before anything is touched.

In: a survey, a superuser's connection, what is wanted. Out: Refused with every sentence of what is missing and what
helps, or nothing.
"""

import re
import subprocess

from dump_file import Refused
from fingerprint import query

ROLES = "SELECT rolname FROM pg_roles"
AVAILABLE = """
    SELECT name, bool_or(NOT superuser OR trusted) FROM pg_available_extension_versions GROUP BY 1
"""
COLLATIONS = """
    SELECT collname FROM pg_collation
    WHERE collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, pg_char_to_encoding('UTF8'))
"""


def check(found, server, wanted):
    sentences = [*extensions(found, server, wanted), *collations(found, server), *roles(found, server)]
    if sentences:
        raise Refused("; ".join(sentences))


def extensions(found, server, wanted):
    with server.cursor() as cursor:
        cursor.execute(AVAILABLE)
        by_owners = dict(cursor.fetchall())
    asked = [name for name in found.extensions if name not in wanted.get("without_extensions", ())]
    unknown = [name for name in asked if name not in by_owners]
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        yield (
            f"the dump asks for extensions that this server does not have: {', '.join(unknown)}; to leave them out and "
            f"import the rest: -e '{{\"postgresql_import_without_extensions\": [{listed}]}}'"
        )
    forbidden = [name for name in asked if by_owners.get(name) is False and name not in wanted["extensions"]]
    if forbidden:
        yield (
            f"only a superuser may create the extensions {', '.join(forbidden)}: add them to postgresql_extensions, or "
            "leave them out with postgresql_import_without_extensions"
        )


def collations(found, server):
    present = set(query(server, COLLATIONS))
    locales = {plain(locale) for locale in run_for_locales()} | {"c", "posix", "cutf8"}
    missing = {name for name in found.collations if name not in present and plain(name) not in locales}
    missing |= {locale for locale in found.locales if plain(locale) not in locales}
    if missing:
        yield (
            f"the dump sorts by locales that this host does not have: {', '.join(sorted(missing))}; "
            f"add {', '.join(sorted(map(as_generated, missing)))} to postgresql_locales and run site.yml"
        )


def run_for_locales():
    return subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.split()


def plain(locale):
    """en_US.UTF-8 and en_US.utf8 are one."""
    return re.sub("[^a-z0-9]", "", locale.lower())


def as_generated(locale):
    return re.sub(r"(?i)\.utf-?8$", "", locale) + ".UTF-8"


def roles(found, server):
    missing = sorted(found.roles - set(query(server, ROLES)))
    if missing:
        yield f"the dump's policies are for roles that are not here: {', '.join(missing)}; add them to postgresql_roles"
