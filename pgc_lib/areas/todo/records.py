"""What is kept of to-dos: the things themselves, projects, what waits for what, planned time, work that was done."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.todo.before import Offsets
from pgc_lib.core.pointer import as_pointer
from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule
from pgc_lib.core.recurrence import parse as parse_rule
from pgc_lib.core.types import Moment
from pgc_lib.core.zone import zone as persons_zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _

Summary = Literal["", "given", "skipped"]
ProjectState = Literal["active", "someday", "done", "dropped"]

HIGH, MIDDLE, LOW = 1, 2, 3
PRIORITIES: Mapping[str, int] = {
    **dict.fromkeys(("1", "高", "high", "h", "重要", "紧急"), HIGH),
    **dict.fromkeys(("2", "中", "middle", "medium", "normal", "m", "普通"), MIDDLE),
    **dict.fromkeys(("3", "低", "low", "l"), LOW),
}
"""What people call them."""
CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d)?$"
_LATER = (
    "at", "zone", "contexts", "waiting", "from_done", "remind", "links", "what", "result", "learning", "summary"
)  # fmt: skip
"""Fields that images of to-dos from before them do not have."""


def _priority(given: Any) -> Any:
    return PRIORITIES.get(given.strip().lower(), given) if isinstance(given, str) else given


Priority = Annotated[int, BeforeValidator(_priority)]


def _zone(name: str) -> str:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reason = _("there is no time zone “{zone}”", zone=name)
        raise PydanticCustomError("zone", "{reason}", {"reason": reason}) from None
    return name


ZoneName = Annotated[str, AfterValidator(_zone)]


def _pointers(given: Any) -> Any:
    """Records stand for what points at them."""
    if not isinstance(given, list | tuple):
        return given
    try:
        return list(dict.fromkeys(as_pointer(each) for each in given))
    except Invalid as error:
        raise PydanticCustomError(
            "pointer", "{reason}", {"reason": error.problems[0].reason}
        ) from None


Pointers = Annotated[list[str], BeforeValidator(_pointers)]
"""Records of any area."""


class Todo(
    Record,
    kind="todos.items",
    indexes=[("done", "due"), ("done", "project", "due"), ("done", "summary", "done_at"), ("parent",), ("uid",)],
    sort=["done", "due"],
):  # fmt: skip
    """One thing to do."""

    title: str = field(
        title=N_("Title"),
        help=N_("What is to be done, in a few words."),
        min_length=1,
        max_length=500,
        searchable=True,
        aliases=["标题", "任务", "task", "subject", "content"],
    )
    due: date | None = field(
        None, title=N_("Due"), aliases=["截止", "到期", "due date", "deadline"]
    )
    done: bool = field(False, title=N_("Done"), aliases=["完成", "已完成", "completed"])
    done_at: Moment | None = field(None, title=N_("Done at"))
    minutes: int | None = field(
        None,
        title=N_("Estimate"),
        unit=N_("minutes"),
        ge=0,
        le=100_000,
        aliases=["预计", "estimate"],
    )
    project: str = field("", title=N_("Project"), max_length=200, searchable=True, aliases=["项目", "list"])  # fmt: skip
    tags: list[str] = field([], title=N_("Tags"), searchable=True, aliases=["标签", "labels"])
    note: str = field(
        "", title=N_("Note"), searchable=True, widget="text", aliases=["备注", "description"]
    )
    at: str = field(
        "",
        title=N_("Time of day"),
        help=N_("Such as 15:00, on the day it is due; empty for the whole day."),
        pattern=CLOCK,
        max_length=5,
    )
    zone: ZoneName = field("", title=N_("Time zone"), help=N_("Empty for my own."), max_length=60)
    start: date | None = field(
        None, title=N_("Not before"), help=N_("Until this day it is left out of today.")
    )
    priority: Priority | None = field(
        None,
        title=N_("Priority"),
        help=N_("1 high, 2 middle, 3 low."),
        ge=1,
        le=3,
        aliases=["优先级"],
    )
    contexts: list[str] = field(
        [], title=N_("Contexts"), help=N_("Where or with what it can be done."), max_length=50
    )
    parent: UUID | None = field(None, title=N_("Part of"), help=N_("The to-do that it is a step of."))  # fmt: skip
    waiting: str = field(
        "",
        title=N_("Waiting for"),
        help=N_("Whom or what it waits for; empty when it is up to me."),
        max_length=300,
        searchable=True,
    )
    waiting_since: date | None = field(None, title=N_("Waiting since"))
    rule: RRule | None = field(
        None, title=N_("Repeats"), help=N_("By RFC 5545, such as FREQ=WEEKLY;BYDAY=WE.")
    )
    from_done: bool = field(
        False, title=N_("Counted from completion"), help=N_("The rule begins anew on the day it was done.")
    )  # fmt: skip
    begun: date | None = field(None, title=N_("First due"), help=N_("From which day the rule counts."))  # fmt: skip
    follows: UUID | None = field(None, title=N_("Comes after"), help=N_("The one before it, where it repeats."))  # fmt: skip
    remind: Offsets = field(
        [], title=N_("Reminders"), help=N_("How long before, such as 1d, 2h, 15m or 0m."), max_length=20
    )  # fmt: skip
    links: Pointers = field(
        [], title=N_("Linked to"), help=N_("Plans, skills, documents, people: any record."), max_length=100
    )  # fmt: skip
    what: str = field("", title=N_("What was done"), searchable=True, widget="text")
    result: str = field("", title=N_("Result"), searchable=True, widget="text")
    learning: str = field("", title=N_("Learned"), searchable=True, widget="text")
    summary: Summary = field("", title=N_("Summary"), help=N_("Whether one was given, or is not wanted."))  # fmt: skip
    uid: str | None = field(
        None, title=N_("Identifier"), help=N_("By which calendars and lists know it again."), max_length=500
    )  # fmt: skip

    _told: tuple[Problem, ...] = PrivateAttr(())

    @property
    def told(self) -> tuple[Problem, ...]:
        """What was not understood of the text it was made of, and stayed in the title."""
        return self._told

    @property
    def moment(self) -> date | None:
        """When it is due: a day, or a moment where it has a time of day."""
        if self.due is None or not self.at:
            return self.due
        local = ZoneInfo(self.zone) if self.zone else persons_zone()
        return datetime.combine(self.due, time.fromisoformat(self.at), local)

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """A row of an earlier time may lack what came later; its default then holds."""
        if row.get("summary") is None:
            blank = {
                name: cls.model_fields[name].default for name in _LATER if row.get(name) is None
            }
            return super().kept({**row, **blank})
        return super().kept(row)

    @model_validator(mode="after")
    def _possible(self) -> "Todo":
        if reason := _trouble(self):
            raise PydanticCustomError("todo", "{reason}", {"reason": reason})
        return self

    def _shown_(self) -> dict[str, Any]:
        shown = super()._shown_()
        return (
            shown | {_("Not understood"): [str(each) for each in self._told]}
            if self._told
            else shown
        )


def _trouble(todo: Todo) -> str:
    if todo.due is None and todo.at:
        return _("a time of day needs the day on which it is due")
    if todo.due is None and todo.rule:
        return _("what repeats needs the day on which it is due first")
    if todo.rule:
        rule = parse_rule(todo.rule)
        if rule.hours or rule.minutes or rule.seconds:
            return _("the time of day of a to-do is in `at`, not in its rule")
    if todo.start and todo.due and todo.start > todo.due:
        return _("it would begin after it is due")
    return ""


class Project(Record, kind="todos.projects", key=["name"], indexes=[("state",)], sort=["name"]):
    """What several to-dos lead to. A to-do names it; a name without such a record is a project, too."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    state: ProjectState = field("active", title=N_("State"))
    goal: str = field(
        "", title=N_("Goal"), help=N_("What is true when it is done."), searchable=True, widget="text"
    )  # fmt: skip
    start: date | None = field(None, title=N_("From the day"))
    due: date | None = field(None, title=N_("Due"))
    links: Pointers = field([], title=N_("Linked to"), max_length=100)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Need(Record, kind="todos.needs", key=["todo", "needs"], indexes=[("needs",)]):
    """A to-do that cannot be done before another one is."""

    todo: UUID = field(title=N_("To-do"))
    needs: UUID = field(title=N_("Needs"))


class Block(Record, kind="todos.blocks", indexes=[("start",), ("todo",)], sort=["start"]):
    """Time that is set aside, for a to-do or for something else."""

    title: str = field("", title=N_("Title"), max_length=500, searchable=True)
    todo: UUID | None = field(None, title=N_("To-do"))
    start: Moment = field(title=N_("Begin"))
    minutes: int = field(title=N_("Duration"), unit=N_("minutes"), ge=1, le=1440)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Work(
    Record, kind="todos.work", key=["running"], indexes=[("start",), ("todo",)], sort=["-start"]
):
    """Time that was spent on a to-do. Its key sees to it that one piece of work runs at a time."""

    todo: UUID | None = field(None, title=N_("To-do"))
    start: Moment = field(title=N_("Begin"))
    minutes: int = field(0, title=N_("Duration"), unit=N_("minutes"), ge=0, le=100_000)
    running: bool | None = field(None, title=N_("Running"), help=N_("Yes, or empty once it is over."))  # fmt: skip
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Mirror(Record, kind="todos.mirrors", key=["place", "item"], indexes=[("todo",)]):
    """A to-do that also stands in a text: how both were when they were last brought in step."""

    place: str = field(title=N_("Where"), max_length=500)
    item: str = field(title=N_("Identifier"), max_length=100)
    todo: UUID = field(title=N_("To-do"))
    text: str = field("", title=N_("Text"), max_length=5000)
    said: str = field("", title=N_("As a line"), max_length=5000)
    done: bool = field(False, title=N_("Done"))
