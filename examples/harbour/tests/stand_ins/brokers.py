"""Moto's server for S3 and SQS, and a private Valkey or Redis."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.stand_ins.serving import free_port, running, wait_for_port

# Moto takes any key; the bucket and the queues belong to its default account.
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[int]:
    """Run moto's server; yields its port on 127.0.0.1."""
    port, log = free_port(), folder / "moto.log"
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    with running(command, log, os.environ | AWS_ENVIRONMENT):
        wait_for_port(port, log)
        yield port


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[int]:
    """Run Valkey or Redis without persistence; yields its port on 127.0.0.1."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise RuntimeError("neither Valkey nor Redis is installed: apt-get install valkey-server (Debian 12: redis)")
    port, log = free_port(), folder / "valkey.log"
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with running(command, log, os.environ):
        wait_for_port(port, log)
        yield port
