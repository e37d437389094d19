"""Which format offers what: a misspelt function would silently be absent."""

import pytest

from toolkit.console import formats


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("render", ("cyclonedx", "html", "json", "markdown", "sarif", "text")),
        ("render_simulation", ("json", "text")),
        ("render_plan", ("html", "json", "markdown", "text")),
        ("render_verdict", ("github", "json", "junit", "markdown", "sarif", "text")),
        ("render_rule", ("json", "text")),
        ("render_explanation", ("json", "text")),
        ("render_catalog", ("json", "text")),
        ("render_entry", ("json", "text")),
        ("render_needs", ("json", "text")),
    ],
)
def test_every_format_by_name(function: str, names: tuple[str, ...]) -> None:
    assert formats(function) == names
