"""Plain files in and out: CSV, JSON lines and Parquet, for every kind of record.

Columns are matched by the field's name, its title in either language, or one of its aliases. What a column says is
left to validation, so a value that cannot be read becomes a problem with its row and never a silent gap. Bank bills
and other formats with habits of their own are importers above this floor.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pgc_lib.core.spec import FieldSpec, Spec
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import LANGUAGES, _, in_lang

ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
_SEPARATORS = ",\t;|"
_YES = {
    "1": "true",
    "yes": "true",
    "y": "true",
    "是": "true",
    "√": "true",
    "✓": "true",
    "x": "true",
}
_NO = {"0": "false", "no": "false", "n": "false", "否": "false", "": "false"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: the columns that were recognised, under their fields' names, and those that were not."""

    frame: pl.DataFrame
    matched: Mapping[str, str]
    ignored: tuple[str, ...]


def read(path: Path, spec: Spec, mapping: Mapping[str, str] | None = None) -> Sheet:
    """Read a file for a kind; `mapping` (column to field) comes before what is recognised."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise Invalid(
            _("This file cannot be read: {path}", path=path),
            [Problem(path.name, _("the ending is none of {known}", known=" ".join(_READERS)))],
            next_step=_("Save it as CSV and try again."),
        )
    try:
        raw = reader(path)
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError, ValueError) as error:
        raise Invalid(
            _("This file cannot be read: {path}", path=path),
            [Problem(path.name, str(error).splitlines()[0])],
            next_step=_("Check that the file is complete, or save it as CSV in UTF-8."),
        ) from error
    matched = match(raw.columns, spec, mapping or {})
    if not matched:
        raise Invalid(
            _("No column of {path} belongs to {kind}.", path=path.name, kind=spec.kind),
            [Problem(column, _("there is no such field")) for column in raw.columns[:10]],
            next_step=_(
                "Name them: mapping={{'column': 'field'}}. The fields are: {names}.",
                names=", ".join(spec.fields),
            ),
        )
    columns = [
        _normal(_bare(raw[column]), spec.fields[field]).alias(field)
        for column, field in matched.items()
    ]
    ignored = tuple(column for column in raw.columns if column not in matched)
    return Sheet(pl.DataFrame(columns), matched, ignored)


def write(frame: pl.DataFrame, path: Path) -> Path:
    """Write records; the ending says how. A spreadsheet will not take a text for a formula."""
    match path.suffix.lower():
        case ".csv":
            flat = frame.with_columns(pl.col(pl.List(pl.String)).list.join(", "))
            guarded = flat.with_columns(
                _harmless(name) for name in flat.columns if flat[name].dtype == pl.String
            )
            # The mark tells spreadsheets that it is UTF-8; without it they garble Chinese.
            path.write_bytes(b"\xef\xbb\xbf" + guarded.write_csv().encode())
        case ".jsonl" | ".ndjson":
            frame.write_ndjson(path)
        case ".parquet":
            frame.write_parquet(path)
        case _:
            raise Invalid(
                _("This file cannot be written: {path}", path=path),
                [
                    Problem(
                        path.name,
                        _("the ending is none of {known}", known=".csv .jsonl .ndjson .parquet"),
                    )
                ],
                next_step=_("Choose one of these endings."),
            )
    return path


def _harmless(name: str) -> pl.Expr:
    """`=cmd()` and its like get an apostrophe in front, as spreadsheets themselves write it."""
    return (
        pl.when(pl.col(name).str.contains(r"^[=+\-@\t\r]"))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
    )


def _bare(column: pl.Series) -> pl.Series:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    if column.dtype != pl.String:
        return column
    return column.str.replace(r"^'([=+\-@\t\r])", "$1")


def _read_csv(path: Path) -> pl.DataFrame:
    data = path.read_bytes()
    text = decoded(data)
    head = text[:4096].splitlines()[0] if text.strip() else ""
    separator = max(_SEPARATORS, key=head.count)
    return pl.read_csv(text.encode(), separator=separator, infer_schema=False, null_values=[""])


def decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    for encoding in ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(_("the text is in none of the encodings {known}", known=", ".join(ENCODINGS)))


_READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".jsonl": pl.read_ndjson,
    ".ndjson": pl.read_ndjson,
    ".parquet": pl.read_parquet,
}


def match(columns: list[str], spec: Spec, mapping: Mapping[str, str]) -> dict[str, str]:
    """Which column is which field, by name, title in either language, or alias."""
    known: dict[str, str] = {}
    for name, field in spec.fields.items():
        titles = []
        for language in LANGUAGES:
            with in_lang(language):
                titles.append(field.title)
        for word in (name, *titles, *field.meta.aliases):
            known.setdefault(_folded(word), name)
    matched: dict[str, str] = {}
    for column in columns:
        found = mapping.get(column) or known.get(_folded(column), "")
        if found in spec.fields and found not in matched.values():
            matched[column] = found
    return matched


def _folded(word: str) -> str:
    return word.strip().strip("\ufeff").casefold()


def _normal(column: pl.Series, field: FieldSpec) -> pl.Series:
    """Text as people and banks write it, in the form that validation reads."""
    if column.dtype != pl.String:
        return column
    match field.type.name:
        case "money" | "number" | "whole":
            plain = column.str.strip_chars().str.replace_all(r"[¥￥$€£,，\s]", "")
            return plain.str.replace(r"^\((.+)\)$", "-$1").str.replace(r"^\+", "")
        case "date":
            plain = column.str.strip_chars().str.replace_all(r"[/.年月]", "-").str.replace("日", "")
            day = plain.str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})[ T].*$", "$1")
            return day.str.replace(r"-(\d)(-|$)", "-0$1$2").str.replace(r"-(\d)$", "-0$1")
        case "yes_no":
            return column.str.strip_chars().str.to_lowercase().replace({**_YES, **_NO})
        case "texts":
            return column.str.split(",").list.eval(pl.element().str.strip_chars()).list.drop_nulls()
        case _:
            return column
