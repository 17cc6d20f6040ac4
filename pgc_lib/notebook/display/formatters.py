"""What IPython shows of a record, a collection, a listing and a frame.

    register(shell)                             # done by `%load_ext pgc_lib` and by a lab's kernels

What fits on one page is a plain table, which needs no kernel and lies lightly in a saved notebook. What is larger is a
`Sheet` that is paged, sorted and searched. In a terminal both are text. What draws itself in a way of its own keeps it.
"""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import table
from pgc_lib.errors import PgcError
from pgc_lib.i18n import n_

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from pgc_lib.core.collection import Collection
    from pgc_lib.core.record import Record
    from pgc_lib.core.shown import Listing

ONE_PAGE = 20
"""Rows that are shown without paging."""
_MOST_COLUMNS = 40
Bundle = dict[str, Any]


def register(shell: Any) -> None:
    """Let a shell show our things, and frames."""
    formatter = shell.display_formatter.mimebundle_formatter
    alive = _has_pages(shell)
    for module, name, shown in (
        ("polars.dataframe.frame", "DataFrame", of_frame),
        ("pandas", "DataFrame", of_pandas),
        ("pandas.core.frame", "DataFrame", of_pandas),
        ("pgc_lib.core.collection", "Collection", of_collection),
        ("pgc_lib.core.shown", "Listing", of_listing),
        ("pgc_lib.core.record", "Record", of_record),
    ):
        formatter.for_type_by_name(module, name, _safely(shown, alive))
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type_by_name("pgc_lib.core.shown", "Listing", _as_text)


def _as_text(listing: "Listing[Any]", printer: Any, cycle: bool) -> None:
    """A listing in a terminal, and beside its table."""
    from pgc_lib.notebook.display.names import named

    named(listing)._repr_pretty_(printer, cycle)


def _has_pages(shell: Any) -> bool:
    """Whether there is a kernel, and not a terminal."""
    return getattr(shell, "kernel", None) is not None


def _safely(shown: Callable[..., Bundle | None], alive: bool) -> Callable[[Any], Any]:
    """What cannot be read says why, in two sentences."""

    def show(thing: Any) -> Any:
        try:
            return shown(thing, alive=alive)
        except PgcError as error:
            told = escape(str(error)).replace("\n", "<br>")
            return {"text/plain": str(error), "text/html": f"<p>{told}</p>"}

    return show


def of_frame(frame: "pl.DataFrame", *, alive: bool) -> Bundle | None:
    """A frame: all of it, or a page at a time."""
    from pgc_lib.notebook.display.cells import columns_of_frame

    if not frame.width:
        return None
    if frame.height > ONE_PAGE or frame.width > _MOST_COLUMNS:
        return _sheet_of_frame(frame, alive=alive)
    columns = columns_of_frame(frame)
    rows = frame.select([column.name for column in columns]).rows()
    lines = [
        [value if column.number else column.text(value) for column, value in zip(columns, row, strict=True)]
        for row in rows
    ]  # fmt: skip
    told = n_("{n} row", "{n} rows", frame.height)
    drawn = table([column.title for column in columns], lines)
    return {"text/html": f"{drawn}<p><small>{escape(told)}</small></p>", "text/plain": str(frame)}


def _sheet_of_frame(frame: "pl.DataFrame", *, alive: bool) -> Bundle:
    from pgc_lib.notebook.display.sheet import Sheet
    from pgc_lib.notebook.display.sources import OfFrame

    return _bundle(Sheet(OfFrame(frame)), alive=alive) | {"text/plain": str(frame)}


def of_pandas(frame: "pd.DataFrame", *, alive: bool) -> Bundle | None:
    """A frame of pandas: the same, with its index before its columns where it says something."""
    from pgc_lib.notebook.display.pandas_frames import as_polars

    bundle = of_frame(as_polars(frame), alive=alive)
    return bundle and bundle | {"text/plain": str(frame)}


def of_collection(collection: "Collection[Any]", *, alive: bool) -> Bundle | None:
    """The records of a collection, a page at a time."""
    from pgc_lib.core.collection import Collection
    from pgc_lib.notebook.display.sheet import Sheet
    from pgc_lib.notebook.display.sources import OfCollection
    from pgc_lib.notebook.widgets.titles import title_of_kind

    if type(collection)._repr_html_ is not Collection._repr_html_:
        return None
    title = title_of_kind(collection)
    return _bundle(Sheet(OfCollection(collection), title=title), alive=alive)


def of_listing(listing: "Listing[Any]", *, alive: bool) -> Bundle | None:
    """A listing with what it refers to by name; one that is longer than a page is turned over."""
    from pgc_lib.core.shown import Listing
    from pgc_lib.notebook.display.names import named
    from pgc_lib.notebook.display.sheet import Sheet
    from pgc_lib.notebook.display.sources import OfList

    if type(listing)._repr_html_ is not Listing._repr_html_:
        return None
    lines = named(listing)
    if len(listing) > ONE_PAGE:
        return _bundle(Sheet(OfList(lines)), alive=alive)
    if lines is listing:
        return None
    return {"text/html": lines._repr_html_()}


def of_record(record: "Record", *, alive: bool) -> Bundle | None:
    """A record as a card with its kind and its title."""
    from pgc_lib.core.record import Record
    from pgc_lib.notebook.display.card import card_of

    del alive  # nothing in it moves
    if type(record)._repr_html_ is not Record._repr_html_:
        return None
    return {"text/html": str(card_of(record))}


def _bundle(sheet: Any, *, alive: bool) -> Bundle:
    if not alive:
        return {"text/html": sheet.plain_html(), "text/plain": repr(sheet)}
    found = sheet._repr_mimebundle_()
    return dict(found[0] if isinstance(found, tuple) else found)
