"""Lists of typed parts within a record: key results, options, thoughts; kept as plain data, checked part by part.

    class KeyResult(Part):
        what: str = part(title=N_("Result"))

    results: Annotated[list[dict[str, Any]], Parts(KeyResult)] = field([], title=N_("Key results"))

`SealedParts` is the same for what nobody else may ever read: the list lies in an encrypted text.
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pgc_lib.core.problems import reason_of
from pgc_lib.core.record import SEALED, Record
from pgc_lib.core.shown import text_of
from pgc_lib.i18n import _

MOST = 200
_LONGEST = 10_000


class Part(BaseModel):
    """One line of a list within a record."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_max_length=_LONGEST, str_strip_whitespace=True
    )  # fmt: skip
    main: ClassVar[str] = ""
    """The field that a part consists of when it is given as a text alone."""


P = TypeVar("P", bound=Part)


def part(default: Any = ..., *, title: str, help: str = "", **limits: Any) -> Any:
    """A field of a part; `limits` are pydantic's."""
    return Field(default, title=title, description=help, **limits)


class Parts(Generic[P]):
    """Stands beside the type of a field and says what its parts are."""

    def __init__(self, kind: type[P], most: int = MOST) -> None:
        self.kind = kind
        self.most = most

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def read(self, given: Any) -> Any:
        """The parts as plain data; the first that cannot be is named with its number and reason."""
        return [each.model_dump(mode="json") for each in self.typed(given)]

    def typed(self, given: Any) -> list[P]:
        """The parts with their types."""
        if given is None:
            return []
        if isinstance(given, str | dict | Part):
            given = [given]
        if not isinstance(given, Sequence):
            raise _wrong(_("this must be a list"))
        if len(given) > self.most:
            raise _wrong(_("these are more than {n}", n=self.most))
        return [self._one(number, each) for number, each in enumerate(given, 1)]

    def told(self, value: Any) -> str:
        """The parts in words: what each is, and in brackets what else is known of it."""
        return _("; ").join(map(self._told, self.typed(value)))

    def _told(self, part: P) -> str:
        said = {name: text_of(getattr(part, name)) for name in self.kind.model_fields}
        main = self.kind.main or next(iter(said))
        rest = _(", ").join(
            _("{name}: {value}", name=_(self.kind.model_fields[name].title or name), value=text)
            for name, text in said.items()
            if text and name != main
        )
        return _("{title} ({name})", title=said[main], name=rest) if rest else said[main]

    def _one(self, number: int, given: Any) -> P:
        if isinstance(given, self.kind):
            return given
        if isinstance(given, Part):
            given = given.model_dump()
        if isinstance(given, str) and self.kind.main:
            given = {self.kind.main: given}
        try:
            return self.kind.model_validate(given)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            name = str(detail["loc"][0]) if detail["loc"] else ""
            known = self.kind.model_fields.get(name)
            place = _(known.title) if known is not None and known.title else name
            reason = reason_of(detail["type"], detail)
            said = f"{number}. {place}: {reason}" if place else f"{number}. {reason}"
            raise _wrong(said) from None


class SealedParts(Parts[P]):
    """The same in a text that is encrypted; whoever may not read it sees that it is sealed."""

    def read(self, given: Any) -> Any:
        """The parts as one text."""
        if given == SEALED or given in ("", None):
            return given or ""
        return json.dumps(
            [each.model_dump(mode="json") for each in self.typed(given)], ensure_ascii=False
        )

    def typed(self, given: Any) -> list[P]:
        """The parts with their types; none where they are sealed."""
        if isinstance(given, str):
            if given == SEALED or not given.strip():
                return []
            if given.lstrip()[:1] == "[":
                try:
                    given = json.loads(given)
                except (ValueError, RecursionError):
                    raise _wrong(_("this must be a list")) from None
        return super().typed(given)


def parts_of(record: type[Record], name: str) -> "Parts[Any] | None":
    """What the parts of a field are, where it has any."""
    info = record.model_fields.get(name)
    metadata = info.metadata if info is not None else ()
    return next((each for each in metadata if isinstance(each, Parts)), None)


def typed_parts(record: Record, name: str) -> list[Any]:
    """The parts of a field of a record, with their types."""
    kind = parts_of(type(record), name)
    assert kind is not None, name
    return kind.typed(getattr(record, name))


def _wrong(reason: str) -> PydanticCustomError:
    return PydanticCustomError("part", "{reason}", {"reason": reason})
