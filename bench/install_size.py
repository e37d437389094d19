"""Size of the base install: the wheel with its dependencies in an empty folder, without pip (budget 120 MB)."""

import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parents[1]
BUDGET_MB = 120


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, SOURCE]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        (wheel,) = Path(folder).glob("*.whl")
        target = Path(folder, "site")
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", target, wheel], check=True)
        sizes = {entry.name: _bytes(entry) / 1e6 for entry in target.iterdir()}
        total = sum(sizes.values())
        for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:8]:
            print(f"{size:8.1f} MB  {name}")
        print(
            f"{total:8.1f} MB  in all: {total / BUDGET_MB:.2f} of the budget; wheel {wheel.stat().st_size / 1e6:.1f} MB"
        )


def _bytes(entry: Path) -> int:
    files = entry.rglob("*") if entry.is_dir() else (entry,)
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()
