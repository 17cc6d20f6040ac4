"""The demo's career: a data engineer who teaches in the evenings, in both languages, with plans at different paces."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.ids import new_id
from pgc_lib.core.pointer import point
from pgc_lib.core.together import together
from pgc_lib.core.zone import today

if TYPE_CHECKING:
    from uuid import UUID

    from pgc_lib.areas.anchor import Anchor
    from pgc_lib.lab import Lab

DEMO = "demo"
MARK = {"demo": True}
"""In `extra` where a record has no note."""

PROFILE: dict[str, Any] = {
    "name": "陈知远",
    "headline": "数据工程师，业余教编程",
    "summary": "十年里把零散的数据变成大家看得懂的答案。喜欢把复杂的事讲简单，也喜欢教人。（虚构人物）",
    "email": "zhiyuan@example.org",
    "phone": "+86 571 0000 0000",
    "city": "杭州",
    "region": "浙江",
    "country": "CN",
    "url": "https://example.org/zhiyuan",
    "links": [{"network": "GitHub", "username": "zhiyuan-demo", "url": "https://example.org/code"}],
    "languages": [
        {"language": "中文", "fluency": "母语"},
        {"language": "英语", "fluency": "流利"},
    ],
    "extra": MARK,
    "translations": {
        "en": {
            "name": "Zhiyuan Chen",
            "headline": "Data engineer who teaches in the evenings",
            "summary": "Ten years of turning scattered data into answers that people understand. Likes to make complicated things simple, and to teach. (Fictional.)",
            "city": "Hangzhou",
            "region": "Zhejiang",
            "languages": [
                {"language": "Chinese", "fluency": "Native"},
                {"language": "English", "fluency": "Fluent"},
            ],
        }
    },
}
# sort, organisation, position, study, place, begins and ended years ago, highlights; each with its English
STATIONS: tuple[tuple[str, tuple[str, str], tuple[str, str], tuple[str, str], float, float | None, tuple[tuple[str, str], ...]], ...] = (
    ("work", ("云图数据", "Yuntu Data"), ("高级数据工程师", "Senior data engineer"), ("杭州", "Hangzhou"), 3.4, None,
     (("带三人小组，负责实时数据管道", "Leads three people who run the real-time pipelines"), ("把夜间批处理改成增量", "Made the nightly batch incremental"))),
    ("work", ("青禾零售", "Qinghe Retail"), ("数据分析师", "Data analyst"), ("上海", "Shanghai"), 7.6, 3.5,
     (("建立门店日报", "Introduced the daily report for shops"),)),
    ("education", ("江南大学（虚构学院）", "Jiangnan University (fictional school)"), ("理学学士", "Bachelor of Science"), ("", ""), 11.8, 7.9, ()),
    ("volunteer", ("社区编程角", "Community coding corner"), ("讲师", "Teacher"), ("杭州", "Hangzhou"), 2.1, None,
     (("每月两次，教孩子写第一行代码", "Twice a month, children write their first line of code"),)),
)  # fmt: skip
# title, situation, action, result, number, unit, skills, years ago; each with its English
ACHIEVEMENTS: tuple[tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str], float | None, str, tuple[str, ...], float], ...] = (
    (("日报从一天缩短到一小时", "The daily report in one hour instead of a day"),
     ("分析师每天等到傍晚才拿到数据", "Analysts waited until the evening for their data"),
     ("重写管道，只算有变化的部分", "Rewrote the pipeline so that it computes only what changed"),
     ("每天早上九点前就绪", "Ready before nine every morning"), 96, "%", ("Python", "SQL", "数据管道 Data pipelines"), 0.6),
    (("存储费用降了三分之一", "A third less to pay for storage"),
     ("历史数据无人清理", "Nobody ever cleared old data"),
     ("制定保留规则并自动归档", "Agreed on how long to keep what, and archived the rest automatically"),
     ("每年节省 12 万元", "120,000 CNY a year saved"), 34, "%", ("SQL",), 1.7),
    (("教会二十四个孩子写程序", "Twenty-four children learned to program"),
     ("社区没有编程课", "There was no programming class in the neighbourhood"),
     ("编写十二次课的教材并带了两期", "Wrote material for twelve lessons and taught two courses"),
     ("其中九人参加了学校的比赛", "Nine of them took part in their school's contest"), 24, "人", ("Python",), 0.3),
    (("让评审会变得有用", "Review meetings that people come to gladly"),
     ("大家都不愿意参加评审", "Nobody liked to come to reviews"),
     ("改成轮流主持，先看图再看代码", "Took turns in leading them, pictures before code"),
     ("气氛好了很多", "The mood became much better"), None, "", ("数据可视化 Visualisation",), 1.1),
)  # fmt: skip
# title, horizon, why, criteria, days since the beginning, days to the end, milestones: title and whether done
PLANS: tuple[tuple[tuple[str, str], str, tuple[str, str], tuple[str, ...], int, int, str, tuple[tuple[str, str, bool], ...]], ...] = (
    (("能独立做机器学习项目", "Run a machine learning project alone"), "year",
     ("想把数据做成会预测的工具", "To turn data into tools that foresee"), ("上线一个模型", "同事每周在用"), 200, 160, "学习 Learning",
     (("学完统计基础", "Finish the basics of statistics", True), ("复现一个公开案例", "Repeat a public case", True), ("做出需求预测原型", "A prototype that forecasts demand", False), ("上线", "Put it into service", False))),
    (("写一本给孩子的编程小书", "Write a small book on programming for children"), "years",
     ("把教过的课留下来", "So that the lessons stay"), ("十二章", "三个孩子试读"), 300, 250, "",
     (("列出目录", "Outline", True), ("写完前四章", "First four chapters", False), ("请人试读", "Let somebody read it", False))),
    (("成为技术负责人", "Become a technical lead"), "years",
     ("想帮更多人成长", "To help more people grow"), ("带五个人",), 120, 700, "职业 Career",
     (("带一名新人", "Mentor a newcomer", True), ("主持一次架构评审", "Lead an architecture review", True), ("负责一个跨组项目", "Own a project of several teams", False))),
)  # fmt: skip
STRENGTHS = (
    ("Python", "Python", ("polars", "asyncio")),
    ("SQL", "SQL", ("PostgreSQL",)),
    ("数据管道 Data pipelines", "数据管道 Data pipelines", ("增量 incremental", "质量 quality")),
    ("教学 Teaching", "", ("儿童 children", "教材 material")),
)
VALUES = (
    (("诚实", "Honesty"), ("数字不好看也照实说", "Say what the numbers say, also when they look bad")),
    (("耐心", "Patience"), ("讲第三遍和讲第一遍一样认真", "Explain it the third time as well as the first")),
    (("家人优先", "Family first"), ("晚饭时间不看手机", "No phone at dinner")),
)  # fmt: skip


def load(lab: "Lab") -> int:
    """Keep the demo's career unless it is there already."""
    from pgc_lib.areas.anchor import Anchor

    if lab.anchor.me() is not None or lab.anchor.plans.count(note=DEMO):
        return 0
    batch = new_id()
    with together(lab.session, batch) as joined:
        return _keep(Anchor(joined), lab, batch)


def _keep(anchor: "Anchor", lab: "Lab", batch: "UUID") -> int:
    skills = {each.name: point(each) for each in lab.skills.items.find(owner=lab.person)}
    anchor.profile.add(anchor.profile.new(**PROFILE), batch=batch)
    added = 1
    added += anchor.stations.add_many(
        [
            {
                "sort": sort,
                "organisation": organisation[0],
                "position": position[0],
                "study": "应用数学" if sort == "education" else "",
                "place": place[0],
                "begin": _month(begun),
                "end": _month(ended) if ended is not None else "",
                "highlights": [each for each, _english in highlights],
                "extra": MARK,
                "translations": _english(
                    organisation=organisation[1],
                    position=position[1],
                    study="Applied mathematics" if sort == "education" else "",
                    place=place[1],
                    highlights=[each for _chinese, each in highlights],
                ),
            }
            for sort, organisation, position, place, begun, ended, highlights in STATIONS
        ],
        batch=batch,
    ).added
    added += anchor.achievements.add_many(
        [
            {
                "title": title[0],
                "situation": situation[0],
                "action": action[0],
                "result": result[0],
                "number": number,
                "unit": unit,
                "end": _month(ago),
                "skills": [skills[name] for name in shown if name in skills],
                "extra": MARK,
                "translations": _english(
                    title=title[1],
                    situation=situation[1],
                    action=action[1],
                    result=result[1],
                    unit="children" if unit == "人" else "",
                ),
            }
            for title, situation, action, result, number, unit, shown, ago in ACHIEVEMENTS
        ],
        batch=batch,
    ).added
    added += anchor.projects.add_many(
        [
            {
                "name": "家庭账本", "description": "一家人看得懂的账本和图表", "begin": _month(1.4),
                "keywords": ["Python", "SQL"], "roles": ["作者"], "type": "application", "extra": MARK,
                "translations": _english(name="Household ledger", description="Accounts and charts that a whole family understands", roles=["Author"]),
            }
        ],
        batch=batch,
    ).added  # fmt: skip
    added += _ahead(anchor, skills, batch)
    added += anchor.strengths.add_many(
        [
            {"name": name, "skill": skills.get(skill), "level": "" if skill in skills else "熟练 Skilled", "keywords": list(words), "rank": rank, "extra": MARK}
            for rank, (name, skill, words) in enumerate(STRENGTHS)
        ],
        batch=batch,
    ).added  # fmt: skip
    added += anchor.values.add_many(
        [
            {"name": name[0], "meaning": meaning[0], "rank": rank, "translations": _english(name=name[1], meaning=meaning[1])}
            for rank, (name, meaning) in enumerate(VALUES)
        ],
        batch=batch,
    ).added  # fmt: skip
    anchor.views.add(
        name="猎头 Recruiter（demo）", contacts=["email", "place", "links"], layout="modern",
        sections=["profile", "work", "achievements", "projects", "education", "skills"], batch=batch,
    )  # fmt: skip
    for section, ago in (("profile", 40), ("work", 40), ("achievements", 120), ("values", 200)):
        anchor.confirmations.add(section=section, day=today() - timedelta(ago), batch=batch)
    return added + 5


def _ahead(anchor: "Anchor", skills: dict[str, str], batch: "UUID") -> int:
    added = 0
    for title, horizon, why, success, since, left, project, milestones in PLANS:
        begin = today() - timedelta(since)
        plan = anchor.plans.add(
            title=title[0], horizon=horizon, why=why[0], success=list(success), begin=begin, due=today() + timedelta(left),
            todo_project=project, note=DEMO, translations=_english(title=title[1], why=why[1]), batch=batch,
        )  # fmt: skip
        step = (since + left) / len(milestones)
        rows = [
            {
                "plan": plan.id,
                "title": chinese,
                "due": begin + timedelta(round(step * (n + 1))),
                "state": "done" if done else "open",
                "done_on": begin + timedelta(round(step * (n + 0.8))) if done else None,
                "note": DEMO,
                "translations": _english(title=english),
            }
            for n, (chinese, english, done) in enumerate(milestones)
        ]
        added += 1 + anchor.milestones.add_many(rows, batch=batch).added
    anchor.focus.add(
        title="把需求预测做成原型", why="机器学习计划的下一步", since=today() - timedelta(45), hours=6, todo_project="学习 Learning",
        links=[skills[name] for name in ("机器学习 Machine learning",) if name in skills],
        translations=_english(title="A prototype that forecasts demand", why="The next step of the machine learning plan"), batch=batch,
    )  # fmt: skip
    return added + 1


def _english(**values: Any) -> dict[str, Any]:
    return {"en": {name: value for name, value in values.items() if value}}


def _month(years_ago: float) -> str:
    day: date = today() - timedelta(days=round(years_ago * 365.25))
    return f"{day:%Y-%m}"
