"""Grants, carried over to MongoDB, where they are roles of its own.

PostgreSQL asks the grants at every question. MongoDB cannot, so whoever administers it brings its roles in
line: when `pgc_grants` is notified, and at the moment that `mirror` names. It may be run at any time, by
several at once, and after any failure: it compares what is with what should be.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from pgc_lib.core.persons import EVERY_AREA, LEVELS, Level
from pgc_lib.stores.postgres import role_of, translated

if TYPE_CHECKING:
    from pymongo import MongoClient

CHANNEL = "pgc_grants"
"""PostgreSQL notifies here when a grant or a membership changes."""

Held = dict[tuple[UUID, str, UUID], Level]
"""Owner, area and grantee, with the level."""

# The same rules as `pgc.granted` has, for everyone at once.
_WANTED = """
    with ways as (
        select g.owner, g.area, g.level, coalesce(g.person, m.person) as grantee, g.since, g.until,
               coalesce(m.since, g.since) as member_since, m.until as member_until,
               g.group_id is null or o.owner = g.owner or exists (
                   select from pgc.members b where b.group_id = g.group_id and b.person = g.owner
                   and b.since <= now() and (b.until is null or b.until > now())) as belongs
        from pgc.grants g
        left join pgc.groups o on o.id = g.group_id
        left join pgc.members m on m.group_id = g.group_id
        join pgc.persons p on p.id = coalesce(g.person, m.person) and p.ended_at is null
        where coalesce(g.person, m.person) <> g.owner)
    select owner, area, level, grantee from ways
    where belongs and since <= now() and (until is null or until > now())
      and member_since <= now() and (member_until is null or member_until > now())"""
_NEXT = """
    select min(moment) from (
        select unnest(array[since, until]) as moment from pgc.grants
        union all select unnest(array[since, until]) from pgc.members) moments
    where moment > now()"""
_PERSONS = "select id from pgc.persons"


def mirror(
    owner_url: str, admin: "MongoClient[dict[str, Any]]", areas: Mapping[str, Iterable[str]]
) -> datetime | None:
    """Bring MongoDB's roles in line with the grants; when the next grant begins or ends by itself.

    `areas` names every area and the kinds of documents that it has.
    """
    from pgc_lib.stores.mongo_people import grant, refresh, revoke

    with translated(), psycopg.connect(owner_url, connect_timeout=10) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        wanted = _wanted(connection.execute(_WANTED).fetchall(), areas)
        persons = [row[0] for row in connection.execute(_PERSONS)]
        following = connection.execute(_NEXT).fetchone()
    held = dict(_held(admin, persons))
    for owner, area, grantee in held.keys() - wanted.keys():
        revoke(admin, owner, area, grantee)
    for (owner, area, grantee), level in wanted.items():
        kinds = areas.get(area, ())
        if held.get((owner, area, grantee)) != level:
            grant(admin, owner, area, grantee, level, kinds=kinds)
    for owner, area in {(owner, area) for owner, area, _grantee in wanted}:
        refresh(admin, owner, area, kinds=areas.get(area, ()))
    return following[0] if following else None


def _wanted(rows: Iterable[tuple[UUID, str, Level, UUID]], areas: Iterable[str]) -> Held:
    best: Held = {}
    every = list(areas)
    for owner, area, level, grantee in rows:
        for one in every if area == EVERY_AREA else [area]:
            before = best.get((owner, one, grantee))
            if before is None or LEVELS.index(level) > LEVELS.index(before):
                best[owner, one, grantee] = level
    return best


def _held(
    admin: "MongoClient[dict[str, Any]]", persons: Iterable[UUID]
) -> Iterator[tuple[tuple[UUID, str, UUID], Level]]:
    """What the roles of every person's user say; of several levels, as a crash may leave them, the last."""
    from pgc_lib.stores.mongo import translated as translated_mongo

    with translated_mongo():
        for person in persons:
            name = role_of(person)
            for user in admin[name].command("usersInfo", name)["users"]:
                for role in user["roles"]:
                    level, _underscore, area = str(role["role"]).partition("_")
                    if role["db"] != name and level in LEVELS:
                        owner = UUID(str(role["db"]).removeprefix("p_"))
                        yield (owner, area, person), LEVELS[LEVELS.index(level)]
