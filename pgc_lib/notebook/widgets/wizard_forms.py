"""What a person says in the import wizard: a password, which column is what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgc_lib.core.naming import kind_title
from pgc_lib.exchange.mapping import DIRECTION, IN, MONEY, OUT
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, tag

if TYPE_CHECKING:
    from pgc_lib.exchange.preview import Preview
    from pgc_lib.notebook.widgets.wizard import Wizard

_MOST_COLUMNS = 60


def heads(*titles: str) -> Html:
    """The heading of a table."""
    return tag.thead(tag.tr(tag.th(title, scope="col") if title else tag.td() for title in titles))


def password(wizard: "Wizard") -> Html:
    """An archive that has one."""
    field = f"{wizard.id}-password"
    return tag.form(
        tag.label(_("This archive has a password."), for_=field),
        tag.p(
            _("Wallets send it in a message of its own, often six digits. It is used for this file only and not kept."),
            class_="pgc-hint", id=f"{field}-hint",
        ),
        tag.div(
            tag.input(
                id=field, name="password", type="password", required=True, autocomplete="off", data_pgc_focus=True,
                aria_describedby=f"{field}-hint", aria_invalid="true" if wizard.password else None,
            ),
            tag.button(_("Open"), class_="pgc-button pgc-first"),
            class_="pgc-row pgc-wizard-password",
        ),
        tag.p(_("This password does not open it."), class_="pgc-wrong", role="alert") if wizard.password else None,
        act="unlock",
        class_="pgc-stack pgc-box",
    )  # fmt: skip


def mapping(wizard: "Wizard", wide_open: bool) -> Html | None:
    """Which column of a table is which field; nothing for a file of a known format."""
    sheet = wizard.sheet
    if sheet is None:
        return None
    kind = wizard.kind or sheet.layout.kind
    spec = wizard.lab.collection_of(kind).spec
    fields = {
        each.name: each.title
        for each in spec.fields.values()
        if each.name not in spec.sensitive and each.type.name != "link"
    }
    if kind == MONEY:
        fields |= {IN: _("Money in"), OUT: _("Money out"), DIRECTION: _("In or out")}
    chosen = wizard.mapping if wizard.mapping is not None else sheet.layout.columns
    columns = sheet.columns[:_MOST_COLUMNS]
    lines = [
        tag.tr(
            tag.th(column, scope="row", dir="auto"),
            tag.td(" · ".join(filter(None, map(str, sheet.sample[column].to_list())))[:90], class_="pgc-soft", dir="auto"),
            tag.td(
                tag.select(
                    _options([("", _("— leave out —")), *fields.items()], chosen.get(column, "")),
                    name=f"c{number}", aria_label=_("What the column {name} is", name=column),
                )
            ),
        )
        for number, column in enumerate(columns)
    ]  # fmt: skip
    kinds = [(each, kind_title(each)) for each in wizard.kinds()]
    order, mark = wizard.habits.get("order", ""), wizard.habits.get("mark", "")
    return tag.details(
        tag.summary(_("Which column is what")),
        tag.div(
            tag.label(
                tag.span(_("The rows are")),
                tag.select(_options(kinds, kind), act="of_kind", name="kind"),
                class_="pgc-field",
            ),
            tag.form(
                tag.div(
                    tag.table(
                        heads(_("Column"), _("Such as"), _("Is")), tag.tbody(lines), class_="pgc-sheet"
                    ),
                    class_="pgc-scroll", tabindex="0", role="region", aria_label=_("Which column is what"),
                ),
                tag.div(
                    _choice(_("Days are written"), "order", order, [
                        ("", _("as recognised: {what}", what=_order(sheet.layout.order))),
                        *((each, _order(each)) for each in ("YMD", "DMY", "MDY")),
                    ]),
                    _choice(_("Cents come after"), "mark", mark, [
                        ("", _("as recognised: {what}", what=sheet.layout.mark)), (".", "."), (",", ","),
                    ]),
                    _choice(_("Text encoding"), "encoding", wizard.habits.get("encoding", ""), [
                        ("", _("as recognised")), ("utf-8", "UTF-8"), ("gb18030", "GB18030 (GBK)"), ("big5", "Big5"),
                        ("utf-16", "UTF-16"), ("cp1252", "Windows-1252"),
                    ]),
                    tag.label(
                        tag.span(_("Account")),
                        tag.input(name="account", value=wizard.habits.get("account", ""), dir="auto"),
                        class_="pgc-field",
                    )
                    if kind == MONEY and "account" not in chosen.values()
                    else None,
                    class_="pgc-two",
                ),
                tag.button(_("Read it so"), class_="pgc-button"),
                act="read_so", class_="pgc-stack",
            ),
            class_="pgc-stack",
        ),
        open=wide_open or looks_wrong(wizard.preview),
        class_="pgc-box",
    )  # fmt: skip


def looks_wrong(seen: "Preview | None") -> bool:
    """More rows are wrong than right: most likely the table is read wrongly."""
    return seen is not None and seen.wrong > seen.new + seen.known


def _choice(title: str, name: str, value: str, options: Sequence[tuple[str, str]]) -> Html:
    return tag.label(
        tag.span(title), tag.select(_options(options, value), name=name), class_="pgc-field"
    )


def _options(options: Sequence[tuple[str, str]], chosen: str) -> list[Html]:
    return [
        tag.option(title, value=value, selected=True if value == chosen else None)
        for value, title in options
    ]


def _order(order: str) -> str:
    return {
        "YMD": _("year, month, day"), "DMY": _("day, month, year"), "MDY": _("month, day, year"),
    }.get(order, order)  # fmt: skip
