"""Where the records of a kind are kept: the areas tell their names, and whoever has a kind finds its collection.

The areas lie above core, so core does not know them; `pgc_lib.areas` says where each one is, as text, and it is
imported when one of its kinds is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.area import Area
    from pgc_lib.core.collection import Collection
    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

_places: dict[str, str] = {}


def tell(areas: Mapping[str, str]) -> None:
    """Areas by name, each as `module:Class`."""
    _places.update(areas)


@cache
def _of_others() -> Mapping[str, str]:
    """Areas that other packages add."""
    from pgc_lib.core.points import entry_points

    return {point.name: point.value for point in entry_points(group="pgc.areas")}


def names() -> list[str]:
    """Every area's name."""
    return list({**_of_others(), **_places})


def area_of(session: "Session", name: str) -> "Area":
    """An area by its name, for this person."""
    place = _places.get(name) or _of_others().get(name)
    if place is None:
        raise NotFound(
            _("There is no kind “{name}”.", name=name),
            next_step=_("`lab.areas()` names the areas, and each its collections."),
        )
    return _class_at(place)(session)


def _class_at(place: str) -> "type[Area]":
    from importlib import import_module

    module, _colon, attribute = place.partition(":")
    return cast("type[Area]", getattr(import_module(module), attribute))


def record_of(kind: str) -> "type[Record] | None":
    """How a kind is defined, where an area declares it; None for one of a person's own."""
    name = kind.partition(".")[0]
    place = _places.get(name) or _of_others().get(name)
    for owner in _class_at(place).__mro__ if place else ():
        for declared in vars(owner).values():
            record = getattr(declared, "record", None)
            if record is not None and getattr(getattr(record, "spec", None), "kind", "") == kind:
                return cast("type[Record]", record)
    return None


def collection_of(session: "Session", kind: str) -> "Collection[Any]":
    """Where records of a kind are kept, as their area handles them; a person's own kinds too."""
    name, _dot, rest = kind.partition(".")
    area: Any = area_of(session, name)
    for collection in area.collections():
        if collection.spec.kind == kind:
            return cast("Collection[Any]", collection)
    if name == "kinds":
        return cast("Collection[Any]", area.collection(rest))
    raise NotFound(
        _("There is no kind “{name}”.", name=kind),
        next_step=_("`lab.areas()` names the areas, and each its collections."),
    )


def collections(session: "Session") -> "Iterator[Collection[Any]]":
    """Every collection of every area, a person's own kinds too."""
    for name in names():
        area: Any = area_of(session, name)
        yield from area.collections()
        if name == "kinds":
            yield from (area.collection(own) for own in area.names())
