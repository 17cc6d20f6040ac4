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
    from pgc_lib.core.session import Session

_places: dict[str, str] = {}


def tell(areas: Mapping[str, str]) -> None:
    """Areas by name, each as `module:Class`."""
    _places.update(areas)


@cache
def _of_others() -> Mapping[str, str]:
    """Areas that other packages add."""
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group="pgc.areas")}


def names() -> list[str]:
    """Every area's name."""
    return list({**_of_others(), **_places})


def area_of(session: "Session", name: str) -> "Area":
    """An area by its name, for this person."""
    from importlib import import_module

    place = _places.get(name) or _of_others().get(name)
    if place is None:
        raise NotFound(
            _("There is no kind “{name}”.", name=name),
            next_step=_("`lab.areas()` names the areas, and each its collections."),
        )
    module, _colon, attribute = place.partition(":")
    return cast("Area", getattr(import_module(module), attribute)(session))


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
