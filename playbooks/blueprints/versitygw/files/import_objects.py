#!/usr/bin/env python3
"""Load a data.objects dataset into the gateway and compare every object: `import_objects.py FOLDER [--leave-out]
[--known FILE] [--everything]`; `import_objects.py FOLDER --wanted --known FILE` says which files that takes.

In: the folder of a complete export (manifest.json, data.objects.jsonl, data.buckets.jsonl, objects/); the gateway and
its keys from S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY and S3_SECRET_KEY. Out: a JSON report {changed, objects, loaded,
present, removed, cannot, missing, differences, left_at_the_vendor}; exit 1 where something differs or could not be loaded, 2
where the gateway cannot hold a key: then nothing was loaded, unless --leave-out says to go on without those.

Bytes, headers, metadata and tags are compared, by what the gateway answers. What is equal is not loaded again.

--known FILE keeps what an import found equal. The next one looks of these only whether they are there and how long they
are, needs no bytes of theirs, and removes what has gone from the old store since: what others wrote stays.
"""

import argparse
import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

HEADERS = {
    "content_type": "ContentType",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "content_disposition": "ContentDisposition",
    "cache_control": "CacheControl",
    "redirect": "WebsiteRedirectLocation",
}
LONGEST_NAME, LONGEST_KEY = 255, 1024  # bytes: of a file's name, and of a key in S3
AT_ONCE = 4
WORDS = 200  # characters of an error that are told


def main():
    asked = arguments()
    folder = asked.folder
    check_manifest(folder)
    objects, buckets = read(folder, "data.objects"), read(folder, "data.buckets")
    known = {} if asked.everything else Known.read(asked.known)
    if asked.wanted:
        print("\n".join(wanted_files(objects, known) if known else ["*"]))
        return 0
    cannot = unholdable(objects)
    report = {
        "changed": False,
        "objects": len(objects),
        "loaded": 0,
        "present": 0,
        "removed": 0,
        "cannot": [f"{place}: {why}" for place, why in cannot.items()],
        "missing": [f"{place(one)}: {one.get('missing', 'no file')}" for one in objects if "file" not in one],
        "differences": [],
        "left_at_the_vendor": [*left(buckets), *grants(objects)],
    }
    code = 2 if cannot and not asked.leave_out else load(asked, objects, buckets, cannot, report, known)
    print(json.dumps(report, indent=1, ensure_ascii=False))
    return code


def arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--known", type=Path)
    parser.add_argument("--everything", action="store_true")
    parser.add_argument("--wanted", action="store_true")
    return parser.parse_args()


class Known(NamedTuple):
    """An object that was found equal, and what its record was then."""

    bucket: str
    key: str
    digest: str

    @staticmethod
    def read(file):
        """id → one of these."""
        if not file or not file.exists():
            return {}
        with file.open(encoding="utf-8") as lines:
            return {ident: Known(*rest) for ident, *rest in map(json.loads, lines)}


def known_of(one):
    record = json.dumps(one, sort_keys=True, ensure_ascii=False).encode()
    return Known(one["bucket"], one["key"], hashlib.sha256(record).hexdigest())


def wanted_files(objects, known):
    return [one["file"] for one in objects if "file" in one and known.get(one["id"]) != known_of(one)]


def keep(file, known):
    """Written whole: what is half there would be believed."""
    if not file:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(file.name + ".new")
    with fresh.open("w", encoding="utf-8") as lines:
        for ident, one in known.items():
            lines.write(json.dumps([ident, *one], ensure_ascii=False) + "\n")
    fresh.replace(file)


def check_manifest(folder):
    try:
        datasets = json.loads((folder / "manifest.json").read_text())["datasets"]
    except FileNotFoundError:
        sys.exit(f"{folder} has no manifest.json: the export is not complete")
    for one in datasets.values():
        with (folder / one["file"]).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != one["sha256"]:
                sys.exit(f"{one['file']} is not what was exported: its checksum differs")


def read(folder, name):
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def place(one):
    return f"{one['bucket']}/{one['key']}"


def unholdable(objects):
    """place → why the gateway, which keeps each object as a file under its key, cannot hold it: known beforehand."""
    keys = {(one["bucket"], one["key"]) for one in objects}
    found = {}
    for one in objects:
        parts = one["key"].removesuffix("/").split("/")
        above = ["/".join(parts[:end]) for end in range(1, len(parts))]
        in_the_way = [parent for parent in above if (one["bucket"], parent) in keys]
        if in_the_way:
            found[place(one)] = f"{in_the_way[0]!r} is an object, and would have to be a folder"
        elif any(part in {"", ".", ".."} for part in parts):
            found[place(one)] = "a part of its name is empty, or leads elsewhere"
        elif any(len(part.encode()) > LONGEST_NAME for part in parts) or len(one["key"].encode()) > LONGEST_KEY:
            found[place(one)] = f"a part of its name is longer than {LONGEST_NAME} bytes"
        elif "\0" in one["key"]:
            found[place(one)] = "its name holds a null character"
        elif one["key"].endswith("/") and one.get("size"):
            found[place(one)] = "its name is a folder's, and it has content"
    return found


def left(buckets):
    """What does not come along: it is said, so that nobody looks for it later."""
    for one in buckets:
        if one["older_versions"] or one["delete_markers"]:
            counts = f"{one['older_versions']} older versions and {one['delete_markers']} delete markers"
            yield f"{one['id']}: {counts} (versioning: {one['versioning']}); the latest of each key came along"
        for grant in one["acl"]:
            yield f"{one['id']}: the bucket is open to {grant}"


def grants(objects):
    for one in objects:
        for grant in one.get("acl", ()):
            yield f"{place(one)}: open to {grant}"


def load(asked, objects, buckets, cannot, report, known):
    s3 = gateway()
    present = {one["Name"] for one in s3.list_buckets()["Buckets"]}
    for one in buckets:
        if one["id"] not in present:
            s3.create_bucket(Bucket=one["id"])
    wanted = [one for one in objects if "file" in one and place(one) not in cannot]
    equal = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taken = pool.map(lambda one: take(s3, asked.folder, one, known.get(one["id"])), wanted)
        for one, (loaded, differences) in zip(wanted, taken, strict=True):
            report["loaded" if loaded else "present"] += 1
            report["differences"] += differences
            if not differences:
                equal[one["id"]] = known_of(one)
    there, holding = {one["id"] for one in objects}, {one["id"] for one in buckets}
    gone = {ident: one for ident, one in known.items() if ident not in there and one.bucket in holding}
    for one in gone.values():
        s3.delete_object(Bucket=one.bucket, Key=one.key)
    report["removed"] = len(gone)
    elsewhere = {ident: one for ident, one in known.items() if one.bucket not in holding}
    keep(asked.known, elsewhere | equal)
    report["changed"] = report["loaded"] + report["removed"] > 0
    return 1 if report["differences"] or report["missing"] else 0


def gateway():
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5}, max_pool_connections=AT_ONCE * 4)
    return boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT"],
        region_name=os.environ["S3_REGION"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["S3_SECRET_KEY"],
        config=config,
    )


def take(s3, folder, one, known):
    """Whether it had to be loaded, and what differs in the end."""
    try:
        if known == known_of(one):
            return False, gone(s3, one)
        if not differences(s3, one):
            return False, []
        put(s3, folder, one)
        return True, differences(s3, one)
    except (ClientError, BotoCoreError, OSError) as err:
        return True, [f"{place(one)}: not loaded: {str(err)[:WORDS]}"]


def gone(s3, one):
    """A line where an object that was found equal before is not there any more, or not as long."""
    try:
        size = s3.head_object(Bucket=one["bucket"], Key=one["key"])["ContentLength"]
    except ClientError as err:
        if err.response["Error"]["Code"] not in {"NoSuchKey", "404"}:
            raise
        size = None
    if size == one.get("size"):
        return []
    return [f"{place(one)}: it was loaded before and has changed here: import again with -e everything=true"]


def put(s3, folder, one):
    file = folder / one["file"]
    with file.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != one["sha256"]:
            raise OSError(f"{one['file']} is not what was exported: its checksum differs")
    headers = {theirs: one[ours] for ours, theirs in HEADERS.items() if one.get(ours)}
    if one.get("expires"):
        headers["Expires"] = one["expires"]
    if one["key"].endswith("/"):  # a folder's mark, which is no upload in parts
        s3.put_object(Bucket=one["bucket"], Key=one["key"], Body=b"", Metadata=one.get("metadata", {}), **headers)
    else:
        s3.upload_file(str(file), one["bucket"], one["key"], ExtraArgs=headers | {"Metadata": one.get("metadata", {})})
    if one.get("tags"):
        tags = [{"Key": name, "Value": value} for name, value in one["tags"].items()]
        s3.put_object_tagging(Bucket=one["bucket"], Key=one["key"], Tagging={"TagSet": tags})


def differences(s3, one):
    """What the gateway answers otherwise than the old store did, each as one line; [] when nothing."""
    bucket, key = one["bucket"], one["key"]
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as err:
        if err.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return [f"{place(one)}: not there"]
        raise
    digest = hashlib.sha256()
    for chunk in answer["Body"].iter_chunks(1 << 20):
        digest.update(chunk)
    found = {name: answer.get(theirs) or None for name, theirs in HEADERS.items()}
    wanted = {name: one.get(name) or None for name in HEADERS}
    found |= {"sha256": digest.hexdigest(), "metadata": answer.get("Metadata") or {}}
    wanted |= {"sha256": one["sha256"], "metadata": one.get("metadata") or {}}
    expires = answer.get("ExpiresString") or answer.get("Expires")  # the latter in Debian 12
    found["expires"], wanted["expires"] = moment(expires), moment(one.get("expires"))
    if one.get("tags"):
        tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        found["tags"], wanted["tags"] = {tag["Key"]: tag["Value"] for tag in tags}, one["tags"]
    return [f"{place(one)}: {name} differs" for name in sorted(wanted) if found[name] != wanted[name]]


def moment(value):
    """Seconds, however a moment is given; what is none as it is."""
    if not isinstance(value, str):
        return value.timestamp() if value else None
    try:
        return parsedate_to_datetime(value).timestamp()
    except ValueError:
        return value


if __name__ == "__main__":
    sys.exit(main())
