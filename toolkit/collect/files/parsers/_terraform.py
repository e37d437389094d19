"""Terraform's addresses, shared by everything that names providers and modules."""

from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import host_of


def provider(address: str, line: int) -> Iterator[Mention]:
    """'aws', 'X/datadog' or 'registry.example.com/X/datadog' → one provider. The built-in one yields nothing."""
    parts = address.strip().lower().split("/")
    if len(parts) == 1:
        parts = ["hashicorp", *parts]
    if parts[-1] and parts[-1] != "terraform":
        yield Mention("tf_provider", "/".join(parts[-2:]), line, role="infra")


def module(source: str, line: int) -> Iterator[Mention]:
    """A registry module (three plain parts, or four with the registry's host first) and the provider it is made for.

    Local paths and repositories yield nothing: what they hold is read where it lies, their host is a name in the text.
    """
    address = source.partition("//")[0].split("/")
    if len(address) == 4 and host_of(address[0]):
        address = address[1:]
    if len(address) == 3 and all(part and part.replace("-", "").replace("_", "").isalnum() for part in address):
        yield Mention("tf_resource", f"module.{'/'.join(address)}", line, role="infra")
        yield from provider(address[2], line)
