"""What the packer of application sources takes and leaves, compared with git itself."""

import hashlib
import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PACK = Path(__file__).parents[2] / "playbooks/_folder/files/pack"
_loader = importlib.machinery.SourceFileLoader("pack", str(PACK))
_spec = importlib.util.spec_from_loader("pack", _loader)
assert _spec
sys.dont_write_bytecode, _kept = True, sys.dont_write_bytecode
pack = importlib.util.module_from_spec(_spec)
_loader.exec_module(pack)
sys.dont_write_bytecode = _kept


def packed(folder: Path, archive: Path) -> tuple[str, list[str]]:
    done = subprocess.run([sys.executable, PACK, folder, archive], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with tarfile.open(archive) as tar:
        return done.stdout.strip(), tar.getnames()


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def test_what_stays_behind(tmp_path: Path) -> None:
    source = tmp_path / "source"
    tree(source, "app.py", "keep.log", "logs/today.log", "build/out", "sub/build/kept", "vendor/lib/a", "vendor/lib/b")
    tree(source, "sub/.env", "sub/.env.local", "prod.env", "x.tfstate", "x.tfstate.backup", "secret.tfvars")
    tree(source, ".git/config", "node_modules/x/y", "a/__pycache__/b.pyc")
    (source / ".gitignore").write_text("# comment\n*.log\n!keep.log\n/build/\n\nvendor/**/a\n")
    (source / "sub/.gitignore").write_text("local\n")
    tree(source, "sub/local", "local")
    (source / "inside").symlink_to("app.py")
    (source / "outside").symlink_to("/etc/passwd")
    _, names = packed(source, tmp_path / "out/a.tar.gz")
    assert names == sorted(
        [".gitignore", "app.py", "inside", "keep.log", "local", "sub/.gitignore", "sub/build/kept", "vendor/lib/b"]
    )


def test_the_same_sources_give_the_same_archive(tmp_path: Path) -> None:
    digests = set()
    for name in ("one", "two"):
        tree(tmp_path / name, "b/c.py", "a.py")
        (tmp_path / name / "a.py").chmod(0o755)
        digest, _ = packed(tmp_path / name, tmp_path / f"{name}.tar.gz")
        assert digest == hashlib.sha256((tmp_path / f"{name}.tar.gz").read_bytes()).hexdigest()
        digests.add(digest)
    assert len(digests) == 1
    (tmp_path / "two/a.py").write_text("changed")
    assert packed(tmp_path / "two", tmp_path / "two.tar.gz")[0] not in digests


def test_an_edit_that_keeps_the_size_is_seen_by_python(tmp_path: Path) -> None:
    times = set()
    for text in ("A = 1", "A = 2"):
        tree(tmp_path / "source", "a.py")
        (tmp_path / "source/a.py").write_text(text)
        packed(tmp_path / "source", tmp_path / "a.tar.gz")
        with tarfile.open(tmp_path / "a.tar.gz") as archive:
            times.add(archive.getmember("a.py").mtime)
    assert len(times) == 2


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, PACK, tmp_path / "no", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "offramp_sources" in done.stderr


PARTS = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "?", "**", "[ab]", "[!a]", "a.b", "\\*"])
PATTERN = st.builds(
    lambda back, anchor, parts, end: f"{back}{anchor}{'/'.join(parts)}{end}",
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)
PATH = st.lists(st.sampled_from(["a", "b", "ab", "ba", "a.b", "c"]), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


@settings(max_examples=300)
@given(lines=st.lists(PATTERN, min_size=1, max_size=3), path=PATH)
def test_patterns_mean_what_git_says(repository: Path, lines: list[str], path: str) -> None:
    """A file is left out when a rule says so of it or of a folder above it, the last rule deciding on each level."""
    (repository / ".gitignore").write_text("".join(f"{line}\n" for line in lines))
    command = ["git", "-C", repository, "check-ignore", "--quiet", "--no-index", "--", path]
    rules = [pack.rule(line) for line in lines]
    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    ours = any(pack.left_out(folder, True, rules) for folder in above) or pack.left_out(path, False, rules)
    assert ours == (subprocess.run(command, check=False).returncode == 0), (lines, path)


@pytest.mark.parametrize(
    ("line", "path"), [("a]b", "a]b"), ("a[b", "a[b"), ("a[]b", "a[]b"), ("a ", "a"), ("\\#x", "#x"), ("\\!x", "!x")]
)
def test_odd_patterns(line: str, path: str) -> None:
    assert pack.left_out(path, False, [pack.rule(line)])


@pytest.mark.parametrize(
    "line", ["*a" * 12 + "b", "**/a/" * 12 + "b", "**/*a*/" * 8 + "b", "[z-a]*", "[a", "\\", "[!]"]
)
def test_a_gitignore_that_means_harm_neither_stops_the_packing_nor_ends_it(tmp_path: Path, line: str) -> None:
    """Each of these took years, or ended in a traceback."""
    source = tmp_path / "source"
    tree(source, "a" * 120, "a/" * 40 + "y", "app.py")
    (source / ".gitignore").write_text(line + "\n")
    done = subprocess.run(
        [sys.executable, PACK, source, tmp_path / "a.tar.gz"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        assert "app.py" in tar.getnames()


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*a*b", "xaxxab", True), ("*a*b", "xbxa", False), ("a*b*c", "abbc", True), ("**/x/**/y", "a/x/b/c/y", True),
        ("**/x/**/y", "x/y", True), ("**/x/**/y", "x/a/z", False), ("a/**", "a/b/c", True), ("a/*/c", "a/b/c", True),
        ("a/*/c", "a/b/b/c", False), ("*.tar.*", "x.tar.tar.gz", True), ("[a-c]*[0-9]", "b77", True),
    ],
)  # fmt: skip
def test_stars_take_the_first_fit_and_miss_nothing(glob: str, path: str, matches: bool) -> None:
    pattern, _, _ = pack.rule(glob)
    assert (pattern.fullmatch(path) is not None) is matches


def test_what_offramp_made_stays_behind(tmp_path: Path) -> None:
    source = tmp_path / "source"
    tree(source, "app.py", "board.key", "other.vault-key", "web/manifest.json", "web/infra/main.py", "gobag/infra/x")
    tree(source, "infra/offramp-manifest.json", "infra/site.yml", "old/infra/offramp-manifest.json", "keys/old")
    tree(source, "copies/a/identity.users.jsonl", "copies/b/identity.users.jsonl", "copies/b/.export-state.json")
    (source / "infra/ansible.cfg").write_text(f"[defaults]\nvault_password_file = {source}/board.key\n")
    (source / "old/infra/ansible.cfg").write_text("[defaults]\nvault_password_file = ../../keys/old\n")
    (source / "link").symlink_to("board.key")
    (source / "web/manifest.json").write_text('{"name": "an app", "files": []}')
    (source / "copies/a/manifest.json").write_text('{"schema_version": "1.0", "datasets": {}}')
    bag = '{"schema_version": "1.0", "debian": 13, "parts": [], "files": []}'
    (source / "gobag/manifest.json").write_text(bag)
    _, names = packed(source, tmp_path / "out/a.tar.gz")
    assert names == ["app.py", "web/infra/main.py", "web/manifest.json"]


def test_the_key_of_the_project_that_packs_stays_behind(tmp_path: Path) -> None:
    source = tmp_path / "source"
    tree(source, "app.py", "board.key")
    program = tmp_path / "infra/roles/_folder/files/pack"
    tree(tmp_path, "infra/ansible.cfg", "infra/roles/_folder/files/pack")
    (tmp_path / "infra/ansible.cfg").write_text(f"[defaults]\nvault_password_file = {source}/board.key\n")
    shutil.copy(PACK, program)
    subprocess.run([sys.executable, program, source, tmp_path / "a.tar.gz"], capture_output=True, check=True)
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        assert tar.getnames() == ["app.py"]
