"""Front matter: the YAML between two lines of `---` at the very beginning of a Markdown text.

It is somebody else's text, so nothing of it is executed and nothing in it can grow: aliases, which make a few
lines into gigabytes, and deep nests are refused. What a person writes is meant as YAML 1.2 has it: `yes` and
`10:30` are texts. What is wrong is a value with its line, and the text stays as it was.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from pgc_lib.errors import Problem
from pgc_lib.i18n import _

_FENCE = re.compile(r"\ufeff?---[ \t]*\r?\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_LONGEST = 256 * 1024
_DEEPEST = 30


def extent(text: str) -> tuple[int, int, int]:
    """Where the YAML begins and ends, and where the body begins; all 0 where there is no front matter."""
    opening = _FENCE.match(text)
    if opening is None:
        return 0, 0, 0
    closing = _END.search(text, opening.end(), opening.end() + _LONGEST)
    if closing is None:
        return 0, 0, 0
    return opening.end(), closing.start(), closing.end()


def values(yaml_text: str, *, first_line: int = 2) -> tuple[dict[str, Any], list[Problem]]:
    """What the front matter says, by name; what is wrong with it instead, each with its line."""
    import yaml  # type: ignore[import-untyped, unused-ignore]

    if not yaml_text.strip():
        return {}, []
    try:
        for reason, line in _dangers(yaml_text):
            return {}, [_problem(reason, line + first_line)]
        said = yaml.load(yaml_text, _loader())  # noqa: S506 (a safe loader, with fewer types)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return {}, [_problem(_broken(error.problem), (mark.line if mark else 0) + first_line)]
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        return {}, [_problem(_broken(str(error).splitlines()[0] if str(error) else ""), first_line)]
    if not isinstance(said, dict):
        return {}, [_problem(_("it has no names, as in `title: …`"), first_line)]
    return {str(name): value for name, value in said.items()}, []


def texts_of(value: Any) -> list[str]:
    """A value as a list of texts: a list, or a text parted by commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [str(each).strip() for each in value if each is not None and str(each).strip()]
    return [] if value is None or isinstance(value, dict) else [str(value)]


def _problem(reason: str, line: int) -> Problem:
    return Problem(_("front matter, line {n}", n=line), reason)


def _broken(said: str | None) -> str:
    return _("this is no YAML ({reason}); it stays as it is", reason=said or "?")


def _dangers(text: str) -> Iterator[tuple[str, int]]:
    """What is dangerous to build, found in the mere sequence of events."""
    import yaml  # type: ignore[import-untyped, unused-ignore]

    depth = 0
    for event in yaml.parse(text, _loader()):
        if isinstance(event, yaml.AliasEvent):
            yield _("aliases (*name) are not read"), _line(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                yield _("nested deeper than {n} levels", n=_DEEPEST), _line(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(event: Any) -> int:
    """Where an event begins; one that was read from a text always says so."""
    return int(event.start_mark.line)


@cache
def _loader() -> Any:
    """A safe loader that knows texts, numbers, true, false, null and days, and nothing else."""
    import yaml  # type: ignore[import-untyped, unused-ignore]

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's way)

    for tag, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
        ("float", r"[-+]?(?:[0-9]{1,17}\.[0-9]{0,17}|\.[0-9]{1,17})(?:[eE][-+]?[0-9]{1,2})?", "-+0123456789."),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ):  # fmt: skip
        Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first)
        )
    Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)
    return Loader


def _day(loader: Any, node: Any) -> date | str:
    """A day; what only looks like one stays text."""
    said = str(loader.construct_scalar(node))
    try:
        return date.fromisoformat(said)
    except ValueError:
        return said
