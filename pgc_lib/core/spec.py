"""What is known of a Record: its fields with their types, limits and titles, read once from the class.

Everything that is derived from a definition (table, frame, form, import mapping, …) asks here and never
looks into pydantic itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    runtime_checkable,
)

import annotated_types
from pydantic import AfterValidator, AllowInfNan
from pydantic.fields import FieldInfo

from pgc_lib.core.choices import choice_title
from pgc_lib.core.types import (
    MONEY_DIGITS,
    MONEY_SCALE,
    FieldType,
    choices_of,
    enum_of,
    field_type,
    in_zone,
)
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.record import Record

KeptIn = Literal["table", "documents"]
TEXT_LIMIT = 1_000_000
"""Characters in a text field that names no limit of its own."""

SYSTEM = ("id", "owner", "batch", "version", "created_at", "updated_at")
"""What every kept record has besides its fields; the store writes them, not the person."""

RESERVED = frozenset({*SYSTEM, "spec", "order", "limit", "after", "columns"})
"""Names that no field can have: they mean something else where fields are named by keyword."""

Enumeration: TypeAlias = type[StrEnum]
_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length", "pattern")


@dataclass(frozen=True, slots=True)
class Meta:
    """What PGC knows of a field beyond its type and limits."""

    title: str
    help: str = ""
    searchable: bool = False
    sensitive: bool = False
    aliases: tuple[str, ...] = ()
    unit: str = ""
    widget: str = ""
    refers: str = ""
    """The kind of record that an identifier names."""
    was_open: bool = False
    """Whether it was not sensitive once, so that its owner may still find it unsealed."""
    said: Callable[[Any], str] | None = None
    """How a value reads, where it is made of parts."""


@runtime_checkable
class Telling(Protocol):
    """What stands beside the type of a field and knows how its values read."""

    def told(self, value: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field, ready to be asked by whatever derives something from it."""

    name: str
    type: FieldType
    optional: bool
    required: bool
    choices: tuple[str, ...]
    max_length: int | None
    limits: Mapping[str, Any]
    meta: Meta
    info: FieldInfo
    enum: "Enumeration | None" = None
    plain: bool = True
    """Whether type, choices and limits are all there is to its validation."""

    @property
    def title(self) -> str:
        """Its name for a person, in the person's language."""
        return _(self.meta.title)

    @property
    def help(self) -> str:
        """Its explanation in the person's language."""
        return _(self.meta.help) if self.meta.help else ""

    def told(self, value: Any) -> Any:
        """A value as it is shown: a choice by its word, what is made of parts in a sentence, all else as it is."""
        if not value:
            return value
        if self.meta.said is not None:
            return self.meta.said(value)
        for each in self.info.metadata:
            if isinstance(each, Telling):
                return each.told(value)
        return choice_title(str(value)) if self.choices else value


@dataclass(frozen=True, slots=True)
class Spec:
    """What a Record is, as a whole."""

    kind: str
    record: "type[Record]"
    kept_in: KeptIn
    fields: Mapping[str, FieldSpec]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]
    """Beside the owner; `+amount` is carried along, so that a sum need not look at the rows."""
    sort: tuple[str, ...]
    sensitive: tuple[str, ...]
    enums: tuple[str, ...]
    by_month: str = ""
    """The date by which the table is kept in months."""

    @property
    def area(self) -> str:
        return self.kind.partition(".")[0]

    @property
    def name(self) -> str:
        return self.kind.partition(".")[2]


def spec_of(
    record: "type[Record]",
    kind: str,
    kept_in: KeptIn,
    *,
    key: Sequence[str],
    indexes: Iterable[Sequence[str]],
    sort: Sequence[str],
    by_month: str = "",
) -> Spec:
    """Read a Record class; `TypeError` tells the programmer what cannot be."""
    fields = {name: field_spec(name, info) for name, info in record.model_fields.items()}
    indexed = tuple(tuple(columns) for columns in indexes)
    spec = Spec(
        kind,
        record,
        kept_in,
        MappingProxyType(fields),
        tuple(key),
        indexed,
        tuple(sort),
        tuple(name for name, field in fields.items() if field.meta.sensitive),
        tuple(name for name, field in fields.items() if field.enum),
        by_month,
    )
    for fault in _faults(spec):
        raise TypeError(f"{record.__name__}: {fault}")
    return spec


def _faults(spec: Spec) -> Iterator[str]:
    for name in spec.fields:
        if name in RESERVED:
            yield f"no field can be named {name}"
    indexed = (name.removeprefix("+") for columns in spec.indexes for name in columns)
    named = [*spec.key, *indexed]
    named += [name.removeprefix("-") for name in spec.sort]
    for name in named:
        if name not in spec.fields and name not in SYSTEM:
            yield f"there is no field {name} to sort, index or recognise by"
    if spec.by_month:
        month = spec.fields.get(spec.by_month)
        if month is None or month.type.name != "date" or month.optional:
            yield f"{spec.by_month} is no date that is always there, so it cannot be kept by month"
        if spec.key and spec.by_month not in spec.key:
            yield f"the key of what is kept by month holds {spec.by_month}"
    for name in spec.sensitive:
        field = spec.fields[name]
        # What is kept is a seal: it is text, and neither its order nor its words mean anything.
        if field.type.name != "text" or field.choices:
            yield f"{name} is sensitive, so it must be free text"
        if field.meta.searchable or name in named:
            yield f"{name} is sensitive, so it can be neither searched nor sorted by"


def field_spec(name: str, info: FieldInfo) -> FieldSpec:
    """One field of a definition; those of parts within a record are read the same way."""
    annotation: Any = info.annotation
    kind, optional = field_type(annotation)
    extra: Any = info.json_schema_extra
    meta = extra.get("pgc") if isinstance(extra, dict) else None
    limits, plain = _limits(annotation, info.metadata)
    max_length = limits.pop("max_length", TEXT_LIMIT if kind.python is str else None)
    return FieldSpec(
        name,
        kind,
        optional,
        info.is_required(),
        choices_of(annotation),
        max_length,
        MappingProxyType(limits),
        meta if isinstance(meta, Meta) else Meta(name),
        info,
        enum_of(annotation),
        plain and info.default_factory is None,
    )


def _limits(annotation: Any, metadata: Iterable[Any]) -> tuple[dict[str, Any], bool]:
    """The limits of a field by name, and whether there is nothing else to know of its validation."""
    limits: dict[str, Any] = {}
    plain = True
    money: dict[str, Any] = {}
    for constraint in _constraints(annotation, metadata):
        said = _said(constraint)
        if said is None:
            plain = False
            continue
        for limit, value in said.items():
            if limit in ("max_digits", "decimal_places"):
                money[limit] = value
            elif limit in _LIMITS and limit not in limits:
                limits[limit] = value
            else:
                plain = False
    usual = {"max_digits": MONEY_DIGITS, "decimal_places": MONEY_SCALE}
    return limits, plain and (not money or money == usual)


def _constraints(annotation: Any, metadata: Iterable[Any]) -> Iterator[Any]:
    """Every constraint, also those inside `X | None` and named types such as Money."""
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        elif isinstance(item, annotated_types.GroupedMetadata):
            yield from item
        else:
            yield item
    if get_origin(annotation) is Annotated:
        inner, *extra = get_args(annotation)
        yield from _constraints(inner, extra)
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _constraints(part, ())


def _said(constraint: Any) -> Mapping[str, Any] | None:
    """A constraint as limit and value; None when it is of a sort that is not known here."""
    if isinstance(constraint, AllowInfNan):
        return {} if constraint.allow_inf_nan is False else None
    if isinstance(constraint, AfterValidator):
        return {} if constraint.func is in_zone else None
    if isinstance(constraint, annotated_types.BaseMetadata):
        known = {name: getattr(constraint, name, None) for name in _LIMITS}
        stated = {name: value for name, value in known.items() if value is not None}
        # pydantic keeps the limits that annotated-types has no class for in a plain namespace.
        return stated or getattr(constraint, "__dict__", None) or None
    return None
