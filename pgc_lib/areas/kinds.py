"""Kinds of one's own: a collection defined from a notebook, without a deployment.

    lab.kinds.define("book", fields={"title": "text", "pages": "whole?", "read_on": "date?"})
    lab.kinds.book.add(title="红楼梦")

A definition is itself a record, so it has history, undo and grants like everything else. The things are
kept as documents, typed and validated by the definition.
"""

import keyword
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from unicodedata import normalize

from pydantic import ValidationError, create_model

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.collection import Collection
from pgc_lib.core.problems import problems_of
from pgc_lib.core.record import Record, field
from pgc_lib.core.session import Session
from pgc_lib.core.shown import text_of
from pgc_lib.core.spec import RESERVED
from pgc_lib.core.types import BY_NAME, Moment, Money
from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import N_, _
from pgc_lib.stores.documents_values import dumps, loads

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LONGEST = 40
_ANNOTATIONS: dict[str, Any] = {
    "moment": Moment,
    "money": Money,
    "texts": list[str],
    "object": dict[str, Any],
}


_TYPES: Mapping[str, str] = {
    "text": N_("a text"),
    "whole": N_("a whole number"),
    "number": N_("a number"),
    "yes_no": N_("a yes or a no"),
    "date": N_("a day"),
    "moment": N_("a day and a time"),
    "money": N_("an amount of money"),
    "link": N_("a link to a record"),
    "texts": N_("several texts"),
    "object": N_("names with values"),
}


def _fields_told(fields: Sequence[Mapping[str, Any]]) -> str:
    """The fields in words: “title: a text; pages: a whole number (may be missing)”."""
    return _("; ").join(map(_field_told, fields))


def _field_told(described: Mapping[str, Any]) -> str:
    name, written = str(described.get("name", "")), str(described.get("type", ""))
    title, plain = described.get("title"), written.removesuffix("?")
    called = _("{title} ({name})", title=title, name=name) if title else name
    told = _(_TYPES[plain]) if plain in _TYPES else plain
    aside = _("may be missing") if plain != written else ""
    if "default" in described:
        aside = _("else {value}", value=text_of(described["default"]))
    if aside:
        told = _("{title} ({name})", title=told, name=aside)
    return _("{name}: {value}", name=called, value=told)


class Definition(
    Record, kind="kinds.definitions", kept_in="documents", key=["name"], sort=["name"]
):
    """What a person's own kind of thing looks like."""

    name: str = field(title=N_("Name"), pattern=r"^[a-z][a-z0-9_]{0,40}$", searchable=True)
    title: str = field("", title=N_("Title"), max_length=200, searchable=True)
    fields: list[dict[str, Any]] = field(
        title=N_("Fields"), help=N_("In the order of the form."), said=_fields_told
    )


class Kinds(Area, name="kinds", main="definitions"):
    """The person's own kinds of things."""

    definitions: Kept[Definition] = Kept(Definition)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._made: dict[str, Collection[Record]] = {}

    def define(
        self, name: str, *, fields: Mapping[str, str | Mapping[str, Any]], title: str = ""
    ) -> Collection[Record]:
        """A new kind, or a new form of one that exists; what is kept already stays.

        A field is a type name (`text whole number yes_no date moment money link texts object`), with `?`
        when it may be missing, or a mapping with `type` and any of `title help searchable default`.
        """
        described = [{"name": key, **_described(value)} for key, value in fields.items()]
        problems = _problems(name, described)
        if problems:
            raise Invalid(
                _("The kind “{name}” cannot be defined:", name=name),
                problems,
                next_step=_(
                    "The types are: {types}; add ? when a value may be missing.",
                    types=", ".join(BY_NAME),
                ),
            )
        existing = self.definitions.find(name=name, owner=self.session.person, limit=1)
        if existing:
            self.definitions.update(existing[0], fields=described, title=title or existing[0].title)
        else:
            self.definitions.add(name=name, title=title, fields=described)
        self._made.pop(name, None)
        return self.collection(name)

    def collection(self, name: str) -> Collection[Record]:
        """The collection of a kind that was defined."""
        if name in self._made:
            return self._made[name]
        found = self.definitions.find(name=name) if _NAME.fullmatch(name) else []
        # My own comes first; one that someone shares with me shows me what they keep.
        found.sort(key=lambda definition: definition.owner != self.session.person)
        if not found:
            raise NotFound(
                _("There is no kind “{name}”.", name=name),
                next_step=_("Define it: lab.kinds.define({name!r}, fields={{…}}).", name=name),
            )
        made = Collection(self.session, record_of(found[0]))
        self._made[name] = made
        return made

    def names(self) -> list[str]:
        """The kinds that exist."""
        return sorted({definition.name for definition in self.definitions.find()})

    def __getattr__(self, name: str) -> Collection[Record]:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.collection(name)
        except NotFound as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.names()]


def record_of(definition: Definition) -> type[Record]:
    """The Record class that a definition describes."""
    return _made(definition.name, definition.title, dumps(cast("Any", definition.fields)))


@lru_cache(maxsize=200)
def _made(name: str, title: str, fields: str) -> type[Record]:
    """One class a form of a kind, however often it is looked up; making one takes milliseconds."""
    return _record(name, title, loads(fields))


def _record(kind: str, title: str, fields: Sequence[Mapping[str, Any]]) -> type[Record]:
    made: dict[str, Any] = {}
    for described in fields:
        name = str(described["name"])
        written = str(described["type"])
        optional = written.endswith("?")
        plain = written.removesuffix("?")
        annotation = _ANNOTATIONS.get(plain, BY_NAME[plain].python)
        default = described.get("default", None if optional else ...)
        made[name] = (
            annotation | None if optional else annotation,
            field(
                default,
                title=described.get("title") or name,
                help=described.get("help", ""),
                searchable=bool(described.get("searchable", written.startswith("text"))),
            ),
        )
    class_name = "".join(part.capitalize() for part in kind.split("_"))
    return create_model(
        class_name,
        __base__=Record,
        __doc__=title or kind,
        __cls_kwargs__={"kind": f"kinds.{kind}", "kept_in": "documents"},
        **made,
    )


def _is_field_name(name: str) -> bool:
    """Whatever can be written as `add(书名=…)`; Python itself brings such names to one form (NFKC)."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and len(name) <= _LONGEST
        and normalize("NFKC", name) == name
        and name not in RESERVED
        and not hasattr(Record, name)
    )


def _of_default(name: str, described: Mapping[str, Any]) -> list[Problem]:
    """A default that its own type refuses would only be noticed when the first thing is added."""
    kind = str(described["type"])
    tried = _record("tried", "", [{"name": name, "type": kind}])
    try:
        tried.model_validate({name: described["default"]})
    except ValidationError as error:
        return problems_of(error, tried.spec)
    return []


def _described(value: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"type": value} if isinstance(value, str) else dict(value)


def _problems(name: str, fields: Sequence[Mapping[str, Any]]) -> list[Problem]:
    problems = []
    if not _NAME.fullmatch(name) or name in dir(Kinds) or name == "session":
        reason = _("a name has small letters, digits and _, starts with a letter, and is not taken")
        problems.append(Problem("name", reason, name))
    if not fields:
        problems.append(Problem("fields", _("a value is needed here")))
    for described in fields:
        key = str(described["name"])
        if not _is_field_name(key):
            reason = _("a name starts with a letter, has letters, digits and _, and is not taken")
            problems.append(Problem(key, reason, key))
        if str(described.get("type", "")).removesuffix("?") not in BY_NAME:
            problems.append(Problem(key, _("there is no such type"), described.get("type")))
        elif "default" in described:
            problems += _of_default(key, described)
        unknown = set(described) - {"name", "type", "title", "help", "searchable", "default"}
        problems += [
            Problem(f"{key}.{extra}", _("there is no such field")) for extra in sorted(unknown)
        ]
    return problems
