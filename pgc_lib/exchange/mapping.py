"""Tables of no known format: which column is which field is guessed, shown, corrected and remembered.

Columns are known by the names and aliases of the fields in both languages, by what banks usually call them, and by
what their values look like. A mapping that a person accepted comes back for every table with the same heading.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.core.files import match
from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange import habits
from pgc_lib.exchange.opening import Opened, opened
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.tables import made_reference, numbered
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.core.spec import FieldSpec, Spec
    from pgc_lib.exchange.importing import Desk

MONEY = "finance.transactions"
IN, OUT, DIRECTION = "in", "out", "direction"
"""Fields of a table that a transaction has as one: amounts in two columns, or a word for the direction."""

_USUAL: Mapping[str, str] = {
    "day": r"^(记账|交易|入账|发生|消费)?(日期|时间|日)$|^(posting |transaction |booking |value |post )?date$|^buchungstag|^datum$|^fecha$",
    OUT: r"支出|借方|取款|转出|withdrawal|debit|paid out|money out|^out$|ausgabe|belastung",
    IN: r"收入|贷方|存入|存款|转入|deposit|credit|paid in|money in|^in$|einnahme|gutschrift",
    "amount": r"金额|发生额|^amount|amount$|betrag|umsatz|importe|^sum$|^value$",
    DIRECTION: r"收/支|借贷|收支|^(type|direction|debit/credit|dr/cr)$|soll/haben",
    "payee": r"对方|商户|户名|收款|付款方|payee|merchant|description|name|empf|auftraggeber|beguenstigter",
    "note": r"摘要|备注|说明|用途|附言|memo|notes?$|details|reference text|verwendungszweck|narrative",
    "reference": r"单号|流水号|订单号|凭证号|^(transaction |order )?(id|number|no\.?|reference)$|fitid",
    "currency": r"币种|币别|货币|currency|waehrung|währung",
    "account": r"^(账户|账号|卡号|account|konto|iban)",
    "category": r"分类|类别|交易类型|category|kategorie",
}
_WIDEST = 2_000
_SEEN = 3
"""Rows of which a person sees the values."""
_NEVER = re.compile(r"余额|balance|saldo", re.IGNORECASE)
_OUT_WORDS = r"(?i)支出|付|借|取|转出|debit|^dr|out|withdraw|soll|^d$|^s$"


@dataclass
class Layout:
    """How a table is read; every part of it can be corrected before it is used."""

    kind: str
    columns: dict[str, str]
    """Column to field; `in`, `out` and `direction` also name fields of a transaction."""
    order: str = habits.YEAR_FIRST
    mark: str = "."
    sure: bool = True
    """Whether the order of day and month was told by the values."""
    ignored: list[str] = field(default_factory=list)

    def field(self, name: str) -> str | None:
        """The column of a field."""
        return next((column for column, to in self.columns.items() if to == name), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a person sees it who says which column is which field."""

    columns: list[str]
    sample: pl.DataFrame
    layout: Layout


@dataclass(frozen=True)
class MappedTable:
    """The importer of last resort: any table whose columns can be told."""

    desk: "Desk"
    kind: str | None = None
    mapping: Mapping[str, str] | None = None
    name: str = "table"
    title: str = N_("A table")

    def sniff(self, path: Path, _head: bytes) -> int:
        """A little, when enough of its columns can be told."""
        try:
            return 0 if self.reason(path) else 5
        except Invalid:
            return 0

    def reason(self, path: Path) -> str:
        """Why it cannot be read; empty when it can."""
        try:
            table = opened(path)
            heading = _heading(table)
            if heading is None:
                return _("no heading of a known format was found")
            layout = self.layout(table, heading)
        except Invalid as error:
            return error.problems[0].reason if error.problems else error.message
        missing = _missing(layout, self._spec(layout.kind))
        if missing:
            return _(
                "no column was recognised as {fields}; the unknown ones are {columns}, and {example} names one",
                fields=_(", ").join(each.title for each in missing),
                columns=_(", ").join(layout.ignored[:20]) or _("nothing"),
                example=f"mapping={{{next(iter(layout.ignored), '…')!r}: {missing[0].name!r}}}",
            )
        return ""

    def layout(self, table: Opened, heading: int) -> Layout:
        """As it was confirmed before, else as it is guessed; what the person names comes first."""
        names = [name for name in table.names(heading) if name]
        sample = next(table.tables(heading))
        remembered = (
            _remembered(self.desk, names) if self.mapping is None and self.kind is None else None
        )
        if remembered is not None:
            return remembered
        kind = self.kind or self._best(names)
        spec = self._spec(kind)
        columns = guess(names, sample, spec, self.mapping or {})
        layout = Layout(kind, columns, ignored=[name for name in names if name not in columns])
        _told_by_values(layout, sample, spec)
        return layout

    def sheet(self, path: Path, encoding: str | None = None) -> Sheet | None:
        """Its columns with some values, and how they would be read; None where no line names columns."""
        table = opened(path, encoding)
        heading = _heading(table, self.mapping)
        if heading is None:
            return None
        sample = next(table.tables(heading)).head(_SEEN)
        names = [name for name in table.names(heading) if name]
        return Sheet(names, sample, self.layout(table, heading))

    def read(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        order: str | None = None,
        mark: str | None = None,
        account: str = "",
        currency: str = "",
        **_options: Any,
    ) -> Reading:
        """Its rows; `order` is YMD, DMY or MDY, `mark` what stands before the cents."""
        table = opened(path, encoding)
        heading = _heading(table, self.mapping)
        if heading is None:
            raise Invalid(
                _("No heading was found in {path}.", path=path.name),
                [Problem(name, _("this column is not there")) for name in self.mapping or ()],
                next_step=_("Name the columns as the file has them."),
            )
        layout = self.layout(table, heading)
        layout.order, layout.mark = order or layout.order, mark or layout.mark
        spec = self._spec(layout.kind)
        missing = _missing(layout, spec)
        if missing:
            raise Invalid(
                _(
                    "No column of {path} belongs to {kind}.",
                    path=path.name,
                    kind=_(", ").join(each.title for each in missing),
                ),
                [Problem(column, _("this column is not used")) for column in layout.ignored[:20]],
                next_step=_(
                    "Name them: mapping={{'column': 'field'}}. The fields are: {names}.",
                    names=", ".join(
                        [*spec.fields, *((IN, OUT, DIRECTION) if layout.kind == MONEY else ())]
                    ),
                ),
            )
        constants = {"account": account, "currency": currency} if layout.kind == MONEY else {}
        rows = numbered(_rows(table.tables(heading), layout, spec, constants))
        same = (
            ()
            if spec.key
            else tuple(name for name in spec.fields if name in layout.columns.values())
        )
        columns = [f"{column} → {to}" for column, to in layout.columns.items()]
        told: dict[str, Any] = {_("Columns"): columns, _("Ignored columns"): layout.ignored}
        if not layout.sure and order is None:
            told[_("Dates")] = _(
                "read as {order}; the values leave it open: say order='DMY' or 'MDY'",
                order=layout.order,
            )
        return Reading(
            [Part(layout.kind, rows, same=same)],
            told=told,
            keep=lambda joined, batch: _remember(joined, batch, table.names(heading), layout),
        )

    def _spec(self, kind: str) -> "Spec":
        return self.desk.collection_of(kind).spec

    def _best(self, names: list[str]) -> str:
        """The kind that most columns belong to; money where it is as good as any."""
        best, score = MONEY, len(guess(names, None, self._spec(MONEY), {}))
        for kind in ("todos.items", "family.members"):
            spec = self._spec(kind)
            found = match(names, spec, {})
            needed = {one.name for one in spec.fields.values() if one.required}
            if needed <= set(found.values()) and len(found) > score:
                best, score = kind, len(found)
        return best


def guess(
    names: list[str], sample: pl.DataFrame | None, spec: "Spec", mapping: Mapping[str, str]
) -> dict[str, str]:
    """Which column is which field: as named, by its name, by what banks call it, by its values."""
    found = {column: to for column, to in mapping.items() if column in names}
    rest = [name for name in names if name not in found and not _NEVER.search(name)]
    for column, to in match(rest, spec, {}).items():
        if to not in found.values():
            found[column] = to
    if spec.kind != MONEY:
        return found
    for to, pattern in _USUAL.items():
        if to in found.values() or (to in (IN, OUT) and "amount" in found.values()):
            continue
        for name in rest:
            if name not in found and re.search(pattern, name.strip(), re.IGNORECASE):
                if sample is not None and not _fits(to, sample[name]):
                    continue
                found[name] = to
                break
    if IN in found.values() and OUT in found.values():
        found = {column: to for column, to in found.items() if to != "amount" or column in mapping}
    elif "amount" not in found.values() and sample is not None:
        found = {column: ("amount" if to in (IN, OUT) else to) for column, to in found.items()}
    if sample is not None:
        _by_values(found, rest, sample)
    return found


def _fits(to: str, values: pl.Series) -> bool:
    if to == "day":
        return habits.looks_like_days(values)
    if to in ("amount", IN, OUT):
        return habits.looks_like_amounts(values)
    return True


def _by_values(found: dict[str, str], rest: list[str], sample: pl.DataFrame) -> None:
    free = [name for name in rest if name not in found]
    if "day" not in found.values():
        found |= dict.fromkeys(
            [one for one in free if habits.looks_like_days(sample[one])][:1], "day"
        )
    if not {"amount", IN, OUT} & set(found.values()):
        amounts = [
            one for one in free if one not in found and habits.looks_like_amounts(sample[one])
        ]
        cents = [one for one in amounts if sample[one].str.contains(r"[.,]\d{1,2}\D*$").any()]
        found |= dict.fromkeys((cents or amounts)[:1], "amount")
    if "payee" not in found.values():
        texts = [
            one for one in free
            if one not in found and not habits.looks_like_amounts(sample[one]) and sample[one].n_unique() > 1
        ]  # fmt: skip
        found |= dict.fromkeys(sorted(texts, key=lambda one: -sample[one].n_unique())[:1], "payee")


def _told_by_values(layout: Layout, sample: pl.DataFrame, spec: "Spec") -> None:
    days = [
        column for column, to in layout.columns.items()
        if to in spec.fields and spec.fields[to].type.name in ("date", "moment")
    ]  # fmt: skip
    if days:
        told = habits.order_of(sample[days[0]])
        layout.order, layout.sure = told.order, told.certain
    amounts = [
        sample[column] for column, to in layout.columns.items()
        if to in (IN, OUT) or (to in spec.fields and spec.fields[to].type.name in ("money", "number"))
    ]  # fmt: skip
    if amounts:
        layout.mark = habits.decimal_mark(pl.concat([one.alias("x") for one in amounts]))


def _missing(layout: Layout, spec: "Spec") -> "list[FieldSpec]":
    named = set(layout.columns.values())
    if layout.kind == MONEY and ({IN, OUT} & named):
        named.add("amount")
    return [one for one in spec.fields.values() if one.required and one.name not in named]


def _heading(table: Opened, mapping: Mapping[str, str] | None = None) -> int | None:
    """The line that names the columns: the first one that is as wide as most of those below it."""
    rows = table.rows
    if mapping:
        return table.heading(mapping)
    widths = [sum(bool(cell) for cell in row) for row in rows]
    if not widths or max(widths) < 2 or max(widths) > _WIDEST:
        return None
    usual = max(set(widths), key=lambda width: (widths.count(width) if width > 1 else 0, width))
    for number, row in enumerate(rows):
        words = {cell for cell in row if cell}
        wide = len(words) >= max(2, usual - 1)
        if wide and not any(re.fullmatch(r"[-+(]?[\d.,/: -]+\)?", cell) for cell in words):
            return number
    return None


def _rows(
    tables: Iterator[pl.DataFrame], layout: Layout, spec: "Spec", constants: Mapping[str, str]
) -> Iterator[pl.DataFrame]:
    for frame in tables:
        columns: dict[str, pl.Expr] = {}
        for column, to in layout.columns.items():
            if to in spec.fields:
                columns[to] = _read(column, spec.fields[to].type.name, layout)
        if layout.kind == MONEY:
            columns |= _amounts(layout)
            for name, value in constants.items():
                if value:
                    columns[name] = pl.lit(value)
            columns.setdefault("account", pl.lit(""))
            if "currency" in columns:
                told = columns["currency"].replace({"人民币": "CNY", "人民币元": "CNY", "": "CNY"})
                columns["currency"] = told
            if "reference" not in columns:
                # In the file's order: a mapping that was remembered comes back in another one.
                told_by = [name for name in frame.columns if name in layout.columns]
                columns["reference"] = made_reference("table", *told_by)
            for name in ("payee", "category", "note"):
                columns.setdefault(name, pl.lit(""))
        yield frame.select(LINE, **columns)


def _read(column: str, kind: str, layout: Layout) -> pl.Expr:
    match kind:
        case "date":
            return habits.as_day(pl.col(column), layout.order)
        case "money" | "number":
            return habits.as_amount(pl.col(column), layout.mark)
        case "texts":
            return (
                pl.col(column)
                .str.split(",")
                .list.eval(pl.element().str.strip_chars())
                .list.drop_nulls()
            )
        case _:
            return pl.col(column)


def _amounts(layout: Layout) -> dict[str, pl.Expr]:
    into, out = layout.field(IN), layout.field(OUT)
    if into or out:
        came = (
            habits.as_amount(pl.col(into), layout.mark).str.strip_prefix("-")
            if into
            else pl.lit("")
        )
        went = (
            habits.as_amount(pl.col(out), layout.mark).str.strip_prefix("-") if out else pl.lit("")
        )
        nothing = went.is_in(["", "0", "0.0", "0.00"])
        return {"amount": pl.when(nothing).then(came).otherwise(pl.lit("-") + went)}
    amount, direction = layout.field("amount"), layout.field(DIRECTION)
    if amount and direction:
        plain = habits.as_amount(pl.col(amount), layout.mark)
        goes = pl.col(direction).str.contains(_OUT_WORDS) & ~plain.str.starts_with("-")
        return {"amount": pl.when(goes).then(pl.lit("-") + plain).otherwise(plain)}
    return {}


def signature(names: list[str]) -> str:
    """What a heading is remembered by."""
    return sha256("\n".join(names).encode()).hexdigest()


def _remembered(desk: "Desk", names: list[str]) -> Layout | None:
    mine = desk.session.person
    found = desk.imports.layouts.find(signature=signature(names), owner=mine, limit=1)
    if not found:
        return None
    one = found[0]
    columns = {str(column): str(to) for column, to in one.named.items()}
    said = one.habits
    ignored = [name for name in names if name not in columns]
    return Layout(one.record, columns, str(said["order"]), str(said["mark"]), True, ignored)


def _remember(joined: Any, batch: Any, names: list[str], layout: Layout) -> "list[Any]":
    """A mapping that brought rows in is right, until the person says otherwise."""
    from pgc_lib.core.collection import Collection
    from pgc_lib.exchange.records import Layout as Remembered

    kept = Collection(joined, Remembered)
    names = [name for name in names if name]
    values = {
        "title": ", ".join(names)[:500],
        "record": layout.kind,
        "named": dict(layout.columns),
        "habits": {"order": layout.order, "mark": layout.mark},
    }
    kept.add_many([{"signature": signature(names), **values}], on_conflict="update", batch=batch)
    return []
