"""Plays the world around Harbour in a drill: two carriers that take text messages, and everybody else's mail server.

They listen on this machine; tunnels through SSH put them where offramp.toml says the outside is: at these ports of
127.0.0.1 on the hosts that send. What they were given lies in the folder OFFRAMP_OUTSIDE.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import carrier
import post_office

# group of hosts → port there → who takes connections
WORLD = {
    "otp_gateway": {2775: carrier.link("first"), 2776: carrier.link("second")},
    "mail": {2525: post_office.connection},
}


async def main() -> None:
    loop = asyncio.get_running_loop()
    inventory = json.loads(Path(os.environ["OFFRAMP_INVENTORY"]).read_text())
    tunnels = []  # held, or their pipes would be closed
    for group, parts in WORLD.items():
        for host in inventory["all"]["children"].get(group, {"hosts": {}})["hosts"]:
            servers = {port: await loop.create_server(part, "127.0.0.1", 0) for port, part in parts.items()}
            ports = {port: server.sockets[0].getsockname()[1] for port, server in servers.items()}
            tunnels.append(await open_tunnel(host, ports))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)  # it ends when the drill does, even if that is killed


async def open_tunnel(host: str, ports: Mapping[int, int]) -> asyncio.subprocess.Process:
    """Return when the host's ports lead to ours; they do as long as the process, and so this program, runs."""
    words = ["ssh", "-F", os.environ["OFFRAMP_SSH_CONFIG"], "-oExitOnForwardFailure=yes", "-oServerAliveInterval=15"]
    for theirs, ours in ports.items():
        words += ["-R", f"127.0.0.1:{theirs}:127.0.0.1:{ours}"]
    pipe = asyncio.subprocess.PIPE
    tunnel = await asyncio.create_subprocess_exec(*words, host, "echo open; exec cat", stdin=pipe, stdout=pipe)
    assert tunnel.stdout
    assert await tunnel.stdout.readline() == b"open\n", f"no tunnel to {host}"
    return tunnel


if __name__ == "__main__":
    asyncio.run(main())
