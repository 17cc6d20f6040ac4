"""Which reports there are, and which parameters each one takes.

A report is a notebook with a cell tagged `parameters`: plain assignments, each with its default and, behind a `#`,
what it is for. The defaults say of which type a value must be.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.settings import settings

PACKAGED = Path(__file__).resolve().parents[2] / "scheduled"
"""The reports that come with PGC."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One assignment of the `parameters` cell."""

    name: str
    default: Any
    type: str
    """`str`, `int`, `float`, `bool`, `list`, `dict`, `date`, `datetime`; empty when nothing tells."""
    help: str = ""
    choices: tuple[str, ...] = ()
    """What it can be and nothing else, where it says so: `language: "Literal['', 'zh-CN', 'en']" = ""`."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be run: a notebook with a `parameters` cell."""

    name: str
    path: Path

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What it can be given, by name."""
        try:
            cells = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
            source = "\n".join(
                "".join(cell["source"])
                for cell in cells
                if "parameters" in cell.get("metadata", {}).get("tags", ())
            )
            return {each.name: each for each in _assigned(source)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(
                _("The report “{name}” cannot be read.", name=self.name),
                [Problem(str(self.path), str(error))],
                next_step=_("Open it in JupyterLab, correct it and save it."),
            ) from error

    def typed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as the report wants them; `Invalid` names each that is unknown or does not fit."""
        known = self.parameters
        values: dict[str, Any] = {}
        problems = []
        for name, value in given.items():
            if name not in known:
                problems.append(Problem(name, _("there is no such parameter"), value))
                continue
            try:
                values[name] = _meant(value, known[name])
            except ValueError as error:
                problems.append(Problem(name, str(error), value))
        if problems:
            names = ", ".join(f"{each.name} = {each.default!r}" for each in known.values())
            raise Invalid(
                _("The report “{name}” cannot be run so:", name=self.name),
                problems,
                next_step=_(
                    "Its parameters and what they are otherwise: {names}.", names=names or "–"
                ),
            )
        return values


def workspace() -> Path:
    """The folder that the person works in."""
    chosen: Path = settings().workspace
    data: Path = settings().data
    return data / "lab" if chosen == Path() else chosen


def folders(workspace: Path) -> tuple[Path, Path]:
    """Where reports are looked for; a person's own come last and win."""
    return PACKAGED, workspace / "scheduled"


def available(*folders: Path) -> dict[str, Report]:
    """The reports in these folders; what a later one has wins."""
    return {
        path.stem: Report(path.stem, path)
        for folder in folders
        for path in sorted(folder.glob("*.ipynb"))
    }


def find(name: str, *folders: Path) -> Report:
    """The report of a name, or `NotFound` naming those there are."""
    # Looked up among the files there are, so no name can lead out of the folders.
    reports = available(*folders)
    if name not in reports:
        raise NotFound(
            _("There is no report “{name}”.", name=name),
            next_step=_("The reports are: {names}.", names=", ".join(reports) or "–"),
        )
    return reports[name]


def _assigned(source: str) -> list[Parameter]:
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, hint, value = node.target.id, _hint(node.annotation), node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, hint, value = node.targets[0].id, "", node.value
        else:
            continue
        try:
            default = ast.literal_eval(value) if value is not None else None
        except ValueError:
            default = ast.unparse(value) if value is not None else None
            hint = hint or "?"
        comment = (
            lines[(node.end_lineno or 1) - 1][node.end_col_offset or 0 :].partition("#")[2].strip()
        )
        plain = hint.rpartition(".")[2].partition(" |")[0].partition("[")[0]
        known = plain if plain in _READERS else ""
        choices = _choices(hint)
        guess = type(default).__name__ if default is not None and (choices or not hint) else ""
        type_ = known or (guess if guess in _READERS else "")
        found.append(Parameter(name, default, type_, comment, choices))
    return found


def _hint(annotation: ast.expr) -> str:
    """What is said of its type; between quotes, so that the notebook need not import what it names."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def _choices(hint: str) -> tuple[str, ...]:
    inner = re.fullmatch(r"(?:typing\.)?Literal(\[.*\])", hint.strip())
    try:
        found = ast.literal_eval(inner[1]) if inner else []
    except (ValueError, SyntaxError):
        return ()
    return tuple(found) if all(isinstance(each, str) for each in found) else ()


def _meant(value: Any, known: Parameter) -> Any:
    """A value as the parameter wants it; one that is empty at first may be so again."""
    if value in ("", None) and known.default in ("", None):
        return known.default
    if known.choices and value not in known.choices:
        names = ", ".join(each or "“”" for each in known.choices)
        raise ValueError(_("allowed are: {choices}", choices=names))
    return _fitted(value, known.type)


def _fitted(value: Any, kind: str) -> Any:
    """A value as a type of the notebook's; words of a command line are read, other values must fit."""
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    return _READERS[kind](value) if kind else _guessed(value)


def _guessed(value: Any) -> Any:
    """What a word of a command line stands for when nothing tells its type, as papermill has it."""
    if not isinstance(value, str):
        return value
    if value in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[value]
    if re.fullmatch(r"[+-]?\d+", value):
        return int(value)
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?", value):
        return float(value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(_("this must be a whole number"))
    try:
        return int(value)
    except (ValueError, TypeError):
        raise ValueError(_("this must be a whole number")) from None


def _number(value: Any) -> float:
    try:
        return float(value)
    except (ValueError, TypeError):
        raise ValueError(_("this must be a number")) from None


def _yes_no(value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(_("this must be yes or no"))
    return known[str(value).lower()]


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(_("this must be a date such as 2026-11-20")) from None


def _moment(value: Any) -> str:
    try:
        return datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(_("this must be a time such as 2026-11-20 08:30")) from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = (
            _json(value) if value.startswith("[") else [part.strip() for part in value.split(",")]
        )
    if not isinstance(value, list):
        raise ValueError(_("this must be a list"))
    return value


def _object(value: Any) -> dict[str, Any]:
    value = _json(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        raise ValueError(_("this must be an object with named values"))
    return value


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(str(error)) from None


_READERS: Mapping[str, Any] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _yes_no,
    "date": _day,
    "datetime": _moment,
    "list": _list,
    "dict": _object,
}
