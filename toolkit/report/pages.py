"""Pages that open offline and run nothing but their own inline script: template → one HTML document.

Every string that is not markup becomes visible (`escape.visible`) and is then escaped by Jinja. The page's
Content-Security-Policy allows exactly the style and the script that were written here, by their hashes.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from toolkit.report.escape import spans, visible


def page(template: str, values: Mapping[str, object], *, script: str | None = None) -> str:
    """The template of that name with these values; `script` names a file beside it."""
    environment = Environment(
        loader=PackageLoader("toolkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters["digest"] = _digest
    environment.filters["prose"] = _prose
    inline = {"style": _asset("style.css"), "script": _asset(script) if script else Markup("")}
    return environment.get_template(template).render(**inline, **values, written=_written()) + "\n"


def _written() -> str:
    """Today, or the day that whoever builds reproducibly names (https://reproducible-builds.org/docs/source-date-epoch/)."""
    named = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(named), UTC) if named.isdecimal() and len(named) < 12 else datetime.now(UTC)
    return moment.date().isoformat()


def _prose(text: str) -> Markup:
    """A sentence with `commands` in backticks."""
    parts = ((escape(visible(part)), quoted) for part, quoted in spans(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if quoted else part for part, quoted in parts)


def _asset(name: str) -> Markup:
    text = resources.files("toolkit.report").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file, never scanned text


def _digest(content: Markup) -> str:
    """The CSP source expression of an inline element with this content."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
