"""The demo's knowledge: what Lin Yue keeps of her reading and work, three topics deep, and cards reviewed for months."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.learning.scheduling import (
    Memory,
    after,
    day_of,
    placed,
    retrievability,
    scheduler_of,
)
from pgc_lib.core.zone import today, zone
from pgc_lib.demo.calendar import dice

if TYPE_CHECKING:
    from pgc_lib.areas.knowledge import Knowledge
    from pgc_lib.areas.learning.records import RatingName
    from pgc_lib.lab import Lab

DEMO = "demo"

# title, topic, tags, sources, state, text
ENTRIES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str, str], ...] = (
    (
        "间隔效应 The spacing effect", "学习 Learning/记忆 Memory", ("学习", "方法/学习"), ("Hermann Ebbinghaus 《Über das Gedächtnis》 p. 89",), "settled",
        "同样的时间，分几天学比一天学完记得牢。The same time on several days lasts longer than on one.\n\n另见 See [[遗忘曲线 The forgetting curve]].\n\nQ: 间隔效应说的是什么？\nA: 分散学习比集中学习记得更久。\n\nQ: What does the spacing effect say?\nA: Learning spread over several days lasts longer than the same time at once.",
    ),
    (
        "遗忘曲线 The forgetting curve", "学习 Learning/记忆 Memory", ("学习",), ("https://example.org/forgetting 笔记 Notes",), "settled",
        "学过的东西先忘得快，后忘得慢。We forget fast at first, then slowly.\n\n{{c1::艾宾浩斯}}在{{c2::1885}}年用无意义音节测量了它。",
    ),
    (
        "主动回忆 Retrieval practice", "学习 Learning/方法 Ways", ("学习", "方法/学习"), (), "draft",
        "合上书，先想再看。Close the book, recall first, look afterwards. 依据 After [[间隔效应 The spacing effect]].\n\nretrieval practice :: 主动回忆，先想再看\ninterleaving :: 交错练习，几种题混着做",
    ),
    (
        "窗口函数 Window functions", "技术 Technology/数据 Data", ("SQL", "工作"), ("https://example.org/sql/window",), "settled",
        "`row_number()` 不合并行，只在每行旁边加一个数。It adds a number beside each row and merges none.\n\n```sql\nselect day, sum(amount) over (order by day) from payments;\n```\n\nQ: 窗口函数和 group by 有什么不同？\nA: 窗口函数保留每一行，group by 把行合并。\n\nQ: Which clause splits the rows of a window?\nA: `partition by`",
    ),
    (
        "乡村面包 Country loaf", "生活 Life/厨房 Kitchen", ("面包",), ("《面包的学问》第 56 页",), "settled",
        "水 75%，盐 2%，冷藏一夜。75 % water, 2 % salt, a night in the cold.\n\n面包的盐量 :: 面粉的 2%\nHydration of the loaf :: 75 %",
    ),
    (
        "木星的卫星 Moons of Jupiter", "自然 Nature/天文 Astronomy", ("观星", "小满"), ("https://example.org/jupiter",), "draft",
        "四颗伽利略卫星用双筒望远镜就能看到。The four Galilean moons are seen with binoculars.\n\n由内到外 From the inside: {{c1::木卫一 Io}}, {{c2::木卫二 Europa}}, {{c3::木卫三 Ganymede}}, {{c4::木卫四 Callisto}}.",
    ),
    (
        "非暴力沟通 Nonviolent communication", "生活 Life/家庭 Family", ("育儿", "家庭"), ("Marshall Rosenberg 《非暴力沟通》 p. 5",), "settled",
        "观察、感受、需要、请求。Observation, feeling, need, request. 和 with [[主动回忆 Retrieval practice]] 一起练习。\n\nQ: 非暴力沟通的四步？\nA: 观察、感受、需要、请求。",
    ),
    (
        "退烧药的间隔 Fever medicine", "生活 Life/家庭 Family", ("育儿", "健康"), (), "outdated",
        "以前的笔记，请以医生和说明书为准。An old note; go by the doctor and the leaflet. 待查 To look up: [[儿科热线 Paediatric hotline]]",
    ),
)  # fmt: skip
LINKS = (
    ("主动回忆 Retrieval practice", "遗忘曲线 The forgetting curve", "follows"),
    ("间隔效应 The spacing effect", "主动回忆 Retrieval practice", "supports"),
)
_DAYS = 240
_AWAY = 12
"""For so many days nothing was answered, so something is due."""


def load(lab: "Lab") -> int:
    """Keep the demo's knowledge unless it is there already."""
    from pgc_lib.stores.filters import col

    knowledge: Knowledge = lab.knowledge
    if knowledge.entries.count(col("tags").has(DEMO)):
        return 0
    for number, (title, topic, tags, sources, state, text) in enumerate(ENTRIES):
        knowledge.add(
            title, text, topic=topic, tags=[*tags, DEMO], sources=list(sources), state=state,
            check_on=today() + timedelta(days=30 * number - 40) if state != "draft" else None,
        )  # fmt: skip
        knowledge.learn(title)
    for one, other, how in LINKS:
        knowledge.link(one, other, how, note=DEMO)  # type: ignore[arg-type]
    knowledge.review_plan(easy={"sat": 0.5, "sun": 0})
    return len(ENTRIES) + len(LINKS) + knowledge.cards.count() + _reviews(knowledge)


def _reviews(knowledge: "Knowledge") -> int:
    """Months of answers: every card begun on its own day, remembered as often as the curve says."""
    chance = dice("knowledge")
    plan = knowledge.review_plan()
    scheduler = scheduler_of(plan)
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    cards = knowledge.cards.find(order=["front", "part"])
    for number, card in enumerate(cards[:-2]):
        day = today() - timedelta(days=_DAYS - number * 7)
        at = datetime.combine(day, time(21, chance.randint(0, 59)), zone()).astimezone(UTC)
        memory, lapses, count = Memory(), 0, 0
        while at < now - timedelta(days=_AWAY):
            expected = retrievability(scheduler, memory, at)
            rating = _rating(expected, chance.random())
            made = placed(after(scheduler, memory, rating, at), at, plan, {})
            assert made.due is not None
            count += 1
            lapses += rating == "again" and memory.state == "review"
            last = memory.last_review
            rows.append(
                {
                    "card": card.id, "day": day_of(at), "at": at, "number": count, "rating": rating,
                    "elapsed": (at - last) / timedelta(days=1) if last else None, "predicted": expected,
                    "interval": max(0.0, (made.due - at) / timedelta(days=1)), "stability": made.stability,
                    "difficulty": made.difficulty, "seconds": round(chance.uniform(3, 14), 1), "was": {},
                }
            )  # fmt: skip
            memory = made
            at = max(made.due, at) + timedelta(hours=chance.randint(1, 15) if made.state == "review" else 0)  # fmt: skip
        knowledge.cards.update(card.id, **memory.values(), reviews=count, lapses=lapses)
    return knowledge.reviews.add_many(rows).added


def _rating(expected: float | None, dice: float) -> "RatingName":
    if expected is None:
        return "good"
    if dice > expected:
        return "again"
    return "easy" if dice < 0.15 else "hard" if dice > expected - 0.12 else "good"
