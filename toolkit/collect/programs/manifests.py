"""Which files say that a folder is a project of some runtime."""

import re

from toolkit.collect.programs.tree import Tree
from toolkit.program import Runtime

# package.json last: most Rails, Django and Laravel programs have one for their assets
_MANIFESTS: tuple[tuple[str, Runtime], ...] = (
    (r"Gemfile|config\.ru", "ruby"),
    (r"composer\.json", "php"),
    (r"requirements(?:[.-]prod\w*)?\.txt|pyproject\.toml|Pipfile|setup\.py|manage\.py", "python"),
    (r"go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|.*\.(?:cs|fs|vb)proj|.*\.slnx?", "binary"),
    (r"package\.json", "node"),
)
_FORMS = [(re.compile(form), runtime) for form, runtime in _MANIFESTS]


def runtime_of(tree: Tree, folder: str) -> Runtime | None:
    """The runtime that the manifests of a folder speak of."""
    names = tree.folders.get(folder, frozenset())
    return next((runtime for form, runtime in _FORMS if any(map(form.fullmatch, names))), None)


def has_manifest(tree: Tree, folder: str) -> bool:
    """Whether a folder is a project."""
    return runtime_of(tree, folder) is not None
