"""Object storage that speaks S3: every object with its headers and metadata, and what its buckets are set to.

In: a boto3 client and names of buckets. Out: the streams data.buckets and data.objects. An object's bytes lie in
`objects/<two letters>/<hash of bucket and key>`: no key is too long or too odd for a file system, and `post` may lie
beside `post/x`.

A complete export is brought up to date by the same command: what was neither changed nor resized since is not fetched
again, and what is gone goes. Tags and grants that changed alone are not noticed.

Needs s3:ListBucket, ListBucketVersions, GetObject, GetObjectAcl, GetObjectTagging, GetBucketAcl, GetBucketVersioning,
GetBucketOwnershipControls.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from toolkit import strays
from toolkit.errors import BadInput, ProgramFailed
from toolkit.export.dataset import EARLIER, MANIFEST, Page, Record, Stream, present

NAME = "s3"
ENDPOINTS = (
    "ListObjectsV2", "ListObjectVersions", "GetObject", "GetObjectAcl", "GetObjectTagging", "GetBucketAcl",
    "GetBucketVersioning", "GetBucketOwnershipControls",
)  # fmt: skip
# header: field of the record, and boto3's name of it in answers and requests
HEADERS = {
    "content_type": "ContentType",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "content_disposition": "ContentDisposition",
    "cache_control": "CacheControl",
    "redirect": "WebsiteRedirectLocation",
}
# Why the vendor keeps an object's bytes to itself, which asking again does not change: archived, deleted meanwhile,
# encrypted with a key of the customer's that must be sent along (SSE-C), or with one of KMS that is gone
_NOT_GIVEN = {
    "InvalidObjectState",
    "NoSuchKey",
    "InvalidRequest",
    "KMS.DisabledException",
    "KMS.NotFoundException",
    "KMS.KMSInvalidStateException",
}
_FILE = re.compile(r"objects/[0-9a-f]{2}/[0-9a-f]{64}")
_PAGE, _AT_ONCE, _CHUNK = 100, 8, 1 << 20
_ALL = {"http://acs.amazonaws.com/groups/global/AllUsers": "everybody",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every account"}  # fmt: skip


def client(profile: str | None, endpoint: str | None) -> Any:
    """boto3's client; BadInput for an unknown profile."""
    try:
        session = boto3.Session(profile_name=profile)
    except BotoCoreError as err:
        raise BadInput(str(err), where="--aws-profile") from err
    config = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=_AT_ONCE)
    return session.client("s3", endpoint_url=endpoint, config=config)


def streams(s3: Any, buckets: Sequence[str], folder: Path) -> dict[str, Stream]:
    """Dataset → stream. Throttling is botocore's business."""
    return {
        "data.buckets": partial(_buckets, s3, buckets),
        "data.objects": partial(_objects, s3, buckets, folder),
    }


def _buckets(s3: Any, buckets: Sequence[str], _cursor: Any) -> Iterator[Page]:
    yield Page(tuple(_bucket(s3, name) for name in buckets), None)


def _bucket(s3: Any, name: str) -> Record:
    older, markers = 0, 0
    query: dict[str, Any] = {"Bucket": name}
    while True:
        answer = _asked(s3.list_object_versions, **query)
        older += sum(not one["IsLatest"] for one in answer.get("Versions", ()))
        markers += len(answer.get("DeleteMarkers", ()))
        if not answer.get("IsTruncated"):
            break
        query |= {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}
    return present(
        id=name,
        source=NAME,
        versioning=_asked(s3.get_bucket_versioning, Bucket=name).get("Status", "Off"),
        older_versions=older,
        delete_markers=markers,
        acl=_grants(_asked(s3.get_bucket_acl, Bucket=name)),
    )


def _objects(s3: Any, buckets: Sequence[str], folder: Path, cursor: Any) -> Iterator[Page]:
    """The cursor is [which bucket, last key]."""
    which, last = cursor or (0, "")
    earlier = Earlier(folder, buckets)
    if cursor:
        earlier.skip(which, last)
    while which < len(buckets):
        bucket = buckets[which]
        query = {"StartAfter": last} if last else {}
        listed = _asked(s3.list_objects_v2, Bucket=bucket, MaxKeys=_PAGE, **query)
        found = [(one["Key"], earlier.same(which, one)) for one in listed.get("Contents", ())]
        keys = [key for key, _ in found]
        wanted = [key for key, record in found if record is None]
        if wanted:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                take = partial(_object, s3, folder, bucket, has_acls=_has_acls(s3, bucket))
                fetched = dict(zip(wanted, pool.map(take, wanted), strict=True))
        records = tuple(record or fetched[key] for key, record in found)
        more = bool(listed.get("IsTruncated"))
        which, last = (which, keys[-1]) if more else (which + 1, "")
        if not more:
            earlier.forget_until(which)
        yield Page(records, [which, last] if which < len(buckets) else None)


class Earlier:
    """The records of the export before, gone through beside the listing, for both are in the order of keys."""

    def __init__(self, folder: Path, buckets: Sequence[str]) -> None:
        self._folder = folder
        self._place = {name: number for number, name in enumerate(buckets)}
        self._lines = _lines(folder / EARLIER / "data.objects.jsonl")
        manifest = folder / EARLIER / MANIFEST
        begun = json.loads(manifest.read_bytes()).get("begun", "") if manifest.exists() else ""
        self._begun = datetime.fromisoformat(begun) if begun else None
        self._next = next(self._lines, None)

    def same(self, which: int, listed: dict[str, Any]) -> Record | None:
        """The record of this object, where its bytes lie here already. Those before it are gone from the store."""
        place = (which, listed["Key"].encode())
        while self._next and self._order(self._next) < place:
            self._forget(self._next)
            self._advance()
        record = self._next
        if record is None or self._order(record) != place:
            return None
        self._advance()
        return record if self._is_unchanged(record, listed) else None

    def skip(self, which: int, last: str) -> None:
        """Go past what a run that was stopped has dealt with."""
        while self._next and self._order(self._next) <= (which, last.encode()):
            self._advance()

    def forget_until(self, which: int) -> None:
        """Delete what is left of the buckets before this one: it was not listed again."""
        while self._next and self._order(self._next) < (which, b""):
            self._forget(self._next)
            self._advance()

    def _is_unchanged(self, record: Record, listed: dict[str, Any]) -> bool:
        modified = listed["LastModified"].replace(microsecond=0)
        if "file" not in record or self._begun is None or modified >= self._begun:
            return False  # what was written while it was copied may have been written twice in that second
        path = self._folder / record["file"]
        size = path.stat().st_size if path.is_file() else -1
        same_size = size == record.get("size") == listed["Size"]
        return bool(same_size and record.get("modified") == modified.isoformat())

    def _order(self, record: Record) -> tuple[int, bytes]:
        return self._place.get(record["bucket"], -1), record["key"].encode()

    def _forget(self, record: Record) -> None:
        if _FILE.fullmatch(record.get("file", "")):
            (self._folder / record["file"]).unlink(missing_ok=True)

    def _advance(self) -> None:
        self._next = next(self._lines, None)


def _lines(path: Path) -> Iterator[Record]:
    if path.exists():
        with path.open("rb") as file:
            yield from map(json.loads, file)


def _object(s3: Any, folder: Path, bucket: str, key: str, *, has_acls: bool) -> Record:
    """Its record; without `file` where the vendor does not give the bytes (`_NOT_GIVEN`)."""
    number = hashlib.sha256(f"{bucket}\0{key}".encode()).hexdigest()
    common = {"id": number, "source": NAME, "bucket": bucket, "key": key}
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as err:
        code = err.response["Error"]["Code"]
        if code in _NOT_GIVEN:
            return common | {"missing": code}
        raise _failed(err, bucket) from err
    except BotoCoreError as err:
        raise _failed(err, bucket) from err
    path = f"objects/{number[:2]}/{number}"
    digest, size = _kept(lambda: s3.get_object(Bucket=bucket, Key=key), answer, folder, path, bucket)
    tags = _asked(s3.get_object_tagging, Bucket=bucket, Key=key)["TagSet"] if answer.get("TagCount") else []
    acl = _grants(_asked(s3.get_object_acl, Bucket=bucket, Key=key)) if has_acls else []
    return common | present(
        size=size,
        sha256=digest,
        file=path,
        modified=answer["LastModified"].isoformat(),
        metadata=answer.get("Metadata") or {},
        expires=answer.get("ExpiresString"),
        tags={one["Key"]: one["Value"] for one in tags} or None,
        acl=acl or None,
        **{field: answer.get(name) for field, name in HEADERS.items()},
    )


def _kept(again: Callable[[], Any], answer: Any, folder: Path, path: str, place: str) -> tuple[str, int]:
    """Write the bytes to their file, whole; their SHA-256 and how many. A body that breaks off is asked for again."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for last in (False, False, True):
        name, handle = strays.create(folder / target.name, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                digest = hashlib.sha256()
                for chunk in answer["Body"].iter_chunks(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                Path(name).replace(target)
                return digest.hexdigest(), file.tell()
        except BotoCoreError as err:
            if last:
                raise _failed(err, place) from err
        finally:
            Path(name).unlink(missing_ok=True)
        answer = _asked(again)
    raise AssertionError("the last attempt returns or raises")


def _has_acls(s3: Any, bucket: str) -> bool:
    """Whether objects may have some: new buckets at AWS have them switched off; stores without the question, not."""
    try:
        rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    except ClientError:
        return True
    return any(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in rules)


def _grants(answer: dict[str, Any]) -> list[str]:
    """Who but the owner may do what: "everybody: READ"."""
    owner = answer.get("Owner", {}).get("ID")
    granted = [(one["Grantee"], one["Permission"]) for one in answer.get("Grants", ())]
    return [
        f"{_ALL.get(who.get('URI', ''), who.get('URI') or who.get('ID', 'somebody'))}: {what}"
        for who, what in granted
        if who.get("ID") is None or who["ID"] != owner
    ]


def _asked(call: Any, **query: Any) -> dict[str, Any]:
    """An answer; botocore has tried again what passes."""
    try:
        answer: dict[str, Any] = call(**query)
    except (BotoCoreError, ClientError) as err:
        raise _failed(err, query.get("Bucket", "")) from err
    return answer


def _failed(err: Exception, bucket: str) -> ProgramFailed:
    return ProgramFailed(str(err), where=bucket, hint="run the same command again: it goes on")
