"""An area of life: some collections and what only this area knows.

    class Todos(Area, name="todos", main="items"):
        items = Kept(Todo)

The `main` collection is what the area is mostly about: `lab.todos.add(…)` is `lab.todos.items.add(…)`.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Generic, TypeVar, overload

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session

R = TypeVar("R", bound=Record)
C = TypeVar("C", bound=Collection[Any])


class Kept(Generic[R]):
    """Declares a collection of an area; one object for each area object, made on first use."""

    def __init__(self, record: type[R]) -> None:
        self.record = record

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, area: None, owner: type) -> "Kept[R]": ...
    @overload
    def __get__(self, area: "Area", owner: type) -> Collection[R]: ...
    def __get__(self, area: "Area | None", owner: type) -> "Kept[R] | Collection[R]":
        if area is None:
            return self
        made: Collection[R] = area.__dict__.setdefault(
            self.name, Collection(area.session, self.record)
        )
        return made


class KeptAs(Kept[R], Generic[R, C]):
    """Declares a collection that can do more than keep: of a class of its own."""

    def __init__(self, record: type[R], made: "Callable[[Session, type[R]], C]") -> None:
        super().__init__(record)
        self.made = made

    @overload
    def __get__(self, area: None, owner: type) -> "KeptAs[R, C]": ...
    @overload
    def __get__(self, area: "Area", owner: type) -> C: ...
    def __get__(self, area: "Area | None", owner: type) -> "KeptAs[R, C] | C":
        if area is None:
            return self
        found: C = area.__dict__.setdefault(self.name, self.made(area.session, self.record))
        return found


class Area:
    """The base of every area."""

    area_name: ClassVar[str]
    main_name: ClassVar[str | None]

    def __init_subclass__(cls, *, name: str, main: str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.area_name = name
        cls.main_name = main

    def __init__(self, session: Session) -> None:
        self.session = session

    def collections(self) -> Iterator[Collection[Any]]:
        """Every collection of the area."""
        return (getattr(self, declared.name) for declared in self._declared())

    @classmethod
    def records(cls) -> list[type[Record]]:
        """Every Record of the area."""
        return [declared.record for declared in cls._declared()]

    @classmethod
    def _declared(cls) -> "list[Kept[Any]]":
        """What this class and those it extends declare, the base first."""
        found = {
            name: declared
            for base in reversed(cls.__mro__)
            for name, declared in vars(base).items()
            if isinstance(declared, Kept)
        }
        return list(found.values())

    def __repr__(self) -> str:
        return f"<{self.area_name}: {', '.join(each.spec.name for each in self.collections())}>"


def _of_main(name: str) -> Callable[..., Any]:
    plain = getattr(Collection, name)

    def method(self: Area, *args: Any, **options: Any) -> Any:
        if self.main_name is None:
            raise AttributeError(f"{self.area_name} has no main collection; name one: {self!r}")
        return getattr(getattr(self, self.main_name), name)(*args, **options)

    method.__name__ = name
    method.__doc__ = plain.__doc__
    return method


for _name in (
    "new",
    "add",
    "add_many",
    "update",
    "remove",
    "get",
    "find",
    "page",
    "count",
    "frame",
    "import_file",
    "export",
    "form",
    "table",
    "picker",
):
    setattr(Area, _name, _of_main(_name))
