"""Dumps in every form pg_dump gives them: text, compressed text, custom, tar and directory archives.

In: a path. Out: its SQL text as a stream, whatever the form; what pg_restore lists; a digest. An archive's text is made
by pg_restore, so that there is one way to read them all. Refused says what cannot be read and what helps.
"""

import bz2
import gzip
import hashlib
import lzma
import re
import subprocess
import tarfile
from contextlib import contextmanager
from pathlib import Path

COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
ZSTD = b"\x28\xb5\x2f\xfd"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"
# the first pg_dump to write an archive of this version
ARCHIVES = {15: 16, 16: 17}
WITHOUT_RIGHTS = ["--no-owner", "--no-acl", "--no-tablespaces", "--no-security-labels"]
WITHOUT_REPLICATION = ["--no-publications", "--no-subscriptions"]


class Refused(Exception):
    """Why the import did not happen."""


def digest(path):
    """Of the file, or of all files of a directory archive."""
    total = hashlib.sha256()
    for file in sorted(Path(path).iterdir()) if Path(path).is_dir() else [Path(path)]:
        with file.open("rb") as stream:
            part = hashlib.file_digest(stream, "sha256")
        if file == Path(path):
            return part.hexdigest()
        total.update(f"{file.name} {part.hexdigest()}\n".encode())
    return total.hexdigest()


def is_archive(path):
    """What pg_restore reads, as opposed to SQL text."""
    if Path(path).is_dir():
        return True
    start = first_bytes(path, 262)
    if start[:5] == b"PGDMP":
        return True
    if start[257:262] != b"ustar":
        return False
    with tarfile.open(path) as members:
        return members.next().name == "toc.dat"


def first_bytes(path, count):
    with Path(path).open("rb") as stream:
        return stream.read(count)


def listing(path):
    """What pg_restore says is in an archive."""
    done = subprocess.run(["pg_restore", "--list", str(path)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise Refused(unreadable(path, done.stderr))
    return done.stdout.splitlines(keepends=True)


def unreadable(path, said):
    head = Path(path) / "toc.dat" if Path(path).is_dir() else Path(path)
    start = first_bytes(head, 7)
    if "unsupported version" in said and start[:5] == b"PGDMP":
        here = re.search(r"\d+", run_for_version())[0]
        needed = ARCHIVES.get(start[6], max(ARCHIVES.values()))
        return (
            f"this archive has version {start[5]}.{start[6]}, which pg_dump writes since PostgreSQL {needed}, and the "
            f"pg_restore here is {here}: make the dump with pg_dump --format=plain (any version's text is read), or "
            f"import it on a host with PostgreSQL {needed} or later (Debian 12 has 15, Debian 13 has 17)"
        )
    return " ".join(said.split())[-1500:]


def run_for_version():
    return subprocess.run(["pg_restore", "--version"], capture_output=True, text=True, check=True).stdout


@contextmanager
def text(path):
    """The dump as SQL text, a stream of bytes."""
    if is_archive(path):
        command = ["pg_restore", "--file=-", str(path)]
        listing(path)  # its words when it cannot be read
        with piped(command) as stream:
            yield stream
        return
    start = first_bytes(path, 6)
    if start[:4] == ZSTD:
        with piped(["zstd", "--decompress", "--stdout", "--quiet", str(path)]) as stream:
            yield stream
        return
    opened = next((how for magic, how in COMPRESSED.items() if start.startswith(magic)), open)
    with opened(path, "rb") as stream:
        yield stream


def lines(stream):
    """Its lines; a byte order mark goes."""
    for number, line in enumerate(stream):
        if not number:
            check_encoding(line)
            line = line.removeprefix(BOM)
        yield line


def check_encoding(line):
    if line.startswith(UTF16):
        raise Refused(
            "the dump is UTF-16, as PowerShell's > makes it, and its bytes may be damaged: "
            "make it anew with pg_dump --file=database.sql"
        )
    if b"\0" in line:
        raise Refused("this is neither SQL text nor an archive of pg_dump")


@contextmanager
def piped(command):
    """What a program prints; Refused when it fails, but not when nobody reads to the end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        try:
            yield reader.stdout
        except GeneratorExit:
            reader.kill()
            raise
        except BaseException:
            reader.kill()
            raise
        reader.stdout.read(1)  # nothing is left unless the consumer stopped early
        reader.stdout.close()
    if reader.returncode not in (0, -13):
        raise Refused(f"the dump cannot be read: {command[0]} ended with {reader.returncode}")
