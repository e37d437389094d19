"""`offramp export data s3` against moto's server: headers and metadata come along, a killed run goes on."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

OFFRAMP = Path(sys.executable).with_name("offramp")
OBJECTS = 250
LOGIN = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "s3cret-of-moto", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    store: Any = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key=LOGIN["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    store.create_bucket(Bucket="pictures")
    for number in range(OBJECTS):
        store.put_object(
            Bucket="pictures", Key=f"berth/{number:03}.webp", Body=f"picture {number}".encode(),
            ContentType="image/webp", CacheControl="max-age=60", Metadata={"berth": str(number)},
        )  # fmt: skip
    try:
        yield address
    finally:
        server.stop()


def command(endpoint: str, folder: Path, *more: str | Path) -> list[str | Path]:
    return [
        OFFRAMP, "export", "data", "s3", "--bucket", "pictures", "--endpoint", endpoint, "--to", folder, *more
    ]  # fmt: skip


def test_headers_and_metadata_come_along_and_the_manifest_is_signed(endpoint: str, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    folder = tmp_path / "objects"
    words = command(endpoint, folder, "--sign", tmp_path / "key")
    done = subprocess.run(words, env=os.environ | LOGIN, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert LOGIN["AWS_SECRET_ACCESS_KEY"] not in done.stdout + done.stderr
    found = _records(folder)
    assert len(found) == OBJECTS
    for one in found:
        number = int(one["key"].removeprefix("berth/").removesuffix(".webp"))
        assert (one["content_type"], one["cache_control"]) == ("image/webp", "max-age=60")
        assert one["metadata"] == {"berth": str(number)}
        content = (folder / one["file"]).read_bytes()
        assert content == f"picture {number}".encode()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
    check = ["ssh-keygen", "-Y", "check-novalidate", "-n", "offramp-record", "-s", folder / "manifest.json.sig"]
    subprocess.run(check, input=(folder / "manifest.json").read_bytes(), check=True, capture_output=True)


def test_a_killed_run_goes_on_and_has_every_object_once(endpoint: str, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    child = subprocess.Popen(command(endpoint, folder), env=os.environ | LOGIN, **quiet)  # type: ignore[call-overload]
    objects = folder / "data.objects.jsonl"
    while not (objects.exists() and objects.stat().st_size):
        assert child.poll() is None, "it had ended before it could be killed"
    child.kill()
    child.wait()
    assert not (folder / "manifest.json").exists()
    done = subprocess.run(command(endpoint, folder), env=os.environ | LOGIN, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(one["key"] for one in _records(folder)) == [f"berth/{number:03}.webp" for number in range(OBJECTS)]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["datasets"]["data.objects"]["records"] == OBJECTS


def _records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "data.objects.jsonl").read_text().splitlines()]
