"""Visits to a platform on a lab host: HTTPS as a browser that trusts its authority, and commands as root."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import msgspec
from projects import Project

from toolkit.drill import lab as labs
from toolkit.tools import ssh


class Visited(msgspec.Struct):
    """A platform under one domain, on the lab's only host."""

    domain: str
    lab: labs.Lab
    project: Project

    def on_host(self, command: str) -> str:
        return ssh.run(self.lab.login, self.lab.hosts[0].address, [command])

    def ask(self, path: str, data: bytes | None = None) -> tuple[int, bytes]:
        """Status and body."""
        trust = ssl.create_default_context(cafile=str(self.project.folder / "ca.crt"))
        opener = urllib.request.build_opener(_At(self.lab.hosts[0].address, trust))
        try:
            with opener.open(f"https://{self.domain}{path}", data=data, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as err:
            return err.code, err.read()

    def change(self, old: str, new: str) -> None:
        """Change the project's variables as a new generation would."""
        path = Path(self.project.folder / "inventory/group_vars/all/10-offramp.yml")
        text = path.read_text()
        assert text.count(old) == 1, text
        path.write_text(text.replace(old, new))


class _At(urllib.request.HTTPSHandler):
    """Connections go to one address, whatever the name."""

    def __init__(self, address: str, trust: ssl.SSLContext) -> None:
        super().__init__(context=trust)
        self.address, self.trust = address, trust

    def https_open(self, req: urllib.request.Request) -> object:
        address, trust = self.address, self.trust

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                plain = socket.create_connection((address, 443), timeout=60)
                self.sock = trust.wrap_socket(plain, server_hostname=self.host)

        return self.do_open(Connection, req)
