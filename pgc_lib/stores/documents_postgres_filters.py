"""Conditions and orders on JSONB in SQL.

Every comparison asks for the kind of value first, so none can fail on the data, and ends in `is true`, so
that `not` is its plain negation. Columns that are never empty do without, for PostgreSQL walks no index where it
stands: records are asked for by their identifiers all the time. Texts are compared byte by byte (collation "C"), as MongoDB does.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents_paging import LAST, NUMBER, TEXT, TRUTH, Field, Key, SortValue, field
from pgc_lib.stores.documents_values import Json, Scalar, dumps
from pgc_lib.stores.filters import (
    All,
    Any_,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
)
from pgc_lib.stores.text_patterns import any_case_pattern, exact_pattern

_SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TYPES = {"version": "int", "created_at": "timestamptz", "updated_at": "timestamptz"}


class Query:
    """SQL in the making, with the values that go beside it."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def bind(self, value: Any, sql_type: str) -> str:
        """A placeholder for a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"cast(:{name} as {sql_type})"

    def where(self, condition: Condition) -> str:
        """The SQL that holds for the rows that the condition finds."""
        match condition:
            case All(parts):
                return f"({' and '.join(map(self.where, parts))})" if parts else "true"
            case Any_(parts):
                return f"({' or '.join(map(self.where, parts))})" if parts else "false"
            case Not(part):
                return f"(not {self.where(part)})"
            case IsNull(name):
                return f"(not {self._present(field(name))})"
            case Compare(name, operator, value):
                return self._compare(field(name), operator, value)
            case OneOf(name, values):
                return self._one_of(field(name), [it for it in values if it is not None])
            case Contains(name, text):
                return self._matches(_text_field(name), any_case_pattern(text, name))
            case StartsWith(name, text):
                return self._matches(_text_field(name), "^" + exact_pattern(text, name))
            case Has(name, value):
                it = _text_field(name)
                return self._contains(it, [it.operand(value)])
        raise TypeError(condition)

    def _present(self, it: Field) -> str:
        if not it.path:
            return f"(d.{it.name} is not null)"
        return f"((jsonb_typeof({self._value(it)}) <> 'null') is true)"

    def _compare(self, it: Field, operator: str, value: Any) -> str:
        operand = it.operand(value)
        sign = _SIGNS[operator]
        if not it.path:
            return _closed(it, f"d.{it.name} {sign} {self._column_value(it, operand)}")
        if operator == "eq":
            return self._contains(it, operand)
        if operator == "ne":
            return f"({self._present(it)} and not {self._contains(it, operand)})"
        return f"(({self._ordered(it, sign, operand)}) is true)"

    def _ordered(self, it: Field, sign: str, operand: Scalar) -> str:
        value = self._value(it)
        if isinstance(operand, str):
            text = f"""({value} #>> '{{}}') collate "C" {sign} {self.bind(operand, "text")}"""
            return f"jsonb_typeof({value}) = 'string' and {text}"
        kind = "boolean" if isinstance(operand, bool) else "number"
        other = self.bind(dumps(operand), "jsonb")
        return f"jsonb_typeof({value}) = '{kind}' and {value} {sign} {other}"

    def _one_of(self, it: Field, values: Sequence[Any]) -> str:
        if not values:
            return "false"
        operands = [it.operand(value) for value in values]
        if it.path:
            others = self.bind([dumps(operand) for operand in operands], "jsonb[]")
            return f"(({self._value(it)} = any ({others})) is true)"
        sql_type = _TYPES.get(it.name, "uuid")
        return _closed(it, f"d.{it.name} = any ({self.bind(operands, sql_type + '[]')})")

    def _contains(self, it: Field, wanted: Scalar | list[Scalar]) -> str:
        """Equal for a single value, holding it for a list; both can use the index on bodies."""
        nested: Json = wanted  # type: ignore[assignment]
        for step in reversed(it.path):
            nested = {step: nested}
        return f"(d.body @> {self.bind(dumps(nested), 'jsonb')})"

    def _matches(self, it: Field, pattern: str) -> str:
        value = self._value(it)
        text = f"""({value} #>> '{{}}') collate "C" ~ {self.bind(pattern, "text")}"""
        return f"((jsonb_typeof({value}) = 'string' and {text}) is true)"

    def _value(self, it: Field) -> str:
        return "(d.body" + "".join(f" -> {self.bind(step, 'text')}" for step in it.path) + ")"

    def _column_value(self, it: Field, operand: Any) -> str:
        return self.bind(operand, _TYPES.get(it.name, "uuid"))

    # ── order ────────────────────────────────────────────────────────────────────────────────────

    def order(self, keys: Sequence[Key]) -> tuple[str, list[tuple[str, bool, int, str]]]:
        """The `order by`, and the columns it sorts by, which `after` compares with.

        A column is its SQL, whether it descends, the key it belongs to and which part of it it is.
        """
        columns = [column for n, key in enumerate(keys) for column in self._columns(n, key)]
        by = [f"{sql} {'desc' if descends else 'asc'}" for sql, descends, _n, _part in columns]
        return ", ".join([*by, "d.id"]), columns

    def _columns(self, n: int, key: Key) -> list[tuple[str, bool, int, str]]:
        it, down = key.field, key.descending
        if not it.path:
            its_rank = key.rank(NUMBER if it.name == "version" else TEXT)
            ranked = f"case when d.{it.name} is null then {LAST} else {its_rank} end"
            none = "'00000000-0000-0000-0000-000000000000'"
            column = f"coalesce(d.{it.name}, {none})" if it.name == "batch" else f"d.{it.name}"
            return [(ranked, False, n, "rank"), (column, down, n, "column")]
        value = self._value(it)
        kind = f"jsonb_typeof({value})"
        rank = (
            f"case {kind} when 'number' then {key.rank(NUMBER)} when 'string' then {key.rank(TEXT)} "
            f"when 'boolean' then {key.rank(TRUTH)} else {LAST} end"
        )
        number = (
            f"case {kind} when 'number' then ({value})::numeric "
            f"when 'boolean' then ({value})::boolean::int::numeric else 0 end"
        )
        text = f"""(case {kind} when 'string' then {value} #>> '{{}}' else '' end) collate "C" """
        return [(rank, False, n, "rank"), (number, down, n, "number"), (text, down, n, "text")]

    def after(
        self,
        keys: Sequence[Key],
        columns: Sequence[tuple[str, bool, int, str]],
        cursor: tuple[list[SortValue], UUID],
    ) -> str:
        """The SQL that holds for what comes after a cursor."""
        values, last = cursor
        choices: list[str] = []
        equal: list[str] = []
        for sql, descends, n, part in columns:
            there = self._cursor_value(keys[n].field, part, *values[n])
            choices.append(" and ".join([*equal, f"{sql} {'<' if descends else '>'} {there}"]))
            equal.append(f"{sql} = {there}")
        choices.append(" and ".join([*equal, f"d.id > {self.bind(last, 'uuid')}"]))
        return "(" + " or ".join(f"({choice})" for choice in choices) + ")"

    def _cursor_value(self, it: Field, part: str, rank: int, value: Any) -> str:
        match part:
            case "rank":
                return self.bind(rank, "int")
            case "number":
                number = value if isinstance(value, int | Decimal) else 0
                return self.bind(Decimal(number), "numeric")
            case "text":
                return self.bind(value if isinstance(value, str) else "", "text")
        return self._column_value(it, UUID(int=0) if value is None else value)


def _closed(it: Field, comparison: str) -> str:
    """Two-valued, also where the column is empty, which only the batch may be."""
    return f"(({comparison}) is true)" if it.name == "batch" else f"({comparison})"


def _text_field(name: str) -> Field:
    it = field(name)
    if it.path:
        return it
    raise Invalid(
        _("The condition cannot be used."),
        [Problem(name, _("this field holds neither a text nor a list"))],
        next_step=_("Compare it with a value instead."),
    )
