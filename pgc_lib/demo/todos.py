"""The demo family's to-dos: what was done week by week, what is late, what is coming."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today, zone
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

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


def load(lab: "Lab") -> int:
    """Keep the demo's to-dos unless they are there already."""
    if lab.todos.count(note="demo"):
        return 0
    return int(lab.todos.add_many([*_past(), *_ahead()]).added)


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
    return {
        "title": title,
        "project": project,
        "tags": list(tags),
        "minutes": minutes,
        "due": due,
        "done": done is not None,
        "done_at": datetime.combine(done, time(20), zone()) if done else None,
        "note": "demo",
    }
