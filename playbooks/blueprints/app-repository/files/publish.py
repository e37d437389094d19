#!/usr/bin/env python3
"""Take the APKs in incoming/ into the repository and sign its index anew: `publish.py FOLDER`.

An app belongs to whoever signed its first version, or to whom apps.json says. Refused, and put into refused/: what is
not signed, what another signer made, and other content under a version that people may have. outcome.json says what
came of each. Exit code 1 when one was refused; the others are published all the same.
"""

import filecmp
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from fdroidserver import common

PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")


class Refused(Exception):
    """An APK that is not published; the message says why."""


def main() -> int:
    os.chdir(sys.argv[1])
    os.environ["PATH"] = "/usr/local/bin:/usr/bin:/bin"
    Path("tmp").mkdir(exist_ok=True)  # F-Droid's tools keep their cache there
    apps, signers = read("apps.json"), read("signers.json")
    signers |= {app: said["AllowedAPKSigningKeys"] for app, said in apps.items() if "AllowedAPKSigningKeys" in said}
    published, refused = [], {}
    for apk in sorted(Path("incoming").glob("*.apk")):
        try:
            published += take(apk, signers)
        except Refused as refusal:
            refused[apk.name] = str(refusal)
            apk.rename(Path("refused", apk.name))
    write("signers.json", signers)
    Path("metadata").mkdir(exist_ok=True)
    for app, signer in signers.items():
        write(f"metadata/{app}.yml", {"AllowedAPKSigningKeys": signer} | apps.get(app, {}))  # JSON is YAML
    subprocess.run(["fdroid", "update"], check=True)
    point_at_newest(read("repo/index-v2.json")["packages"])
    write("outcome.json", {"published": published, "refused": refused})
    return 1 if refused else 0


def take(apk: Path, signers: dict[str, str]) -> list[str]:
    """Move it into the repository and note its signer. Returns what is new: nothing where it was there already."""
    app, version, signer = inspect(apk)
    if signers.setdefault(app, signer).lower() != signer:
        raise Refused(f"{app} is not signed by whom it belongs to: {signer}")
    place = Path("repo", f"{app}_{version}.apk")
    if place.exists():
        if not filecmp.cmp(apk, place, shallow=False):
            raise Refused(f"{app} has a version {version} with other content: raise its versionCode")
        apk.unlink()
        return []
    apk.rename(place)
    return [place.name]


def inspect(apk: Path) -> tuple[str, int, str]:
    """Package name, version code and SHA-256 of the signer's certificate."""
    checked = subprocess.run(["apksigner", "verify", "--", apk], capture_output=True, check=False)
    if checked.returncode:
        raise Refused("it is not signed, or was changed since")
    try:
        app, version, _ = common.get_apk_id(str(apk))
        signer, number = common.apk_signer_fingerprint(str(apk)), int(version)
    except Exception as err:  # the library raises whatever its parsers do, and this file is a stranger's
        raise Refused(f"it cannot be read ({type(err).__name__})") from err
    if not PACKAGE.fullmatch(app or "") or number < 1 or not signer:
        raise Refused("it has no package name, version code or signer")
    return app, number, signer


def point_at_newest(packages: dict[str, dict]) -> None:
    """newest/NAME.apk for who has no F-Droid, newest/NAME.json for apps that look for updates themselves."""
    Path("newest").mkdir(exist_ok=True)
    for app, package in packages.items():
        version = max(package["versions"].values(), key=lambda one: one["manifest"]["versionCode"])
        manifest, file = version["manifest"], version["file"]
        said = {key: manifest[key] for key in ("versionCode", "versionName") if key in manifest}
        write(f"newest/{app}.json", said | {"file": f"{app}.apk", "sha256": file["sha256"], "size": file["size"]})
        link = Path("newest", f"{app}.apk.new")
        link.unlink(missing_ok=True)
        link.symlink_to(f"../repo{file['name']}")
        link.rename(link.with_suffix(""))


def read(name: str) -> dict:
    file = Path(name)
    return json.loads(file.read_text()) if file.exists() else {}


def write(name: str, content: dict) -> None:
    """Whole or not at all."""
    new = Path(f"{name}.new")
    new.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    new.rename(name)


if __name__ == "__main__":
    sys.exit(main())
