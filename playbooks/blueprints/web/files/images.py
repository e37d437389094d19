#!/usr/bin/env python3
"""Images of applications that run in containers: loaded, built, given folders to write to, removed.

`images.py build` reads JSON from stdin: `source` (a folder, or "" where nothing is built), `dockerfile`, `target`,
`arguments`, `image`, `archives` (files that Podman loads first), `writable`, and `tag`, the name that the image gets.
Remarks go to stdout. What cannot be built ends with 1 and an account of why, and what to change.

`images.py keep IMAGE STATE FIRST FOLDER …` makes each FOLDER of the image one below STATE/apart, with what the image
has in it and the owners it has there: root is STATE's owner, any other number FIRST and what follows. What is there
already stays. `images.py passes IMAGE` says "yes" where the image's entry script goes on with any command it is given
(to another user, most of the time). `images.py prune NAME FOLDER` removes the images of an application whose release is not in FOLDER.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("Containerfile", "Dockerfile")
LINES = 25  # of a build's output
LONGEST = 300  # of a line
# no events: the journal has the units' own. What it warns of is said by tasks/container.yml
PODMAN = ("podman", "--events-backend=none", "--log-level=error")
SECRET = re.compile(r"--mount=\S*\btype=(secret|ssh)\b")
# what a build says of an image that it cannot get
UNREACHED = re.compile(
    r"initializing source|pinging container registry|image not known|short-name .* did not resolve|manifest unknown|"
    r"unauthorized|dial tcp|no such host|reading manifest",
    re.IGNORECASE,
)
KILLED = re.compile(r"exit status 137|signal: killed|no space left on device", re.IGNORECASE)
BRING = """\
where it can be had: podman pull {image} && podman save --output bases.tar {image}
then name the file in offramp.toml: container = {{ archives = ["bases.tar"] }}"""


class Refused(Exception):
    """An account of what cannot be done, and what to change."""


def main():
    action, *words = sys.argv[1:]
    actions = {"build": build, "keep": keep, "passes": passes, "prune": prune}
    try:
        actions[action](*words)
    except Refused as err:
        print(err)
        sys.exit(1)


# --- build ------------------------------------------------------------------------------------------------------------
def build():
    """The image has its name at the end, or nothing has changed."""
    wanted = json.load(sys.stdin)
    for archive in wanted["archives"]:
        done = podman("load", "--quiet", "--input", archive)
        if done.returncode:
            raise Refused(f"{Path(archive).name} is no archive that Podman can load:\n{last(done)}")
    if wanted["image"]:
        done = podman("tag", wanted["image"], wanted["tag"])
        if done.returncode:
            has = podman("images", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
            raise Refused(f"no archive brings the image {wanted['image']}; there are: {', '.join(has) or 'none'}")
    else:
        build_source(wanted)
    for folder in sorted(set(volumes(wanted["tag"])) - {name.rstrip("/") for name in wanted["writable"]}):
        print(f"it keeps {folder}, which `writable` does not name: what is written there goes with every start")


def build_source(wanted):
    source = Path(wanted["source"])
    names = [wanted["dockerfile"]] if wanted["dockerfile"] else NAMES
    file = next((source / name for name in names if (source / name).is_file()), None)
    if file is None:
        raise Refused(f"its source has no {' and no '.join(names)}; hint: name it: container = {{ dockerfile = … }}")
    stages = read(file)
    command = ["build", "--network=host", "--pull=missing", "--format=docker", "--file", file, "--tag", wanted["tag"]]
    command += [f"--userns-{kind}-map=0:{wanted['first']}:65536" for kind in ("uid", "gid")]
    if wanted["target"]:
        command += ["--target", wanted["target"]]
    command += [f"--build-arg={name}={value}" for name, value in wanted["arguments"].items()]
    done = podman(*command, source)
    if done.returncode:
        raise Refused(f"its image cannot be built:\n{last(done)}{advice(done.stdout, stages)}")


def read(file):
    """The images that it begins from; what it wants and nobody gives is refused before anything is built."""
    text = re.sub(r"\\\s*\n", " ", file.read_text(errors="replace"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in lines:
        if found := SECRET.search(line):
            raise Refused(
                f"{file.name} wants a {found[1]} while it is built ({line[:LONGEST]}): a build gets none, since it would "
                "be in reach of all that the build runs. Have it fetch nothing that is private, or build the image "
                "elsewhere and bring it: container = { image = …, archives = … }"
            )
    bases, stages = [], {"scratch"}
    for line in lines:
        words = [word for word in line.split() if not word.startswith("--")]
        if words[0].upper() == "FROM" and len(words) > 1:
            if words[1].lower() not in stages and "$" not in words[1]:
                bases.append(words[1])
            if len(words) > 3 and words[2].upper() == "AS":
                stages.add(words[3].lower())
    for base in dict.fromkeys(bases):
        tag = base.rpartition("/")[2].partition(":")[2].partition("@")[0]
        if "@" not in base and tag in ("", "latest"):
            print(f"{base} is whatever is newest when it is fetched: name a version, or what runs next is another image")
    return bases


def advice(said, bases):
    """What to change, where it is known."""
    if UNREACHED.search(said):
        missing = [base for base in bases if podman("image", "exists", base).returncode]
        image = missing[0] if missing else "the image"
        return f"\nhint: {image} cannot be had from here. Bring it: {BRING.format(image=image)}"
    if KILLED.search(said):
        return "\nhint: the host has too little memory or disk for this build: build elsewhere, and bring the image"
    return ""


def volumes(image):
    done = podman("image", "inspect", "--format", "{{json .Config.Volumes}}", image)
    return [name.rstrip("/") for name in json.loads(done.stdout or "null") or {}]


# --- folders it writes ------------------------------------------------------------------------------------------------
def keep(image, state, first, *folders):
    """As a new volume of Docker's would be, and it stays from release to release."""
    top = mounted(image)
    try:
        numbers = Numbers(os.stat(state), int(first))
        user = own_user(image, top)
        for folder in folders:
            kept = Path(state, "apart", folder.strip("/"))
            for parent in reversed(kept.parents):
                if not parent.exists():
                    parent.mkdir(mode=0o711)
            if not kept.exists():
                copy(within(top, folder), kept, numbers, user)
    finally:
        podman("image", "unmount", image)


class Numbers:
    """Users and groups of a container as the host numbers them."""

    def __init__(self, owner, first):
        self.owner, self.first = owner, first

    def give(self, path, user, group):
        os.chown(path, self.of(user, self.owner.st_uid), self.of(group, self.owner.st_gid), follow_symlinks=False)

    def of(self, number, root):
        return self.first + number - 1 if number else root


def mounted(image):
    done = podman("image", "mount", image)
    if done.returncode:
        raise Refused(f"its image cannot be looked into:\n{last(done)}")
    return Path(done.stdout.strip())


def within(top, folder):
    """A place of the image, never one outside of it: links are followed as they would be inside."""
    place = top
    for part in Path(folder.strip("/")).parts:
        for _ in range(20):
            if not (place / part).is_symlink():
                break
            target = os.readlink(place / part)
            place, part = (top if target.startswith("/") else place), target.strip("/")
        place = place / part
    try:
        resolved = place.resolve(strict=True)
    except (OSError, RuntimeError):  # not there, or links in a circle
        return top / "nowhere"
    return resolved if resolved.is_relative_to(top.resolve()) else top / "nowhere"


def own_user(image, top):
    """Number of the user and the group that the image's program runs as."""
    said = podman("image", "inspect", "--format", "{{.Config.User}}", image).stdout.strip()
    user, _, group = said.partition(":")
    if user.isdigit():
        known = next((row for row in rows(top, "passwd") if row[2] == user), None)
        number = int(user)
    else:
        known = next((row for row in rows(top, "passwd") if row[0] == user), None)
        number = int(known[2]) if known else 0
    if group and not group.isdigit():
        group = next((row[2] for row in rows(top, "group") if row[0] == group), "")
    return number, int(group) if group else int(known[3]) if known else 0


def rows(top, name):
    path = within(top, f"/etc/{name}")
    lines = path.read_text(errors="replace").splitlines() if path.is_file() else []
    found = [line.split(":") for line in lines]
    return [row for row in found if len(row) > 3 and row[2].isdigit() and (name == "group" or row[3].isdigit())]


def copy(source, kept, numbers, user):
    """A folder the image lacks belongs to its user."""
    if not source.is_dir():
        kept.mkdir(mode=0o750)
        numbers.give(kept, *user)
        return
    shutil.copytree(source, kept, symlinks=True)
    for path in (source, *source.rglob("*")):
        there = path.lstat()
        numbers.give(kept / path.relative_to(source), there.st_uid, there.st_gid)


# --- commands ---------------------------------------------------------------------------------------------------------
def passes(image):
    entry = json.loads(podman("image", "inspect", "--format", "{{json .Config.Entrypoint}}", image).stdout or "null")
    if not entry or not entry[-1].startswith("/"):
        return
    top = mounted(image)
    try:
        script = within(top, entry[-1])
        with script.open("rb") if script.is_file() else open(os.devnull, "rb") as file:
            text = file.read(100_000)
    finally:
        podman("image", "unmount", image)
    if text.startswith(b"#!") and re.search(rb'(?m)^\s*exec\s.*"\$@"', text):
        print("yes")


# --- old ones ---------------------------------------------------------------------------------------------------------
def prune(name, releases):
    """A tag is a release's folder."""
    kept = {path.name for path in Path(releases).iterdir()}
    repository = f"localhost/app-{name}"
    for tag in podman("images", "--format", "{{.Tag}}", "--filter", f"reference={repository}").stdout.split():
        if tag not in kept and podman("image", "rm", f"{repository}:{tag}").returncode == 0:
            print(f"{repository}:{tag}")


def podman(*words):
    command = [*PODMAN, *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def last(done):
    return "\n".join(f"  {line[:LONGEST]}" for line in done.stdout.splitlines()[-LINES:])


if __name__ == "__main__":
    main()
