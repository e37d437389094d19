"""From a store that speaks S3 (moto's server) through the dataset into the real gateway: nothing is lost in silence."""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import yaml
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.server import ThreadedMotoServer

from toolkit.export import dataset, s3

BLUEPRINT = Path(__file__).parents[2] / "playbooks/blueprints/versitygw"
IMPORT = BLUEPRINT / "files/import_objects.py"
HEADERS = {
    "ContentType": "text/html; charset=utf-8",
    "ContentEncoding": "gzip",
    "ContentLanguage": "de",
    "ContentDisposition": 'attachment; filename="a b.html"',
    "CacheControl": "public, max-age=31536000, immutable",
}
Import = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an S3 store with one versioned bucket of three objects."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = s3.client(None, f"http://{host}:{port}")
    client.create_bucket(Bucket="media")
    client.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    client.put_object(Bucket="media", Key="page", Body=b"first")
    client.put_object(Bucket="media", Key="page", Body=b"second", Metadata={"owner": "ann"}, **HEADERS)
    client.put_object(Bucket="media", Key="a/b ü+%/c", Body=b"", Tagging="kind=empty")
    client.put_object(Bucket="media", Key="open", Body=b"x" * 100_000, ACL="public-read")
    yield client
    httpx.post(f"http://{host}:{port}/moto-api/reset")  # the server's buckets belong to the process
    server.stop()


@pytest.fixture(scope="session")
def gateway_program() -> Path:
    """The gateway as the role builds it, and where: built once."""
    version = yaml.safe_load((BLUEPRINT / "vars/main.yml").read_text())["versitygw_version"]
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    program = Path.home() / f".cache/offramp/versitygw-{version}-{architecture}/versitygw"
    if not program.exists():
        if not shutil.which("go"):
            pytest.skip("the Go client is not installed")
        command = ["go", "install", "-trimpath", f"github.com/versity/versitygw/cmd/versitygw@{version}"]
        own = {"GOBIN": str(program.parent), "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}
        subprocess.run(command, env=os.environ | own, check=True)
    return program


@pytest.fixture
def gateway(gateway_program: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A running gateway over an empty folder: what the import's environment says of it."""
    (tmp_path / "data").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    keys = {"ROOT_ACCESS_KEY": "offramp", "ROOT_SECRET_KEY": "secret-key"}
    command = [gateway_program, "--port", f"127.0.0.1:{port}", "--region", "us-east-1", "posix", tmp_path / "data"]
    with subprocess.Popen(command, env=os.environ | keys, stdout=subprocess.DEVNULL) as process:
        while True:
            assert process.poll() is None
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        settings = {"ENDPOINT": f"http://127.0.0.1:{port}", "REGION": "us-east-1"}
        settings |= {"ACCESS_KEY": "offramp", "SECRET_KEY": "secret-key"}
        yield {f"S3_{name}": value for name, value in settings.items()}
        process.terminate()


@pytest.fixture
def load(gateway: dict[str, str]) -> Import:
    def run(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, IMPORT, folder, *options]
        done = subprocess.run(command, env=os.environ | gateway, capture_output=True, text=True)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def new(gateway: dict[str, str]) -> Any:
    keys = {"aws_access_key_id": gateway["S3_ACCESS_KEY"], "aws_secret_access_key": gateway["S3_SECRET_KEY"]}
    return boto3.client("s3", endpoint_url=gateway["S3_ENDPOINT"], region_name=gateway["S3_REGION"], **keys)


def exported(old: Any, folder: Path) -> Path:
    dataset.export(s3.streams(old, ["media"], folder), folder, source="s3 test", log=print, renews=True)
    return folder


def test_headers_metadata_and_tags_come_along(old: Any, load: Import, gateway: dict[str, str], tmp_path: Path) -> None:
    folder = exported(old, tmp_path / "set")
    code, report = load(folder)
    assert (code, report["differences"], report["cannot"], report["loaded"]) == (0, [], [], 3), report
    store = new(gateway)
    page = store.get_object(Bucket="media", Key="page")
    assert page["Body"].read() == b"second"
    assert {name: page[name] for name in HEADERS} == HEADERS
    assert page["Metadata"] == {"owner": "ann"}
    empty = store.get_object_tagging(Bucket="media", Key="a/b ü+%/c")["TagSet"]
    assert empty == [{"Key": "kind", "Value": "empty"}]
    assert load(folder)[1]["present"] == 3
    assert report["left_at_the_vendor"] == [
        "media: 1 older versions and 0 delete markers (versioning: Enabled); the latest of each key came along",
        "media/open: open to everybody: READ",
    ]


def test_a_header_that_was_lost_is_a_difference_that_is_mended(
    old: Any, load: Import, gateway: dict[str, str], tmp_path: Path
) -> None:
    folder = exported(old, tmp_path / "set")
    load(folder)
    new(gateway).put_object(Bucket="media", Key="page", Body=b"second")
    code, report = load(folder)
    assert (code, report["loaded"], report["present"]) == (0, 1, 2)


def test_keys_that_no_file_system_can_hold_are_exported_and_refused_before_anything_is_loaded(
    old: Any, load: Import, gateway: dict[str, str], tmp_path: Path
) -> None:
    odd = ["page/x", "page/x/y", "a//b", "n" * 300, "../up", "mark/"]
    for key in odd:
        old.put_object(Bucket="media", Key=key, Body=b"odd")
    folder = exported(old, tmp_path / "set")
    with (folder / "data.objects.jsonl").open() as lines:
        found = {one["key"]: (folder / one["file"]).read_bytes() for one in map(json.loads, lines)}
    assert {key: found[key] for key in odd} == dict.fromkeys(odd, b"odd")
    code, report = load(folder)
    assert (code, report["loaded"], len(report["cannot"])) == (2, 0, len(odd))
    assert not new(gateway).list_buckets()["Buckets"]
    code, report = load(folder, "--leave-out")
    assert (code, report["loaded"], len(report["cannot"])) == (0, 3, len(odd))


def test_bytes_that_changed_since_the_export_are_not_loaded(old: Any, load: Import, tmp_path: Path) -> None:
    folder = exported(old, tmp_path / "set")
    largest = max((folder / "objects").rglob("*"), key=lambda path: path.is_file() and path.stat().st_size)
    largest.write_bytes(b"y" * 100_000)
    code, report = load(folder)
    assert code == 1, report
    assert len(report["differences"]) == 1
    assert "is not what was exported" in report["differences"][0]


@pytest.mark.parametrize("code", ["InvalidRequest", "KMS.DisabledException"])
def test_an_object_that_nobody_can_decrypt_does_not_stop_the_others(old: Any, tmp_path: Path, code: str) -> None:
    """S3's answers for a key of the customer's that is not sent along, and for one of KMS that is switched off."""
    old.put_object(Bucket="media", Key="sealed", Body=b"x")

    def refuse(request: Any, **_: Any) -> AWSResponse | None:
        if request.method != "GET" or not request.url.endswith("/sealed"):
            return None
        answer = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        return AWSResponse(request.url, 400, {}, MockRawResponse(answer))

    old.meta.events.register("before-send.s3.GetObject", refuse)
    folder = exported(old, tmp_path / "set")
    with (folder / "data.objects.jsonl").open() as lines:
        assert {one["key"]: one["missing"] for one in map(json.loads, lines) if "file" not in one} == {"sealed": code}


def test_a_second_copy_moves_only_what_changed_and_takes_away_what_is_gone(
    old: Any, load: Import, gateway: dict[str, str], tmp_path: Path
) -> None:
    time.sleep(1.1)  # a store counts in seconds; what was written in that of the copy is fetched again
    folder, known = exported(old, tmp_path / "set"), str(tmp_path / "known.jsonl")
    assert wanted(folder, known) == ["*"]
    load(folder, "--known", known)
    kept = {path: path.stat().st_mtime_ns for path in (folder / "objects").rglob("*") if path.is_file()}
    new(gateway).put_object(Bucket="media", Key="by a rehearsal", Body=b"x")
    old.put_object(Bucket="media", Key="late", Body=b"late")
    old.put_object(Bucket="media", Key="a/b ü+%/c", Body=b"longer")
    old.delete_object(Bucket="media", Key="open")
    asked: list[str] = []
    old.meta.events.register("before-call.s3.GetObject", lambda params, **_: asked.append(params["url_path"]))
    exported(old, folder)
    assert sorted(one.rpartition("/")[2] for one in asked) == ["c", "late"]
    assert not (folder / ".earlier").exists()
    assert len(kept.keys() - set((folder / "objects").rglob("*"))) == 1, "the bytes of what is gone go"
    files = wanted(folder, known)
    for path in (folder / "objects").rglob("*"):  # what is not wanted does not travel
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    code, report = load(folder, "--known", known)
    assert (code, report["loaded"], report["removed"], report["differences"]) == (0, 2, 1, []), report
    names = {one["Key"] for one in new(gateway).list_objects_v2(Bucket="media")["Contents"]}
    assert names == {"page", "late", "a/b ü+%/c", "by a rehearsal"}
    assert wanted(folder, known) == [""]


def test_what_was_equal_and_is_gone_from_the_gateway_is_a_difference(
    old: Any, load: Import, gateway: dict[str, str], tmp_path: Path
) -> None:
    folder, known = exported(old, tmp_path / "set"), str(tmp_path / "known.jsonl")
    load(folder, "--known", known)
    new(gateway).delete_object(Bucket="media", Key="page")
    code, report = load(folder, "--known", known)
    assert code == 1
    assert ["media/page" in one and "everything=true" in one for one in report["differences"]] == [True]
    assert load(folder, "--known", known, "--everything")[1]["loaded"] == 1


def wanted(folder: Path, known: str) -> list[str]:
    command = [sys.executable, IMPORT, folder, "--wanted", "--known", known]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n").split("\n")
