"""A notebook that leads through a method: written from its guide and its record, so the two languages cannot drift apart.

Each step is a cell to read, with what each field means, and a cell with the fields to fill in. The last cells keep the
record, make to-dos of what follows, and show where it stands.
"""

import json
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgc_lib.areas.method.base import Method
from pgc_lib.areas.method.guide import Guide, example
from pgc_lib.areas.method.parts import Parts, parts_of
from pgc_lib.core.record import FieldSpec
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict
from pgc_lib.i18n import _, in_lang

_WIDTH = 88


def write(
    guide: Guide, record: type[Method], path: Path, *, filled: bool = False, overwrite: bool = False
) -> Path:
    """Write the notebook; one that is there already is left alone unless it may be overwritten."""
    if path.suffix.lower() != ".ipynb":
        path = path.with_name(f"{path.name}.ipynb")
    if path.exists() and not overwrite:
        raise Conflict(
            _("There is a notebook {path} already.", path=path),
            next_step=_("Choose another name, or `overwrite=True`."),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(made(guide, record, filled=filled), ensure_ascii=False, indent=1) + "\n"
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
    return path


def made(
    guide: Guide, record: type[Method], *, filled: bool = False, language: str | None = None
) -> dict[str, Any]:
    """The notebook as its file has it."""
    import nbformat

    with in_lang(language or _language(guide)):
        cells = _cells(guide, record, filled=filled)
    v4: Any = nbformat.v4
    book = v4.new_notebook()
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    book.metadata["language_info"] = {"name": "python"}
    for number, (kind, text) in enumerate(cells):
        new = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
        # The same notebook is the same file, so that two of them can be compared.
        id = sha256(f"{guide.key} {number}".encode()).hexdigest()[:12]
        book.cells.append(new(text, id=id))
    nbformat.validate(book)
    told: dict[str, Any] = json.loads(v4.writes(book))
    return told


def _language(guide: Guide) -> str:
    from pgc_lib.areas.method.guide import LANGUAGES
    from pgc_lib.areas.method.guide import guide as read

    return next(each for each in LANGUAGES if read(guide.key, each) == guide)


def _cells(guide: Guide, record: type[Method], *, filled: bool) -> list[tuple[str, str]]:
    values = example(guide, today()) if filled else {}
    cells = [
        ("markdown", "\n\n".join((
            f"# {guide.name}",
            guide.what,
            f"**{_('When to use it')}**: {guide.when} ({_('about {n} minutes', n=guide.minutes)})",
            f"**{_('To mind')}**: {guide.care}",
            f"*{guide.origin}*",
        ))),
        ("code", "import pgc_lib as pgc\n\nlab = pgc.open()"),
    ]  # fmt: skip
    named: list[str] = []
    for number, step in enumerate(guide.steps, 1):
        helped = "\n".join(_explained(record, name) for name in step.fields)
        cells.append(("markdown", f"## {number}. {step.title}\n\n{step.text}\n\n{helped}"))
        cells.append(("code", "\n".join(_asked(record, name, values.get(name)) for name in step.fields)))  # fmt: skip
        named += step.fields
    kept = ["record = lab.methods.of(" + repr(guide.key) + ").add(", *(f"    {name}={name}," for name in named)]  # fmt: skip
    extra = {name: value for name, value in values.items() if name not in named}
    kept += [f"    {name}={_code(value, '    ')}," for name, value in extra.items()]
    cells += [
        ("markdown", f"## {_('Keep it')}\n\n{_('What is missing or cannot be is named, with the field.')}"),
        ("code", "\n".join([*kept, ")", "record"])),
        ("markdown", f"## {_('What follows from it')}\n\n{_('To-dos stay connected with this record; leave the list empty if nothing is to be done.')}"),
        ("code", "todos = []\nlab.methods.actions(record, todos)"),
        ("code", "lab.methods.progress()"),
    ]  # fmt: skip
    return cells


def _explained(record: type[Method], name: str) -> str:
    """What a field means, and of a list of parts what each part has."""
    spec = record.spec.fields[name]
    helped = f": {spec.help}" if spec.help else ""
    choices = f" ({', '.join(repr(each) for each in spec.choices if each)})" if spec.choices else ""
    lines = [f"- **{spec.title}** (`{name}`){helped}{choices}"]
    parts = parts_of(record, name)
    if parts is not None:
        for part_name, info in parts.kind.model_fields.items():
            if part_name != "todo":
                said = f": {_(info.description)}" if info.description else ""
                lines.append(f"    - {_(info.title or part_name)} (`{part_name}`){said}")
    return "\n".join(lines)


def _asked(record: type[Method], name: str, value: Any) -> str:
    """The line in which a field is filled in."""
    spec = record.spec.fields[name]
    if value is None:
        value = _blank(spec, parts_of(record, name))
    return f"{name} = {_code(value)}"


def _blank(spec: FieldSpec, parts: "Parts[Any] | None") -> Any:
    if parts is not None or spec.type.name == "texts":
        return []
    if spec.optional or spec.type.name == "date":
        return None
    if spec.required:
        return ""
    return spec.info.get_default(call_default_factory=True)


def _code(value: Any, indent: str = "") -> str:
    """A value as it is written in code, long lists over several lines."""
    if isinstance(value, date | datetime):
        return repr(value.isoformat())
    if isinstance(value, list):
        if not value:
            return "[]"
        inner = "".join(f"{indent}    {_code(each, indent + '    ')},\n" for each in value)
        return f"[\n{inner}{indent}]"
    if isinstance(value, dict):
        pairs = [f"{name!r}: {_code(each, indent + '    ')}" for name, each in value.items()]
        line = "{" + ", ".join(pairs) + "}"
        if len(line) + len(indent) <= _WIDTH:
            return line
        inner = "".join(f"{indent}    {pair},\n" for pair in pairs)
        return f"{{\n{inner}{indent}}}"
    return repr(value)
