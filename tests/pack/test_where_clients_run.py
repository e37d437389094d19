"""Package managers read settings and programs from the folder they run in, and from those above: never a stranger's."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from toolkit.errors import ProgramFailed
from toolkit.tools import go, maven, npm, pip

_NOWHERE = "http://127.0.0.1:1/"  # nothing answers there


def _needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture(params=["where Offramp was started", "above temporary folders"])
def stranger(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that somebody else may write."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    if request.param == "where Offramp was started":
        monkeypatch.chdir(folder)
    else:
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@_needs("mvn")
def test_maven_takes_no_option_of_java_from_there(
    stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stranger / ".mvn").mkdir()
    (stranger / ".mvn/jvm.config").write_text(f"-Xlog:gc:file={tmp_path}/ran\n")
    (stranger / ".mvn/maven.config").write_text("--no-such-option\n")
    (tmp_path / ".m2").mkdir()
    mirror = f"<mirror><id>none</id><mirrorOf>*</mirrorOf><url>{_NOWHERE}</url></mirror>"
    (tmp_path / ".m2/settings.xml").write_text(f"<settings><mirrors>{mirror}</mirrors></settings>")
    monkeypatch.setenv("MAVEN_OPTS", f"-Duser.home={tmp_path}")
    source = tmp_path / "board"
    source.mkdir()
    (source / "pom.xml").write_text("<project/>")
    with pytest.raises(ProgramFailed) as failure:
        maven.copy("org.example:no-such:1:jar", tmp_path / "into")
    assert "no-such-option" not in failure.value.what
    with pytest.raises(ProgramFailed) as failure:
        maven.fill_repository(source, tmp_path / "repository")
    assert "no-such-option" not in failure.value.what
    assert not (tmp_path / "ran").exists()


def test_pip_loads_no_module_from_there(stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())
    (stranger / "pip").mkdir()
    for module in ("pip/__init__.py", "pip/__main__.py", "logging.py"):
        (stranger / module).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(ProgramFailed):
        pip.build(tmp_path / "no-project", tmp_path / "into")
    with pytest.raises(ProgramFailed):
        pip.download(["no-such"], tmp_path / "into", cwd=stranger)
    assert not (tmp_path / "ran").exists()


@_needs("npm")
def test_npm_takes_no_setting_from_there(stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("npm_config_registry", raising=False)
    (stranger / "package.json").write_text(json.dumps({"name": "root", "workspaces": ["*"]}))
    (stranger / ".npmrc").write_text("registry=http://stranger.invalid/\nfetch-retries=0\n")
    source = tmp_path / "board"
    source.mkdir()
    (source / ".npmrc").write_text(f"registry={_NOWHERE}\n")
    (source / "package.json").write_text(json.dumps({"name": "board", "dependencies": {"tiny": "1.0.0"}}))
    tiny = {"version": "1.0.0", "integrity": "sha512-AAAA"}
    packages = {"": {"dependencies": {"tiny": "1.0.0"}}, "node_modules/tiny": tiny}
    (source / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    (tmp_path / "npmrc").write_text("fetch-retries=0\n")
    with pytest.raises(ProgramFailed) as failure:
        npm.fill_cache(source, tmp_path / "cache", cpu="x64")
    assert "stranger.invalid" not in failure.value.what
    assert "127.0.0.1" in failure.value.what


@_needs("go")
def test_go_works_in_no_workspace_of_others(stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPROXY", (tmp_path / "proxy").as_uri())
    (stranger / "go.work").write_text("go 1.99\n\nuse ./elsewhere\n")
    source = tmp_path / "board"
    source.mkdir()
    (source / "go.mod").write_text("module board\n\ngo 1.19\n")
    go.fill_proxy(source, tmp_path / "proxy-made")
