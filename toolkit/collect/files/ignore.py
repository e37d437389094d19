"""`.gitignore` and `.offrampignore`: which entries of a folder are not looked at.

In: the text of an ignore file. Out: one `Rules` per file, asked about paths relative to that file's folder. The last
rule that matches decides, as in Git. Git itself never runs: a repository's configuration can execute programs.
"""

import re
from collections.abc import Iterable

from toolkit.globs import any_of, regex_of

# What a platform runs with is often exactly what Git must not see: these are looked at, by name only, never for values.
# What says how it is built and run is the platform's, whoever keeps it out of Git, or had it there first.
_WANTED = re.compile(
    r"\.env($|[.\-_])|.*\.tfvars(\.json)?$|.*\.tfstate$|\.envrc$|Dockerfile($|\.)"
    r"|\.(github|circleci|buildkite|gitlab|devcontainer)$|\.[a-z\-]+\.ya?ml$|(docker-)?compose([.\-][.\w\-]*)?\.ya?ml$"
    r"|(application|bootstrap|appsettings|local_settings|settings|config|secrets|wp-config)([.\-_][\w.\-]*)?"
    r"\.(ya?ml|json|properties|toml|ini|py|php|hjson)$|(package|composer|google-services)\.json$|GoogleService-Info\.plist$"
    r"|(yarn|composer)\.lock$|package-lock\.json$|Gemfile(\.lock)?$|Jenkinsfile"
)
# Every path is asked about all rules in force. What is beyond these numbers is no rule, and that is said.
_MOST_GLOBS = 1_000  # in force at one place, besides plain names and extensions
_MOST_LINES = 20_000  # of one file
_WITHIN = re.compile(r"(^|/)\.(github|circleci|buildkite|gitlab|devcontainer)/")


class _Group:
    """Consecutive rules of one sign: any of them matching is enough, so plain names become one set lookup."""

    def __init__(self, negated: bool) -> None:
        self.negated = negated
        self.names: set[str] = set()  # files and folders
        self.folders: set[str] = set()  # folders only
        self.extensions: set[str] = set()
        self.regexes: list[str] = []
        self.regex: re.Pattern[str] | None = None

    def add(self, glob: str) -> None:
        if re.fullmatch(r"[\w.\-@+]+", glob):
            self.names.add(glob)
        elif re.fullmatch(r"[\w.\-@+]+/", glob):
            self.folders.add(glob[:-1])
        elif re.fullmatch(r"\*\.[\w\-]+", glob):
            self.extensions.add(glob[2:])
        elif (regex := regex_of(glob)) is not None:
            self.regexes.append(regex)

    def matches(self, path: str, name: str, is_folder: bool) -> bool:
        if name in self.names or (is_folder and name in self.folders):
            return True
        if self.extensions and name.rpartition(".")[2] in self.extensions and "." in name:
            return True
        return self.regex is not None and self.regex.match(path + "/" if is_folder else path) is not None


class Rules:
    """One ignore file, with room for so many globs that are more than names."""

    def __init__(self, lines: Iterable[str], room: int = _MOST_GLOBS) -> None:
        self.cut = False  # whether some of it was left out
        self._groups: list[_Group] = []
        self.any = _Group(negated=False)  # most paths match none, and are asked once
        for number, line in enumerate(lines):
            glob = line.rstrip("\r\n").rstrip(" ")
            if not glob or glob.startswith("#"):
                continue
            if number >= _MOST_LINES or len(self.any.regexes) >= room:
                self.cut = True
                break
            negated = glob.startswith("!")
            if not self._groups or self._groups[-1].negated != negated:
                self._groups.append(_Group(negated))
            self._groups[-1].add(glob.removeprefix("!"))
            self.any.add(glob.removeprefix("!"))
        for group in (self.any, *self._groups):
            group.regex = any_of(group.regexes) if group.regexes else None
        self._groups.reverse()

    def decide(self, path: str, name: str, is_folder: bool) -> bool | None:
        """True: ignored, False: taken back in by a "!" rule, None: nothing said."""
        if not self.any.matches(path, name, is_folder):
            return None
        for group in self._groups:
            if group.matches(path, name, is_folder):
                return not group.negated
        return None


class Ignores:
    """The ignore files that apply in one folder, innermost last."""

    def __init__(self, git: tuple[tuple[int, Rules], ...] = (), own: tuple[tuple[int, Rules], ...] = ()) -> None:
        self._git, self._own = git, own  # (length of the rules' folder's path with its slash, rules)
        every = [rules.any for _, rules in git + own]
        self._names = frozenset[str]().union(*(one.names | one.folders for one in every))
        self._extensions = frozenset[str]().union(*(one.extensions for one in every))
        self._globs = sum(len(one.regexes) for one in every)
        self._regexes = [(at, rules.any.regex) for at, rules in git + own if rules.any.regex]

    def __bool__(self) -> bool:
        return bool(self._git or self._own)

    @property
    def cut(self) -> bool:
        """Whether the innermost files have rules that were left out."""
        return any(rules.cut for _, rules in (*self._git[-1:], *self._own[-1:]))

    def inside(self, folder: str, git: str | None, own: str | None) -> "Ignores":
        """What applies in `folder` ("" or "a/b/"), given the text of its own ignore files."""
        if git is None and own is None:
            return self
        at, room = len(folder), _MOST_GLOBS - self._globs
        more_git = ((at, Rules(git.split("\n"), room)),) if git is not None else ()
        more_own = ((at, Rules(own.split("\n"), room)),) if own is not None else ()
        return Ignores(self._git + more_git, self._own + more_own)

    def _mention(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether any rule at all matches. One question for all files of rules, since for most paths none does."""
        if name in self._names or name.rpartition(".")[2] in self._extensions:
            return True
        whole = path + "/" if is_folder else path
        for at, regex in self._regexes:  # noqa: SIM110 - asked for every file
            if regex.match(whole[at:]):
                return True
        return False

    def hide(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether `path` (relative to the root) is not to be looked at."""
        if not self._mention(path, name, is_folder):
            return False
        if _decide(self._own, path, name, is_folder):
            return True
        return bool(_decide(self._git, path, name, is_folder)) and not (_WANTED.match(name) or _WITHIN.search(path))


def _decide(rules: tuple[tuple[int, Rules], ...], path: str, name: str, is_folder: bool) -> bool:
    for at, one in reversed(rules):
        decided = one.decide(path[at:], name, is_folder)
        if decided is not None:
            return decided
    return False
