"""A table to look through: a page at a time, sorted and searched in Python, so that a million rows never travel.

    Sheet(OfFrame(frame))                       # what a large frame shows itself as
    Sheet(OfCollection(lab.finance.transactions), title="…")

Where no kernel is (a saved notebook, an exported page), its first page is a plain table.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pgc_lib.core.shown import plain_table, table
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.display.cells import Column
from pgc_lib.notebook.display.sources import OfCollection, Source, View
from pgc_lib.notebook.live.html import Html, tag
from pgc_lib.notebook.live.part import Part, deed, trouble

SIZES = (10, 20, 50, 100)
_MOST_COLUMNS = 40
_PLAIN = 10
_MOST_PLAIN = 6
"""Columns that fit into a terminal."""
_LONG = 14
"""Texts of more letters need room."""


class Sheet(Part):
    """Rows of anything, read only."""

    look = "pgc-sheet-part"

    def __init__(self, source: Source, *, title: str = "", size: int = 20) -> None:
        self.source = source
        self.title = title
        self.view = View(size=size)
        self.named = title or _("Table")

    # ── drawn ──────────────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The heading, the rows of this page, and the way to the others."""
        count = self.source.count(self.view)
        rows = self.source.rows(self.view)
        columns = self.source.columns[:_MOST_COLUMNS]
        if self.source.sparse:
            columns, rows = self._without_blanks(columns, rows)
        body = [
            tag.tr([self._cell(column, value) for column, value in zip(columns, row, strict=False)])
            for row in rows
        ]
        drawn = tag.table(
            tag.thead(tag.tr([self._head(column) for column in columns])),
            tag.tbody(body),
            class_="pgc-sheet",
        )
        scroll = tag.div(
            drawn, class_="pgc-scroll", tabindex="0", role="region", aria_label=self.named
        )
        return tag.div(
            self._heading(count),
            scroll if rows else tag.p(self._empty(), class_="pgc-empty"),
            self._foot(count, len(rows)),
            class_="pgc-stack pgc-sheet-stack",
        )

    def _without_blanks(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
    ) -> tuple[list[Column], list[list[Any]]]:
        """Only what holds something on this page: most fields of a record are empty for most people."""
        kept = [
            at
            for at, column in enumerate(columns)
            if column.name == self.view.order.removeprefix("-")
            or any(column.text(row[at]) for row in rows)
        ]
        return [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]

    def _heading(self, count: int) -> Html | None:
        heading = tag.h3(self.title) if self.title else None
        find = None
        if self.source.searched and (count > _PLAIN or self.view.words):
            find = tag.input(
                type="search", name="words", value=self.view.words, act="find", on="input",
                placeholder=_("Search these rows"), aria_label=_("Search these rows"),
            )  # fmt: skip
        far = tag.span(find, class_="pgc-far pgc-sheet-find") if find else None
        return tag.div(heading, far, class_="pgc-row") if heading or far else None

    def _head(self, column: Column) -> Html:
        side = "pgc-number" if column.number else None
        if not column.sortable:
            return tag.th(column.title, scope="col", class_=side)
        up, down = self.view.order == column.name, self.view.order == f"-{column.name}"
        mark = " ▲" if up else " ▼" if down else ""
        return tag.th(
            tag.button(
                column.title, tag.span(mark, aria_hidden="true"),
                type="button", class_="pgc-button", act="sort", values={"by": column.name},
                title=_("Sort by this column"),
            ),
            scope="col",
            class_=side,
            aria_sort="ascending" if up else "descending" if down else "none",
        )  # fmt: skip

    def _cell(self, column: Column, value: Any) -> Html:
        text = column.text(value)
        side = "pgc-number" if column.number else "pgc-sheet-line" if column.short else None
        if side is None and len(text) > _LONG:
            side = "pgc-sheet-text"
        return tag.td(text, class_=side, dir="auto")

    def _empty(self) -> str:
        if self.view.words:
            return _("No row holds “{words}”.", words=self.view.words)
        return _("Nothing.")

    def _counted(self, count: int, here: int) -> str:
        said = n_("{n} row", "{n} rows", count) if count < 1000 else _("{n} rows", n=f"{count:,}")
        if here < count:
            first = self.view.first + 1
            said = _("{first}–{last} of {n}", first=f"{first:,}", last=f"{first + here - 1:,}", n=f"{count:,}")  # fmt: skip
        more = len(self.source.columns) - _MOST_COLUMNS
        if more > 0:
            said += " · " + n_("{n} column is not shown", "{n} columns are not shown", more)
        return said

    def _foot(self, count: int, here: int) -> Html:
        said = self._counted(count, here)
        told = tag.span(said, class_="pgc-soft pgc-number", role="status")
        if count <= self.view.size and self.view.size <= SIZES[1]:
            return tag.div(told, class_="pgc-row")
        last = self.last_page(count)
        return tag.nav(
            told,
            tag.span(
                self._step("first", "«", _("First page"), off=self.view.page == 0),
                self._step("back", "‹", _("Page before"), off=self.view.page == 0),
                self._step("on", "›", _("Next page"), off=self.view.page >= last),
                self._step("end", "»", _("Last page"), off=self.view.page >= last) if self.source.far else None,
                class_="pgc-row pgc-far",
            ),
            tag.select(
                [tag.option(_("{n} a page", n=size), value=size, selected=size == self.view.size) for size in SIZES],
                name="size", act="resize", aria_label=_("Rows of a page"), class_="pgc-sheet-size",
            ),
            class_="pgc-row",
            aria_label=_("Pages"),
        )  # fmt: skip

    def _step(self, act: str, sign: str, name: str, *, off: bool) -> Html:
        # Not `disabled`: who pages by the keyboard would lose the place at the last page.
        return tag.button(
            sign, type="button", class_="pgc-button", act=act, aria_label=name, title=name,
            aria_disabled="true" if off else None,
        )  # fmt: skip

    def last_page(self, count: int) -> int:
        """The number of the last page, from 0."""
        return max(-(-count // self.view.size) - 1, 0)

    # ── deeds ──────────────────────────────────────────────────────────────────────────────────────────

    @deed
    def sort(self, by: str) -> None:
        """Sort by a column; again turns it round, a third time gives the first order back."""
        if not any(column.name == by and column.sortable for column in self.source.columns):
            return
        turned = {by: f"-{by}", f"-{by}": ""}
        self.view = replace(self.view, order=turned.get(self.view.order, by) if self.view.order.removeprefix("-") == by else by, page=0)  # fmt: skip

    @deed
    def find(self, value: str) -> None:
        """Only rows that hold these words."""
        self.view = replace(self.view, words=str(value).strip()[:200], page=0)

    @deed
    def resize(self, value: str) -> None:
        """So many rows a page."""
        if str(value) in map(str, SIZES):
            self.view = replace(self.view, size=int(value), page=0)

    @deed
    def first(self) -> None:
        """The first page, read anew."""
        if isinstance(self.source, OfCollection):
            self.source.renew()
        self.view = replace(self.view, page=0)

    @deed
    def back(self) -> None:
        """The page before."""
        self.view = replace(self.view, page=max(self.view.page - 1, 0))

    @deed
    def on(self) -> None:
        """The next page."""
        last = self.last_page(self.source.count(self.view))
        self.view = replace(self.view, page=min(self.view.page + 1, last))

    @deed
    def end(self) -> None:
        """The last page, where it can be reached at once."""
        if self.source.far:
            self.view = replace(self.view, page=self.last_page(self.source.count(self.view)))

    # ── seen ───────────────────────────────────────────────────────────────────────────────────────────

    def __repr__(self) -> str:
        """The first rows as text, for a terminal."""
        try:
            return self._text()
        except PgcError as error:
            return str(error)

    def _text(self) -> str:
        view = replace(self.view, page=0, size=_PLAIN)
        columns, found = self.source.columns[:_MOST_COLUMNS], self.source.rows(view)
        if self.source.sparse:
            columns, found = self._without_blanks(columns, found)
        rows = [[column.text(value) for column, value in zip(columns, row, strict=False)] for row in found]  # fmt: skip
        count = self.source.count(view)
        columns, rows = columns[:_MOST_PLAIN], [row[:_MOST_PLAIN] for row in rows]
        told = plain_table([column.title for column in columns], rows, [column.number for column in columns])  # fmt: skip
        more = n_("… and {n} more row.", "… and {n} more rows.", count - len(rows)) if count > len(rows) else ""  # fmt: skip
        return "\n".join(filter(None, [self.title, told or _("Nothing."), more]))

    def plain_html(self) -> str:
        """The first page as a plain table, which needs no kernel and lies lightly in a saved notebook."""
        try:
            return self._plain()
        except PgcError as error:
            return str(trouble(error))

    def _plain(self) -> str:
        columns = self.source.columns[:_MOST_COLUMNS]
        rows = self.source.rows(self.view)
        if self.source.sparse:
            columns, rows = self._without_blanks(columns, rows)
        lines = [
            [value if column.number else column.text(value) for column, value in zip(columns, row, strict=False)]
            for row in rows
        ]  # fmt: skip
        drawn = table([column.title for column in columns], lines)
        heading = tag.p(tag.b(self.title)) if self.title else ""
        said = self._counted(self.source.count(self.view), len(rows))
        return f"{heading}{drawn}{tag.p(tag.small(said))}"

    def _repr_mimebundle_(
        self, **options: Any
    ) -> "tuple[dict[str, Any], dict[str, Any]] | dict[str, Any]":
        """The living table where there is a kernel, and its first page where there is none."""
        found = super()._repr_mimebundle_(**options)
        bundle: dict[str, Any] = dict(found[0] if isinstance(found, tuple) else found)
        bundle["text/html"] = self.plain_html()
        return bundle, {}
