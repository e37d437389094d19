"""Code, infrastructure and pipeline parsers on nonsense: well-formed mentions and `Unparsed`, nothing else."""

import contextlib
import importlib
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers import _literals, _tree, pypi_setup, python
from toolkit.collect.files.yamltree import leaves

PATHS = {
    "python": "x.py", "javascript": "x.tsx", "ruby": "x.rb", "go": "x.go", "jvm": "x.kt", "php": "x.php",
    "csharp": "x.cs", "rust": "x.rs", "elixir": "x.ex", "hcl": "x.tf", "tfstate": "x.tfstate", "shell": "x.sh",
    "dockerfile": "Dockerfile", "compose": "compose.yml", "github_workflows": "x.yml", "ci_pipelines": ".travis.yml",
    "jenkins": "Jenkinsfile", "kubernetes": "x.yaml", "cloudformation": "x.yaml", "ansible": "x.yml",
    "platforms": "serverless.yml", "html": "x.html", "components": "x.vue",
}  # fmt: skip
PIECES = [
    "import ", "from a import b", "require('", "use A\\{", "using ", "new X(", "a.b(c).d", '"""', "'''", "`${", "${a}",
    "#{", "{{", "}}", "}", ")", "]", "(", "[", "{", "<", "/>", '"', "'", "`", "\\", "\\\n", "#", "//", "/*", "*/",
    "--", "https://", "user:pw@", "a.example.com", ".amazonaws.com", "arn:aws:s3:::x", "s3:Get", "ENV['A_B']", "A_B",
    "::", 'resource "aws_x" "y" {', 'source = "a/b/c"', "FROM x AS y", "RUN ", "ARG A=b", "COPY --from=", "image: ",
    "- ", "apiVersion: a.b/v1", "kind: X", "Type: AWS::S3::Bucket", "repository: a/b", "registry: c", "uses: a/b@c",
    "run: |", "plugins:", "resources:", "type: aws:s3/b:C", "events:", "addons:", "hosts: x", "a.b.c:", "&a ", "*a",
    "<<: ", "---", "!Ref ", "\t", "\r\n", "\n", "  ", " ", "é", "\x00", "\ud800", "𝕏", "\u2028", ":", ",", "=", "|",
    "&&", ";", "$(", "$X",
]  # fmt: skip
nonsense = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join)


def drained(name: str, text: str) -> tuple[list[Mention], Unparsed | None]:
    """All mentions, and what ended them."""
    found: list[Mention] = []
    try:
        found.extend(importlib.import_module(f"toolkit.collect.files.parsers.{name}").parse(PATHS[name], text))
    except Unparsed as problem:
        return found, problem
    return found, None


@pytest.mark.parametrize("name", PATHS)
@settings(max_examples=40)
@given(text=nonsense)
@example(text="")
@example(text="\n")
@example(text="\ufeff")
def test_only_well_formed_mentions_and_unparsed(name: str, text: str) -> None:
    found, problem = drained(name, text)
    kinds = importlib.import_module(f"toolkit.collect.files.parsers.{name}").KINDS
    for mention in found:
        assert 1 <= mention.line <= text.count("\n") + 1
        assert mention.value
        assert mention.kind in kinds
        assert not re.search(r"\s", mention.value)
    assert problem is None or (problem.line >= 1 and problem.reason)


@given(text=nonsense)
@settings(max_examples=300)
@example(text='"https://user:s3cr3t@api.example.com/?token=s3cr3t"')
def test_hosts_never_carry_more_than_a_host(text: str) -> None:
    for literal in _literals.names(text):
        if literal.kind == "host":
            assert re.fullmatch(r"[a-z0-9*_.\-]+(?:/[a-z0-9_\-]+)?", literal.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python", "FROM x \\\n" * 20_000),  # the grammar is quadratic on this
        ("javascript", "a<b," * 20_000),
        ("javascript", "(" * 60_000),
        ("ruby", "f(x)." * 20_000),
        ("hcl", "{" * 60_000),
        ("compose", "[" * 60_000),
        ("compose", "a: &a [x]\n" + "b: [*a, *a]\n" * 5_000),
        *(
            ("html", begin * 200_000)
            for begin in ("<!--", "{#", "{{--", "<script>", "<style>", "<%", "{{", "{%", "<?=")
        ),
    ],
)
def test_costly_input_comes_to_an_end(name: str, text: str) -> None:
    """Without the bounds of `_tree` these take minutes; the names of a file outlive its syntax."""
    mark = "# " if name in ("python", "ruby", "hcl", "compose") else "// "
    found, _ = drained(name, f"{mark}https://api.example.com\n{text}")
    assert "api.example.com" in {mention.value for mention in found}


def test_depth_is_bounded() -> None:
    deep = _tree.Source(
        "a(" * 5_000 + ")" * 5_000, importlib.import_module("toolkit.collect.files.parsers.python").DIALECT.grammar
    )
    assert 0 < len(deep.captures["call"]) < 5_000


@pytest.mark.parametrize("text", ['"dependencies": {A', "a: |", "a: >\n"])
def test_no_line_lies_behind_the_last(text: str) -> None:
    lines = []
    try:
        lines += [leaf.line for leaf in leaves(text)]
    except Unparsed as err:
        lines.append(err.line)
    assert max(lines) <= text.count("\n") + 1


# What 60 kB of each took before: as much as a megabyte may, or its quadrate
GROWING = [
    ("hcl", "a = ", "a."),
    ("hcl", "a = ", "a[0]"),
    ("hcl", "a = ", "\u2028"),
    ("hcl", "a = ", " "),
    ("components", "", "<script>"),
    ("components", "", "<script "),
]


def _work(name: str, text: str) -> int:
    """Nanoseconds of processor time; parsers written in C have no other counter."""
    module = importlib.import_module(f"toolkit.collect.files.parsers.{name}")
    started = time.thread_time_ns()
    with contextlib.suppress(Unparsed):
        for _ in module.parse(PATHS[name], text):
            pass
    return time.thread_time_ns() - started


@pytest.mark.parametrize(("name", "before", "piece"), GROWING)
def test_four_times_the_text_takes_no_more_than_some_times_the_work(name: str, before: str, piece: str) -> None:
    """Not the seconds count but their ratio; of several tries the best, for others use the machine, too."""
    small, large = (before + piece * (size // len(piece)) + "\n" for size in (20_000, 80_000))
    least = min(_work(name, small) for _ in range(3))
    most = min(_work(name, large) for _ in range(3))
    assert most < 10 * max(least, 2_000_000)


def test_a_megabyte_of_empty_items_and_documents_yields_little() -> None:
    assert sum(1 for _ in leaves("-\n" * 100_000)) == 0
    found = []
    with pytest.raises(Unparsed, match="documents"):
        found += leaves("--- a\n" * 100_000)
    assert [leaf.value for leaf in leaves("a:\n- ''\n- b\nc:\n")] == ["b", ""]


def test_a_tree_that_takes_too_much_memory_is_given_up() -> None:
    """The grammar follows many readings at once, and takes kilobytes a byte."""
    grammar = importlib.import_module("toolkit.collect.files.parsers.go").DIALECT.grammar
    before = _tree._memory()
    with pytest.raises(Unparsed, match="time or memory"):
        _tree.Source("a(" * 500_000, grammar)
    assert _tree._memory() - before < 300_000_000


def test_scripts_of_a_component_are_found_at_their_lines() -> None:
    text = "---\nimport a from 'one'\n---\n<script lang='ts'>\nimport b from 'two'\n</script>\n<script>open\n"
    found, _ = drained("components", text)
    assert {(one.value, one.line) for one in found if one.kind == "npm"} >= {("one", 2), ("two", 5)}
    assert drained("components", "---\n---\n<script>import 'x'</script>")[0]


@pytest.mark.parametrize("row", ["\\\n", " \\\n", "\\\r\n\t", "\\\n\f"])
def test_line_continuations_without_an_end(row: str) -> None:
    """A megabyte of them took the grammar minutes and gigabytes. What stands beside them is still found as names."""
    found = []
    with pytest.raises(Unparsed, match="without an end") as raised:
        found.extend(python.parse("x.py", "import os\nx = 'https://api.twilio.com/x'\n" + row * 60))
    assert raised.value.args[0] == 3
    assert ("host", "api.twilio.com") in {(one.kind, one.value) for one in found}
    assert not list(python.parse("x.py", "x = 1 + \\\n" + " \\\n" * 10 + " 2\n"))


def test_a_setup_program_longer_than_any() -> None:
    """Python's own tree takes a thousand times its text."""
    asked = "setup(install_requires=['boto3'])\n"
    assert [one.value for one in pypi_setup.parse("setup.py", asked + "x = 1\n" * 10_000)] == ["boto3"]
    with pytest.raises(Unparsed, match="longer"):
        list(pypi_setup.parse("setup.py", asked + "x = 1\n" * 100_000))
