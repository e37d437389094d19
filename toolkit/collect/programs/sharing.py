"""One domain for a page and the server it speaks to: which paths go to the server is what the page's builder says.

In development a page is served by its builder, which passes some paths on (`server.proxy` of Vite, `proxy.conf.json` of
Angular). In production nginx does the same.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from toolkit.collect.programs.facts import Fact, json_object
from toolkit.collect.programs.tree import Tree, at, line_of, text
from toolkit.program import Program

_PROXY = re.compile(r"\bproxy\s*:\s*\{")
_KEY = re.compile(r"""['"]\^?(/[\w-]+(?:/[\w-]+)*)/?(?:\.\*|\*\*?)?['"]\s*:""")
_MOST = 10
_FAR = 3000  # characters that the table of a proxy may have


def passed_on(tree: Tree, folder: str) -> Iterator[Fact]:
    """Facts "proxy" of the page in a folder."""
    for name in ("vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs", "vue.config.js"):
        content = text(tree, folder + name)
        if found := _PROXY.search(content):
            inside = _braces(content[found.end() - 1 : found.end() + _FAR])
            for match in list(_KEY.finditer(inside))[:_MOST]:
                yield Fact(folder, "proxy", match[1], at(folder + name, line_of(content, match[0])))
    content = text(tree, f"{folder}proxy.conf.json")
    for key in list(json_object(content))[:_MOST]:
        if path := _KEY.fullmatch(f"'{key}':"):
            yield Fact(folder, "proxy", path[1], at(f"{folder}proxy.conf.json", line_of(content, key)))


def _braces(content: str) -> str:
    """The text up to the brace that closes the first one."""
    depth = 0
    for position, char in enumerate(content):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return content[:position]
    return content


def shared(programs: Sequence[Program]) -> Iterator[Program]:
    """The same programs; a page and the only server beside it are together where the page passes paths on."""
    pages = [one for one in programs if "/" in one.serve and not one.start]
    servers = [one for one in programs if one.start]
    together = len(pages) == len(servers) == 1 == len(programs) - 1 and pages[0].paths
    for one in programs:
        if not together:
            yield replace(one, paths=())
        elif one is servers[0]:
            yield replace(one, paths=pages[0].paths, together=True)
        else:
            yield replace(one, paths=(), together=True)
