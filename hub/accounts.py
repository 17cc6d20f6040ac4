"""Accounts of the hub: who asked for one, who has one, who is shut out.

Several people may wait under one name, and who asks is not told whether somebody has it: an administrator decides,
seeing them all. From the moment of approval a name belongs to one account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from hub import passwords
from hub.account_rules import LONGEST, LONGEST_DISPLAY, check
from hub.tables import METADATA
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _

State = Literal["waiting", "active", "blocked"]
ZONE = "Asia/Shanghai"
_MOST_WAITING = 200

accounts = Table(
    "pgc_accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", String(LONGEST), nullable=False),
    Column("display", String(LONGEST_DISPLAY), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("password", String(200), nullable=False),
    Column("state", String(8), nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("number", Integer, unique=True),
    Column("asked_at", DateTime, nullable=False),
    Column("asked_from", String(64), nullable=False),
    Column("decided_at", DateTime),
    Column("decided_by", String(LONGEST)),
)
_HAS_NAME = accounts.c.state != "waiting"
Index(
    "pgc_accounts_name",
    accounts.c.name,
    unique=True,
    sqlite_where=_HAS_NAME,
    postgresql_where=_HAS_NAME,
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account, or one person's request for one."""

    id: UUID
    """Also the person's identifier in the lab."""
    name: str
    display: str
    lang: str
    time_zone: str
    state: State
    admin: bool
    number: int | None
    """Counts the accounts; where each person runs as a system user of their own, it tells which."""
    asked_at: datetime
    asked_from: str
    decided_at: datetime | None
    decided_by: str | None

    @property
    def active(self) -> bool:
        return self.state == "active"


_SHOWN = [accounts.c[name] for name in Account.__dataclass_fields__]


class Accounts:
    """The accounts of one hub."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(
        self,
        name: str,
        password: str,
        *,
        display: str,
        lang: str,
        time_zone: str = "",
        address: str = "",
    ) -> Account:
        """Put someone on the waiting list; `Invalid` tells what is wrong with the words given."""
        check(name, password, display, lang)
        with self._engine.connect() as connection:
            counted = select(func.count()).where(accounts.c.state == "waiting")
            if connection.execute(counted).scalar_one() >= _MOST_WAITING:
                raise Conflict(
                    _("Too many people are waiting for an account."),
                    next_step=_("Ask an administrator to look at the waiting list."),
                )
        return self._insert(
            name,
            password,
            lang,
            display=display.strip(),
            time_zone=_zone(time_zone),
            asked_from=address[:64],
            state="waiting",
        )

    def first_administrator(self, name: str, password: str, *, lang: str) -> Account | None:
        """Make the first administrator where there is none yet."""
        with self._engine.connect() as connection:
            exists = select(accounts.c.id).where(accounts.c.admin, accounts.c.state == "active")
            if connection.execute(exists.limit(1)).first():
                return None
        check(name, password, "", lang)
        return self._insert(name, password, lang, state="active", admin=True)

    def find(self, name: str) -> Account | None:
        """The account that has a name; nobody who only asked for it."""
        return self._one(accounts.c.name == name, _HAS_NAME)

    def get(self, id: UUID) -> Account:
        """The account, or the request, of an identifier."""
        found = self._one(accounts.c.id == id)
        if found is None:
            raise NotFound(
                _("There is no such account any more."),
                next_step=_("Load the list again; somebody else may have decided."),
            )
        return found

    def everyone(self) -> list[Account]:
        """Every account and every request; those who wait come first, the oldest first."""
        order = (accounts.c.state != "waiting", accounts.c.name, accounts.c.asked_at)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*_SHOWN).order_by(*order)).all()
        return [Account(*row) for row in rows]

    def authenticate(self, name: str, password: str) -> Account | None:
        """Who this is, by name and password; always the work of one comparison."""
        statement = (
            select(accounts.c.password, *_SHOWN)
            .where(accounts.c.name == name)
            .order_by(accounts.c.state == "waiting", accounts.c.asked_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        kept = row[0] if row else passwords.DECOY
        return Account(*row[1:]) if passwords.matches(kept, password) and row else None

    def approve(self, id: UUID, by: str) -> Account:
        """Give someone who waits, or who was shut out, an account."""
        account = self.get(id)
        taken = self.find(account.name)
        if account.state == "waiting" and taken is not None:
            raise Conflict(
                _("The name {name} belongs to somebody already.", name=account.name),
                next_step=_("Refuse this request and ask the person to choose another name."),
            )
        try:
            return self._decide(account, by, state="active")
        except IntegrityError as error:
            raise Conflict(
                _("Somebody else decided at the same moment."),
                next_step=_("Load the list again."),
            ) from error

    def refuse(self, id: UUID) -> Account:
        """Take someone off the waiting list."""
        account = self.get(id)
        with self._engine.begin() as connection:
            waiting = accounts.c.state == "waiting"
            connection.execute(delete(accounts).where(accounts.c.id == id, waiting))
        return account

    def block(self, id: UUID, by: str) -> Account:
        """Shut someone out. The last administrator stays."""
        account = self.get(id)
        others = [one for one in self.everyone() if one.admin and one.active and one.id != id]
        if account.admin and not others:
            raise Conflict(
                _("{name} is the only administrator.", name=account.name),
                next_step=_("Make somebody else an administrator first."),
            )
        if account.state == "waiting":
            raise Conflict(_("{name} has no account yet.", name=account.name))
        return self._decide(account, by, state="blocked")

    def make_administrator(self, id: UUID, by: str, *, admin: bool) -> Account:
        """Let someone decide about accounts, or no longer. The last administrator stays."""
        account = self.get(id)
        others = [one for one in self.everyone() if one.admin and one.active and one.id != id]
        if not account.active or (not admin and not others):
            raise Conflict(
                _("This cannot be changed for {name}.", name=account.name),
                next_step=_("A hub needs an administrator, and only an account in use can be one."),
            )
        return self._decide(account, by, admin=admin)

    def change_password(self, account: Account, password: str) -> None:
        """Keep a new password."""
        check(account.name, password, account.display, account.lang)
        self._update(account.id, password=passwords.hashed(password))

    def _insert(self, name: str, password: str, lang: str, **values: Any) -> Account:
        id = new_id()
        row = {
            "id": id,
            "name": name,
            "display": "",
            "lang": lang,
            "time_zone": _zone(""),
            "password": passwords.hashed(password),
            "admin": False,
            "asked_at": _now(),
            "asked_from": "",
            **values,
        }
        with self._engine.begin() as connection:
            if row["state"] == "active":
                row["number"] = self._next_number(connection)
            connection.execute(insert(accounts).values(**row))
        return self.get(id)

    def _decide(self, account: Account, by: str, **values: Any) -> Account:
        with self._engine.begin() as connection:
            if account.number is None and values.get("state") == "active":
                values["number"] = self._next_number(connection)
            values |= {"decided_at": _now(), "decided_by": by}
            connection.execute(update(accounts).where(accounts.c.id == account.id).values(**values))
        return self.get(account.id)

    def _next_number(self, connection: Any) -> int:
        highest = connection.execute(select(func.max(accounts.c.number))).scalar_one()
        return (highest or 0) + 1

    def _update(self, id: UUID, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(accounts).where(accounts.c.id == id).values(**values))

    def _one(self, *conditions: Any) -> Account | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(*_SHOWN).where(*conditions)).first()
        return Account(*row) if row else None


def _zone(asked: str) -> str:
    """The time zone that a browser says it is in, if there is one of that name."""
    return asked if asked in available_timezones() else ZONE


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def waiting(found: Sequence[Account]) -> list[Account]:
    """Those who wait for an answer."""
    return [one for one in found if one.state == "waiting"]
