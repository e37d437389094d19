"""Which files say that a folder is a project of some runtime."""

import posixpath
import re

from toolkit.collect.programs.tree import Tree, split, text
from toolkit.program import Runtime

# package.json last: most Rails, Django and Laravel programs have one for their assets
_MANIFESTS: tuple[tuple[str, Runtime], ...] = (
    (r"Gemfile|config\.ru", "ruby"),
    (r"composer\.json", "php"),
    (r"requirements(?:[.-]prod\w*)?\.txt|pyproject\.toml|Pipfile|setup\.py|manage\.py", "python"),
    (r"go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|.*\.(?:cs|fs|vb)proj|.*\.slnx?", "binary"),
    (r"package\.json", "node"),
)
_INCLUDED = re.compile(r"(?m)^\s*(?:-r|--requirement)[\s=]+([\w./-]+)")
_MOST_INCLUDED = 10
_FORMS = [(re.compile(form), runtime) for form, runtime in _MANIFESTS]


def runtime_of(tree: Tree, folder: str) -> Runtime | None:
    """The runtime that the manifests of a folder speak of."""
    names = tree.folders.get(folder, frozenset())
    return next((runtime for form, runtime in _FORMS if any(map(form.fullmatch, names))), None)


def has_manifest(tree: Tree, folder: str) -> bool:
    """Whether a folder is a project."""
    return runtime_of(tree, folder) is not None


def with_included(tree: Tree, path: str) -> str:
    """The text of a manifest, and of the lists of requirements that it includes (`-r base.txt`)."""
    paths = [path]
    for one in paths:
        for name in _INCLUDED.findall(text(tree, one)) if one.endswith(".txt") else ():
            other = posixpath.normpath(posixpath.join(split(one)[0], name))
            if other not in paths and len(paths) < _MOST_INCLUDED:
                paths.append(other)
    return "\n".join(text(tree, one) for one in paths)
