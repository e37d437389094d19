"""What a stranger's pom.xml may do while packing, with the real Maven and a repository on loopback."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toolkit import strays
from toolkit.errors import ProgramFailed
from toolkit.pack import poms
from toolkit.tools import maven

pytestmark = pytest.mark.skipif(shutil.which("mvn") is None, reason="Maven is not installed")
EVIL = "<groupId>evil</groupId><artifactId>evil</artifactId><version>1</version>"
EXTENSION = f"<extensions><extension>{EVIL}</extension></extensions>"
PLUGIN = f"<plugin>{EVIL}<extensions>true</extensions></plugin>"
ACTIVE = "<activation><activeByDefault>true</activeByDefault></activation>"
PROFILE = f"<profiles><profile><id>a</id>{ACTIVE}{{}}</profile></profiles>"
REPOSITORY = "<id>ours</id><url>{url}/evil</url>"
DEPENDENCY = "<artifactId>maven-dependency-plugin</artifactId>"


def _pom(inside: str, name: str = "board") -> str:
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f"<groupId>org.example</groupId><artifactId>{name}</artifactId><version>1</version>"
        f"<packaging>pom</packaging>{inside}</project>"
    )


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What everybody's only repository was asked for, and with which login; it has nothing."""
    seen: list[str] = []

    class Repository(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers.get('Authorization', '')}")
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Repository) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        mirror = f"<mirror><id>none</id><mirrorOf>central</mirrorOf><url>{url}/mirror</url></mirror>"
        login = "<server><id>ours</id><username>us</username><password>planted</password></server>"
        (tmp_path / ".m2").mkdir()
        settings = f"<settings><mirrors>{mirror}</mirrors><servers>{login}</servers></settings>"
        (tmp_path / ".m2/settings.xml").write_text(settings)
        monkeypatch.setenv("MAVEN_OPTS", f"-Duser.home={tmp_path}")
        monkeypatch.setenv("STRANGERS", url)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "inside",
    [
        f"<build>{EXTENSION}</build>",
        f"<build><plugins>{PLUGIN}</plugins></build>",
        PROFILE.format(f"<build>{EXTENSION}</build>"),
        f"<pluginRepositories><pluginRepository>{REPOSITORY}</pluginRepository></pluginRepositories>",
    ],
    ids=["extension", "plugin", "profile", "repository"],
)
def test_nothing_of_its_author_is_loaded_and_no_login_sent(
    inside: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    source = tmp_path / "board"
    source.mkdir()
    (source / "pom.xml").write_text(_pom(inside.replace("{url}", os.environ["STRANGERS"])))
    with strays.folder("test") as folder:
        said = poms.copied(source, folder, tmp_path / "repository")
        with pytest.raises(ProgramFailed):
            maven.fill_repository(folder, tmp_path / "repository")
    assert said
    assert asked, "Maven asked for its own plugin"
    assert not [one for one in asked if "evil" in one or "Basic" in one]


def test_what_the_running_plugin_does_is_not_said_by_a_pom(tmp_path: Path) -> None:
    source, folder = tmp_path / "board", tmp_path / "copies"
    (source / "part").mkdir(parents=True)
    inside = (
        "<properties><outputFile>/tmp/x</outputFile><kept>1</kept></properties><modules><module>part</module></modules>"
        f"<build><plugins><plugin>{DEPENDENCY}<version>3.6.0</version><configuration><outputFile>/tmp/x</outputFile>"
        f"</configuration><dependencies><dependency>{EVIL}</dependency></dependencies></plugin></plugins></build>"
    )
    (source / "pom.xml").write_text(_pom(inside))
    (source / "part/pom.xml").symlink_to("/etc/hostname")
    assert poms.copied(source, folder, tmp_path / "repository") == ["pom.xml: where maven-dependency-plugin writes"]
    text = (folder / "pom.xml").read_text()
    assert "/tmp/x" not in text
    assert "evil" not in text
    assert "3.6.0" in text
    assert "<kept>1</kept>" in text
    assert not (folder / "part").exists()


@pytest.mark.parametrize(
    "inside",
    [
        "<modules><module>../../elsewhere</module></modules>",
        "<modules><module>/etc</module></modules>",
        "<modules><module>..\\..\\elsewhere</module></modules>",
        "<modules><module>${user.home}/x</module></modules>",
        "<profiles><profile><id>a</id><modules><module>../x</module></modules></profile></profiles>",
        f"<parent>{EVIL}<relativePath>../../evil</relativePath></parent>",
        f"<parent>{EVIL.replace('1', '[1,2)')}</parent>",
        f"<parent>{EVIL.replace('1', '${v}')}</parent>",
        "<a>" * 5_000 + "</a>" * 5_000,
        "<a>",
    ],
)
def test_a_pom_leads_to_no_other(inside: str, tmp_path: Path) -> None:
    (tmp_path / "board").mkdir()
    (tmp_path / "board/pom.xml").write_text(_pom(inside))
    with pytest.raises(ProgramFailed):
        poms.copied(tmp_path / "board", tmp_path / "copies", tmp_path / "repository")


def test_a_parent_beside_is_none_that_is_fetched(asked: list[str], tmp_path: Path) -> None:
    source = tmp_path / "board"
    (source / "part").mkdir(parents=True)
    (source / "pom.xml").write_text(_pom("<modules><module>part</module></modules>"))
    parent = "<parent><groupId>org.example</groupId><artifactId>{}</artifactId><version>1</version></parent>"
    (source / "part/pom.xml").write_text(_pom(parent.format("board"), "part"))
    assert poms.copied(source, tmp_path / "copies", tmp_path / "repository") == []
    assert not asked
    (source / "part/pom.xml").write_text(_pom(parent.format("other"), "part"))
    with pytest.raises(ProgramFailed):
        poms.copied(source, tmp_path / "more", tmp_path / "repository")
    assert asked
