"""Time that is set aside for to-dos, and time that was spent on them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pgc_lib.areas.todo.base import TodoArea
from pgc_lib.areas.todo.records import Block, Todo, Work
from pgc_lib.core.types import in_zone
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

By = Literal["todo", "project", "day", "week", "month"]
_LONGEST_BLOCK = timedelta(days=1)


def moment_of(given: datetime | str) -> datetime:
    """A moment, on the person's clock where it names no zone."""
    return in_zone(datetime.fromisoformat(given) if isinstance(given, str) else given)


# ── set aside ────────────────────────────────────────────────────────────────────────────────────────


def block(
    area: TodoArea, what: Todo | UUID | str, start: datetime | str, minutes: int | None, note: str
) -> Block:
    """Set time aside for a to-do, or for what a text names."""
    begin = moment_of(start)
    if isinstance(what, str) and not _is_id(what):
        return area.blocks.add(title=what, start=begin, minutes=minutes or 30, note=note)
    known = area.known(what)
    lasts = minutes or min(known.minutes or 30, 1440)
    return area.blocks.add(title=known.title, todo=known.id, start=begin, minutes=lasts, note=note)


def agenda(area: TodoArea, day: date) -> "pl.DataFrame":
    """The blocks of a day, and whether one begins before another one is over."""
    import polars as pl

    begin = datetime.combine(day, time(), zone()).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone()).astimezone(UTC)
    found = area.blocks.find(
        col("start") > begin - _LONGEST_BLOCK, col("start") < end, order="start"
    )
    lines: list[dict[str, Any]] = []
    latest = datetime.min.replace(tzinfo=UTC)
    for each in found:
        until = each.start + timedelta(minutes=each.minutes)
        if until > begin:
            lines.append(
                {"start": each.start, "end": until, "title": each.title, "minutes": each.minutes,
                 "clash": each.start < latest, "todo": each.todo.hex if each.todo else None}
            )  # fmt: skip
            latest = max(latest, until)
    schema = {
        "start": pl.Datetime("us", "UTC"), "end": pl.Datetime("us", "UTC"), "title": pl.String(),
        "minutes": pl.Int64(), "clash": pl.Boolean(), "todo": pl.String(),
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema).with_columns(
        pl.col("start", "end").dt.convert_time_zone(zone().key)
    )


# ── spent ────────────────────────────────────────────────────────────────────────────────────────────


def start(area: TodoArea, todo: Todo | UUID | str | None, note: str) -> Work:
    """The clock begins to run; what ran before ends."""
    known = None if todo is None else area.known(todo)
    with area.as_one() as (mine, batch):
        now = datetime.now(UTC)
        for each in mine.work.find(running=True):
            if each.owner == mine.session.person:
                mine.work.update(each, **ended(each, now))
        return mine.work.add(
            todo=known.id if known else None, start=now, running=True, note=note, batch=batch
        )


def stop(area: TodoArea, note: str) -> Work:
    """The clock stands still; what was measured is kept."""
    found = [each for each in area.work.find(running=True) if each.owner == area.session.person]
    if not found:
        raise Conflict(
            _("No work is running."), next_step=_("`lab.todos.start(todo)` lets the clock run.")
        )
    more: dict[str, Any] = {"note": note} if note else {}
    return area.work.update(found[0], **ended(found[0], datetime.now(UTC)), **more)


def log(
    area: TodoArea, todo: Todo | UUID | str | None, minutes: int, begin: datetime | str | None, note: str
) -> Work:  # fmt: skip
    """Note time that was spent, until now unless a begin is given."""
    known = None if todo is None else area.known(todo)
    begun = moment_of(begin) if begin else datetime.now(UTC) - timedelta(minutes=max(0, min(minutes, 100_000)))  # fmt: skip
    return area.work.add(todo=known.id if known else None, start=begun, minutes=minutes, note=note)


def ended(work: Work, moment: datetime) -> dict[str, Any]:
    """What a piece of work is once it is over; whole minutes, begun ones count from the half on."""
    seconds = max(0.0, (moment - work.start).total_seconds())
    return {"running": None, "minutes": min(100_000, round(seconds / 60))}


def spent(area: TodoArea, by: By, since: date | None) -> "pl.DataFrame":
    """The minutes that were spent, with the estimate where it is about to-dos."""
    import polars as pl

    begun = () if since is None else (col("start") >= datetime.combine(since, time(), zone()),)
    done = area.work.frame(*begun, columns=["todo", "start", "minutes"])
    if by in ("day", "week", "month"):
        local = pl.col("start").dt.convert_time_zone(zone().key).dt.date()
        return (
            done.group_by(local.dt.truncate({"day": "1d", "week": "1w", "month": "1mo"}[by]).alias(by))
            .agg(pl.col("minutes").sum(), pl.len().cast(pl.Int64).alias("times"))
            .sort(by)
        )  # fmt: skip
    ids = done["todo"].drop_nulls().unique().to_list()
    columns = ["id", "title", "project", "minutes"]
    todos = (
        area.items.frame(col("id").is_in([UUID(each) for each in ids]), columns=columns)
        if ids
        else area.items.frame(columns=columns, limit=0)
    )
    lines = done.join(todos.rename({"minutes": "estimate"}), left_on="todo", right_on="id", how="left")  # fmt: skip
    if by == "project":
        return lines.group_by(pl.col("project").fill_null("")).agg(pl.col("minutes").sum()).sort("minutes", "project", descending=[True, False])  # fmt: skip
    return (
        lines.group_by("todo")
        .agg(pl.col("title").first(), pl.col("minutes").sum(), pl.col("estimate").first())
        .sort("minutes", "title", descending=[True, False])
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
