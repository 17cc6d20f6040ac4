"""The demo's people: four generations, the days that matter to them, three years of calls, gifts, care and a goal."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.kin.care import days_of
from pgc_lib.core.zone import today
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.areas.family import Family
    from pgc_lib.areas.goals import Goals
    from pgc_lib.lab import Lab

ME, WIFE = "我 Me", "苏晴 Su Qing"

# name, sex, born, called, by the Chinese calendar, died
PEOPLE: tuple[tuple[str, str, str, str, bool, str | None], ...] = (
    ("陈守义 Chen Shouyi", "male", "1931-02-11", "爷爷", True, "2016-11-03"),
    ("何桂兰 He Guilan", "female", "1934-09-02", "奶奶", True, None),
    ("陆远山 Lu Yuanshan", "male", "1933-05-20", "外公", True, "2020-01-18"),
    ("梁素琴 Liang Suqin", "female", "1936-12-08", "外婆", True, None),
    ("陈国栋 Chen Guodong", "male", "1955-03-14", "大伯", False, None),
    ("陈国梁 Chen Guoliang", "male", "1958-07-22", "爸爸", False, None),
    ("陈国芳 Chen Guofang", "female", "1962-10-05", "姑姑", False, None),
    ("陆文慧 Lu Wenhui", "female", "1960-04-30", "妈妈", False, None),
    ("陆文涛 Lu Wentao", "male", "1964-08-17", "舅舅", False, None),
    ("赵敏 Zhao Min", "female", "1966-02-25", "舅妈", False, None),
    ("苏建国 Su Jianguo", "male", "1957-06-09", "岳父", False, None),
    ("林玉珍 Lin Yuzhen", "female", "1959-11-21", "岳母", False, None),
    ("陈浩 Chen Hao", "male", "1983-01-19", "堂哥", False, None),
    (ME, "male", "1987-05-16", "我", False, None),
    ("陈静 Chen Jing", "female", "1991-09-28", "妹妹", False, None),
    (WIFE, "female", "1988-03-07", "妻子", False, None),
    ("苏阳 Su Yang", "male", "1993-12-12", "小舅子", False, None),
    ("陆小川 Lu Xiaochuan", "male", "1992-06-01", "表弟", False, None),
    ("周岚 Zhou Lan", "female", "1990-02-02", "表弟媳", False, None),
    ("陈小满 Chen Xiaoman", "female", "2015-05-21", "女儿", False, None),
    ("陈小禾 Chen Xiaohe", "male", "2019-10-10", "儿子", False, None),
    ("陈朵朵 Chen Duoduo", "female", "2012-08-08", "堂侄女", False, None),
)
_CHILDREN: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("爷爷", "奶奶"), ("大伯", "爸爸", "姑姑")),
    (("外公", "外婆"), ("妈妈", "舅舅")),
    (("爸爸", "妈妈"), ("我", "妹妹")),
    (("舅舅", "舅妈"), ("表弟",)),
    (("岳父", "岳母"), ("妻子", "小舅子")),
    (("大伯",), ("堂哥",)),
    (("堂哥",), ("堂侄女",)),
    (("我", "妻子"), ("女儿", "儿子")),
)
_TOGETHER: tuple[tuple[str, str, str], ...] = (
    ("爷爷", "奶奶", "1953-10-01"),
    ("外公", "外婆", "1957-02-14"),
    ("爸爸", "妈妈", "1984-05-01"),
    ("舅舅", "舅妈", "1990-10-01"),
    ("岳父", "岳母", "1985-01-01"),
    ("我", "妻子", "2013-10-02"),
    ("表弟", "表弟媳", "2020-09-19"),
)
_OCCASIONS: tuple[tuple[str, int, int, bool], ...] = (
    ("除夕 New Year's Eve", 12, 30, True),
    ("元宵节 Lantern Festival", 1, 15, True),
    ("端午节 Dragon Boat Festival", 5, 5, True),
    ("中秋节 Mid-Autumn Festival", 8, 15, True),
    ("重阳节 Double Ninth", 9, 9, True),
    ("全家相册日 Family album day", 6, 18, False),
)
# whom, how often in days, how, what about
_HABITS: tuple[tuple[str, int, str, str], ...] = (
    ("外婆", 9, "call", "聊了聊天气和小满的作业 The weather, and Xiaoman's homework"),
    ("奶奶", 12, "call", "奶奶说院子里的柿子熟了 The persimmons are ripe"),
    ("妈妈", 5, "call", "家常 This and that"),
    ("爸爸", 16, "message", "爸爸发来钓鱼的照片 Father's fishing picture"),
    ("岳母", 14, "visit", "一起包饺子 Making dumplings together"),
    ("妹妹", 20, "message", "妹妹换了新工作 A new job"),
    ("舅舅", 70, "visit", "舅舅教小禾下棋 Chess with Xiaohe"),
    ("堂哥", 110, "call", "商量清明回老家 Planning the trip home"),
)


# how often one wishes to talk, in days
_WISHES: dict[str, int] = {"外婆": 10, "奶奶": 14, "妈妈": 7, "爸爸": 14, "妹妹": 21, "堂哥": 90}
# whom, month, day, what, worth, from us, occasion
_GIFTS: tuple[tuple[str, int, int, str, str, bool, str], ...] = (
    ("奶奶", 1, 28, "红包 Red envelope", "1000", True, "春节 Spring Festival"),
    ("外婆", 1, 29, "红包 Red envelope", "1000", True, "春节 Spring Festival"),
    ("岳母", 9, 14, "月饼 Mooncakes", "268", True, "中秋 Mid-Autumn"),
    ("女儿", 5, 21, "望远镜 A telescope", "399", True, "生日 Birthday"),
    (
        "舅舅",
        1,
        30,
        "给孩子的红包 Red envelopes for the children",
        "600",
        False,
        "春节 Spring Festival",
    ),
    ("堂哥", 6, 1, "童书 Picture books", "180", False, "儿童节 Children's Day"),
)
_CARE: tuple[tuple[str, str, str, int], ...] = (
    ("陪奶奶散步 A walk with Grandmother", "奶奶", "FREQ=WEEKLY;BYDAY=SU", 60),
    ("给外婆配药 Medicine for Grandmother", "外婆", "FREQ=MONTHLY;BYMONTHDAY=5", 40),
    ("接小禾放学 Fetch Xiaohe from school", "儿子", "FREQ=WEEKLY;BYDAY=TU,TH", 45),
)


def load(lab: "Lab") -> int:
    """Keep the demo's people unless there are any already."""
    family: Family = lab.family
    if family.members.count(note="demo"):
        return 0
    added = family.members.add_many(
        [
            {
                "name": name, "sex": sex, "born": born, "called": called, "lunar": lunar, "died": died, "note": "demo",
                "every": _WISHES.get(called),
            }
            for name, sex, born, called, lunar, died in PEOPLE
        ]
    ).added  # fmt: skip
    ids = {member.called: member.id for member in family.members.find(note="demo")}
    added += family.relations.add_many([*_parents(ids), *_partners(ids)]).added
    added += family.occasions.add_many(
        [
            {"title": title, "month": month, "day": day, "lunar": lunar}
            for title, month, day, lunar in _OCCASIONS
        ]
    ).added
    added += family.gifts.add_many([*_gifts(ids)]).added
    added += _care(family, ids) + _goal(lab)
    return added + family.contacts.add_many([*_contacts(ids)]).added


def _gifts(ids: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    first, last = next(iter(days())), today()
    for year in range(first.year, last.year + 1):
        for called, month, day, what, worth, ours, occasion in _GIFTS:
            when = date(year, month, day)
            if first <= when <= last:
                yield {
                    "member": ids[called], "day": when, "what": what, "worth": worth, "ours": ours,
                    "occasion": occasion, "note": "demo",
                }  # fmt: skip


def _care(family: "Family", ids: dict[str, UUID]) -> int:
    """What comes again each week and month; nearly all of the last year was done, the latest walk was not."""
    chance, last = dice("care"), today()
    start = last - timedelta(days=365)
    done = []
    for title, called, rule, minutes in _CARE:
        task = family.care.add(
            title=title, member=ids[called], start=start, rule=rule, minutes=minutes, note="demo"
        )
        for due in days_of(task, start, last - timedelta(days=8)):
            skipped = chance.random() < 0.08
            done.append({"task": task.id, "due": due, "day": due, "skipped": skipped})
    return len(_CARE) + family.care_done.add_many(done).added


def _goal(lab: "Lab") -> int:
    """Saving for a journey together, month by month."""
    goals: Goals = lab.goals
    last = today()
    goal = goals.items.add(
        title="全家去云南 A family journey to Yunnan", target="24000", unit="CNY", note="demo",
        start=last - timedelta(days=300), due=last + timedelta(days=160),
    )  # fmt: skip
    whose = (("我 Me", "900"), (WIFE, "800"), ("陈小满 Chen Xiaoman", "30"))
    rows = [
        {
            "goal": goal.id,
            "day": last - timedelta(days=300 - 30 * month),
            "amount": amount,
            "whose": name,
        }
        for month in range(10)
        for name, amount in whose
    ]
    return 1 + goals.contributions.add_many(rows).added


def _parents(ids: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    for parents, children in _CHILDREN:
        for parent in parents:
            for child in children:
                yield {"one": ids[parent], "other": ids[child], "tie": "parent", "how": "birth"}


def _partners(ids: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    for one, other, since in _TOGETHER:
        yield {"one": ids[one], "other": ids[other], "tie": "partner", "how": "marriage", "since": since}  # fmt: skip


def _contacts(ids: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    """Habits with their irregularities; the cousin was not called for a while."""
    chance, first, last = dice("family"), next(iter(days())), today()
    for called, every, how, note in _HABITS:
        day: date = first + timedelta(days=chance.randint(0, every))
        silent = timedelta(days=140 if called == "堂哥" else 0)
        while day <= last - silent:
            yield {"member": ids[called], "day": day, "how": how, "note": note}
            day += timedelta(days=max(1, round(every * chance.uniform(0.6, 1.5))))
