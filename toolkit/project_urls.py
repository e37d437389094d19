"""Where Offramp's own documentation lies, as the installed package says: a fork's reports lead to the fork's pages."""

from importlib.metadata import PackageNotFoundError, metadata

_LABELS = ("documentation", "source", "repository", "homepage")  # in the order of preference


def documentation() -> str:
    """An https address, or nothing where the package names none (`[project.urls]`)."""
    try:
        named = metadata("offramp").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return chosen(named)


def chosen(named: list[str]) -> str:
    """Of lines `Label, https://…`."""
    urls = {label.strip().lower(): url.strip() for label, _, url in (line.partition(",") for line in named)}
    found = next((urls[label] for label in _LABELS if label in urls), "")
    return found if found.startswith("https://") else ""
