"""Terraform's addresses, shared by everything that names providers and modules."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import host_of

# github.com/o/r, git::https://github.com/o/r.git//part?ref=v1, git@github.com:o/r
_GIT = re.compile(
    r"(?:[\w+.:@/\-]{0,40}[/@])?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]([\w.\-]{1,80}/[\w.\-]{1,100})(//[\w./\-]{1,200})?"
)
# where Terrafile puts the repositories it has fetched
_TERRAFILE = re.compile(r"\.{0,2}/?(?:[\w.\-]{1,60}/){0,6}?(vendor/modules/[\w.\-]{1,100})(//?[\w./\-]{1,200})?")


def provider(address: str, line: int) -> Iterator[Mention]:
    """'aws', 'X/datadog' or 'registry.example.com/X/datadog' → one provider. The built-in one yields nothing."""
    parts = address.strip().lower().split("/")
    if len(parts) == 1:
        parts = ["hashicorp", *parts]
    if parts[-1] and parts[-1] != "terraform":
        yield Mention("tf_provider", "/".join(parts[-2:]), line, role="infra")


def module(source: str, line: int) -> Iterator[Mention]:
    """A registry module (three plain parts, or four with the registry's host first) and the provider it is made for.

    A module from a repository is named by its owner, the repository and the folder: `module.o/r//part`. Other local
    paths yield nothing: what they hold is read where it lies.
    """
    address = source.partition("//")[0].split("/")
    if len(address) == 4 and host_of(address[0]):
        address = address[1:]
    if git := _GIT.match(source) or _TERRAFILE.match(source):
        name = git[1].removesuffix(".git") + (git[2] or "").rstrip("/")
        yield Mention("tf_resource", f"module.{name}", line, role="infra")
    elif len(address) == 3 and all(part and part.replace("-", "").replace("_", "").isalnum() for part in address):
        yield Mention("tf_resource", f"module.{'/'.join(address)}", line, role="infra")
        yield from provider(address[2], line)
