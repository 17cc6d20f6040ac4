"""Three years of learning: one skill taken up after the other, a habit that grows, and one that was dropped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.ids import new_id
from pgc_lib.core.zone import today
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from uuid import UUID

    from pgc_lib.lab import Lab


@dataclass(frozen=True, slots=True)
class _Skill:
    """How one skill went: practised between two shares of the three years, so often a week, to a level."""

    name: str
    topic: str
    begin: float
    end: float
    often: float
    hours: float
    level: float
    aliases: tuple[str, ...] = ()
    needs: tuple[tuple[str, float], ...] = ()


_WORK, _MUSIC, _SPEECH, _BODY = "编程 Programming", "音乐 Music", "语言 Languages", "身体 Body"

SKILLS: tuple[_Skill, ...] = (
    _Skill("Python", _WORK, 0.0, 1.0, 2.6, 1.2, 4, ("蟒蛇语言",)),
    _Skill("SQL", _WORK, 0.1, 0.9, 1.2, 0.9, 3.5),
    _Skill("统计 Statistics", _WORK, 0.25, 0.75, 1.0, 1.1, 3, ("statistics",)),
    _Skill(
        *("数据可视化 Visualisation", _WORK, 0.35, 1.0, 0.8, 1.0, 3),
        needs=(("Python", 2), ("统计 Statistics", 1)),
    ),
    _Skill(
        *("机器学习 Machine learning", _WORK, 0.55, 1.0, 1.4, 1.4, 2.5),
        needs=(("Python", 3), ("统计 Statistics", 2)),
    ),
    _Skill(
        "数据管道 Data pipelines", _WORK, 0.6, 1.0, 0.9, 1.3, 2, (), (("Python", 3), ("SQL", 3))
    ),
    _Skill("深度学习 Deep learning", _WORK, 2, 2, 0, 1, 0, (), (("机器学习 Machine learning", 2),)),
    _Skill("流处理 Streaming", _WORK, 2, 2, 0, 1, 0, (), (("数据管道 Data pipelines", 3),)),
    _Skill("吉他 Guitar", _MUSIC, 0.05, 1.0, 1.9, 0.7, 3, ("guitar",)),
    _Skill("乐理 Music theory", _MUSIC, 0.3, 0.6, 0.7, 0.6, 2),
    _Skill(
        *("指弹 Fingerstyle", _MUSIC, 0.7, 1.0, 1.1, 0.7, 1.5),
        needs=(("吉他 Guitar", 2), ("乐理 Music theory", 1)),
    ),
    _Skill("西班牙语 Spanish", _SPEECH, 0.0, 0.45, 2.2, 0.6, 2.5, ("Español",)),
    _Skill("英语写作 English writing", _SPEECH, 0.2, 1.0, 0.9, 0.8, 4),
    _Skill("跑步 Running", _BODY, 0.15, 1.0, 1.8, 0.8, 3, ("running",)),
)
# skill, share of the three years, title, how, weight, level, link
PROOFS: tuple[tuple[str, float, str, str, float, float | None, str], ...] = (
    ("Python", 0.3, "家庭账本脚本 Household ledger", "project", 1.0, 2, ""),
    ("Python", 0.8, "同事评审 Review by a colleague（虚构）", "review", 1.5, 4, ""),
    (
        "SQL",
        0.5,
        "示例数据库证书 Demo database certificate",
        "certificate",
        2.0,
        3,
        "https://example.org/sql",
    ),
    (
        "统计 Statistics",
        0.7,
        "在线课程结业 Course completed（虚构）",
        "certificate",
        1.0,
        3,
        "https://example.org/stats",
    ),
    (
        "数据可视化 Visualisation",
        0.75,
        "小区用电图 Power use of the block",
        "project",
        1.0,
        None,
        "",
    ),
    ("机器学习 Machine learning", 0.92, "demo-forecast: 38 commits", "commits", 1.0, 2, ""),
    ("吉他 Guitar", 0.6, "家庭音乐会 Concert at home", "review", 1.0, 3, ""),
    (
        "西班牙语 Spanish",
        0.42,
        "A2 证书 A2 certificate（虚构）",
        "certificate",
        2.0,
        2,
        "https://example.org/a2",
    ),
    ("跑步 Running", 0.85, "半程马拉松 Half marathon", "project", 1.0, 3, ""),
)
# name, aimed at, what it asks for
ROLES: tuple[tuple[str, bool, tuple[tuple[str, float, float], ...]], ...] = (
    (
        *("数据工程师 Data engineer", True),
        (
            ("Python", 4, 2),
            ("SQL", 4, 2),
            ("数据管道 Data pipelines", 4, 2),
            ("流处理 Streaming", 2, 1),
            ("英语写作 English writing", 3, 1),
            ("Kubernetes", 2, 1),
        ),
    ),
    (
        *("街头吉他手 Street guitarist", False),
        (("吉他 Guitar", 4, 2), ("指弹 Fingerstyle", 3, 1), ("乐理 Music theory", 2, 1)),
    ),
)


def load(lab: "Lab") -> int:
    """Keep the demo's skills unless they are there already."""
    if lab.skills.count(note="demo"):
        return 0
    batch = new_id()
    known = {skill.name for skill in lab.skills.find(owner=lab.person)}
    fresh = [skill for skill in SKILLS if skill.name not in known]
    items = [
        {"name": s.name, "topic": s.topic, "aliases": list(s.aliases), "note": "demo"}
        for s in fresh
    ]
    added = lab.skills.add_many(items, batch=batch).added
    ids = {skill.name: skill.id for skill in lab.skills.find(owner=lab.person, note="demo")}
    parts = (
        (lab.skills.links, _links(ids)),
        (lab.skills.practice, _practice(ids)),
        (lab.skills.evidence, _proofs(ids)),
        (lab.skills.assessments, _assessments(ids)),
    )
    for collection, lines in parts:
        added += collection.add_many(list(lines), batch=batch).added
    return int(added) + _roles(lab, batch)


def _span() -> tuple[date, int]:
    first = next(days())
    return first, (today() - first).days


def _at(share: float) -> date:
    first, length = _span()
    return first + timedelta(round(length * share))


def _links(ids: "dict[str, UUID]") -> Iterator[dict[str, Any]]:
    for skill in SKILLS:
        for needed, level in skill.needs:
            if skill.name in ids and needed in ids:
                yield {"skill": ids[skill.name], "needs": ids[needed], "level": level}


def _practice(ids: "dict[str, UUID]") -> Iterator[dict[str, Any]]:
    first, length = _span()
    chance = dice("skills")
    for day in days():
        share = (day - first).days / length
        for skill in SKILLS:
            # Drawn for every skill and day, so that one skill more changes nothing of the others.
            luck, spread = chance.random(), chance.lognormvariate(0, 0.35)
            weekend = 1.5 if day.weekday() >= 5 else 0.8
            holiday = 0.3 if day.month == 7 and 14 <= day.day <= 20 else 1.0
            # Taken up with zest, carried on with a growing habit.
            zest = 0.75 + 0.5 * share
            if not skill.begin <= share <= skill.end or skill.name not in ids:
                continue
            if luck < skill.often / 7 * weekend * holiday * zest:
                yield {
                    "skill": ids[skill.name],
                    "day": day,
                    "hours": min(max(round(skill.hours * spread * 4) / 4, 0.25), 6.0),
                    "score": 3 + (luck * 1000 % 1 < share) + (spread > 1.4),
                    "note": "demo",
                    "reference": f"demo-{skill.name}",
                }


def _assessments(ids: "dict[str, UUID]") -> Iterator[dict[str, Any]]:
    """Half a level at a time, the higher the rarer, within the time it was practised."""
    for skill in SKILLS:
        steps = round(skill.level * 2)
        for step in range(1, steps + 1):
            share = skill.begin + (min(skill.end, 0.98) - skill.begin) * (step / steps) ** 1.5
            if skill.name in ids:
                yield {
                    "skill": ids[skill.name],
                    "day": _at(share),
                    "level": step / 2,
                    "by": "coach" if step % 4 == 0 else "self",
                    "note": "demo",
                }


def _proofs(ids: "dict[str, UUID]") -> Iterator[dict[str, Any]]:
    for number, (name, share, title, how, weight, level, url) in enumerate(PROOFS):
        if name in ids:
            yield {
                "skill": ids[name],
                "title": title,
                "how": how,
                "day": _at(share),
                "weight": weight,
                "level": level,
                "url": url,
                "note": "demo",
                "reference": f"demo-{number}",
            }


def _roles(lab: "Lab", batch: "UUID") -> int:
    known = {role.name for role in lab.skills.roles.find(owner=lab.person)}
    added = 0
    for name, aim, asked in ROLES:
        if name in known:
            continue
        role = lab.skills.roles.add(name=name, aim=aim, note="demo", batch=batch)
        lines = [
            {"role": role.id, "skill": skill, "level": level, "weight": weight, "note": "demo"}
            for skill, level, weight in asked
        ]
        added += 1 + lab.skills.requirements.add_many(lines, batch=batch).added
    return added
