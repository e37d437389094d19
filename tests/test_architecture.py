"""The layout holds: stages do not know each other, errors and outside programs have one home each."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "toolkit"
STAGES = {
    "collect",
    "identify",
    "assess",
    "plan",
    "generate",
    "export",
    "pack",
    "drill",
    "tabletop",
    "gate",
    "report",
    "otp",
    "guard",
}
COMPOSERS = {"cli.py", "console.py", "__main__.py"}
CARRIED = PACKAGE / "generate/files"  # programs the generated project carries: they run without the toolkit
MODULES = sorted(module for module in PACKAGE.rglob("*.py") if CARRIED not in module.parents)


def _imports(module: Path) -> set[str]:
    """Dotted names of everything a module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _stage(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_no_stage_imports_another(module: Path) -> None:
    if module.relative_to(PACKAGE).as_posix() in COMPOSERS or _stage(module) == "commands":
        return
    others = {f"toolkit.{stage}" for stage in STAGES - {_stage(module)}}
    crossed = {
        name for name in _imports(module) if any(name == other or name.startswith(other + ".") for other in others)
    }
    if _stage(module) in STAGES or crossed:
        assert not crossed


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_only_tools_start_programs(module: Path) -> None:
    if "subprocess" in _imports(module):
        assert _stage(module) == "tools"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_errors_are_defined_in_one_place(module: Path) -> None:
    if module.name == "errors.py":
        return
    bases = {
        base.id
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    assert "OfframpError" not in bases


def test_nothing_in_the_toolkit_knows_the_example() -> None:
    for folder in ("toolkit", "checks", "playbooks", "terraform"):
        for file in (PACKAGE.parent / folder).rglob("*"):
            if file.is_file() and file.suffix in {".py", ".toml", ".yml", ".j2", ".tf", ".md", ".html"}:
                assert "harbour" not in file.read_text().lower(), file
