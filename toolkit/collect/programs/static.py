"""Static sites: what Hugo, Jekyll or Zola builds, and folders that are a site as they stand."""

from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.manifests import has_manifest
from toolkit.collect.programs.tree import Tree, at, homes, text

_GENERATORS: tuple[tuple[tuple[str, ...], str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("hugo.toml", "hugo.yaml", "hugo.yml"), "Hugo", ("hugo --minify",), "public", ("hugo",)),
    (("_config.yml",), "Jekyll", (), "_site", ("jekyll",)),
    (("zola.toml",), "Zola", ("zola build",), "public", ()),
)


def find(tree: Tree) -> Iterator[Standing]:
    """Folders with a generator's configuration; a page at the top of a checkout that has nothing to build."""
    for folder in homes(tree):
        names = tree.folders[folder]
        if found := _generated(tree, folder):
            yield found
        elif (
            folder in ("", "public/", "site/", "www/", "html/") and "index.html" in names and not has_manifest(tree, "")
        ):
            where = at(f"{folder}index.html", 1)
            yield Standing(folder, "static", "binary", tuple(_served(folder, ".", where)), page=True)


def _generated(tree: Tree, folder: str) -> Standing | None:
    names = tree.folders[folder]
    for files, stack, commands, output, packages in _GENERATORS:
        if not (name := next((name for name in files if name in names), "")):
            continue
        if (
            stack == "Jekyll"
            and "jekyll" not in text(tree, f"{folder}Gemfile")
            and f"{folder}_layouts/" not in tree.folders
        ):
            continue
        where = at(folder + name, 1)
        if stack == "Jekyll" and "Gemfile" in names:
            commands = ("bundle config set --local path ../bundle", "bundle install", "bundle exec jekyll build")
        elif stack == "Jekyll":
            commands = ("jekyll build",)
        facts = [Fact(folder, "install", command, where) for command in commands]
        facts += [Fact(folder, "package", package, where) for package in packages if "Gemfile" not in names]
        facts += _served(folder, output, where)
        return Standing(
            folder, stack, "ruby" if "Gemfile" in names and stack == "Jekyll" else "binary", tuple(facts), page=True
        )
    if (
        "config.toml" in names
        and f"{folder}content/" in tree.folders
        and "baseurl" in text(tree, f"{folder}config.toml").lower()
    ):
        where = at(f"{folder}config.toml", 1)
        facts = [Fact(folder, "install", "hugo --minify", where), Fact(folder, "package", "hugo", where)]
        return Standing(folder, "Hugo", "binary", (*facts, *_served(folder, "public", where)), page=True)
    return None


def _served(folder: str, output: str, where: str) -> Iterator[Fact]:
    """The web server serves the files itself."""
    yield Fact(folder, "serve", output, where, "/")
