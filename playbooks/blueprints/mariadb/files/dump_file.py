"""Dumps in every form: text, compressed text, a folder of mydumper's or pscale's files.

In: a path. Out: the lines of its SQL, as one stream; a digest. Refused says what cannot be read and what helps.
"""

import bz2
import gzip
import hashlib
import lzma
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
ZSTD = b"\x28\xb5\x2f\xfd"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"
POSTGRESQL = re.compile(
    rb"^-- PostgreSQL database|^\\(?:restrict|connect)\b|^SET standard_conforming_strings|^COPY .* FROM stdin;", re.M
)
SQLITE = re.compile(rb"\A(?:SQLite format 3\0|PRAGMA foreign_keys)")
# the order in which a folder's files are taken
PARTS = [re.compile(form) for form in (
    r"-schema-create(-|\.)", r"-schema-sequence\.", r"-schema\.", r"^(?!.*-schema)", r"-schema-view\.",
    r"-schema-triggers\.", r"-schema-post\.",
)]  # fmt: skip
SQL = re.compile(r"\.sql(\.(gz|bz2|xz|zst))?$")


class Refused(Exception):
    """Why the import did not happen."""


def digest(path):
    """SHA-256 of the file, or of all files of a folder."""
    total = hashlib.sha256()
    for file in files(path):
        with file.open("rb") as stream:
            part = hashlib.file_digest(stream, "sha256")
        if file == Path(path):
            return part.hexdigest()
        total.update(f"{file.name} {part.hexdigest()}\n".encode())
    return total.hexdigest()


def files(path):
    """A dump's files in the order in which they are read."""
    if not Path(path).is_dir():
        return [Path(path)]
    found = sorted((file for file in Path(path).iterdir() if SQL.search(file.name)), key=place)
    if not found:
        raise Refused(f"there is no .sql file in the folder {Path(path).name}")
    return found


def place(file):
    return next(number for number, form in enumerate(PARTS) if form.search(file.name)), file.name


def lines(path):
    """All lines of all files; a byte order mark goes."""
    for file in files(path):
        with opened(file) as stream:
            for number, line in enumerate(stream):
                if not number:
                    check_start(line)
                    line = line.removeprefix(BOM)
                yield line
        yield b"\n"


def check_kind(path):
    """Refuse what is another server's."""
    for file in files(path)[:1]:
        with file.open("rb") as stream:
            if stream.read(5) == b"PGDMP":
                raise Refused(other("PostgreSQL"))
        with opened(file) as stream:
            begin = stream.read(20_000)
    if SQLITE.match(begin):
        raise Refused(other("SQLite"))
    if POSTGRESQL.search(begin):
        raise Refused(other("PostgreSQL"))


def other(engine):
    helps = "the blueprint postgresql imports it" if engine == "PostgreSQL" else "convert it before"
    return f"this is a dump of {engine}, and this server is MariaDB: {helps}"


def check_start(line):
    if line.startswith(UTF16):
        raise Refused(
            "the dump is UTF-16, as PowerShell's > makes it, and its bytes may be damaged: "
            "make it anew with --result-file=database.sql"
        )
    if b"\0" in line:
        raise Refused("this is no SQL text")


@contextmanager
def opened(file):
    """The text of one file, a stream of bytes."""
    with file.open("rb") as stream:
        start = stream.read(6)
    if start[:4] == ZSTD:
        with unpacked(file) as stream:
            yield stream
        return
    how = next((how for magic, how in COMPRESSED.items() if start.startswith(magic)), open)
    with how(file, "rb") as stream:
        yield stream


@contextmanager
def unpacked(file):
    """What zstd prints; Refused when it fails, but not when nobody reads to the end."""
    command = ["zstd", "--decompress", "--stdout", "--quiet", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        try:
            yield reader.stdout
        except BaseException:
            reader.kill()
            raise
        whole = not reader.stdout.read(1)
        reader.stdout.close()
    if reader.returncode and whole:
        raise Refused(f"the dump cannot be read: zstd ended with {reader.returncode}")
