"""The Terraform root module of a target: its own files, the module copied, and the plan's hosts as data."""

from pathlib import Path
from typing import Any

from toolkit.generate import copies, hcl
from toolkit.generate.templates import render
from toolkit.model import GeneratedFile, Plan

_TEMPLATE = ".j2"
_HOSTS = "# What the plan asks for.\nlocals {{\n  hosts = {}\n}}\n"


def terraform_files(plan: Plan, target: str) -> list[GeneratedFile]:
    """The root module for a target: `root/` of its module folder (templates rendered), `modules/`, `hosts.tf`."""
    module = copies.module(target)
    hosts = _hosts(plan)
    return [
        *copies.tree(module, f"modules/{module.name}"),
        *(_root_file(path, hosts) for path in sorted((module / "root").iterdir()) if path.is_file()),
        GeneratedFile(path="hosts.tf", content=_HOSTS.format(hcl.literal(hosts, 2))),
    ]


def _hosts(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        host.name: {
            "number": number,  # stays while hosts are only added at the end
            "memory_mb": host.memory_mb,
            "cpus": host.cpus,
            "disk_gb": host.disk_gb,
            "groups": list(host.groups),
        }
        for number, host in enumerate(plan.hosts)
    }


def _root_file(path: Path, hosts: dict[str, dict[str, Any]]) -> GeneratedFile:
    file = copies.read(path, path.name.removesuffix(_TEMPLATE))
    if path.suffix != _TEMPLATE:
        return file
    return GeneratedFile(path=file.path, content=render(file.content, hosts=hosts))
