"""Copies of others' files at the edge: the real export, the blueprint's own program and templates, a real nginx."""

import base64
import gzip
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from nginx_server import MAIN, free_port, names_lead_here, running, serving
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from toolkit.cli import cli

EDGE = Path(__file__).parents[2] / "playbooks/blueprints/edge"
TAKE = EDGE / "files/take_assets.py"
CDN, FONTS = "cdn.jsdelivr.net", "fonts.googleapis.com"
INPUTS: dict[str, Any] = {
    "edge_filter": "off",
    "edge_cache_mb": 10,
    "edge_stale_hours": 1,
    "edge_cache_seconds": 10,
    "edge_rules": [],
    "edge_max_body_mb": 1,
}
MORE = """
    location = /css2 {{
        default_type text/css;
        return 200 "@font-face {{ src: url(https://cdn.jsdelivr.net:{port}/i.woff2) }}";
    }}
    location = /latest.js {{ return 302 /a@1/a.js; }}
"""


# what HAProxy does there: two ways, by the path
FRONT = """
    server {{
        listen 127.0.0.1:{port};
        location /offramp-assets/ {{ proxy_pass http://unix:{folder}/assets.sock; }}
        location / {{ proxy_pass http://unix:{folder}/cache.sock; }}
    }}
"""


class Edge:
    """nginx as the edge has it, and what it was given."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.page, self.script = "", b"document.title = 'scripted'\n"
        self.front = free_port()

    def get(self, path: str, socket_name: str = "cache", **headers: str) -> httpx.Response:
        transport = httpx.HTTPTransport(uds=str(self.folder / f"{socket_name}.sock"))
        with httpx.Client(transport=transport, headers={"Host": "board.example", **headers}) as http:
            return http.get(f"http://board.example{path}")


def sri(content: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


def take(dataset: Path, into: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, TAKE, dataset, into], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def rendered(folder: Path, variables: dict[str, Any]) -> str:
    """The template as Ansible fills it in."""
    (folder / "variables.json").write_text(json.dumps(variables))
    words = ["ansible", "localhost", "-m", "ansible.builtin.template", "-e", f"@{folder}/variables.json"]
    words += ["-a", f"src={EDGE}/templates/cache.conf.j2 dest={folder}/cache.conf"]
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_HOME": str(folder / "ansible")}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "cache.conf").read_text()


def configured(folder: Path, copies: Path, origin: int, front: int, *, rewrite: bool) -> str:
    variables = {
        **INPUTS,
        "ansible_managed": "Ansible",
        "edge_has_assets": True,
        "edge_rewrites": rewrite,
        "edge_assets_here": str(copies),
    }
    text = rendered(folder, variables)
    text = text.replace("server unix:/run/haproxy/inner.sock max_fails=0;", f"server 127.0.0.1:{origin};")
    text = text.replace("/run/offramp-edge-cache", str(folder)).replace("/var/cache/offramp-edge", str(folder))
    return "user root;\n" + text.rstrip().removesuffix("}") + FRONT.format(port=front, folder=folder) + "}\n"


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Edge]:
    """What an export of a board's pages gave, taken into an archive and unpacked."""
    names = (CDN, FONTS)
    with serving(tmp_path / "cdn", names, more=MORE) as cdn, names_lead_here(names, tmp_path / "cdn/names.crt"):
        edge = Edge(tmp_path, cdn.port)
        cdn.put(CDN, "a@1/a.js", edge.script)
        cdn.put(CDN, "a@1/a.css", "@import '../more.css'; i { src: url(i.eot?#iefix) }")
        cdn.put(CDN, "more.css", "html { margin-left: 37px }")
        cdn.put(CDN, "a@1/i.eot", "eot")
        cdn.put(CDN, "i.woff2", b"wOF2")
        cdn.put(CDN, "x.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        at = f"https://{CDN}:{cdn.port}"
        edge.page = f"""<html><script src="{at}/a@1/a.js" integrity="{sri(edge.script)}" crossorigin></script>
<script src="{at}/latest.js"></script><script src="{at}/gone.js"></script>
<link rel=stylesheet href='//{CDN}:{cdn.port}/a@1/a.css'>
<link rel="stylesheet" href="https://{FONTS}:{cdn.port}/css2?family=Inter:wght@400;700&amp;display=swap">
<img src="{at}/x.svg"><a href="{at}/other.html">{CDN}</a></html>"""
        (tmp_path / "board").mkdir()
        (tmp_path / "board/page.html").write_text(edge.page)
        words = ["export", "assets", str(tmp_path / "board"), "--allow-private", "--to", str(tmp_path / "dataset")]
        CliRunner().invoke(cli, words, catch_exceptions=False, standalone_mode=False)
        yield edge


@pytest.fixture(params=[True, False], ids=["rewriting", "as it is"])
def edge(copies: Edge, request: pytest.FixtureRequest) -> Iterator[Edge]:
    """The same served by nginx before an origin that has the page."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
    assert program
    folder = copies.folder
    take(folder / "dataset", folder / "assets")
    with tarfile.open(folder / "assets/files.tar") as tar:
        tar.extractall(folder / "unpacked", filter="data")
    (folder / "origin/pages").mkdir(parents=True)
    (folder / "origin/pages/page.html").write_text(copies.page)
    (folder / "origin/pages/style.css").write_text(f"@import url(//{CDN}:{copies.port}/a@1/a.css);")
    origin = free_port()
    server = f"server {{ listen 127.0.0.1:{origin}; root {folder}/origin/pages; gzip on; gzip_min_length 1; }}"
    plain = MAIN.replace("    ssl_certificate {folder}/names.crt;\n    ssl_certificate_key {folder}/names.key;\n", "")
    configuration = configured(folder, folder / "unpacked", origin, copies.front, rewrite=request.param)
    with running(program, folder / "origin", plain.format(folder=folder / "origin", servers=server), origin):
        (folder / "nginx.conf").write_text(configuration)
        with subprocess.Popen([program, "-e", "stderr", "-c", folder / "nginx.conf"]) as process:
            try:
                _wait(folder / "assets.sock", process)
                yield copies
            finally:
                process.terminate()


def _wait(path: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(400):
        assert process.poll() is None, "nginx ended"
        with socket.socket(socket.AF_UNIX) as probe:
            if path.exists() and not probe.connect_ex(str(path)):
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def rewriting(request: pytest.FixtureRequest) -> bool:
    return "rewriting" in request.node.name


def test_copies_are_served_under_their_addresses(edge: Edge) -> None:
    at = f"/offramp-assets/{CDN}:{edge.port}"
    answer = edge.get(f"{at}/a@1/a.js", "assets")
    assert (answer.status_code, answer.content) == (200, edge.script)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert edge.get(f"{at}/latest.js", "assets").headers["Location"] == f"{at}/a@1/a.js"
    fonts = edge.get(f"/offramp-assets/{FONTS}:{edge.port}/css2?family=Inter:wght@400;700&display=swap", "assets")
    assert fonts.text == f'@font-face {{ src: url("../{CDN}:{edge.port}/i.woff2") }}'
    assert edge.get(f"{at}/i.woff2", "assets").headers["Content-Type"] == "font/woff2"
    assert edge.get(f"{at}/a@1/i.eot?", "assets").text == "eot"
    assert "sandbox" in edge.get(f"{at}/x.svg", "assets").headers["Content-Security-Policy"]
    for path in (f"{at}/gone.js", "/offramp-assets/", "/offramp-assets/../../etc/passwd", f"{at}/a@1/a.js?x", "/x"):
        assert edge.get(path, "assets").status_code == 404


@pytest.mark.parametrize("way", ["cache", "buffer"])
def test_pages_name_the_copies_only_where_that_is_asked_for(
    edge: Edge, way: str, request: pytest.FixtureRequest
) -> None:
    answer = edge.get("/page.html", way, **{"Accept-Encoding": "gzip"})
    if not rewriting(request):
        assert answer.text == edge.page
        return
    port, expected = edge.port, edge.page.replace(f"'//{CDN}", f"'/offramp-assets/{CDN}")
    for address in (f"{CDN}:{port}/a@1/a.js", f"{CDN}:{port}/latest.js", f"{CDN}:{port}/x.svg", f"{FONTS}:{port}/css2"):
        expected = expected.replace(f"https://{address}", f"/offramp-assets/{address}")
    assert answer.text == expected
    assert answer.headers["Content-Encoding"] == "gzip"
    style = edge.get("/style.css", way).text
    assert style == f"@import url(/offramp-assets/{CDN}:{port}/a@1/a.css);"


def test_a_browser_that_refuses_the_others_shows_the_page_as_before(edge: Edge, request: pytest.FixtureRequest) -> None:
    """`integrity` is the browser's to check, and the sheet is one that another one imports."""
    options = ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"):
        options.add_argument(word)
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.binary_location = shutil.which("chromium") or ""
    if not options.binary_location:
        pytest.skip("chromium is not installed")
    with Chrome(options, ChromeService(shutil.which("chromedriver"))) as browser:
        browser.get(f"http://127.0.0.1:{edge.front}/page.html")
        margin = browser.execute_script("return getComputedStyle(document.documentElement).marginLeft")
        assert (browser.title, margin) == (("scripted", "37px") if rewriting(request) else ("", "0px"))


def test_the_archive_depends_on_its_content_alone(copies: Edge, tmp_path: Path) -> None:
    first = take(tmp_path / "dataset", tmp_path / "assets")
    assert first["written"]
    assert first["by_hand"] == []
    archive = (tmp_path / "assets/files.tar").read_bytes()
    assert json.loads((tmp_path / "assets/assets.json").read_text())["archive"] == hashlib.sha256(archive).hexdigest()
    assert not take(tmp_path / "dataset", tmp_path / "assets")["written"]
    take(tmp_path / "dataset", tmp_path / "other")
    assert (tmp_path / "other/files.tar").read_bytes() == archive


def forged(dataset: Path, **fields: Any) -> None:
    """The dataset with fields of its first record changed, and a manifest that vouches for that."""
    file, manifest = dataset / "edge.asset-paths.jsonl", dataset / "manifest.json"
    records = [json.loads(line) for line in file.read_text().splitlines()]
    records[0] |= fields
    file.write_text("".join(json.dumps(one) + "\n" for one in records))
    told = json.loads(manifest.read_text())
    told["datasets"]["edge.asset-paths"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": 'x" "y"; } server { listen 80; }'}, "can be no path"),
        ({"id": "cdn.example/$document_root"}, "can be no path"),
        ({"id": "cdn.example/a\nb"}, "can be no path"),
        ({"to": "x y"}, "can be no path"),
        ({"file": "files/../../../etc/passwd"}, "has no file"),
        ({"file": f"files/{'0' * 64}.js"}, "is missing"),
    ],
)
def test_what_would_end_a_word_of_nginx_is_refused(
    copies: Edge, tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    forged(tmp_path / "dataset", **fields)
    done = subprocess.run(
        [sys.executable, TAKE, tmp_path / "dataset", tmp_path / "assets"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert not (tmp_path / "assets").exists()


def test_a_file_that_was_changed_is_refused(copies: Edge, tmp_path: Path) -> None:
    file = next((tmp_path / "dataset/files").glob("*.js"))
    file.write_bytes(gzip.compress(b"stolen()"))
    done = subprocess.run(
        [sys.executable, TAKE, tmp_path / "dataset", tmp_path / "assets"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "is not what was fetched" in done.stderr) == (1, True)


def test_an_address_that_begins_one_of_which_there_is_no_copy_is_left_alone(copies: Edge, tmp_path: Path) -> None:
    at = f"https://{CDN}:{copies.port}"
    forged(tmp_path / "dataset", spelled=[f"{at}/go"])
    report = take(tmp_path / "dataset", tmp_path / "assets")
    assert len(report["by_hand"]) == 1


def test_more_addresses_than_nginx_replaces_are_told(copies: Edge, tmp_path: Path) -> None:
    file = tmp_path / "dataset/edge.asset-paths.jsonl"
    record = json.loads(file.read_text().splitlines()[-1])
    records = [
        {**record, "id": f"{CDN}/{number:04}", "spelled": [f"https://{CDN}/{number:04}"]} for number in range(300)
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in records))
    forged(tmp_path / "dataset")
    report = take(tmp_path / "dataset", tmp_path / "assets")
    assert (report["rewritten"], len(report["by_hand"])) == (0, 1)
