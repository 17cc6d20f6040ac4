"""The demo family's budgets, its rules for categories, and a few lines that wait for a category."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today
from pgc_lib.demo.calendar import days
from pgc_lib.demo.money import WALLET

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

# name, in a few words, categories, carried over
BUDGETS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("吃饭 Eating", "1900 a month", ("餐饮 Food", "买菜 Groceries"), "nothing"),
    ("出行 Getting about", "160 a month", ("交通 Transport",), "left"),
    ("聚会 Going out", "700 a month", ("聚会 Going out",), "left"),
    ("学习与爱好 Learning and hobbies", "800 a month", ("学习 Learning", "爱好 Hobbies"), "everything"),
    ("家用 Household", "620 a month", ("日用 Household", "健康 Health"), "everything"),
    ("海边假期 Seaside holiday", "9600 by {july}, every year", ("旅行 Travel",), "everything"),
)  # fmt: skip
# category, payees, more conditions
RULES: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    ("餐饮 Food", ("早餐", "面馆", "食堂"), {"flow": "out", "most": 60}),
    ("交通 Transport", ("地铁", "公交", "共享单车"), {"flow": "out"}),
    ("水电 Utilities", ("=示例电力 Demo Power", "/燃气|自来水/"), {}),
    ("聚会 Going out", ("火锅",), {"weekdays": ["fri", "sat", "sun"]}),
)
# days ago, payee, amount: the first are known to rules, the next to what was learned, the last to nobody
OPEN: tuple[tuple[int, str, str], ...] = (
    (1, "巷口早餐 Corner Breakfast", "-11.50"),
    (2, "地铁 Metro", "-5"),
    (1, "社区超市 Corner Market", "-86.40"),
    (2, "墨香书店 Inkwell Books", "-58"),
    (3, "山野户外 Hillside Outdoor", "-219"),
    (4, "鲜果铺 Fruit Stall", "-42.80"),
    (6, "纸鸢工坊（虚构）Paper Kite Workshop", "-128"),
)


def load(lab: "Lab") -> int:
    """Keep them unless they are there already; what was learned suggests categories for the open lines."""
    if lab.finance.budgets.count(note="demo"):
        return 0
    first = next(days())
    for name, words, categories, carry in BUDGETS:
        lab.finance.budgets.plan(
            name,
            words.format(july=_july(first).isoformat()),
            categories=categories,
            start=first,
            carry=carry,
            note="demo",
        )
    for number, (category, payees, more) in enumerate(RULES):
        lab.finance.rules.add(
            category=category, payee=list(payees), priority=100 + number, remark="demo", **more
        )
    added = lab.finance.add_many(list(_open()), on_conflict="skip").added
    done = lab.finance.categorise()
    return len(BUDGETS) + len(RULES) + int(added + done.suggested)


def _july(first: date) -> date:
    """The first 14th of July, when the holiday begins."""
    return date(first.year + (first > date(first.year, 7, 14)), 7, 14)


def _open() -> Iterator[dict[str, Any]]:
    for ago, payee, amount in OPEN:
        day = today() - timedelta(days=ago)
        yield {
            "day": day,
            "amount": amount,
            "payee": payee,
            "account": WALLET,
            "note": "demo",
            "reference": f"demo-{day.isoformat()}-open-{payee}",
        }
