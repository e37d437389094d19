"""The purge service of the blueprint `edge`, asked by the vendors' own clients, with pages as nginx keeps them."""

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

PROGRAM = Path(__file__).parents[2] / "playbooks/blueprints/edge/files/purge.py"
SECRET = "of-this-test-only"


def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("edge_purge", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Edge:
    """A running service, and its pages."""

    def __init__(self, folder: Path, peers: tuple[str, ...] = ()) -> None:
        self.module, self.pages = program(), folder / "pages"
        (folder / "state").mkdir(parents=True)
        self.pages.mkdir()
        settings = {
            "pages": str(self.pages),
            "state": str(folder / "state"),
            "names": ["board.example", "help.example"],
            "secret": SECRET,
            "authority": None,
            "peers": list(peers),
        }
        self.invalidations = self.module.Invalidations(settings)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.module.handler(settings, self.invalidations))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def keep(self, *pages: str) -> None:
        for page in pages:
            name = hashlib.md5(page.encode(), usedforsecurity=False).hexdigest()
            file = self.pages / name[-1] / name[-3:-1] / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"\x05\x00" * 160 + f"\nKEY: {page}\nHTTP/1.1 200 OK\r\n\r\nKEY: x/y\n".encode())

    def kept(self) -> set[str]:
        found = (self.module.key_of(file) for file in self.pages.rglob("*") if file.is_file())
        return {host + path for host, path in found}

    def client(self, secret: str = SECRET, key: str = "edge"):
        config = Config(retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": "us-east-1"}
        return boto3.client("cloudfront", endpoint_url=self.url, config=config, **keys)

    def invalidate(self, *paths: str, name: str = "board.example", reference: str = "1", **login: str) -> dict:
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        return self.client(**login).create_invalidation(DistributionId=name, InvalidationBatch=batch)["Invalidation"]


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    edge = Edge(tmp_path)
    edge.keep(
        "board.example/", "board.example/news?page=2", "board.example/news/1", "board.example/a%20b", "help.example/"
    )
    yield edge
    edge.stop()


@pytest.mark.parametrize(
    ("path", "name", "gone"),
    [
        ("/news", "board.example", {"board.example/news?page=2"}),
        ("/news*", "board.example", {"board.example/news?page=2", "board.example/news/1"}),
        ("/news/*", "board.example", {"board.example/news/1"}),
        ("/a%20b", "board.example", {"board.example/a b"}),
        ("/", "all", {"board.example/", "help.example/"}),
        ("/none", "all", set()),
    ],
)
def test_what_an_invalidation_means(edge: Edge, path: str, name: str, gone: set[str]) -> None:
    before = edge.kept()
    made = edge.invalidate(path, name=name)
    assert before - edge.kept() == gone
    assert made["Status"] == "Completed"
    again = edge.client().get_invalidation(DistributionId=name, Id=made["Id"])["Invalidation"]
    assert again["InvalidationBatch"]["Paths"]["Items"] == [path]


def test_the_same_reference_is_the_same_invalidation(edge: Edge) -> None:
    assert edge.invalidate("/")["Id"] == edge.invalidate("/")["Id"]
    with pytest.raises(ClientError, match="InvalidationBatchAlreadyExists"):
        edge.invalidate("/other")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"secret": "guess"}, "SignatureDoesNotMatch"),
        ({"key": "other"}, "AccessDenied"),
        ({"name": "elsewhere.example"}, "NoSuchDistribution"),
        ({"path": "/*/x"}, "InvalidArgument"),
        ({"path": "news"}, "InvalidArgument"),
    ],
)
def test_what_is_refused_keeps_the_vendors_codes(edge: Edge, asked: dict[str, str], code: str) -> None:
    before = edge.kept()
    with pytest.raises(ClientError) as refused:
        edge.invalidate(asked.pop("path", "/*"), **asked)
    assert refused.value.response["Error"]["Code"] == code
    assert edge.kept() == before


def test_a_signature_is_good_for_its_request_alone(edge: Edge) -> None:
    """Taken from one request, with another body; and too old."""
    taken: dict[str, str] = {}
    client = edge.client()
    client.meta.events.register("before-send", lambda request, **_: taken.update(request.headers.items()))
    batch = {"Paths": {"Quantity": 1, "Items": ["/none"]}, "CallerReference": "1"}
    client.create_invalidation(DistributionId="all", InvalidationBatch=batch)
    heads = {name: value.decode() if isinstance(value, bytes) else value for name, value in taken.items()}
    url = f"{edge.url}/2020-05-31/distribution/all/invalidation"
    items = "<Paths><Items><Path>/*</Path></Items></Paths>"
    body = f"<InvalidationBatch>{items}<CallerReference>2</CallerReference></InvalidationBatch>"
    heads.pop("Content-Length", None)
    assert "SignatureDoesNotMatch" in httpx.post(url, content=body, headers=heads).text
    old = {**heads, "X-Amz-Date": "20200101T000000Z"}
    assert "RequestExpired" in httpx.post(url, content=body, headers=old).text


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"purge_everything": True}, set()),
        ({"files": ["https://board.example/news/1"], "prefixes": ["help.example/"]}, {"/", "/news?page=2", "/a b"}),
        ({"hosts": ["board.example"], "files": [{"url": "https://help.example/"}]}, set()),
    ],
)
def test_cloudflares_purge(edge: Edge, asked: dict[str, object], kept: set[str]) -> None:
    url = f"{edge.url}/client/v4/zones/any/purge_cache"
    assert httpx.post(url, json=asked, headers={"Authorization": "Bearer guess"}).status_code == 403
    assert httpx.post(url, json=asked, headers={"Authorization": f"Bearer {SECRET}"}).json()["success"] is True
    assert edge.kept() == {f"board.example{path}" for path in kept}
    refused = httpx.post(url, json={"tags": ["a"]}, headers={"Authorization": f"Bearer {SECRET}"})
    assert (refused.status_code, refused.json()["success"]) == (400, False)


def test_another_edge_is_told_until_it_does(tmp_path: Path) -> None:
    """It is down at first: the invalidation waits for it, across a restart too."""
    other = Edge(tmp_path / "other")
    other.keep("board.example/news")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        nobody = f"http://127.0.0.1:{closed.server_port}"
    first = Edge(tmp_path / "first", peers=(other.url, nobody))
    made = first.invalidate("/news")
    assert made["Status"] == "InProgress"
    assert other.kept() == set(), "the one that answers did it at once"
    [file] = (tmp_path / "first/state").glob("I*.json")
    assert json.loads(file.read_text())["pending"] == [nobody]
    later = first.module.Invalidations({**first.invalidations.settings, "peers": [other.url]})
    later.tell(later.find(made["Id"]))
    again = first.client().get_invalidation(DistributionId="board.example", Id=made["Id"])
    assert again["Invalidation"]["Status"] == "Completed", "an edge that is no more is not waited for"
    for edge in (first, other):
        edge.stop()
