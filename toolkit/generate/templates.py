"""Text files from Jinja templates. None is a page: what comes from outside passes `hcl` or `plain` on its way in."""

import re

import jinja2

from toolkit.generate import hcl


def render(source: str, **values: object) -> str:
    """A template's text with these values; a name the template uses and nobody gave is an error."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # HCL, Markdown and INI, escaped by the filters
    )
    environment.filters |= {"hcl": hcl.literal, "plain": plain}
    return environment.from_string(source).render(**values)


def plain(text: str) -> str:
    """Text from outside that stands for itself in Markdown, on one line."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&])", r"\\\1", line)
