"""The rows of the index: written from records, many in one statement, by their owner's own login."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.record import Record
from pgc_lib.search.gathering import Content, content_of
from pgc_lib.search.lexemes import lexed

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEEP = """
    insert into pgc.search_entries as e
        (owner, area, kind, record, generation, version, day, length, hash, words)
    select pgc.me(), :area, :kind, n.record, g.generation, n.version, n.day, n.length, n.hash, n.words::tsvector
    from unnest(cast(:records as uuid[]), cast(:versions as int[]), cast(:days as date[]), cast(:lengths as int[]),
                cast(:hashes as bytea[]), cast(:vectors as text[]))
         as n (record, version, day, length, hash, words)
    cross join unnest(cast(:generations as int[])) as g (generation)
    on conflict (owner, kind, record, generation) do update
    set version = excluded.version, day = excluded.day, length = excluded.length, hash = excluded.hash,
        words = excluded.words
    where excluded.version >= e.version"""
_UNREAD = """
    insert into pgc.search_unread (owner, kind, record, hash)
    select pgc.me(), :kind, n.record, n.hash
    from unnest(cast(:records as uuid[]), cast(:hashes as bytea[])) as n (record, hash)
    where not exists (select from pgc.search_chunks c
                      where (c.owner, c.kind, c.record, c.part, c.hash) = (pgc.me(), :kind, n.record, 0, n.hash))
    on conflict (owner, kind, record) do update set hash = excluded.hash"""
_SPELT = """
    insert into pgc.search_words (owner, area, word)
    select pgc.me(), :area, w from unnest(cast(:words as text[])) as n (w)
    where not exists (select from pgc.search_words k where (k.owner, k.area, k.word) = (pgc.me(), :area, w))
    on conflict do nothing"""
_WRITE = f"with kept as ({_KEEP}), unread as ({_UNREAD}), spelt as ({_SPELT}) select"
"""All that is written about some records, in one way there and back."""

_COMMENTED = """
    select record from pgc.comments where id = any (:comments)
    union select (before ->> 'record')::uuid from pgc.images where change = :change"""
_COMMENTS = """
    select record, string_agg(body, E'\\n' order by id) as said from pgc.comments
    where owner = pgc.me() and kind = :kind and record = any (:records) group by record"""


def keep(
    connection: "Connection",
    owner: UUID,
    kind: str,
    records: Sequence[Record],
    generations: Sequence[int],
) -> None:
    """Write the entries of records; one that is newer than its record is left as it is."""
    from sqlalchemy import text

    mine = [record for record in records if record.owner == owner]
    if not mine:
        return
    contents = contents_of(connection, kind, mine)
    made = [lexed(content, owner, kind) for content in contents]
    area = kind.partition(".")[0]
    values = {
        "area": area,
        "kind": kind,
        "records": [record.id for record in mine],
        "versions": [record.version for record in mine],
        "days": [content.day for content in contents],
        "lengths": [each.length for each in made],
        "hashes": [content.hash for content in contents],
        "vectors": [each.words for each in made],
        "generations": list(generations),
        "words": sorted(frozenset().union(*(each.spelt for each in made))),
    }
    connection.execute(text(_WRITE), values)


def contents_of(connection: "Connection", kind: str, records: Sequence[Record]) -> list[Content]:
    """What of records is searched, with what was said about them."""
    from dataclasses import replace

    from sqlalchemy import text

    values = {"kind": kind, "records": [record.id for record in records]}
    said = {row.record: row.said for row in connection.execute(text(_COMMENTS), values)}
    contents = []
    for record in records:
        content = content_of(record)
        if record.id in said:
            content = replace(content, body=f"{content.body}\n{said[record.id]}".strip())
        contents.append(content)
    return contents


def remove(connection: "Connection", kind: str, ids: Iterable[UUID]) -> None:
    """Take out what is no longer there."""
    from sqlalchemy import text

    values = {"kind": kind, "ids": list(ids)}
    if values["ids"]:
        for table in ("entries", "chunks", "unread"):
            connection.execute(
                text(
                    f"delete from pgc.search_{table} where owner = pgc.me() and kind = :kind and record = any (:ids)"
                ),
                values,
            )


def versions(connection: "Connection", kind: str) -> dict[UUID, int]:
    """Which versions of a kind's records are searched."""
    from sqlalchemy import text

    query = text(
        "select e.record, e.version from pgc.search_entries e join pgc.search_states s "
        "on s.owner = e.owner and s.generation = e.generation where e.owner = pgc.me() and e.kind = :kind"
    )
    return {row.record: row.version for row in connection.execute(query, {"kind": kind})}


def commented(connection: "Connection", change: int, comments: Sequence[UUID]) -> set[UUID]:
    """The records that some comments are about, or were."""
    from sqlalchemy import text

    values = {"comments": list(comments), "change": change}
    return set(connection.execute(text(_COMMENTED), values).scalars())


def note_state(connection: "Connection", *, building: int, reached: Mapping[str, Any]) -> None:
    """How far a new generation is."""
    from sqlalchemy import text

    connection.execute(
        text(
            "update pgc.search_states set building = :building, reached = cast(:reached as jsonb) where owner = pgc.me()"
        ),
        {"building": building, "reached": json.dumps(reached)},
    )


def drop_generations(connection: "Connection", *, keep: int) -> None:
    """Take away every generation but one, and the meaning of what it does not hold."""
    from sqlalchemy import text

    gone = text("delete from pgc.search_entries where owner = pgc.me() and generation <> :keep")
    if connection.execute(gone, {"keep": keep}).rowcount:
        connection.execute(
            text(
                "delete from pgc.search_chunks c where c.owner = pgc.me() and not exists (select from "
                "pgc.search_entries e where (e.owner, e.kind, e.record, e.generation) = (c.owner, c.kind, c.record, :keep))"
            ),
            {"keep": keep},
        )
