"""Conditions and orders in MongoDB's query language.

MongoDB looks into lists by itself: `{"tags": "x"}` finds a list that holds "x", and a path walks through
lists of objects. Our conditions do not, so a path is guarded against lists on its way and at its end.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents_paging import LAST, NUMBER, TEXT, TRUTH, Field, Key, SortValue, field
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
from pgc_lib.stores.mongo import Raw, milliseconds, to_bson
from pgc_lib.stores.text_patterns import any_case_pattern, exact_pattern

NOTHING: Raw = {"_id": {"$in": []}}
_SOMETHING = ["string", "bool", "number", "object", "array"]


def translate(condition: Condition) -> Raw:
    """The query that finds what the condition finds."""
    match condition:
        case All(parts):
            return {"$and": [translate(part) for part in parts]} if parts else {}
        case Any_(parts):
            return {"$or": [translate(part) for part in parts]} if parts else NOTHING
        case Not(part):
            return {"$nor": [translate(part)]}
        case IsNull(name):
            return {"$nor": [_present(field(name))]}
        case Compare(name, operator, value):
            return _compare(field(name), operator, value)
        case OneOf(name, values):
            it = field(name)
            operands = [to_bson(it.operand(value)) for value in values if value is not None]
            return _leaf(it, {"$in": operands})
        case Contains(name, text):
            return _leaf(_text_field(name), {"$regex": any_case_pattern(text, name)})
        case StartsWith(name, text):
            return _leaf(_text_field(name), {"$regex": "^" + exact_pattern(text, name)})
        case Has(name, value):
            it = _text_field(name)
            wanted = {"$elemMatch": {"$eq": to_bson(it.operand(value))}}
            return {"$and": [*_no_list_before(it), {_key(it): wanted}]}
    raise TypeError(condition)


def _compare(it: Field, operator: str, value: Any) -> Raw:
    operand = it.operand(value)
    if isinstance(operand, datetime):
        return _compare_time(it, operator, operand)
    if operator == "ne":
        return {"$and": [_present(it), {"$nor": [_leaf(it, {"$eq": to_bson(operand)})]}]}
    mongo = {"eq": "$eq", "lt": "$lt", "le": "$lte", "gt": "$gt", "ge": "$gte"}[operator]
    return _leaf(it, {mongo: to_bson(operand)})


def _compare_time(it: Field, operator: str, moment: datetime) -> Raw:
    """Times are kept in milliseconds, so one between two of them is compared with the one before it."""
    floor = milliseconds(moment)
    if floor != moment:
        if operator in ("eq", "ne"):
            return NOTHING if operator == "eq" else _present(it)
        operator = {"lt": "le", "ge": "gt"}.get(operator, operator)
    mongo = {"eq": "$eq", "ne": "$ne", "lt": "$lt", "le": "$lte", "gt": "$gt", "ge": "$gte"}
    return {_key(it): {mongo[operator]: floor}}


def _leaf(it: Field, test: Raw) -> Raw:
    if not it.path:
        return {_key(it): test}
    guards = _no_list_before(it)
    return {"$and": [{_key(it): test}, {_key(it): {"$not": {"$type": "array"}}}, *guards]}


def _present(it: Field) -> Raw:
    if not it.path:
        return {_key(it): {"$ne": None}}
    return {"$and": [{_key(it): {"$type": _SOMETHING}}, *_no_list_before(it)]}


def _no_list_before(it: Field) -> list[Raw]:
    ends = range(1, len(it.path))
    return [{".".join(("body", *it.path[:end])): {"$not": {"$type": "array"}}} for end in ends]


def _key(it: Field) -> str:
    if it.path:
        return ".".join(("body", *it.path))
    return "_id" if it.name == "id" else it.name


def _text_field(name: str) -> Field:
    it = field(name)
    if it.path:
        return it
    raise Invalid(
        _("The condition cannot be used."),
        [Problem(name, _("this field holds neither a text nor a list"))],
        next_step=_("Compare it with a value instead."),
    )


def sort_stages(keys: Sequence[Key], after: tuple[list[SortValue], UUID] | None) -> list[Raw]:
    """The stages that put documents in order and leave out those up to a cursor."""
    if not keys:
        return [*([] if after is None else [{"$match": {"_id": {"$gt": after[1]}}}]), _by({})]
    computed: Raw = {}
    by: dict[str, int] = {}
    for n, key in enumerate(keys):
        rank = _rank(key)
        computed[f"rank{n}"] = rank
        computed[f"value{n}"] = {"$cond": [{"$eq": [rank, LAST]}, None, f"${_key(key.field)}"]}
        by |= {f"sort.rank{n}": 1, f"sort.value{n}": -1 if key.descending else 1}
    stages: list[Raw] = [{"$addFields": {"sort": computed}}]
    if after is not None:
        stages.append({"$match": _after(keys, *after)})
    return [*stages, _by(by)]


def _by(by: dict[str, int]) -> Raw:
    return {"$sort": {**by, "_id": 1}}


def _rank(key: Key) -> Raw:
    path = f"${_key(key.field)}"
    kinds = {
        NUMBER: ["int", "long", "double", "decimal"],
        TEXT: ["string", "date", "binData"],
        TRUTH: ["bool"],
    }
    before = [f"$body.{'.'.join(key.field.path[:end])}" for end in range(1, len(key.field.path))]
    branches: list[Raw] = [{"case": {"$isArray": [list_]}, "then": LAST} for list_ in before]
    branches += [
        {"case": {"$in": [{"$type": path}, types]}, "then": key.rank(kind)}
        for kind, types in kinds.items()
    ]
    return {"$switch": {"branches": branches, "default": LAST}}


def _after(keys: Sequence[Key], values: list[SortValue], id: UUID) -> Raw:
    equal: list[Raw] = []
    choices: list[Raw] = []
    for n, (key, (rank, value)) in enumerate(zip(keys, values, strict=True)):
        choices.append({"$and": [*equal, {f"sort.rank{n}": {"$gt": rank}}]})
        equal = [*equal, {f"sort.rank{n}": rank}]
        if rank != LAST:
            there = milliseconds(value) if isinstance(value, datetime) else to_bson(value)
            further = {"$lt" if key.descending else "$gt": there}
            choices.append({"$and": [*equal, {f"sort.value{n}": further}]})
            equal = [*equal, {f"sort.value{n}": there}]
    return {"$or": [*choices, {"$and": [*equal, {"_id": {"$gt": id}}]}]}
