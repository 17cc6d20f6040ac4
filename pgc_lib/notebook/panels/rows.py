"""The rows behind a figure, as a table that a person reads."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import text_of
from pgc_lib.core.zone import zone
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.pieces import button, clean, empty

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.record import Record

_PAGE = 50
_NUMBERS = (int, float, Decimal)


class Rows(Part):
    """A titled table; more lines on demand."""

    look = "pgc-behind"

    def __init__(
        self,
        title: str,
        heads: Sequence[str],
        lines: Sequence[Sequence[Any]],
        *,
        about: str = "",
        total: int | None = None,
    ) -> None:
        self.title, self.heads, self.lines, self.about = title, heads, lines, about
        self.total = len(lines) if total is None else total
        """How many there are, if only the first of them are here."""
        self.shown = _PAGE

    @classmethod
    def of_frame(
        cls, title: str, frame: "pl.DataFrame", columns: Mapping[str, str], *, about: str = ""
    ) -> "Rows":
        """Columns of a frame under the titles that they are given."""
        told = [name for name in columns if name in frame.columns]
        return cls(title, [columns[name] for name in told], frame.select(told).rows(), about=about)

    @classmethod
    def of_records(
        cls,
        title: str,
        records: "Sequence[Record]",
        names: Sequence[str],
        *,
        about: str = "",
        total: int | None = None,
    ) -> "Rows":
        """Fields of records under their own titles."""
        if not records:
            return cls(title, [], [], about=about)
        fields = records[0].spec.fields
        return cls(
            title,
            [fields[name].title for name in names],
            [[_said(record, name) for name in names] for record in records],
            about=about,
            total=total,
        )

    @classmethod
    def of_shown(cls, title: str, items: Sequence[Any], *, about: str = "") -> "Rows":
        """Whatever names its values for a person."""
        told = [item._shown_() for item in items]
        heads = list(dict.fromkeys(head for each in told for head in each))
        heads = [head for head in heads if any(each.get(head) not in (None, "") for each in told)]
        return cls(title, heads, [[each.get(head) for head in heads] for each in told], about=about)

    def draw(self) -> Html:
        """The table."""
        if not self.lines:
            return tag.div(tag.p(self.about) if self.about else None, empty(_("Nothing is behind it yet.")))  # fmt: skip
        rest = len(self.lines) - self.shown
        beyond = self.total - len(self.lines)
        return tag.div(
            tag.p(self.about, class_="pgc-soft") if self.about else None,
            tag.div(
                tag.table(
                    tag.caption(self.title, class_="pgc-sr"),
                    tag.thead(tag.tr([tag.th(head, scope="col") for head in self.heads])),
                    tag.tbody([self._line(line) for line in self.lines[: self.shown]]),
                    class_="pgc-sheet",
                ),
                class_="pgc-scroll",
                tabindex="0",
                role="region",
                aria_label=self.title,
            ),
            button(_("Show more ({n} are left)", n=rest), "more", kind="pgc-plain")
            if rest > 0
            else None,
            tag.p(n_("… and {n} more row.", "… and {n} more rows.", beyond), class_="pgc-soft")
            if beyond > 0
            else None,
        )

    def _line(self, line: Sequence[Any]) -> Html:
        return tag.tr([tag.td(_cell(value), class_=_look(value), dir="auto") for value in line])

    @deed
    def more(self) -> None:
        """The next lines."""
        self.shown += _PAGE * 4


def _said(record: "Record", name: str) -> Any:
    """A field's value; of a choice its name."""
    value = getattr(record, name)
    names = record.spec.fields[name].choices
    return _(names[value]) if isinstance(names, Mapping) and value in names else value


def _look(value: Any) -> str | None:
    number = isinstance(value, _NUMBERS) and not isinstance(value, bool)
    return "pgc-number" if number or isinstance(value, date) else None


def _cell(value: Any) -> Child:
    match value:
        case Decimal():
            return f"{value:,.2f}"
        case float():
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        case datetime():
            return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
        case str() if hasattr(value, "__html__"):
            return value
        case _:
            return clean(text_of(value))
