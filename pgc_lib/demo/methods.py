"""The demo's methods: the worked examples as if the family had done them, and two years of decisions to be calibrated by."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.method.guide import guides
from pgc_lib.core.zone import today
from pgc_lib.demo.calendar import dice
from pgc_lib.i18n import lang
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.methods import Methods
    from pgc_lib.lab import Lab

DEMO = "demo"

# title, how likely it seemed, days ago, whether it came
DECISIONS: tuple[tuple[str, float, int, bool], ...] = (
    ("换到离家近的学校 The school nearby", 0.8, 700, True),
    ("买二手钢琴 A second-hand piano", 0.7, 640, False),
    ("周末开车去海边 Driving to the sea", 0.9, 600, True),
    ("报名晚间课程 The evening course", 0.6, 560, True),
    ("自己装书架 Building the shelves ourselves", 0.9, 520, False),
    ("请外婆来住一个月 A month with Grandma", 0.85, 480, True),
    ("停掉健身卡 Ending the gym card", 0.75, 450, True),
    ("换手机套餐 Another phone plan", 0.95, 420, True),
    ("养一只猫 A cat", 0.5, 400, False),
    ("提前还一部分贷款 Paying back early", 0.8, 370, True),
    ("参加半程马拉松 The half marathon", 0.6, 340, False),
    ("把旧车卖掉 Selling the old car", 0.7, 310, True),
    ("小满学游泳 Swimming lessons", 0.9, 280, True),
    ("每周一天无屏幕 A day without screens", 0.6, 250, False),
    ("换工作组 Changing the team", 0.65, 220, True),
    ("阳台种番茄 Tomatoes on the balcony", 0.8, 190, True),
    ("旅行改到淡季 Travelling off season", 0.9, 160, True),
    ("退掉两份订阅 Two subscriptions less", 0.95, 130, True),
    ("带饭上班 Lunch from home", 0.7, 100, False),
    ("把年夜饭改在家里 The New Year dinner at home", 0.8, 70, True),
    ("学打网球 Tennis", 0.4, 50, False),
    ("装窗帘请师傅 A craftsman for the curtains", 0.85, 30, True),
)


def load(lab: "Lab") -> int:
    """Keep the demo's methods unless they are there already."""
    methods: Methods = lab.methods
    if methods.decisions.count(col("tags").has(DEMO)):
        return 0
    added = 0
    for found in guides(lang()):
        made = methods.example(found.key)
        methods.of(found.key).add(made.model_copy(update={"tags": [*made.tags, DEMO]}))
        added += 1
    return added + methods.decisions.add_many(list(_decisions())).added


def _decisions() -> list[dict[str, Any]]:
    chance = dice("methods")
    return [
        {
            "title": title,
            "question": title,
            "day": today() - timedelta(days=ago),
            "options": [{"name": "做 Do it"}, {"name": "不做 Leave it"}],
            "chosen": "做 Do it",
            "expected": [{"what": "三个月后仍觉得值得 Still worth it after three months", "probability": likely, "happened": came}],
            "outcome": "值得 It was worth it" if came else "没有如愿 It did not turn out so",
            "process": chance.randint(3, 5),
            "state": "done",
            "tags": [DEMO],
        }
        for title, likely, ago, came in DECISIONS
    ]  # fmt: skip
