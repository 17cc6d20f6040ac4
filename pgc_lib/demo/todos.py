"""The demo family's to-dos: what was done week by week and what came of it, what is late, what is coming."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today, zone
from pgc_lib.demo.calendar import days, dice
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.todos import Todos
    from pgc_lib.lab import Lab

DEMO = "demo"

# title, project, tags, minutes
USUAL: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("写周报 Write the weekly report", "工作 Work", ("工作", "report"), 30),
    ("给外婆打电话 Call grandma", "家人 Family", ("家人", "family"), 20),
    ("练吉他 Practise guitar", "爱好 Hobbies", ("音乐", "music"), 45),
    ("读一章《系统之美》 Read a chapter on systems", "学习 Learning", ("读书", "reading"), 60),
    ("整理发票 File receipts", "家务 Home", ("钱", "money"), 25),
    ("重构数据管道 Refactor the data pipeline", "工作 Work", ("工作", "python"), 120),
    ("陪小满看星星 Stargazing with Xiaoman", "家人 Family", ("家人", "family"), 90),
    ("跑步五公里 Run five kilometres", "健康 Health", ("运动", "health"), 40),
)
AHEAD: tuple[tuple[int, str, str, tuple[str, ...], int], ...] = (
    (-3, "退掉坏了的水壶 Return the broken kettle", "家务 Home", ("家务", "home"), 20),
    (-1, "回复老同学的邮件 Answer an old friend", "家人 Family", ("朋友", "friends"), 15),
    (0, "写周报 Write the weekly report", "工作 Work", ("工作", "report"), 30),
    (0, "练吉他 Practise guitar", "爱好 Hobbies", ("音乐", "music"), 45),
    (1, "准备季度回顾 Prepare the quarterly review", "工作 Work", ("工作", "okr"), 90),
    (3, "订寒假火车票 Book winter train tickets", "家人 Family", ("旅行", "travel"), 20),
    (9, "更新简历 Update the résumé", "职业 Career", ("职业", "career"), 60),
    (21, "体检 Health check", "健康 Health", ("健康", "health"), 180),
)


# name, state, goal
PROJECTS: tuple[tuple[str, str, str], ...] = (
    ("工作 Work", "active", "每个季度交出一件自豪的东西 Something to be proud of each quarter"),
    ("职业 Career", "active", "明年做技术负责人 Leading a team next year"),
    ("家人 Family", "active", "每周有一个晚上只属于家人 One evening a week for the family alone"),
    ("家务 Home", "active", "一个谁都找得到东西的家 A home in which everybody finds things"),
    ("爱好 Hobbies", "active", "弹完一首曲子 One piece from beginning to end"),
    ("阳台花园 Balcony garden", "someday", "自己种的番茄 Tomatoes of our own"),
)
# how the done ones end: what, result, learning
SUMMARIES: dict[str, tuple[str, str, str]] = {
    "写周报 Write the weekly report": (
        "写了本周三件事 Three things of the week", "已发出 Sent", "先写结论 Begin with the conclusion"
    ),
    "重构数据管道 Refactor the data pipeline": (
        "拆出了清洗步骤 Took the cleaning apart", "快了 40% 40 % faster", "先有测试再动手 Tests before changes"
    ),
    "读一章《系统之美》 Read a chapter on systems": (
        "读完一章 One chapter read", "", "延迟让调节过头 Delays make us overshoot"
    ),
    "陪小满看星星 Stargazing with Xiaoman": ("看了木星的卫星 The moons of Jupiter", "", ""),
}  # fmt: skip
# title, done
PARTS: tuple[tuple[str, bool], ...] = (
    ("收集各组数字 Collect the numbers", True),
    ("画三张图 Draw three charts", False),
    ("试讲一遍 Rehearse", False),
)
REPEATED: dict[str, tuple[str, bool, str]] = {
    "写周报 Write the weekly report": ("FREQ=WEEKLY", False, "17:00"),
    "练吉他 Practise guitar": ("FREQ=DAILY;INTERVAL=2", True, ""),
    "体检 Health check": ("FREQ=YEARLY", True, "09:00"),
}
"""Rule, counted from completion, time of day."""
URGENT = ("准备季度回顾 Prepare the quarterly review", "更新简历 Update the résumé")
REVIEW = URGENT[0]
WORKED_DAYS = 120
ASKED_DAYS = 6


def load(lab: "Lab") -> int:
    """Keep the demo's to-dos unless they are there already."""
    todos: Todos = lab.todos
    if todos.items.count(note=DEMO):
        return 0
    added = todos.items.add_many([*_past(), *_ahead()]).added
    rows = [{"name": name, "state": state, "goal": goal, "note": DEMO} for name, state, goal in PROJECTS]  # fmt: skip
    added += todos.projects.add_many(rows).added
    return added + _ties(todos) + _time(todos)


def _ties(todos: "Todos") -> int:
    """The review with its steps, one of which needs another; the tickets wait for somebody."""
    review = todos.items.find(title=REVIEW, note=DEMO, limit=1)[0]
    last = today()
    done = datetime.combine(last - timedelta(1), time(16), zone())
    steps = [
        todos.items.add(title=title, parent=review.id, project=review.project, note=DEMO, done=is_done, done_at=done if is_done else None, summary="skipped" if is_done else "")
        for title, is_done in PARTS
    ]  # fmt: skip
    todos.need(steps[2], steps[1])
    todos.need(review, steps[2])
    tickets = todos.items.find(title="订寒假火车票 Book winter train tickets", note=DEMO, limit=1)[
        0
    ]
    todos.items.update(
        tickets, waiting="外婆定日子 Grandma's dates", waiting_since=last - timedelta(4), remind=["0m", "1d"]
    )  # fmt: skip
    return len(steps) + 2


def _time(todos: "Todos") -> int:
    """What was worked in the last months, and what is set aside for the days to come."""
    chance = dice("work")
    first = datetime.combine(today() - timedelta(WORKED_DAYS), time(), zone())
    done = todos.items.find(col("done_at") >= first, done=True, note=DEMO, order="done_at")
    work = [
        {"todo": each.id, "start": each.done_at - timedelta(minutes=each.minutes + 5), "minutes": max(5, round(each.minutes * chance.uniform(0.6, 1.6))), "note": DEMO}
        for each in done
        if each.minutes and each.done_at
    ]  # fmt: skip
    review = todos.items.find(title=REVIEW, note=DEMO, limit=1)[0]
    blocks = [
        {"title": review.title, "todo": review.id, "start": _at(today() + timedelta(1), 9), "minutes": 90, "note": DEMO},
        {"title": "深度工作 Deep work", "todo": None, "start": _at(today() + timedelta(1), 14), "minutes": 120, "note": DEMO},
    ]  # fmt: skip
    return todos.work.add_many(work).added + todos.blocks.add_many(blocks).added


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), zone())


def _past() -> Iterator[dict[str, Any]]:
    chance = dice("todos")
    last = today()
    for day in days():
        for title, project, tags, minutes in USUAL:
            # A growing habit: rarely at first, most weeks in the third year.
            habit = 0.08 + 0.10 * (1 - (last - day).days / (3 * 366))
            if day < last and chance.random() < habit:
                late = chance.choice((0, 0, 0, 1, 2))
                yield _todo(title, project, tags, minutes, day, min(day + timedelta(late), last))


def _ahead() -> Iterator[dict[str, Any]]:
    for days_ahead, title, project, tags, minutes in AHEAD:
        yield _todo(title, project, tags, minutes, today() + timedelta(days_ahead), None)


def _todo(
    title: str, project: str, tags: tuple[str, ...], minutes: int, due: date, done: date | None
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": title,
        "project": project,
        "tags": list(tags),
        "minutes": minutes,
        "due": due,
        "done": done is not None,
        "done_at": _at(done, 20) if done else None,
        "priority": 1 if title in URGENT else None,
        "note": DEMO,
    }
    if done is None:
        rule, from_done, clock = REPEATED.get(title, (None, False, ""))
        return values | {"rule": rule, "from_done": from_done, "at": clock, "begun": due if rule else None}  # fmt: skip
    if (today() - done).days < ASKED_DAYS:
        return values  # the latest ones are still to be summed up
    what, result, learning = SUMMARIES.get(title, ("", "", ""))
    said = "given" if what else "skipped"
    return values | {"what": what, "result": result, "learning": learning, "summary": said}
