"""Files that people and programs hand to Offramp, read and checked; and files written whole or not at all.

In: paths. Out: the structs of `model` and `catalog`. Whatever is wrong with a file is one `BadInput` that names the
file, the key path ("journey[2].needs"), what was expected and what was found. Values are not echoed unless they are
plain words: a misplaced secret must not end up in a terminal or a CI log.
"""

import contextlib
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import msgspec

from toolkit import leaks, positions, schema, strays
from toolkit.catalog.entries import Policy
from toolkit.errors import BadInput, OfframpError
from toolkit.kinds import WANTED, kind_of
from toolkit.model import SCHEMA_VERSION, Audit, Bag, Journal, Manifest, Plan, Platform, Tabletop

if TYPE_CHECKING:
    from jsonschema import ValidationError

T = TypeVar("T")
_MOST_PROBLEMS = 10
_PLAIN_WORD = re.compile(r"(?!(?:\D*\d){4})[a-z][a-z0-9 ./-]{0,23}")  # many digits: perhaps a secret
# How much of a file is read: an audit of 100,000 signs has 30 MB, what people write has 10 kB
_MOST_JSON, MOST_TOML = 256 * 2**20, 4 * 2**20
_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")  # pipes that a shell lays, and no others
# What TOML's library takes quadratic memory for: a key of very many parts
_DEEP_KEY = re.compile(r"(?:(?:[\w\-]{1,40}|\"[^\"\n]{0,40}\"|'[^'\n]{0,40}')?[ \t]{0,8}\.[ \t]{0,8}){33}")
_SECRET_KEY = re.compile(r"secret|token|passw|key|credential|auth", re.IGNORECASE)


class _Versioned(msgspec.Struct):
    schema_version: str = ""


# --- reading ----------------------------------------------------------------------------------------------------------
def read_platform(path: Path) -> Platform:
    """`offramp.toml`. A setting that is a secret beyond doubt is refused: audits and projects show plain settings."""
    platform = decode(read_toml(path), "platform", Platform, where=path)
    _refuse_secrets(platform, path)
    return platform


def _refuse_secrets(platform: Platform, path: Path) -> None:
    if held := next(leaks.secrets(platform), None):
        raise BadInput(
            f"{held}: holds a secret (not shown)",
            where=path,
            hint="write its name in `secrets`, or ${…} of what replaces it; the value belongs in the vault",
        )


def read_policy(path: Path, defaults: Policy | None = None) -> Policy:
    """A policy file (TOML). Keys it does not have take their value from `defaults`, the shipped policy."""
    shipped = msgspec.to_builtins(defaults) if defaults else {}
    return decode({**shipped, **read_toml(path)}, "policy", Policy, where=path)


def read_audit(path: Path) -> Audit:
    """The JSON that `offramp audit` wrote."""
    audit = _read_versioned(path, "audit", Audit)
    if wrong := positions.astray(audit):
        raise BadInput(f"{wrong}: points at what is not in the survey", where=path, hint="make the audit again")
    _refuse_secrets(audit.platform, path)
    return audit


def read_plan(path: Path) -> Plan:
    """The JSON that `offramp plan` wrote."""
    plan = _read_versioned(path, "plan", Plan)
    _refuse_secrets(plan.platform, path)
    return plan


def read_manifest(path: Path) -> Manifest:
    """The `offramp-manifest.json` of a generated project."""
    return _read_versioned(path, "manifest", Manifest)


def read_bag(path: Path) -> Bag:
    """The `manifest.json` of a go-bag."""
    return _read_versioned(path, "go-bag", Bag)


def read_journal(path: Path) -> Journal:
    """The JSON that `offramp drill` wrote."""
    return _read_versioned(path, "journal", Journal)


def read_tabletop(path: Path) -> Tabletop:
    """The `tabletop.json` that `offramp tabletop` wrote."""
    return _read_versioned(path, "tabletop", Tabletop)


def read_toml(path: Path, *, error: type[OfframpError] = BadInput) -> dict[str, Any]:
    """The tables of a TOML file, not yet checked; a syntax error names line and column."""
    text = _read_text(path, MOST_TOML, error=error)
    with understood(path, error):
        if deep_key(text) is not None:
            raise RecursionError
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as err:
            raise error(f"not valid TOML: {_toml_error(text, err)}", where=path) from err


def deep_key(text: str) -> int | None:
    """Where a TOML text has a key of more parts than any document needs, if it has one."""
    found = _DEEP_KEY.search(text)
    return found.start() if found else None


@contextlib.contextmanager
def understood(path: Path | str, error: type[OfframpError] = BadInput) -> Iterator[None]:
    """The border of a user's file: whatever its content does to a library is an error of the file."""
    try:
        yield
    except OfframpError:
        raise
    except RecursionError as err:
        raise error("nested too deeply", where=path) from err
    except MemoryError as err:
        raise error("too large", where=path) from err
    except Exception as err:
        raise error(f"cannot be understood ({type(err).__name__})", where=path) from err


def decode(data: object, document: str, into: type[T], *, where: Path | str, error: type[OfframpError] = BadInput) -> T:
    """Check `data` against the schema of `document` (a key of `schema.DOCUMENTS`) and make it an `into`."""
    with understood(where, error):
        plain = msgspec.to_builtins(data)  # TOML dates become strings, which is what the schema speaks of
        if problems := _problems(plain, document):
            raise error("\n".join(problems), where=where, hint=f"the format is checks/schema/{document}.schema.json")
        try:
            return msgspec.convert(plain, into)
        except msgspec.ValidationError as err:
            raise error(str(err), where=where) from err


def _read_versioned(path: Path, document: str, into: type[T]) -> T:
    """A document that a program wrote: decoded at once; only when that fails do all its errors get collected."""
    try:
        text = _read_text(path, _MOST_JSON)
    except BadInput as err:
        raise BadInput(err.what, where=path, hint=f"give {WANTED.get(document, document)}") from err
    with understood(path):
        try:
            return _versioned(text, path, document, into)
        except BadInput as err:
            kind = kind_of(text, path.suffix)
            if kind and kind.split()[1] != document:
                wanted = WANTED.get(document, document)
                what = f"this is {kind}, not {wanted.partition(',')[0]}"
                raise BadInput(what, where=path, hint=f"give {wanted}") from err
            raise


def _versioned(text: str, path: Path, document: str, into: type[T]) -> T:
    try:
        version = msgspec.json.decode(text, type=_Versioned).schema_version
        _refuse_unknown_major(version, document, path)
        return msgspec.json.decode(text, type=into)
    except msgspec.ValidationError as err:
        with contextlib.suppress(RecursionError):  # else: nested deeper than any document of ours, and no object
            try:
                data = json.loads(text)
            except json.JSONDecodeError as broken:  # further on than where it was seen to be none of ours
                raise _incomplete(text, document, path, broken) from err
            return decode(data, document, into, where=path)
        raise BadInput(f"this is not an Offramp {document}", where=path) from err
    except (msgspec.DecodeError, RecursionError) as err:
        raise _incomplete(text, document, path, err) from err


def _incomplete(text: str, document: str, path: Path, err: Exception) -> BadInput:
    return BadInput(
        f"not a complete JSON document: {_json_error(text, err)}",
        where=path,
        hint=f"was writing it interrupted? Make the {document} again",
    )


def _refuse_unknown_major(version: str, document: str, path: Path) -> None:
    ours = SCHEMA_VERSION.partition(".")[0]
    if not version:
        raise BadInput(f"this is not an Offramp {document}: it has no schema_version", where=path)
    if version.partition(".")[0] != ours:
        raise BadInput(
            f"this {document} has a schema_version this Offramp does not know (it knows {ours}.x)",
            where=path,
            hint=f"make the {document} again with this version, or install the version of Offramp that wrote it",
        )


def read_file(path: Path, limit: int, *, error: type[OfframpError] = BadInput) -> bytes:
    """A file that a person names, whole. A folder, a device, a pipe that nobody fills or a huge file is refused."""
    with _opened(path, error) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise error(f"larger than {limit // 2**20} MiB", where=path)
    return content


def read_beginning(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file that a person names; refused is what `read_file` refuses, and every pipe, since
    what is read from one is gone for the next reader."""
    with _opened(path, BadInput) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadInput("cannot be read: it is no file", where=path, hint="write it to a file first")
        return file.read(most)


@contextmanager
def _opened(path: Path, error: type[OfframpError]) -> Iterator[BinaryIO]:
    try:
        waits = 0 if str(path).startswith(_STREAMS) else os.O_NONBLOCK
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | waits)
        with os.fdopen(handle, "rb") as file:
            kind = os.fstat(handle).st_mode
            if not (stat.S_ISREG(kind) or (stat.S_ISFIFO(kind) and not waits)):
                raise error("cannot be read: it is no file", where=path)
            yield file
    except OSError as err:
        raise error(f"cannot be read: {err.strerror}", where=path) from err
    except ValueError as err:  # a zero byte in the name
        raise error("cannot be read: no file can have this name", where=path) from err


def _read_text(path: Path, limit: int, *, error: type[OfframpError] = BadInput) -> str:
    try:
        return read_file(path, limit, error=error).decode()
    except UnicodeDecodeError as err:
        raise error("not UTF-8 text", where=path) from err


def _json_error(text: str, err: Exception) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as better:
        return f"line {better.lineno}, column {better.colno}: {better.msg}"
    except RecursionError:
        return "nested too deeply"
    return str(err)


# --- what is wrong with a document ------------------------------------------------------------------------------------
def _problems(data: object, document: str) -> list[str]:
    """Every breach of the schema as "key path: expected …, found …", in the order of the document's keys."""
    from jsonschema import Draft202012Validator as Validator  # slow to import, and `--help` needs none of it

    validator = Validator(schema.of(document), format_checker=Validator.FORMAT_CHECKER)
    errors = sorted(
        (_deepest(error) for error in validator.iter_errors(data)),
        key=lambda error: [str(step) for step in error.absolute_path],
    )
    lines = [line for error in errors for line in _describe(error)]
    if len(lines) > _MOST_PROBLEMS:
        lines[_MOST_PROBLEMS:] = [f"and {len(lines) - _MOST_PROBLEMS} more"]
    return lines


def _deepest(error: "ValidationError") -> "ValidationError":
    """The one alternative of an anyOf that the writer most likely meant."""
    from jsonschema.exceptions import best_match

    return best_match([error]) or error


def _describe(error: "ValidationError") -> list[str]:
    path = _key_path(error)
    place = f"{path}: " if path else ""
    rule: Any = error.validator_value
    if "propertyNames" in error.relative_schema_path:  # of a table whose keys are one of a few words
        key = str(error.instance)
        return [f"{place}unknown key {_name(key)}{_meant(key, [*rule])}"]
    match error.validator, error.instance, error.schema:
        case "additionalProperties", dict(found), {"properties": dict(known)}:
            return [f"{place}unknown key {_name(key)}{_meant(key, [*known])}" for key in found if key not in known]
        case "required", dict(found), _:
            return [f"{place}the key {key!r} is missing" for key in rule if key not in found]
    return [f"{place}expected {_expected(str(error.validator), rule)}, found {_found(error.instance, path)}"]


def _key_path(error: "ValidationError") -> str:
    text = ""
    for step in error.absolute_path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _expected(keyword: str, value: Any) -> str:
    match keyword:
        case "enum":
            return "one of " + ", ".join(map(str, value))
        case "type":
            names = {"object": "a table", "array": "a list", "string": "a text", "integer": "a whole number"}
            return names.get(str(value), f"a {value}")
        case "minimum":
            return f"a number of at least {value}"
        case "maximum":
            return f"a number of at most {value}"
        case "pattern" if value == r"\S":
            return "a text that is not empty"
        case "format":
            return f"a {value}"
    return f"something that meets {keyword!r}"


def _found(value: object, path: str) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str() if _PLAIN_WORD.fullmatch(value) and not _SECRET_KEY.search(path):
            return f"{value!r}"
        case str():
            return "a text (not shown)" if value else "an empty text"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "nothing" if value is None else type(value).__name__


def _name(key: str) -> str:
    """A key as it may be shown: one that is no ordinary name, or has many digits, could be a misplaced secret."""
    return f"{key!r}" if re.fullmatch(r"(?!(?:\D*\d){4})[\w.-]{1,40}", key) else "(not shown)"


def _meant(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else f"; known are {', '.join(sorted(known))}" if known else ""


def _toml_error(text: str, err: tomllib.TOMLDecodeError) -> str:
    """With line and column in any case, and without what it quotes: keys and values may be secrets."""
    lines = text.split("\n")
    end = f"at line {len(lines)}, column {len(lines[-1]) + 1}, the end"
    return re.sub(r"'[^']{2,}'", "(not shown)", str(err)).replace("at end of document", end)


# --- writing ----------------------------------------------------------------------------------------------------------
def write_json(value: object, path: Path) -> None:
    """Any struct as indented JSON with a newline at the end; sorted wherever the value itself has no order."""
    encoded = msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2)
    write_text(path, encoded.decode() + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace the file at once: whoever reads sees the old one or the new one. Its mode is kept, links are followed."""
    target = Path(os.path.realpath(path))
    with _refusals(path):
        if target.exists() and not target.is_file():  # /dev/stdout, a named pipe: nothing to replace
            target.write_text(text, encoding="utf-8")
            return
        write_bytes(target, text.encode())


def write_new(path: Path, text: str, *, mode: int = 0o666) -> bool:
    """Make the file, whole. False when there is one, also one that another process made a moment ago."""
    with _refusals(path), _written(path, text.encode(), mode) as beside:
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
    return True


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise BadInput(f"cannot be written: {err.strerror}", where=path) from err
    except UnicodeEncodeError as err:
        raise BadInput("cannot be written: a file name that belongs in it is not UTF-8", where=path) from err


def write_bytes(target: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Replace the file at once, or leave all as it was; a new one gets `mode` less the umask. May raise OSError."""
    with _written(target, content, mode) as beside:
        beside.replace(target)


@contextmanager
def _written(target: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A temporary file with the content, beside the target; gone in the end, wherever it was not moved."""
    strays.remove(target.parent, of=target.name)
    name, handle = strays.create(target, mode)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            if target.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield beside
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
