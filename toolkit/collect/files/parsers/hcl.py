"""Terraform and OpenTofu (also Terragrunt, Packer and lock files): resources, providers, modules, backends, names.

A resource is one declared thing, however many `count` or `for_each` make of it. All of it has the role "infra".
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from toolkit.catalog import SignalKind
from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers import _terraform as terraform
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._tree import Grammar, Source, first_error, names, plain_names
from toolkit.collect.files.parsers.azure_templates import types as azure_types

CLAIMS = ("*.tf", "*.tofu", "*.hcl", "*.tfvars", "*.pkr.hcl")
KINDS: frozenset[SignalKind] = frozenset({"image", "arm", "tf_resource", "tf_provider", "host", "uri", "arn", "env"})
HINTS = (
    "backend",
    'variable "',
)  # backends' names ("s3") are too short to look for, and no literal is in small letters

_GRAMMAR = Grammar("tree_sitter_hcl", "hcl")
_IMAGE = re.compile(r"\bimage\"?\s{0,20}[=:]\s{0,20}\"([^\"\n]{3,200})\"")
_HEADER = re.compile(r"^[ \t]{0,20}(?:resource|data)[ \t]{1,8}\"([a-z][a-z0-9_]{0,100})\"", re.MULTILINE)
_BACKEND = re.compile(r"\bbackend\s*=\s*\"([a-z0-9]{2,40})\"")
_SOURCE = re.compile(r"source\s*[=:]\s*\"([^\"\n]{1,200})\"")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one HCL file."""
    try:
        source = Source(text, _GRAMMAR)
    except Unparsed:
        yield from plain_names(text)
        raise
    for mention in dict.fromkeys(_mentions(source)):
        yield mention if mention.role else replace(mention, role="infra")
    if problem := first_error(source):
        yield from dict.fromkeys(_headers(source))
        raise problem


def _mentions(source: Source) -> Iterator[Mention]:
    for node in source.nodes("block"):
        yield from _block(source, node)
    for node in source.nodes("required"):
        name = source.slice(node).partition("=")[0].strip()
        address = _SOURCE.search(source.slice(node))
        yield from terraform.provider(address[1] if address else name, source.line(node.start_byte))
    for node in source.nodes("module"):
        yield from terraform.module(source.slice(node).strip('" '), source.line(node.start_byte))
    for found in _IMAGE.finditer(source.text):
        if source.discard(found.start()) is None:
            yield from image(found[1], source.line(found.start()))
    for number, line in enumerate(source.text.split("\n"), 1):
        yield from azure_types(line, number, commented_out=line.lstrip().startswith(("#", "//")))
    yield from names(source)


def _headers(source: Source) -> Iterator[Mention]:
    """What a broken file declares, by the first lines of its blocks: behind an open string the grammar sees nothing."""
    for found in _HEADER.finditer(source.text):
        if source.discard(found.start()) is None:
            yield Mention("tf_resource", found[1], source.line(found.start()), role="infra")


def _block(source: Source, node: Node) -> Iterator[Mention]:
    """One block, by its type and labels: `resource "aws_s3_bucket" "x"`."""
    line = source.line(node.start_byte)
    kind = source.slice(node.named_children[0])
    labels = [source.slice(child).strip('"') for child in node.named_children[1:4] if child.type == "string_lit"]
    if kind == "cloud":
        yield Mention("tf_resource", "backend.cloud", line)
    if kind == "remote_state" and (backend := _BACKEND.search(source.slice(node))):  # Terragrunt
        yield Mention("tf_resource", f"backend.{backend[1]}", line)
    if not labels:
        return
    if kind == "backend":
        yield Mention("tf_resource", f"backend.{labels[0]}", line)
    elif kind == "provider":
        yield from terraform.provider(labels[0], line)
    elif kind == "variable":  # set from outside, as TF_VAR_slack_webhook_url or in a file
        yield Mention("env", labels[0].upper(), line)
    elif kind == "source":  # Packer
        yield Mention("tf_resource", f"source.{labels[0]}", line)
    elif len(labels) > 1:
        yield Mention("tf_resource", labels[0], line)
