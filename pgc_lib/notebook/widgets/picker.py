"""Finding one record by what it is called: type, walk the answers with the arrows, Enter.

lab.skills.items.picker(on_choice=show)
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.naming import kind_title
from pgc_lib.core.pointer import point, pointed
from pgc_lib.core.record import Record
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.titles import called, facts, title_of_kind
from pgc_lib.stores.filters import Any_, Condition, col, where

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

MOST = 8
_FIRST = ("title", "name", "what", "payee", "task", "front", "called")

Choice = Callable[[Any], object]


class Picker(Part):
    """One record of a kind, chosen by typing; `chosen` is it."""

    look = "pgc-picker"

    def __init__(
        self,
        collection: Collection[Any],
        on_choice: Choice | None = None,
        *conditions: Condition,
        chosen: Record | UUID | str | None = None,
        named: str = "",
        **keywords: Any,
    ) -> None:
        self.collection = collection
        self.on_choice = on_choice
        self.named = named or title_of_kind(collection)
        self._conditions = (*conditions, *((where(**keywords),) if keywords else ()))
        self.text = ""
        self.open = False
        self.at = 0
        self._emptied = False
        self.found: Sequence[Any] = ()
        self.more = False
        self.chosen: Any = self._known(chosen)

    def _known(self, given: Record | UUID | str | None) -> Any:
        if given is None or isinstance(given, Record):
            return given
        try:
            return self.collection.get(given)
        except NotFound:
            return Gone(str(given))

    # ── drawn ──────────────────────────────────────────────────────────────────────────────────────────
    def draw(self) -> Html:
        if self.chosen is not None and not self.open:
            return tag.div(
                tag.span(self.title_of(self.chosen), tag.small(self.beside(self.chosen)), class_="pgc-picked"),
                tag.button(_("Choose another"), type="button", class_="pgc-button pgc-plain", act="begin"),
                tag.button("×", type="button", class_="pgc-button pgc-plain", act="clear", aria_label=_("Leave it empty")),
                class_="pgc-row",
            )  # fmt: skip
        listed = f"{self.id}-list"
        emptied, self._emptied = self._emptied, False
        return tag.div(
            tag.input(
                type="text", role="combobox", name="pick", value=self.text, autocomplete="off", act="look_for", on="input",
                aria_expanded="true" if self.open else "false", aria_controls=listed, aria_autocomplete="list",
                aria_activedescendant=f"{listed}-{self.at}" if self.open and self.found else None,
                aria_label=self.named, placeholder=_("Type a few letters"),
                data_pgc_focus=self.open or None, data_force=emptied or None,
            ),
            self._list(listed) if self.open else None,
            class_="pgc-control",
            data_pgc_keys='{"ArrowDown": "down", "ArrowUp": "up", "Enter": "take", "Escape": "shut"}'
            if self.open
            else '{"ArrowDown": "begin"}',
        )  # fmt: skip

    def _list(self, id: str) -> Html:
        options = [
            tag.div(
                tag.span(self.title_of(record)), tag.small(self.beside(record)), id=f"{id}-{n}", role="option",
                aria_selected="true" if n == self.at else "false", act="choose", values={"id": str(record.id)},
                class_="pgc-answer", data_key=str(record.id),
            )
            for n, record in enumerate(self.found)
        ]  # fmt: skip
        told = n_("{n} found", "{n} found", len(self.found))
        if not self.found:
            told = _("Nothing is called so.") if self.text.strip() else _("There is nothing yet.")
        elif self.more:
            told = _("There are more; type on.")
        return tag.div(
            tag.div(options, id=id, role="listbox", aria_label=self.named) if options else None,
            tag.p(told, class_="pgc-hint", role="status"),
            class_="pgc-answers",
        )

    def title_of(self, record: Any) -> str:
        """What a record is called."""
        return record.title if isinstance(record, Gone) else called(record, self.collection)

    def beside(self, record: Any) -> str:
        """A few words that tell it from others of the same name."""
        if isinstance(record, Gone):
            return ""
        name = self.title_of(record)
        return " · ".join(fact for fact in facts(record) if fact not in name)

    # ── acted upon ─────────────────────────────────────────────────────────────────────────────────────
    @deed
    def look_for(self, value: str) -> None:
        """What was typed so far."""
        self.text, self.at, self.open = value, 0, True
        self._find()

    @deed
    def begin(self, value: str = "") -> None:
        """Open it, with the first few of them."""
        self.text, self.at, self.open = value, 0, True
        self._find()

    @deed
    def down(self, value: str = "") -> None:
        del value
        self.at = min(self.at + 1, max(len(self.found) - 1, 0))

    @deed
    def up(self, value: str = "") -> None:
        del value
        self.at = max(self.at - 1, 0)

    @deed
    def take(self, value: str = "") -> None:
        """The one that is marked."""
        if value != self.text:
            self.look_for(value)
        if self.found:
            self._take(self.found[min(self.at, len(self.found) - 1)])

    @deed
    def choose(self, id: str) -> None:
        self._take(next((each for each in self.found if str(each.id) == id), None) or self._known(id))  # fmt: skip

    @deed
    def shut(self, value: str = "") -> None:
        del value
        self.open, self.text, self._emptied = False, "", True

    @deed
    def clear(self) -> None:
        self._take(None)

    def _take(self, record: Any) -> None:
        self.chosen, self.open, self.text = record, False, ""
        if self.on_choice is not None:
            self.on_choice(record)

    def _find(self) -> None:
        found = self.search(self.text.strip())
        self.found, self.more = found[:MOST], len(found) > MOST

    def search(self, text: str) -> Sequence[Any]:
        """Records that are called so: those that begin with it first."""
        collection, names = self.collection, _names(self.collection)
        if not text or not names:
            return collection.find(*self._conditions, limit=MOST + 1)
        begins = Any_(tuple(col(name).starts_with(text) for name in names))
        holds: list[Condition] = [col(name).contains(text) for name in names]
        found = list(collection.find(*self._conditions, begins, limit=MOST + 1))
        if len(found) <= MOST:
            known = {each.id for each in found}
            more = collection.find(*self._conditions, Any_(tuple(holds)), limit=2 * MOST + 2)
            found += [each for each in more if each.id not in known]
        start = text.casefold()
        return sorted(found, key=lambda each: not self.title_of(each).casefold().startswith(start))


class Gone:
    """Stands for a record that is named and cannot be seen."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.title = _("gone, or not shared with you")


class PointerPicker(Picker):
    """One record of any kind, found by the words in it."""

    def __init__(
        self, session: "Session", on_choice: Choice | None = None, *, chosen: str | None = None, named: str = ""
    ) -> None:  # fmt: skip
        from pgc_lib.core.places import collection_of

        self.session = session
        super().__init__(collection_of(session, "docs.items"), on_choice, named=named)
        self.chosen = self._pointed(chosen) if chosen else None

    def _pointed(self, pointer: str) -> Any:
        from pgc_lib.core.pointer import resolve

        try:
            return resolve(self.session, pointer) or Gone(pointer)
        except (Invalid, NotFound):
            return Gone(pointer)

    def search(self, text: str) -> Sequence[Any]:
        """By the index over everything one may see; the beginning of a word will do."""
        from pgc_lib.core.pointer import resolve
        from pgc_lib.search.searching import Search

        if not text:
            return ()
        hits = Search(self.session).text(f"{text}*" if text.isascii() else text, limit=MOST + 1)
        records = (resolve(self.session, f"{hit.kind}/{hit.record_id}") for hit in hits)
        return [record for record in records if record is not None]

    def _known(self, given: Record | UUID | str | None) -> Any:
        return given if given is None or isinstance(given, Record) else Gone(str(given))

    def beside(self, record: Any) -> str:
        return "" if isinstance(record, Gone) else kind_title(record.spec.kind)


def pointer_of(chosen: Any) -> str:
    """The pointer to what was chosen."""
    if chosen is None:
        return ""
    if isinstance(chosen, Gone):
        return "/".join(map(str, pointed(chosen.id)))
    return point(chosen)


def _names(collection: Collection[Any]) -> list[str]:
    """The fields by which a record is called."""
    fields = collection.spec.fields
    usable = [n for n, f in fields.items() if f.type.name == "text" and not f.choices and n not in collection.spec.sensitive]  # fmt: skip
    named = [name for name in _FIRST if name in usable]
    return named or [name for name in usable if fields[name].meta.searchable][:2] or usable[:1]


class Pointers(Part):
    """Records of any kind, each by its name, and a picker for one more."""

    def __init__(
        self,
        session: "Session",
        pointers: Sequence[str],
        on_change: Callable[[list[str]], object],
        named: str,
    ) -> None:
        self.session = session
        self.pointers = list(pointers)
        self.on_change = on_change
        self.named = named
        self._names: dict[str, str] = {}
        self.picker = PointerPicker(session, self._add, named=named)

    def draw(self) -> Html:
        chips = [
            tag.span(
                self.name_of(each),
                tag.button("×", type="button", class_="pgc-button pgc-plain", act="drop", values={"pointer": each},
                           aria_label=_("Take away {name}", name=self.name_of(each))),
                class_="pgc-chip", data_key=each,
            )
            for each in self.pointers
        ]  # fmt: skip
        return tag.div(
            tag.div(chips, class_="pgc-row") if chips else None, self.picker, class_="pgc-many"
        )

    def name_of(self, pointer: str) -> str:
        """What a pointer names is called."""
        if pointer not in self._names:
            self._names[pointer] = self.picker.title_of(self.picker._pointed(pointer))
        return self._names[pointer]

    def _add(self, record: Any) -> None:
        self.picker.chosen = None
        if record is not None:
            self._tell([*self.pointers, pointer_of(record)])

    @deed
    def drop(self, pointer: str) -> None:
        """Take one away."""
        self._tell([each for each in self.pointers if each != pointer])

    def _tell(self, pointers: Sequence[str]) -> None:
        self.pointers = list(dict.fromkeys(pointers))
        self.on_change(self.pointers)
        self.renew()


__all__ = ["MOST", "Gone", "Picker", "PointerPicker", "Pointers", "pointer_of"]
