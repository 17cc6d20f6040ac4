"""The collection of a kind that a suggestion names, whichever area it belongs to."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from pgc_lib.areas import AREAS
from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _


def collection_of(session: Session, kind: str) -> Collection[Any]:
    """Where records of a kind are kept, as their area handles them."""
    name, _dot, rest = kind.partition(".")
    places = AREAS.get(name) or next(
        (point.value for point in entry_points(group="pgc.areas") if point.name == name), None
    )
    if places is not None:
        module, _colon, attribute = places.partition(":")
        area = getattr(import_module(module), attribute)(session)
        for collection in area.collections():
            if collection.spec.kind == kind:
                found: Collection[Any] = collection
                return found
        if name == "kinds":
            own: Collection[Any] = area.collection(rest)
            return own
    raise NotFound(
        _("There is no kind “{name}”.", name=kind),
        next_step=_("`lab.areas()` names the areas, and each its collections."),
    )
