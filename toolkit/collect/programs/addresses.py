"""Settings that say where people reach the program: `APP_URL`, `ALLOWED_HOSTS`, `PHX_HOST`.

In: a setting's name and what a sample has for it. Out: a reference to the program's own domains (`${address.url}`), or
None where the name alone does not say whether the program listens there or is reached there.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from toolkit.program import Program, Said

_OWN = (
    r"(?:APP|SITE|PUBLIC|FRONTEND|WEB|ROOT|SERVER|EXTERNAL|NEXT_PUBLIC_APP|APPLICATION|CANONICAL|BACKEND|PHX|API|URL"
    r"|INSTANCE|WEBSITE|VIRTUAL)"
)
ASKED = re.compile(
    rf"(?:URL|SITE|PUBLIC|EXTERNAL|CANONICAL)_ROOT|{_OWN}_(?:URL|HOST|DOMAIN|HOSTNAME|BASE_URL|URI|ORIGIN)|BASE_URL|(?:[A-Z0-9]+_)?ALLOWED_HOSTS|DOMAIN"
    r"|DOMAIN_NAME|NEXTAUTH_URL|BETTER_AUTH_URL|AUTH_URL|HOSTNAME|LOCAL_DOMAIN|WEB_DOMAIN|ORIGIN"
    r"|(?:[A-Z0-9]+_)?CSRF_TRUSTED_ORIGINS"
    r"|(?:(?!S3|MINIO|R2|CDN|STORAGE|BUCKET|ASSETS?|MEDIA|IMAGES?|OIDC|OAUTH|SAML|LDAP)[A-Z0-9]+_)*"
    r"(?:PUBLIC|EXTERNAL|ROOT|SITE|CANONICAL)_?URL"
)
# names that a second program of the checkout may be meant by
OF_SEVERAL = re.compile(r"(?:FRONTEND|BACKEND|API|SERVER|WEB|NEXT_PUBLIC_APP)_\w+|ORIGIN")
_ADDRESS = re.compile(r"\w+(?:URL|ROOT|URI|ORIGINS?)|ORIGIN")
_DOMAIN = re.compile(r"\w*DOMAIN(?:_NAME)?|(?:PHX|CANONICAL|VIRTUAL|URL|SITE|PUBLIC|EXTERNAL|INSTANCE)_HOST(?:NAME)?")
_SAMPLE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}")


def address_of(name: str, sample: str) -> str | None:
    """What a setting of this name gets; a list in JSON is left to the user."""
    sample = sample.strip("\"'")
    if not ASKED.fullmatch(name) or sample.startswith(("[", "{", "/")):
        return None
    if "://" in sample:
        return "${address.url}/" if sample.endswith("/") else "${address.url}"
    if name.endswith("ALLOWED_HOSTS"):
        return "${address.domains}"
    if _ADDRESS.fullmatch(name):
        return "${address.url}"
    return "${address.domain}" if _DOMAIN.fullmatch(name) or _SAMPLE.fullmatch(sample) else None


def asking(name: str, said: Said) -> str:
    """The remark that asks for an address."""
    return f'{name}: where people reach it, for example "https://example.org" ({said.where})'


def of_each(programs: Sequence[Program]) -> list[Program]:
    """The same programs; where there are several, what may be another's address is asked for."""
    if len(programs) < 2 or any(one.together for one in programs):
        return list(programs)
    return [_without_others(one) for one in programs]


def _without_others(one: Program) -> Program:
    others = {
        name: said
        for name, said in one.environment.items()
        if OF_SEVERAL.fullmatch(name) and said.text.startswith("${address.")
    }
    environment = {name: said for name, said in one.environment.items() if name not in others}
    return replace(one, environment=environment, open=(*(asking(*item) for item in others.items()), *one.open))
