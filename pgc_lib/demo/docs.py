"""The demo's documents: the family's handbook, a journey that is being planned, and recipes, linked and with a history."""

from datetime import timedelta
from typing import TYPE_CHECKING

from pgc_lib.core.zone import today
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.docs import Docs
    from pgc_lib.lab import Lab

DEMO = "demo"

# folder, title, text
TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        "家 Family",
        "家庭手册 Family handbook",
        (
            "# 家庭手册 Family handbook\n\n常用的都在这里。 What we look up again and again.\n\n"
            "- [[紧急联系人 Emergency contacts]]\n- [[家务分工 Who does what]]\n- [[作息约定 Our rhythm]]\n"
            "- 旅行 Travel: [[云南之行 Journey to Yunnan]]\n- 吃 Food: [[饺子 Dumplings]]、[[乡村面包 Country loaf]]\n\n"
            "谁改了什么，历史里都有。 The history tells who changed what. #家 #index\n"
        ),
    ),
    (
        "家 Family",
        "紧急联系人 Emergency contacts",
        (
            "---\nreviewed: {{ago60}}\n---\n# 紧急联系人 Emergency contacts\n\n| 谁 Who | 什么 What | 哪里 Where |\n|---|---|---|\n"
            "| 社区医院 Community clinic | 发烧、外伤 Fever, injuries | 步行十分钟 Ten minutes on foot |\n"
            "| 物业 Caretaker | 水、电、电梯 Water, power, lift | 一楼大厅 Ground floor |\n"
            "| 舅舅 Uncle | 接孩子 Fetching the children | 隔壁小区 Next door |\n\n急救先打 120。 In an emergency call 120 first. #安全 #safety\n"
        ),
    ),
    (
        "家 Family",
        "家务分工 Who does what",
        (
            "# 家务分工 Who does what\n\n一周一换，周日晚饭后商量。 Changed each week after Sunday's dinner.\n\n"
            "- [ ] 洗碗 Dishes：小满 Xiaoman\n- [ ] 倒垃圾 Rubbish：我 Me\n- [x] 浇花 Flowers：小禾 Xiaohe\n\n"
            "做不到就提前说，见[[作息约定 Our rhythm]]。 Say so beforehand. #家\n"
        ),
    ),
    (
        "家 Family",
        "作息约定 Our rhythm",
        (
            "# 作息约定 Our rhythm\n\n- 九点后不看屏幕。 No screens after nine.\n- 周六上午全家一起。 Saturday mornings are for all of us.\n\n"
            "> 约定是大家写的，谁都可以提议修改。\n> We wrote it together; anyone may propose a change.\n"
        ),
    ),
    (
        "旅行 Travel",
        "云南之行 Journey to Yunnan",
        (
            "---\ntags: [旅行, travel]\nstart: {{ahead160}}\n---\n# 云南之行 Journey to Yunnan\n\n## 路线 Route\n\n昆明 → 大理 → 丽江，九天。 Nine days.\n\n"
            "## 准备 Preparations\n\n- [x] 定下日期 Settle the dates\n- [ ] 订火车票 Book the trains\n- [ ] 给外婆选座位 A seat for Grandmother by the aisle\n\n"
            "清单：[[行李清单 Packing list]]；预算：[[旅行预算 Travel budget]]。还没写：[[大理住处 Where to stay in Dali]]。\n"
        ),
    ),
    (
        "旅行 Travel",
        "行李清单 Packing list",
        (
            "# 行李清单 Packing list\n\n- [ ] 身份证 Identity cards\n- [ ] 常备药 Medicine（见[[紧急联系人 Emergency contacts]]）\n"
            "- [ ] 望远镜 Telescope：看星星 for the stars\n- [ ] 防晒 Sun cream\n\n高原日照强。 The sun is strong up there. #旅行\n"
        ),
    ),
    (
        "旅行 Travel",
        "旅行预算 Travel budget",
        (
            "# 旅行预算 Travel budget\n\n总共 24,000 元，每人每月存一点。 Saved month by month.\n\n"
            '每天 $c = \\frac{24000}{9}$ 元。\n\n```mermaid\npie title 预算 Budget\n  "交通 Transport" : 9000\n  "住宿 Lodging" : 8000\n  "吃 Food" : 5000\n  "其他 Other" : 2000\n```\n\n回到[[云南之行 Journey to Yunnan]]。\n'
        ),
    ),
    (
        "吃 Food",
        "饺子 Dumplings",
        (
            "---\naliases: [jiaozi]\n---\n# 饺子 Dumplings\n\n岳母的做法。 Mother-in-law's way.\n\n1. 面粉 500 克，水 250 克，醒半小时。 Flour, water, half an hour's rest.\n"
            "2. 白菜挤干，肉馅朝一个方向搅。 Press the cabbage dry; stir the filling one way.\n3. 水开三次，每次加冷水。 Three boils, cold water each time.\n\n#食谱 #recipe\n"
        ),
    ),
    (
        "吃 Food",
        "乡村面包 Country loaf",
        (
            "# 乡村面包 Country loaf\n\n前一晚：酵种 100 克、水 350 克、面粉 500 克、盐 10 克。 The evening before.\n\n"
            "早上：250 °C，盖锅 25 分钟，开盖 20 分钟。 In the morning.\n\n上次太湿，少 20 克水。 Too wet last time: 20 g less. #食谱 #recipe\n"
        ),
    ),
    (
        "学习 Learning",
        "读书笔记：小王子 Notes on The Little Prince",
        (
            "---\nauthor: Antoine de Saint-Exupéry\n---\n# 读书笔记：小王子 Notes on The Little Prince\n\n和小满一起读，每晚一章。 One chapter an evening, with Xiaoman.\n\n"
            "- 什么叫“驯养”？ What does it mean to tame?\n- 小满说：花不会说话，可是他听见了。 “The flower could not say it, but he heard.”\n\n约定见[[作息约定 Our rhythm]]。 #读书 #reading\n"
        ),
    ),
    (
        "学习 Learning",
        "观星计划 Stargazing plan",
        (
            "# 观星计划 Stargazing plan\n\n北山观星台，没有月亮的周五。 North Hill, on Fridays without a moon.\n\n- [x] 木星 Jupiter\n- [ ] 土星环 Saturn's rings\n- [ ] 仙女座星系 Andromeda\n\n"
            "去云南带上望远镜：[[行李清单 Packing list]]。 #天文 #stars\n"
        ),
    ),
    (
        "模板 Templates",
        "家庭会议 Family meeting",
        "---\ndate: {{date}}\n---\n# {{title}}\n\n## 好事 What went well\n\n-\n\n## 难处 What was hard\n\n-\n\n## 约定 What we agree on\n\n- [ ]\n\n参加 Present: {{who}}\n",
    ),
)

# title, what is replaced, by what, message
CHANGES: tuple[tuple[str, str, str, str], ...] = (
    ("作息约定 Our rhythm", "九点后不看屏幕。 No screens after nine.", "八点半后不看屏幕。 No screens after half past eight.", "小满提议早一点 Earlier, as Xiaoman proposed"),
    ("作息约定 Our rhythm", "周六上午全家一起。", "周六上午全家一起，手机放门口。", "加一条 One more rule"),
    ("云南之行 Journey to Yunnan", "九天。 Nine days.", "八天，外婆说够了。 Eight days; enough, says Grandmother.", "行程缩短 A shorter journey"),
    ("饺子 Dumplings", "水 250 克", "水 240 克", "面硬一点 A firmer dough"),
)  # fmt: skip


def load(lab: "Lab") -> int:
    """Keep the demo's documents unless they are there already."""
    docs: Docs = lab.docs
    if docs.items.count(col("tags").has(DEMO)):
        return 0
    added = docs.items.add_many(
        [
            {
                "title": title,
                "folder": folder,
                "body": _dated(text),
                "tags": [DEMO],
                "template": folder.startswith("模板"),
                "message": "初稿 First draft",
            }
            for folder, title, text in TEXTS
        ]
    ).added
    for title, old, new, message in CHANGES:
        doc = docs.doc(title)
        docs.write(doc, doc.text.replace(old, new), message=message)
    plan = docs.doc("云南之行 Journey to Yunnan")
    draft = docs.branch(plan, "加上腾冲 With Tengchong")
    docs.write_draft(
        draft, plan.text.replace("大理 → 丽江", "大理 → 腾冲 → 丽江"), message="温泉 Hot springs"
    )
    docs.make_folder("旅行 Travel/照片 Pictures")
    return added


def _dated(text: str) -> str:
    """Days as they are from today."""
    last = today()
    text = text.replace("{{ago60}}", (last - timedelta(days=60)).isoformat())
    return text.replace("{{ahead160}}", (last + timedelta(days=160)).isoformat())
