"""What was done lately, as proposals for the career anchor: achievements, and what one is working on now.

A finished to-do with a result, a finished project, a higher level of a skill, a plan that was reached: each may be an
achievement. A final report shows what took the time: that may be the current focus, and what took none may be over.
Rules word it plainly; a `Writer` such as `lab.ai.achiever()` may word it better, with the same facts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from pgc_lib.areas.suggesting.proposals import Proposal, old_of
from pgc_lib.areas.suggesting.wording import said
from pgc_lib.core.pointer import point
from pgc_lib.core.session import Session
from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

ACHIEVEMENTS, FOCUS = "anchor.achievements", "anchor.focus"
FEWEST = 3
"""So many finished to-dos of one project within a report make it a focus."""
_CHINESE_UNITS = (
    "万元|亿元|小时|分钟|公里|公斤|次|个|人|件|项|天|周|元|篇|本|倍|分|页|万|亿|年|月|日|号"
)
_MEASURED = re.compile(
    rf"(?<![\w.])([-+]?\d[\d,]*(?:\.\d+)?)\s*(%|％|{_CHINESE_UNITS}|[a-zA-Zµ°]{{1,12}}(?:/[a-z]+)?)?"
)


class Writer(Protocol):
    """Words an achievement from what is known of it; `model` and `prompt` name what did."""

    model: str
    prompt: str

    def __call__(self, drafts: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The same drafts, worded; numbers stay what they were."""
        ...


def proposals(
    session: Session, since: date | None = None, writer: Writer | None = None
) -> Iterator[Proposal]:
    """Everything that the last weeks propose; what was proposed before is known by what it is about."""
    begun = since or today() - timedelta(days=30)
    achieved = [
        *_todos(session, begun),
        *_projects(session, begun),
        *_levels(session, begun),
        *_plans(session, begun),
    ]
    yield from _worded(achieved, writer) if writer and achieved else achieved
    yield from _focus(session, begun)


def _achievement(about: str, reason: str, confidence: float, **fields: Any) -> Proposal:
    return Proposal(
        topic="anchor.achievement",
        kind=ACHIEVEMENTS,
        changes={name: value for name, value in fields.items() if value not in (None, "", [])},
        source="rule",
        title=fields["title"],
        reason=reason,
        confidence=confidence,
        about=about,
    )


def _todos(session: Session, since: date) -> Iterator[Proposal]:
    from pgc_lib.areas.todos import Todos

    items = Todos(session).items
    mine = col("owner") == session.person
    told = items.frame(
        mine, col("result") != "", done=True, order="done_at", columns=["id", "title", "result", "done_at"]
    )  # fmt: skip
    # What repeats and brings the same each time was an achievement the first time.
    first = told.unique(["title", "result"], keep="first", maintain_order=True)
    new = first.filter(first["done_at"] >= _start(since))
    for todo in items.find(col("id").is_in(map(UUID, new["id"])), order="done_at"):
        number, unit = measured(todo.result)
        yield _achievement(
            f"todo:{todo.id.hex}",
            said(N_("You finished this to-do and wrote down what came of it.")),
            0.6 if number is not None else 0.4,
            title=todo.title[:300],
            action=todo.what,
            result=todo.result,
            number=number,
            unit=unit,
            end=_day(todo.done_at),
            evidence=[point(todo)],
        )


def _projects(session: Session, since: date) -> Iterator[Proposal]:
    from pgc_lib.areas.todos import Todos

    todos = Todos(session)
    for project in todos.projects.find(
        col("owner") == session.person, state="done", updated_at__ge=_start(since)
    ):
        done = todos.items.count(project=project.name, done=True)
        yield _achievement(
            f"project:{project.id.hex}",
            said(N_("This project is finished; {n} of its to-dos were done."), n=done),
            0.7,
            title=project.name[:300],
            situation=project.goal,
            begin=project.start.isoformat() if project.start else "",
            end=_day(project.updated_at),
            evidence=[point(project)],
        )


def _levels(session: Session, since: date) -> Iterator[Proposal]:
    from pgc_lib.areas.skills import Skills

    skills = Skills(session)
    highest: dict[Any, float] = {}
    for found in skills.assessments.find(col("owner") == session.person, order="day"):
        before = highest.get(found.skill, 0.0)
        highest[found.skill] = max(before, found.level)
        if found.day < since or found.level < before + 1:
            continue
        skill = skills.items.get(found.skill)
        level = f"{found.level:g}"
        yield _achievement(
            f"level:{found.skill.hex}:{level}",
            said(N_("This level of {skill} is new; before it was {before}."), skill=skill.name, before=f"{before:g}"),
            0.5,
            title=_("{skill} at level {level}", skill=skill.name, level=level),
            result=found.note,
            end=found.day.isoformat(),
            skills=[point(skill)],
            evidence=[point(found)],
        )  # fmt: skip


def _plans(session: Session, since: date) -> Iterator[Proposal]:
    from pgc_lib.areas.anchor import Anchor

    for plan in Anchor(session).plans.find(
        col("owner") == session.person, col("reached_on") >= since, state="reached"
    ):
        yield _achievement(
            f"plan:{plan.id.hex}",
            said(N_("This plan was reached.")),
            0.7,
            title=plan.title[:300],
            situation=plan.why,
            result="; ".join(plan.success),
            begin=plan.begin.isoformat() if plan.begin else "",
            end=plan.reached_on.isoformat() if plan.reached_on else "",
            evidence=[point(plan)],
        )


def _focus(session: Session, since: date) -> Iterator[Proposal]:
    """What the latest final report of a month or more shows: a new focus, or one that got no time."""
    from pgc_lib.areas.anchor import Anchor
    from pgc_lib.areas.reports import Reports
    from pgc_lib.areas.todos import Todos

    finals = Reports(session).written.find(
        col("owner") == session.person, state="final", finalised_at__ge=_start(since), order="-last"
    )
    report = next((each for each in finals if len(each.period) >= 28), None)
    if report is None:
        return
    period = report.period
    done = Todos(session).items.find(
        col("owner") == session.person,
        done=True,
        done_at__ge=period.begins,
        done_at__lt=period.ends,
    )
    counts = Counter(todo.project for todo in done if todo.project)
    now = Anchor(session).focus.find(col("owner") == session.person, until__null=True)
    known = {name for each in now for name in (each.title, each.todo_project) if name}
    for project, times in counts.most_common(3):
        if times >= FEWEST and project not in known:
            yield Proposal(
                topic="anchor.focus",
                kind=FOCUS,
                changes={"title": project[:300], "todo_project": project[:200], "since": period.first},
                source="rule",
                title=project,
                reason=said(N_("{report}: {n} to-dos of this project were done."), report=report.title, n=times),
                confidence=min(0.9, times / (times + 5)),
                about=f"focus:{project}",
            )  # fmt: skip
    for focus in now:
        idle = focus.todo_project and not counts[focus.todo_project]
        if idle and (focus.since is None or focus.since < period.first):
            changes = {"until": period.last}
            yield Proposal(
                topic="anchor.focus",
                kind=FOCUS,
                changes=changes,
                source="rule",
                target=focus.id,
                old=old_of(focus, changes),
                title=focus.title,
                reason=said(N_("{report}: nothing of this project was done."), report=report.title),
                confidence=0.4,
                about=f"focus:{focus.id.hex}:{period.name}",
            )


def measured(text: str) -> tuple[float | None, str]:
    """The first number in a sentence with its unit, as `30` and `%`; a year or a date is none."""
    for match in _MEASURED.finditer(text):
        number = float(match[1].replace(",", ""))
        unit = (match[2] or "").replace("％", "%")
        if unit in ("年", "月", "日", "号") or (not unit and 1900 <= number <= 2100):
            continue
        return number, unit
    return None, ""


def _worded(achieved: Sequence[Proposal], writer: Writer) -> Iterator[Proposal]:
    from dataclasses import replace

    for proposal, words in zip(
        achieved, writer([proposal.changes for proposal in achieved]), strict=True
    ):
        changes = {**proposal.changes, **words}
        if changes == proposal.changes:
            yield proposal
        else:
            yield replace(
                proposal,
                changes=changes,
                source="model",
                model=writer.model,
                prompt=writer.prompt,
                title=str(changes["title"]),
            )


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone()).astimezone(UTC)


def _day(moment: datetime | None) -> str:
    return moment.astimezone(zone()).date().isoformat() if moment else ""
