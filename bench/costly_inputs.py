"""What one file can cost each parser: inputs made of repeated pieces, the worst of each parser printed.

usage: python bench/costly_inputs.py [PARSER …] [--size 1000000] [--try 60000] [--worst 1]

Every parser gets each piece, and pairs of pieces, repeated up to `--try` bytes, in a process of its own; what was
slowest or largest there is tried again at `--size`. Printed: processor seconds and MB above the start, without the
budgets that end such a file in an audit. Exit code 1 if any takes more than 2 seconds or 300 MB.
"""

import argparse
import itertools
import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers import Parser, discover

_SECONDS, _MEGABYTES = 2.0, 300.0
_PATIENCE = 20  # seconds of processor time
_MEMORY = 3 * 2**30
PIECES = [
    "[", "]", "{", "}", "(", ")", "<", ">", '"', "'", "`", ":", "=", "#", "# x\n", "//", "// x\n",
    "/*", "*/", "/* x */\n", "<!--", "-->", "\n", "\t", "  ", "- ", "&a ", "*a ", "<%=", "%>",
    "{{", "}}", "${", "a.", "a.com ", "a: b\n", "a=b\n", "a = 1\n", "[a]\n", "[[a]]\n", "[a.b]\n",
    "a.b", "{a=", "'''", '"""', "\\", "\\\n", "a\\\n", "|", "|\n", ">\n ", "--", "---\n", "- a\n",
    "-\n", " - ", "a,", '"a":', '"a":1,', '{"a":', "[1,", "'a',", "https://", "https://a.com\n",
    "//{{", "arn:aws:s3:::b\n", "s3:Get\n", '"A_B"\n', ".A_B\n", "import a\n",
    "from a import b\n", "from x import (", "require('a')\n", "using a;\n", 'resource "a" "b" {',
    'resource "a" "b" {}\n', 'module "m" {\n source = "a/b/c"\n}\n', "gem 'x'\n", "FROM x\n",
    "FROM x \\\n", "FROM x AS y\n", "ARG A=b\n", "ENV A=b\n", "COPY --from=x a b\n", "RUN a && ",
    "image: x\n", "uses: a/b@v1\n", "run: |\n  a\n", "steps:\n", "dependencies:\n", "  a: 1\n",
    '"dependencies": {', "[dependencies]\n", 'a = "1"\n', "require (\n", "a v1.0.0\n", "{:x, ",
    "do\n", "end\n", "<a>", "</a>", "<a b='c'>", "<dependency>", "</dependency>", "<string>",
    "<script>", "</script>", "<style>", "<a href=", "apiVersion: x/v1\n", "kind: X\n",
    "services:\n", "jobs:\n", "a(", "a(b).", "a<b,", "f x ", "x.y.z(", "new A(", "a::b", "$",
    "$A ", "$(", "@", "%", "é", "\u2028", "\x00", "a", "A", "0", "a b ", "twilio==1\n",
    "twilio \\\n", "-r a\n", "[[package]]\n", 'name = "a"\n', "<<: *a\n", "!Ref a\n", "? ",
    "&a [", "*", "export A=b\n", "if a; then\n", "x <<E\n",
]  # fmt: skip


class Cost(NamedTuple):
    seconds: float
    megabytes: float
    text: tuple[str, str, str]  # prefix, what is repeated, suffix
    end: str  # "" or how it was stopped

    @property
    def share(self) -> float:
        """Of what is allowed."""
        return max(self.seconds / _SECONDS, self.megabytes / _MEGABYTES)


def name_of(claim: str) -> str:
    """A path that the claim matches."""
    return claim.strip("/").replace("**", "x").replace("?*", "x").replace("*", "x").replace("?", "x")


def measured(parser: Parser, text: tuple[str, str, str], size: int) -> Cost:
    """The cost of `prefix + piece × n + suffix`, of about `size` bytes, in a process of its own."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            said = stream.read()
        _, status, used = os.wait4(child, 0)
        if said:
            seconds, megabytes = map(float, said.split())
            return Cost(seconds, megabytes, text, "")
        failed = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 2
        end = "failed" if failed else "memory" if os.WIFEXITED(status) else signal.Signals(os.WTERMSIG(status)).name
        return Cost(used.ru_utime, _MEMORY / 2**20 if end == "memory" else used.ru_maxrss / 1024, text, end)
    try:
        _run(parser, text, size, writing)
    except BaseException:  # noqa: BLE001 - the child must end here, whatever the parser raises
        traceback.print_exc()
    os._exit(2)


def _run(parser: Parser, text: tuple[str, str, str], size: int, writing: int) -> None:
    prefix, piece, suffix = text
    whole = prefix + piece * max(1, (size - len(prefix) - len(suffix)) // len(piece.encode())) + suffix
    resource.setrlimit(resource.RLIMIT_CPU, (_PATIENCE, _PATIENCE + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    path = name_of(parser.claims[0]) if parser.claims else "README"
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        for _ in itertools.islice(parser.parse(path, whole), 500_000):
            pass
    except MemoryError:
        os._exit(1)
    except (Unparsed, RecursionError):
        pass
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    os.write(writing, f"{seconds} {(after.ru_maxrss - before.ru_maxrss) / 1024}".encode())
    os._exit(0)


def texts(pairs: bool) -> Iterator[tuple[str, str, str]]:
    for piece in PIECES:
        yield "", piece, ""
        yield "x\n", piece, "\nx = 1\n"
        yield "a = ", piece, "\n"
    if pairs:
        for first, second in itertools.permutations(PIECES, 2):
            yield "", first + second, ""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("parsers", nargs="*")
    options.add_argument("--size", type=int, default=1_000_000)
    options.add_argument("--try", dest="small", type=int, default=60_000)
    options.add_argument("--worst", type=int, default=1)
    options.add_argument("--pairs", action="store_true")
    chosen = options.parse_args()
    failed = False
    for parser in discover():
        if chosen.parsers and parser.name not in chosen.parsers:
            continue
        parser_costs = sorted(
            (measured(parser, text, chosen.small) for text in texts(chosen.pairs)), key=lambda cost: -cost.share
        )
        for cost in parser_costs[: chosen.worst]:
            final = measured(parser, cost.text, chosen.size)
            failed = failed or final.share > 1
            mark = "OVER" if final.share > 1 else ""
            print(
                f"{parser.name:18} {final.seconds:6.2f} s {final.megabytes:6.0f} MB  {final.end:8} {mark:5}"
                f" small {cost.seconds:5.2f} s {cost.megabytes:4.0f} MB  {cost.text!r}", flush=True,
            )  # fmt: skip
    sys.exit(failed)


if __name__ == "__main__":
    main()
