"""How a table looks: what can be asked above it, the rows, and what is done with those that are chosen."""

from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Child, Html, tag
from pgc_lib.notebook.widgets import table_cells
from pgc_lib.notebook.widgets.fields import Slot, draw
from pgc_lib.notebook.widgets.referring import refers
from pgc_lib.notebook.widgets.table_filters import controls, filterable, said, wrong
from pgc_lib.notebook.widgets.titles import called, title_of_kind

if TYPE_CHECKING:
    from pgc_lib.notebook.widgets.table_many import Many

_BUTTON = "pgc-button"


def drawn(table: "Many") -> Html:
    """The whole of it."""
    return tag.div(
        _head(table),
        _asked(table),
        _panel(table),
        _chosen(table) if table.n_chosen else None,
        _rows(table) if table.rows else _nothing(table),
        _foot(table),
        class_="pgc-stack pgc-table-box",
    )


def _toggle(table: "Many", panel: str, text: str) -> Html:
    opened = table.panel == panel
    return tag.button(text, type="button", class_=_BUTTON, act="show", values={"panel": panel}, aria_expanded="true" if opened else "false", aria_pressed="true" if opened else "false")  # fmt: skip


def _head(table: "Many") -> Html:
    title = table.heading if table.heading is not None else title_of_kind(table.collection)
    return tag.div(
        tag.h3(title, tag.small(n_("{count} record", "{count} records", table.total, count=f"{table.total:,}"))) if title else None,
        tag.input(
            type="search", value=table.text, act="search", on="input", placeholder=_("Search here"), autocomplete="off",
            aria_label=_("Search in {title}", title=title), class_="pgc-far",
        ),
        tag.div(
            _toggle(table, "filters", _("Filter")),
            _toggle(table, "columns", _("Columns")),
            tag.button("Σ ", _("Sums"), type="button", class_=_BUTTON, act="add_up", aria_pressed="true" if table.with_sums else "false"),
            tag.button("↻", type="button", class_=_BUTTON, act="again", aria_label=_("Read again"), title=_("Read again")),
            _toggle(table, "new", "＋ " + _("Add")) if not table.why_not else None,
            class_="pgc-row",
        ),
        class_="pgc-row pgc-table-head",
    )  # fmt: skip


def _asked(table: "Many") -> Child:
    if not table.asked:
        return None
    chips = [
        tag.span(
            said(table.spec.fields[name], wanted),
            tag.button("×", type="button", class_="pgc-button pgc-plain", act="unask", values={"field": name},
                       aria_label=_("Without this filter")),
            class_="pgc-chip", data_key=name,
        )
        for name, wanted in table.asked.items()
    ]  # fmt: skip
    clear = tag.button(_("Without any filter"), type="button", class_="pgc-button pgc-plain", act="unask")  # fmt: skip
    return tag.div(chips, clear, class_="pgc-row")


def _panel(table: "Many") -> Child:
    match table.panel:
        case "filters":
            faults = wrong(table.spec, table.asked)
            return tag.div(controls(table.id, filterable(table.spec), table.asked, faults), class_="pgc-sunken")  # fmt: skip
        case "columns":
            boxes = [
                tag.label(
                    tag.input(type="checkbox", checked=name in table.columns, act="column", values={"field": name}),
                    field.title, class_="pgc-check", data_key=name,
                )
                for name, field in table.spec.fields.items()
            ]  # fmt: skip
            return tag.div(boxes, class_="pgc-sunken pgc-columns", role="group", aria_label=_("Columns"))  # fmt: skip
        case "new":
            return table.form
    return None


# ── what is done with many ──────────────────────────────────────────────────────────────────────────────


def _chosen(table: "Many") -> Html:
    n = table.n_chosen
    more = not table.all_picked and len(table.picked) >= len(table.rows) and table.total > n
    sure = _("Really take away all {n}?", n=n) if table.sure else _("Take away")
    files = [
        tag.button(name, type="button", class_=_BUTTON, act="export", values={"ending": ending})
        for ending, name in (("csv", "CSV"), ("xlsx", "Excel"))
    ]
    change = None if table.why_not else [
        _toggle(table, "set", _("Change …")) if table.settable() else None,
        _toggle(table, "tag", _("Tag …")) if "tags" in table.spec.fields else None,
        tag.button(sure, type="button", class_="pgc-button pgc-danger", act="remove"),
    ]  # fmt: skip
    return tag.div(
        tag.div(
            tag.b(n_("{n} chosen", "{n} chosen", n), role="status"),
            tag.button(_("Choose all {n}", n=table.total), type="button", class_="pgc-button pgc-plain", act="pick_all") if more else None,
            change, files,
            tag.button(_("Choose none"), type="button", class_="pgc-button pgc-plain pgc-far", act="pick_none"),
            class_="pgc-row",
        ),
        _setting(table) if table.panel == "set" else None,
        _tagging(table) if table.panel == "tag" else None,
        class_="pgc-chosen pgc-stack",
    )  # fmt: skip


def _setting(table: "Many") -> Html:
    fields = table.spec.fields
    options = [tag.option(fields[n].title, value=n, selected=n == table.setting) for n in table.settable()]  # fmt: skip
    field = fields[table.setting]
    slot = Slot(
        field, id=f"{table.id}-set", raw=table.setting_raw, problem=table.setting_problem, act="setting_typed",
        inside=table.setting_picker, leads=refers(table.spec.kind, field), name="set",
    )  # fmt: skip
    return tag.form(
        tag.div(
            tag.label(_("Field"), for_=f"{table.id}-which"),
            tag.select(options, id=f"{table.id}-which", act="set_field"),
            class_="pgc-field",
        ),
        draw(slot),
        tag.button(_("Change {n}", n=table.n_chosen), type="submit", class_="pgc-button pgc-first"),
        act="set_all", novalidate=True, class_="pgc-row pgc-set", data_pgc_keys='{"Control+Enter": "set_all"}',
    )  # fmt: skip


def _tagging(table: "Many") -> Html:
    return tag.form(
        tag.div(
            tag.label(_("Tag"), for_=f"{table.id}-tag"),
            tag.input(type="text", name="value", id=f"{table.id}-tag", autocomplete="off", data_pgc_focus=True),
            class_="pgc-field",
        ),
        tag.button(_("Put it on"), type="submit", class_="pgc-button pgc-first"),
        tag.button(_("Take it off"), type="submit", name="off", value="yes", class_=_BUTTON),
        act="tag_all", novalidate=True, class_="pgc-row pgc-set",
    )  # fmt: skip


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────────


def _rows(table: "Many") -> Html:
    on_page = {row.id for row in table.rows}
    every = table.all_picked or on_page <= table.picked
    title = table.heading or title_of_kind(table.collection)
    head = tag.tr(
        tag.th(
            tag.input(type="checkbox", checked=every, act="pick_page", aria_label=_("Choose all rows of this page")),
            scope="col", class_="pgc-pick",
        ),
        [_column(table, name) for name in table.columns],
        tag.th(tag.span(_("Open"), class_="pgc-sr"), scope="col"),
    )  # fmt: skip
    body: list[Html] = []
    for n, record in enumerate(table.rows):
        body.append(_row(table, record, first=n == 0))
        if table.opened == record.id:
            inside = tag.td(table.form, colspan=len(table.columns) + 2, class_="pgc-opened")
            body.append(tag.tr(inside, data_key=f"{record.id.hex}-form"))
    return tag.div(
        tag.table(
            tag.thead(head),
            tag.tbody(body, data_pgc_arrows=len(table.columns) + 2),
            _sums(table),
            class_="pgc-sheet", role="grid", aria_label=title, aria_rowcount=table.total,
            aria_describedby=f"{table.id}-keys",
        ),
        tag.p(_("Arrows walk, Enter or F2 writes in a cell, Escape leaves it."), id=f"{table.id}-keys", class_="pgc-sr"),
        class_="pgc-scroll",
    )  # fmt: skip


def _column(table: "Many", name: str) -> Html:
    field = table.spec.fields[name]
    number = "pgc-number" if field.type.name in table_cells.NUMBERS else None
    if field.type.name in ("texts", "object") or name in table.spec.sensitive:
        return tag.th(field.title, scope="col", class_=number, data_key=name)
    first = table.order[0] if table.order else ""
    way = {name: "ascending", "-" + name: "descending"}.get(first)
    arrow = {"ascending": " ↑", "descending": " ↓", None: ""}[way]
    return tag.th(
        tag.button(field.title, tag.span(arrow, aria_hidden="true"), type="button", class_="pgc-button", act="sort", values={"field": name}),
        scope="col", aria_sort=way, class_=number, data_key=name,
    )  # fmt: skip


def _row(table: "Many", record: Any, *, first: bool) -> Html:
    fixed = bool(table.fixed(record))
    name = called(record)
    picked = table.all_picked or record.id in table.picked
    cells = []
    for at, column in enumerate(table.columns):
        field = table.spec.fields[column]
        if table.cell == (record.id, column):
            cells.append(table_cells.editing(table.id, field, record, table.raw, table.problem, table.known.get(column, [])))  # fmt: skip
        else:
            cells.append(table_cells.drawn(table.id, field, record, table.names, first=first and at == 0, fixed=fixed))  # fmt: skip
    return tag.tr(
        tag.td(
            tag.input(
                type="checkbox", checked=picked, act="pick", on="click", values={"id": str(record.id)}, data_pgc_shift=True,
                aria_label=_("Choose {name}", name=name), tabindex="0" if first else "-1",
            ),
            class_="pgc-pick",
        ),
        cells,
        tag.td(
            tag.button(tag.span(_("Open"), class_="pgc-narrow"), "⋯", type="button", class_="pgc-button pgc-plain", act="open", values={"id": str(record.id)},
                       aria_label=_("All of {name}", name=name), title=_("Open"), tabindex="0" if first else "-1",
                       aria_expanded="true" if table.opened == record.id else "false"),
            class_="pgc-open",
        ),
        data_key=record.id.hex, aria_selected="true" if picked else "false",
    )  # fmt: skip


def _sums(table: "Many") -> Html | None:
    if not table.with_sums:
        return None
    cells = [
        tag.td([tag.div(line) for line in table.sums.get(name, ())], class_="pgc-number", data_key=name, data_title=table.spec.fields[name].title)
        for name in table.columns
    ]  # fmt: skip
    return tag.tfoot(tag.tr(tag.th("Σ", scope="row", aria_label=_("Sum of all {n}", n=table.total)), cells, tag.td()))  # fmt: skip


def _nothing(table: "Many") -> Html:
    if table.asked or table.text:
        back = tag.button(_("Without any filter"), type="button", class_=_BUTTON, act="unask")
        return tag.div(tag.b(_("Nothing fits what you ask for.")), back, class_="pgc-empty")
    add = tag.button("＋ ", _("Add the first one"), type="button", class_="pgc-button pgc-first", act="show", values={"panel": "new"})  # fmt: skip
    return tag.div(
        tag.b(_("There is nothing here yet.")),
        add if not table.why_not and table.panel != "new" else None,
        class_="pgc-empty",
    )


def _foot(table: "Many") -> Child:
    first, last = table.first, table.first + len(table.rows) - 1
    if table.following is None and first == 1:
        return tag.p(table.why_not, class_="pgc-hint") if table.why_not else None
    return tag.div(
        tag.button("← ", _("Page before"), type="button", class_=_BUTTON, act="back", disabled=first == 1),
        tag.span(_("{first} – {last} of {all}", first=f"{first:,}", last=f"{last:,}", all=f"{table.total:,}"), class_="pgc-number", role="status"),
        tag.button(_("Next page"), " →", type="button", class_=_BUTTON, act="onward", disabled=table.following is None),
        tag.span(table.why_not, class_="pgc-hint") if table.why_not else None,
        class_="pgc-row",
    )  # fmt: skip
