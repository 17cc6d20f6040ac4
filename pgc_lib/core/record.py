"""A Record: one typed definition of a kind of thing, from which everything else is derived.

    class Transaction(Record, kind="finance.transactions", indexes=[("day",)]):
        "One line of daily money."
        day: date = field(title=N_("Day"))
        amount: Money = field(title=N_("Amount"), help=N_("Negative when money goes out."))

From this come the table or document, the DataFrame's schema, validation in both languages, the import
mapping, the search entry and the form; no second list of fields exists anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Self, cast
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from pgc_lib.core.spec import SYSTEM, TEXT_LIMIT, FieldSpec, KeptIn, Meta, Spec, spec_of
from pgc_lib.core.values import meant, storable
from pgc_lib.i18n import _

__all__ = [
    "SYSTEM",
    "TEXT_LIMIT",
    "FieldSpec",
    "KeptIn",
    "Meta",
    "Record",
    "Spec",
    "adapter_of",
    "field",
    "loaded",
]

SEALED = "••••••"
"""Stands for what is encrypted, wherever it is only to be seen that it is there."""


def field(
    default: Any = ...,
    *,
    title: str,
    help: str = "",
    searchable: bool = False,
    sensitive: bool = False,
    aliases: Sequence[str] = (),
    unit: str = "",
    widget: str = "",
    refers: str = "",
    was_open: bool = False,
    said: Callable[[Any], str] | None = None,
    **limits: Any,
) -> Any:
    """A field of a Record; `limits` are pydantic's (`ge`, `le`, `max_length`, `pattern`, …).

    An identifier says of which kind of record it is: `refers="skills.items"`. A sensitive field that was none once says
    `was_open`, else what is not sealed is refused. `said` puts into words what is made of parts.
    """
    meta = Meta(
        title, help, searchable, sensitive, tuple(aliases), unit, widget, refers, was_open, said
    )
    return Field(default, title=title, json_schema_extra={"pgc": meta}, **limits)  # type: ignore[dict-item]


class Record(BaseModel):
    """The base of every kind of thing. A record is a value: changing it means keeping another one."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        str_max_length=TEXT_LIMIT,
        val_json_bytes="base64",
        validate_default=True,
    )
    spec: ClassVar[Spec]

    _id: UUID | None = PrivateAttr(default=None)
    _owner: UUID | None = PrivateAttr(default=None)
    _batch: UUID | None = PrivateAttr(default=None)
    _version: int = PrivateAttr(default=0)
    _created_at: datetime | None = PrivateAttr(default=None)
    _updated_at: datetime | None = PrivateAttr(default=None)

    def __init_subclass__(cls, **options: Any) -> None:
        """The options are read once pydantic has collected the fields, just below."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        kind: str = "",
        kept_in: KeptIn = "table",
        key: Sequence[str] = (),
        indexes: Iterable[Sequence[str]] = (),
        sort: Sequence[str] = (),
        by_month: str = "",
        **options: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        if not kind:
            return  # an abstract base
        cls.spec = spec_of(
            cls, kind, kept_in, key=key, indexes=indexes, sort=sort, by_month=by_month
        )

    @field_validator("*", mode="before")
    @classmethod
    def _meant(cls, value: Any, info: ValidationInfo) -> Any:
        """What the person meant, where pydantic would understand something else."""
        return meant(value, cls.spec.fields[info.field_name or ""].type.name)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Refuse what no store can keep; pydantic itself accepts it."""
        return storable(value)

    @property
    def id(self) -> UUID:
        """Its identifier; only a kept record has one."""
        if self._id is None:
            raise AttributeError(_("This {record} is not kept yet.", record=type(self).__name__))
        return self._id

    @property
    def owner(self) -> UUID | None:
        return self._owner

    @property
    def batch(self) -> UUID | None:
        return self._batch

    @property
    def version(self) -> int:
        return self._version

    @property
    def created_at(self) -> datetime | None:
        return self._created_at

    @property
    def updated_at(self) -> datetime | None:
        return self._updated_at

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """The record of a row from a store, which was validated when it was written."""
        fields = {name: row[name] for name in cls.spec.fields if name in row}
        if cls.spec.kept_in == "documents":
            record = cls._of_document(fields)
        else:
            for name in cls.spec.enums:
                if fields.get(name) is not None:
                    fields[name] = cls.spec.fields[name].enum(fields[name])  # type: ignore[misc]
            record = cls._construct(fields)
        for name in SYSTEM:
            setattr(record, f"_{name}", row[name])
        return record

    @classmethod
    def _of_document(cls, fields: dict[str, Any]) -> Self:
        """A document may be older than the definition: a field that does not fit it is missing."""
        try:
            return cls.model_validate(fields)
        except ValidationError:
            pass  # field by field, because those that do fit must still become their types
        values: dict[str, Any] = {}
        for name, info in cls.model_fields.items():
            values[name] = (
                None if info.is_required() else info.get_default(call_default_factory=True)
            )
            with suppress(ValidationError):
                if name in fields:
                    values[name] = adapter_of(cls, name).validate_python(fields[name])
        return cls._construct(values)

    @classmethod
    def _construct(cls, values: dict[str, Any]) -> Self:
        made: Any = cls.model_construct(_fields_set=set(values), **values)
        return cast("Self", made)

    def values(self) -> dict[str, Any]:
        """Its fields as Python values."""
        return {name: getattr(self, name) for name in self.spec.fields}

    def _shown_(self) -> dict[str, Any]:
        """What is encrypted is only said to be there, unless it is not kept yet: an example is to be read."""
        from pgc_lib.core.shown import short_id

        return {
            spec.title: SEALED
            if spec.meta.sensitive and self._version and getattr(self, name)
            else short_id(getattr(self, name))
            if spec.type.name == "link" and getattr(self, name)
            else spec.told(getattr(self, name))
            for name, spec in self.spec.fields.items()
        }

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import card

        return card(self._shown_())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same as text, for a terminal."""
        from pgc_lib.core.shown import plain_card

        del cycle  # its fields are values
        printer.text(plain_card(self._shown_()))

    def __repr_args__(self) -> Any:
        if self._id is not None:
            yield "id", str(self._id)
        for name, spec in self.spec.fields.items():
            value = getattr(self, name)
            if value is not None:
                yield name, SEALED if spec.meta.sensitive else value


def loaded() -> Iterator[Spec]:
    """The kinds whose definitions were loaded; what was read from a store is of one of them."""
    waiting = list(Record.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "spec" in vars(kind):
            yield kind.spec


@cache
def adapter_of(record: type[Record], name: str) -> TypeAdapter[Any]:
    """Validates one field by itself, without what the class adds in methods of its own."""
    info = record.model_fields[name]
    annotated: Any = Annotated[info.annotation, info]
    return TypeAdapter(annotated, config=record.model_config)
