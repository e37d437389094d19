"""Go: every module of a go.mod, as the files of a proxy: `GOPROXY=file://…` then serves them without a network."""

import shutil
from pathlib import Path

from toolkit import strays
from toolkit.tools import process

_SETTINGS = ("GOPROXY", "GOPRIVATE", "GONOSUMDB", "GOSUMDB", "GOFLAGS", "GONOPROXY", "GOINSECURE")
_OWN = {"GOWORK": "off"}  # else it works in whatever workspace has its go.work above


def fill_proxy(source: Path, proxy: Path) -> None:
    """Fill `proxy` with what go.mod and go.sum in `source` name. ProgramMissing without Go."""
    with strays.folder("go") as folder:
        for name in ("go.mod", "go.sum"):
            if (source / name).is_file():
                shutil.copy(source / name, folder)
        _download(["mod", "download", "all"], folder, proxy)


def _download(words: list[str], cwd: Path, proxy: Path) -> None:
    """Run Go with an empty module cache; what it downloaded has the form of a proxy."""
    go = process.find("go", hint="apt-get install golang-go")
    cache = cwd / "cache"
    settings = _OWN | {"GOMODCACHE": str(cache), "GOCACHE": str(cwd / "build")}
    process.run([go, *words], cwd=cwd, env=process.environment(settings, passed=_SETTINGS))
    downloads = cache / "cache/download"
    proxy.mkdir(parents=True, exist_ok=True)
    if downloads.is_dir():  # a module may need none
        shutil.copytree(downloads, proxy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock", "sumdb"))
    process.run([go, "clean", "-modcache"], cwd=cwd, env=process.environment(settings))  # its files are read-only


def fetch_program(module: str, version: str, proxy: Path) -> None:
    """Fill `proxy` with a module at a version and all it needs, so that `go install` builds its programs from there."""
    with strays.folder("go") as folder:
        (folder / "go.mod").write_text("module offramp.invalid/pack\n")
        (folder / "pack.go").write_text("package pack\n")
        places = {"GOMODCACHE": str(folder / "cache"), "GOCACHE": str(folder / "build")}
        settings = _OWN | places | {"GOFLAGS": "-mod=mod"}
        go = process.find("go", hint="apt-get install golang-go")
        process.run([go, "get", f"{module}@{version}"], cwd=folder, env=process.environment(settings, passed=_SETTINGS))
        _download(["mod", "download", "all"], folder, proxy)
