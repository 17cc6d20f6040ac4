"""What importers of to-dos share: rows that know one another, and files that come again.

Each row has a `uid`, its own or one made of its content, so a file brought twice adds nothing. What is done in the later
file is ticked off then; what the person changed here stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from pgc_lib.areas.todo.records import Todo
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_AT_A_TIME = 5_000


@dataclass
class Rows:
    """The to-dos of a file, one after the other."""

    prefix: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)
    """Which is part of which, by their `uid`."""
    problems: list[Problem] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], *, line: int, uid: str = "", parent: str = "") -> str:
        """One to-do with the line on which it stands; its `uid`."""
        kept = {name: value for name, value in values.items() if value not in (None, "", [])}
        kept["title"] = shortened(str(values.get("title") or ""), line, self.problems)
        kept["uid"] = uid or self.made(kept["title"], str(values.get("project") or ""))
        kept[LINE] = line
        self.rows.append(kept)
        if parent and parent != kept["uid"]:
            self.parents[kept["uid"]] = parent
        return str(kept["uid"])

    def made(self, *content: str) -> str:
        """An identifier of what has none: the same for the same content, numbered where it stands several times."""
        digest = sha256("\0".join(content).encode(errors="replace")).hexdigest()[:24]
        n = self._seen[digest] = self._seen.get(digest, 0) + 1
        return f"{self.prefix}:{digest}" + (f"#{n}" if n > 1 else "")

    def reading(self, told: Mapping[str, Any] | None = None) -> Reading:
        """What the file holds."""
        if not self.rows:
            return Reading(problems=self.problems, told=told or {})
        return Reading(
            [Part("todos.items", _even(self.rows), same=("uid",))],
            self.problems,
            told or {},
            keep=self._tied,
        )

    def _tied(self, session: "Session", batch: UUID) -> Iterable[Added]:
        """Parts belong to what they are part of, and what is done by now is ticked off."""
        from pgc_lib.core.amending import amend_many

        items = Collection(session, Todo)
        ids = _ids(session, [row["uid"] for row in self.rows])
        ties = [
            {"id": ids[uid][0].hex, "parent": ids[parent][0].hex}
            for uid, parent in self.parents.items()
            if uid in ids and parent in ids and ids[uid][1] == batch
        ]
        ties = [tie for tie in ties if tie["id"] != tie["parent"]]
        if ties:
            with session.writing() as connection:
                amend_many(connection, Todo.spec, pl.DataFrame(ties))
        finished = 0
        for row in self.rows:
            known = ids.get(row["uid"])
            if known is None or known[1] == batch or not row.get("done"):
                continue
            if not items.get(known[0]).done:
                when = row.get("done_at") or datetime.now(UTC)
                items.update(known[0], done=True, done_at=when)
                finished += 1
        return (Added(batch, 0, finished, 0, 0),)


def _even(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A frame whose columns have the types of a to-do, whichever rows fill them."""
    names = dict.fromkeys(name for row in rows for name in row)
    series = []
    for name in names:
        values = [row.get(name) for row in rows]
        kind = pl.Int64() if name == LINE else Todo.spec.fields[name].type.polars()
        series.append(pl.Series(name, values, dtype=kind, strict=False))
    return pl.DataFrame(series)


def _ids(session: "Session", uids: Sequence[str]) -> dict[str, tuple[UUID, UUID | None]]:
    """The identifier and batch of each to-do by its `uid`, those of this transaction, too."""
    from sqlalchemy import text

    query = text(
        "select uid, id, batch from todos.items where owner = :owner and uid = any (:uids)"
    )
    found: dict[str, tuple[UUID, UUID | None]] = {}
    with session.reading() as connection:
        for begin in range(0, len(uids), _AT_A_TIME):
            values = {"owner": session.person, "uids": list(uids[begin : begin + _AT_A_TIME])}
            found |= {uid: (id, batch) for uid, id, batch in connection.execute(query, values)}
    return found


def shortened(title: str, line: int, problems: list[Problem]) -> str:
    """A title that fits; that it was cut is told."""
    plain = " ".join(title.split())
    if len(plain) <= 500:
        return plain
    problems.append(Problem(_("line {n}", n=line), _("its title is longer than {n} characters and was cut", n=500)))  # fmt: skip
    return plain[:499] + "…"


def clocked(moment: datetime, zone_name: str = "") -> dict[str, Any]:
    """A moment as the day and time of a to-do, in its own zone where that is another one."""
    from zoneinfo import ZoneInfo

    local = zone()
    if zone_name and zone_name != local.key:
        there = moment.astimezone(ZoneInfo(zone_name))
        return {"due": there.date(), "at": f"{there:%H:%M}", "zone": zone_name}
    here = moment.astimezone(local)
    return {"due": here.date(), "at": f"{here:%H:%M}"}
