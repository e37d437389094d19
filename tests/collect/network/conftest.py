"""The outside world on loopback: real servers, and sockets that misbehave on purpose."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from authority import LOOPBACK, Serve, Zones, configure, free_port, knotd, wait
from web_server import Site, Sites, make_certificates, nginx
from web_server import configure as configure_nginx
from web_server import wait as wait_for_nginx

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.network.names import Server


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts Knot with the zones given and says where it listens."""
    running: list[subprocess.Popen[bytes]] = []

    def start(zones: Zones) -> Server:
        folder = tmp_path / f"knot{len(running)}"
        port = free_port()
        configure(folder, zones, port)
        with (folder / "log").open("wb") as log:
            running.append(subprocess.Popen([knotd(), "-c", folder / "knot.conf"], stdout=log, stderr=log))
        where = Server(LOOPBACK, port)
        wait(where, next(iter(zones)).rstrip("+"), folder / "log")
        return where

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    """Starts nginx with the hosts given; its authority is trusted, as one of the system's would be."""
    running: list[subprocess.Popen[bytes]] = []

    def start(hosts: Mapping[str, str], **certificate: Any) -> Site:
        site = Site(free_port(), free_port(), tmp_path / f"nginx{len(running)}")
        site.folder.mkdir()
        trusted = make_certificates(site.folder, *hosts, **certificate)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        running.append(subprocess.Popen([nginx(), "-p", site.folder, "-c", configure_nginx(site, hosts)]))
        wait_for_nginx(site)
        return site

    yield start
    for process in running:
        process.terminate()
        process.wait(20)
