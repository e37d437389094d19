"""What the walk meets and what it passes by."""

import os
from pathlib import Path

import pytest

from toolkit.collect.files.walk import walk


def paths(root: Path) -> set[str]:
    errors: list[str] = []
    found = {
        file.path
        for folder in walk(str(root), lambda path, why: errors.append(f"{path}: {why}"))
        for file in folder.files
    }
    assert errors == []
    return found


def plant(root: Path, *names: str, **texts: str) -> None:
    for name in (*names, *texts):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(name, ""))


def test_links_are_never_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    plant(outside, "secret.py")
    plant(root, "a/real.py")
    (root / "a/loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    (root / "file.py").symlink_to(outside / "secret.py")
    (root / "dangling").symlink_to(root / "nowhere")
    os.mkfifo(root / "pipe")
    assert paths(root) == {"a/real.py"}


def test_installed_packages_are_pruned(tmp_path: Path) -> None:
    plant(tmp_path, "node_modules/x/i.js", ".git/config", "a/.venv/x.py", "my-env/pyvenv.cfg", "my-env/x.py")
    plant(tmp_path, "vendor/autoload.php", "vendor/x/y.php", "app/vendor/own.js", "src/x.py")
    assert paths(tmp_path) == {"app/vendor/own.js", "src/x.py"}


@pytest.mark.parametrize(
    ("rules", "seen"),
    [
        ("*.log\n", {"a.py", "b/a.py", "b/keep.txt", ".env.local", "b/prod.tfvars"}),
        ("*.log\n!b/x.log\n", {"a.py", "b/a.py", "b/keep.txt", "b/x.log", ".env.local", "b/prod.tfvars"}),
        ("/a.py\n", {"b/a.py", "b/keep.txt", "a.log", "b/x.log", ".env.local", "b/prod.tfvars"}),
        ("b/\n", {"a.py", "a.log", ".env.local"}),
        ("b/*\n!b/keep.txt\n", {"a.py", "a.log", "b/keep.txt", ".env.local", "b/prod.tfvars"}),
        (".env*\n*.tfvars\n", {"a.py", "a.log", "b/a.py", "b/keep.txt", "b/x.log", ".env.local", "b/prod.tfvars"}),
        (
            "# a.py\n\n  \n*a*a*a*a*a*a*\n",
            {"a.py", "a.log", "b/a.py", "b/keep.txt", "b/x.log", ".env.local", "b/prod.tfvars"},
        ),
        ("[", {"a.py", "a.log", "b/a.py", "b/keep.txt", "b/x.log", ".env.local", "b/prod.tfvars"}),
    ],
)
def test_gitignore(tmp_path: Path, rules: str, seen: set[str]) -> None:
    plant(tmp_path, "a.py", "a.log", "b/a.py", "b/keep.txt", "b/x.log", ".env.local", "b/prod.tfvars")
    (tmp_path / ".gitignore").write_text(rules)
    assert paths(tmp_path) == seen | {".gitignore"}


def test_how_it_is_built_and_run_is_looked_at(tmp_path: Path) -> None:
    plant(tmp_path, "Dockerfile", "docker-compose.yml", "in/compose.prod.yaml", "dockerfiles.txt", "composer.yml")
    (tmp_path / ".gitignore").write_text("Dockerfile\n*.yml\n*.yaml\n*.txt\n")
    assert paths(tmp_path) == {".gitignore", "Dockerfile", "docker-compose.yml", "in/compose.prod.yaml"}


def test_settings_and_manifests_are_looked_at(tmp_path: Path) -> None:
    kept = {"package.json", "src/main/resources/application-dev.yaml", "Web/appsettings.json", "local_settings.py"}
    plant(tmp_path, *kept, "config.log", "my-application.yaml", "build/package.json")
    (tmp_path / ".gitignore").write_text("build/\n*.json\n*.yaml\n*.py\n*.log\n")
    assert paths(tmp_path) == kept | {".gitignore"}


def test_a_rule_against_all_hidden_files_spares_what_describes_the_platform(tmp_path: Path) -> None:
    plant(tmp_path, ".github/workflows/ci.yml", ".codecov.yml", ".circleci/config.yml", ".secrets", ".idea/x.xml")
    (tmp_path / ".gitignore").write_text(".*\n")
    assert paths(tmp_path) == {".github/workflows/ci.yml", ".codecov.yml", ".circleci/config.yml"}


def test_inner_rules_win(tmp_path: Path) -> None:
    plant(tmp_path, "x.txt", "in/x.txt", "in/deep/x.txt")
    (tmp_path / ".gitignore").write_text("x.txt\n")
    (tmp_path / "in/.gitignore").write_text("!x.txt\n/deep/x.txt\n")
    assert {path for path in paths(tmp_path) if path.endswith(".txt")} == {"in/x.txt"}


def test_offrampignore_also_hides_environment_files(tmp_path: Path) -> None:
    plant(tmp_path, ".env", "old/.env", "old/app.py", "app.py")
    (tmp_path / ".offrampignore").write_text("old/\n.env\n")
    assert paths(tmp_path) == {".offrampignore", "app.py"}


def test_an_unreadable_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "closed/x.py", "open/y.py")
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).rstrip("/").endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    errors: list[tuple[str, str]] = []
    found = [
        file.path
        for folder in walk(str(tmp_path), lambda path, why: errors.append((path, why)))
        for file in folder.files
    ]
    assert found == ["open/y.py"]
    assert errors == [("closed/", "Permission denied")]
