"""The front door: `lab = pgc.open()`, then `lab.finance`, `lab.todos`, `lab.people`, `lab.history`."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import UUID

from pgc_lib.areas import AREAS
from pgc_lib.errors import NotFound, PgcError, SettingError
from pgc_lib.i18n import _, set_lang
from pgc_lib.settings import Secret, settings

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import Engine

    from pgc_lib.ai.agent import Answer
    from pgc_lib.core.administration import Administration
    from pgc_lib.core.area import Area
    from pgc_lib.core.collection import Collection
    from pgc_lib.core.history import History
    from pgc_lib.core.people import People
    from pgc_lib.core.session import Session
    from pgc_lib.exchange.importing import Desk, Recognition
    from pgc_lib.exchange.preview import Preview
    from pgc_lib.search.searching import Search
    from pgc_lib.stores.filters import Condition


def open(
    *,
    data: Path | str | None = None,
    lang: str | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> "Lab":
    """My lab: embedded engines at home, my own account where a server's address is set."""
    if lang is not None:
        set_lang(lang)
    from pgc_lib.core.zone import set_zone

    if settings().database_url and data is None:
        lab = Lab(_served(), administration=_administration)
    else:
        from pgc_lib import home

        folder = Path(data).expanduser().absolute() if data is not None else settings().data
        lab = Lab(
            home.open_home(folder, on_progress=on_progress),
            administration=lambda: home.administration(folder),
        )
    set_zone(lab.session.time_zone)
    return lab


def _nobody() -> None:
    """Stands for the logins of an administrator where there are none."""


class Lab:
    """Everything of one person, an attribute an area."""

    def __init__(
        self, session: "Session", *, administration: "Callable[[], Administration | None]" = _nobody
    ) -> None:
        self.session = session
        self._administration = administration

    @property
    def person(self) -> UUID:
        """Whose lab this is."""
        return self.session.person

    @property
    def engine(self) -> "Engine":
        """SQLAlchemy with my own login: what I may not see is not there."""
        return self.session.engine

    @cached_property
    def people(self) -> "People":
        """Persons, groups and who may see what."""
        from pgc_lib.core.people import People

        return People(self.session, areas=list(self._areas), admin=self._administration())

    @cached_property
    def history(self) -> "History":
        """Every change, and the way back."""
        from pgc_lib.core.history import History

        return History(self.session)

    @cached_property
    def search(self) -> "Search":
        """Everything that I may see, by words and by meaning."""
        from pgc_lib.search.searching import Search

        return Search(self.session)

    @cached_property
    def _areas(self) -> dict[str, str]:
        from pgc_lib.core.points import entry_points

        found = {point.name: point.value for point in entry_points(group="pgc.areas")}
        return {**found, **AREAS}

    def areas(self) -> "Iterator[Area]":
        """Every area."""
        return (getattr(self, name) for name in self._areas)

    def ask(
        self,
        question: str,
        *,
        model: str | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> "Answer":
        """Ask about my own data; the answer is written as it comes, or told to `on_text`, and cites its sources."""
        from pgc_lib.ai.agent import ask

        chosen = self.ai.pick("tools", model)
        kinds = {each.spec.kind: each for area in self.areas() for each in area.collections()}
        readable = {
            kind: each for kind, each in kinds.items() if each.spec.area not in ("ai", "kinds")
        }
        return ask(self.ai, readable, question, model=chosen, on_text=on_text or _write)

    def timeline(self, *kinds: str, **options: Any) -> Any:
        """What happened when in several areas at once; `since` and `until` say which days, kinds which records."""
        from pgc_lib.core.faces import face

        return face("timeline")(self, *kinds, **options)

    def chat(self) -> Any:
        """Ask about my own data in a conversation: answers come as they are written, with their sources."""
        from pgc_lib.core.faces import face

        return face("chat")(self)

    def import_file(
        self, path: Path | str, importer: str | None = None, **options: Any
    ) -> "Preview":
        """Look into a file: what it is and would bring. Nothing is kept before `accept()`.

        Any known format is recognised; `mapping={"column": "field"}` reads any other table, `kind` says of what,
        `password` opens an archive, `encoding` settles what the bytes leave open.
        """
        from pgc_lib.exchange.importing import look

        return look(self._desk(), Path(path).expanduser(), importer, **options)

    def import_wizard(self, *paths: Path | str) -> Any:
        """Drop a file, look at what it would bring, correct it, keep it, undo it."""
        return self.imports.wizard(*paths)

    def recognise(self, path: Path | str, *, password: str | None = None) -> "Recognition":
        """What a file is, known from its beginning; its rows are not read and nothing is kept."""
        from pgc_lib.exchange.importing import recognition

        return recognition(self._desk(), Path(path).expanduser(), password=password)

    def export(
        self,
        path: Path | str,
        kind: str = "finance.transactions",
        *conditions: "Condition",
        **keywords: Any,
    ) -> Path:
        """Write records as CSV, XLSX, Parquet or JSON, money also as beancount or QIF, by the ending.

        An area may have forms of its own (`exchange/outward.py`): `family` a tree (.ged), an address book (.vcf) or a calendar
        (.ics), `todos` a calendar (.ics), todo.txt (.txt), TickTick's
        backup (.ticktick.csv), Todoist's template of a project (.todoist.csv) or backup (.todoist.zip), `hobbies` a calendar (.ics).
        """
        from pgc_lib.exchange.export import export
        from pgc_lib.exchange.outward import own_form

        target = Path(path).expanduser()
        if (write := own_form(kind, target)) is not None:
            return write(getattr(self, kind.partition(".")[0]), target, *conditions, **keywords)
        return export(self.collection_of(kind), target, *conditions, **keywords)

    def _desk(self) -> "Desk":
        """What an import needs of this lab."""
        from pgc_lib.exchange.importing import Desk

        return Desk(self.session, self.collection_of, self.imports, self._improved)

    def collection_of(self, kind: str) -> "Collection[Any]":
        """The collection of a kind, such as `finance.transactions`."""
        area = kind.partition(".")[0]
        found = getattr(self, area).collections() if area in self._areas else ()
        for each in found:
            if each.spec.kind == kind:
                return cast("Collection[Any]", each)
        raise NotFound(
            _("There is no kind “{kind}”.", kind=kind),
            next_step=_("`lab.areas()` names the areas, and each of them its kinds."),
        )

    def _improved(self, kind: str, frame: "pl.DataFrame") -> "pl.DataFrame":
        """New rows with what the person's rules say of them."""
        if kind != "finance.transactions" or not hasattr(self.finance, "rules"):
            return frame
        return cast("pl.DataFrame", self.finance.rules.categorised(frame))

    def at(self, moment: str | date | datetime) -> "Lab":
        """The lab as it was at a moment; a day means its beginning. It can be read, not changed."""
        return Lab(self.session.as_of(_moment(moment)))

    def scene(self, **options: Any) -> Any:
        """Growth as a landscape in three dimensions, to turn, to play through time and to click."""
        from pgc_lib.core.faces import face

        return face("scene")(self, **options)

    def close(self) -> None:
        """Give the connections back."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._areas:
            raise AttributeError(
                _(
                    "The lab has no area “{name}”; it has {names}.",
                    name=name,
                    names=", ".join(self._areas),
                )
                if not name.startswith("_")
                else name
            )
        module, _sep, attribute = self._areas[name].partition(":")
        area = getattr(import_module(module), attribute)(self.session)
        self.__dict__[name] = area
        return area

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._areas]

    def __repr__(self) -> str:
        at = f" @ {self.session.at:%Y-%m-%d %H:%M}" if self.session.at else ""
        return f"<Lab {self.session.name}{at}>"


def _write(piece: str) -> None:
    sys.stdout.write(piece)
    sys.stdout.flush()


def _served() -> "Session":
    """The session for an account on a server; the login itself says who it is."""
    from sqlalchemy.engine import make_url

    from pgc_lib.core.session import Session

    url: Secret = settings().database_url
    try:
        login = make_url(url.reveal()).username or ""
        person = UUID(login.removeprefix("p_"))
    except (PgcError, ValueError) as error:
        raise SettingError(
            _("PGC_DATABASE_URL does not name the login of a person (p_…)."),
            next_step=_("Take the address that the hub gave you."),
        ) from error
    name, time_zone = _known(url)
    return Session(
        person=person,
        name=name,
        database=url,
        redis_url=settings().redis_url,
        mongo_url=settings().mongo_url,
        encryption_key=settings().encryption_key,
        attachments_url=settings().attachments_url,
        time_zone=time_zone,
    )


def _known(url: Secret) -> tuple[str, str]:
    """The name and time zone of whom a login belongs to; the first word with the server."""
    import psycopg

    from pgc_lib.errors import Denied
    from pgc_lib.stores.postgres import connect_seconds, translated

    query = "select name, time_zone from pgc.persons where id = pgc.me()"
    with (
        translated(),
        psycopg.connect(url.reveal(), connect_timeout=connect_seconds()) as connection,
    ):
        found = connection.execute(query).fetchone()
    if found is None:
        raise Denied(
            _("This login belongs to nobody in the lab."),
            next_step=_("Ask whoever looks after the lab to make the account again."),
        )
    return str(found[0]), str(found[1])


def _administration() -> "Administration | None":
    """The logins of a server's administrator, where the settings name them."""
    from pgc_lib.core.administration import Administration

    given = settings()
    if not given.admin_database_url:
        return None
    return Administration(given.admin_database_url, given.admin_redis_url, given.admin_mongo_url)


def _moment(given: str | date | datetime) -> datetime:
    from pgc_lib.core.types import in_zone

    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise PgcError(
                _("“{given}” is not a moment.", given=given),
                next_step=_("Write it like 2026-01-01 or 2026-01-01 08:30."),
            ) from None
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    return in_zone(given).astimezone(UTC)
