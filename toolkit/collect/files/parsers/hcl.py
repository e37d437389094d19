"""Terraform and OpenTofu (also Terragrunt, Packer and lock files): resources, providers, modules, backends, names.

A resource is one declared thing, however many `count` or `for_each` make of it. All of it has the role "infra".
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers import _terraform as terraform
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._tree import Grammar, Source, first_error, names, plain_names
from toolkit.collect.files.parsers.azure_templates import types as azure_types
from toolkit.model import DiscardReason

CLAIMS = ("*.tf", "*.tofu", "*.hcl", "*.tfvars", "*.pkr.hcl")
KINDS: frozenset[SignalKind] = frozenset(
    {"image", "arm", "tf_resource", "tf_provider", "host", "uri", "arn", "env", "setting", "config"}
)
HINTS = (
    "backend",
    'variable "',
)  # backends' names ("s3") are too short to look for, and no literal is in small letters

_GRAMMAR = Grammar("tree_sitter_hcl", "hcl")
# white space that the grammar does not know, or much of it: where a value is missing, each takes 30 µs and 3 kB
_ODD_SPACE = re.compile(r"[^\S\n]{40,}|[^\S \t\r\n]")
# the query takes quadratic time for what is in a row below one node: "a.b.c", "a[0][0]"
_LONG_CHAIN = re.compile(r"(?:[\w*\-]{0,80}[.\[][\]\d \t]{0,8}){500}")
_IMAGE = re.compile(r"\bimage\"?\s{0,20}[=:]\s{0,20}\"([^\"\n]{3,200})\"")
# which engine a managed service runs, given in place or as the default of the variable that chooses it
_ENGINE = re.compile(r"\b(engine|engine_type|database_version)\s{0,20}=\s{0,20}\"([A-Za-z][\w\-]{1,40})\"")
_ENGINE_VARIABLE = re.compile(
    r"\bvariable\s{1,8}\"\w{0,40}engine\"\s{0,8}\{[^{}]{0,400}?\bdefault\s{0,20}=\s{0,20}\"([a-z][\w\-]{1,40})\""
)
_HEADER = re.compile(r"^[ \t]{0,20}(?:resource|data)[ \t]{1,8}\"([a-z][a-z0-9_]{0,100})\"", re.MULTILINE)
_BACKEND = re.compile(r"\bbackend\s*=\s*\"([a-z0-9]{2,40})\"")
_COUNT = re.compile(
    r"count\s{1,20}?=\s{0,20}(?:(\d{1,6})|(!?)\s{0,4}\(?var\.([A-Za-z][\w\-]{0,80})\)?\s{0,4}\?\s{0,4}(\d{1,6})\s{0,4}:\s{0,4}(\d{1,6}))\s{0,4}"
)
_DEFAULT = re.compile(r"\bdefault\s{0,20}=\s{0,20}(true|false)\b")
_MOST_ATTRIBUTES = 60  # of a block, among which its count is looked for
_SOURCE = re.compile(r"source\s*[=:]\s*\"([^\"\n]{1,200})\"")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one HCL file."""
    text = _ODD_SPACE.sub(" ", text)
    if long := _LONG_CHAIN.search(text):
        yield from plain_names(text)
        raise Unparsed(text.count("\n", 0, long.start()) + 1, "a name of too many parts")
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
        block = node.parent.parent.parent if node.parent and node.parent.parent else None  # its attribute's body's
        off: DiscardReason | None = "off" if block is not None and _is_off(source, block) else None
        for mention in terraform.module(source.slice(node).strip('" '), source.line(node.start_byte)):
            yield replace(mention, discard=off)
    for found in _IMAGE.finditer(source.text):
        if source.discard(found.start()) is None:
            yield from image(found[1], source.line(found.start()))
    for found in _ENGINE.finditer(source.text):
        if source.discard(found.start()) is None:
            yield Mention("config", f"{found[1]}={found[2]}", source.line(found.start()))
    for found in _ENGINE_VARIABLE.finditer(source.text):
        if source.discard(found.start()) is None:
            yield Mention("config", f"engine={found[1]}", source.line(found.start(1)))
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
    off: DiscardReason | None = "off" if _is_off(source, node) else None
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
        yield Mention("tf_resource", labels[0], line, discard=off)


def _is_off(source: Source, block: Node) -> bool:
    """Whether a block makes nothing: its count is 0, or chosen by a variable whose default in this file makes it 0."""
    body = next((child for child in block.named_children if child.type == "body"), None)
    for attribute in body.named_children[:_MOST_ATTRIBUTES] if body is not None else ():
        if attribute.type == "attribute" and (found := _COUNT.fullmatch(source.slice(attribute)[:200])):
            number, negated, variable, yes, no = found.groups()
            if number is not None:
                return int(number) == 0
            default = _default(source, variable)
            return default is not None and int(yes if default != bool(negated) else no) == 0
    return False


def _default(source: Source, variable: str) -> bool | None:
    """What a switch is unless somebody sets it; None where this file does not say."""
    found = re.search(rf'^variable\s{{1,4}}"{re.escape(variable)}"\s{{0,4}}\{{', source.text, re.MULTILINE)
    if found is None:
        return None
    told = _DEFAULT.search(source.text, found.end(), found.end() + 1_000)
    end = re.compile(r"^\}|\}[ \t]*$", re.MULTILINE).search(source.text, found.end())
    return told[1] == "true" if told and (end is None or told.start() < end.end()) else None
