"""What every method's record has: a title, a day, when to look at it again, and what came of it."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.core.collection import Collection
from pgc_lib.core.pointer import pointed
from pgc_lib.core.record import Record, field
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid
from pgc_lib.i18n import N_

MethodState = Literal["open", "done", "dropped"]


def _pointers(given: list[str]) -> list[str]:
    made = []
    for each in given:
        try:
            kind, id = pointed(each)
        except Invalid as error:
            raise PydanticCustomError("pointer", "{reason}", {"reason": error.problems[0].reason}) from None  # fmt: skip
        made.append(f"{kind}/{id}")
    return list(dict.fromkeys(made))


class Method(Record):
    """What the records of all methods have in common."""

    text: ClassVar[tuple[str, ...]] = ()
    """The fields without which it is not yet worked through."""

    title: str = field(
        title=N_("Title"), help=N_("What this is about, in a few words."), min_length=1, max_length=300,
        searchable=True, aliases=["标题"],
    )  # fmt: skip
    day: date | None = field(None, title=N_("Begun on"), help=N_("Today when left empty."))
    review: date | None = field(
        None, title=N_("Look at it again on"), help=N_("It is then among what `lab.methods.due()` shows.")
    )  # fmt: skip
    state: MethodState = field(
        "open", title=N_("State"), help=N_("Open, done, or dropped: letting go is a result too.")
    )
    tags: list[str] = field([], title=N_("Tags"), max_length=200, searchable=True)
    actions: Annotated[list[str], AfterValidator(_pointers)] = field(
        [],
        title=N_("What follows"),
        help=N_("To-dos and plans that came of it; `lab.methods.actions(…)` makes them."),
        max_length=500,
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @property
    def progress(self) -> float | None:
        """How far it is, from 0 to 1: of what is to be filled in, unless a method measures better."""
        if not self.text:
            return None
        return sum(bool(getattr(self, name)) for name in self.text) / len(self.text)


M = TypeVar("M", bound=Method)


class Practised(Collection[M]):
    """The records of one method; without a day they begin today."""

    def new(self, **values: Any) -> M:
        """A validated record that is not kept yet."""
        return super().new(**{**values, "day": values.get("day") or today()})


def share(done: float, start: float, target: float) -> float:
    """How far a number has come from its start to its target, from 0 to 1."""
    if target == start:
        return 1.0 if done >= target else 0.0
    return min(1.0, max(0.0, (done - start) / (target - start)))


def refused(reason: str) -> PydanticCustomError:
    """What a record says that cannot be."""
    return PydanticCustomError("method", "{reason}", {"reason": reason})


def names(title: str = "", help: str = "", *, most: int = 100) -> Any:
    """A field that is a list of short texts."""
    return field([], title=title, help=help, max_length=most, searchable=True, widget="lines")


def prose(title: str, help: str = "", *, sensitive: bool = False, needed: bool = False) -> Any:
    """A field of free text."""
    limits: dict[str, Any] = {"min_length": 1} if needed else {}
    return field(
        ... if needed else "", title=title, help=help, max_length=20_000, searchable=not sensitive,
        sensitive=sensitive, widget="text", **limits,
    )  # fmt: skip


__all__ = ["Method", "MethodState", "Practised", "names", "prose", "refused", "share"]
