"""The demo family's money: salaries, rent, food, school, a trip each summer, a little more each year."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

CARD, WALLET = "示例银行卡 Demo Card", "示例钱包 Demo Wallet"

# day of the month, payee, category, amount, account
MONTHLY: tuple[tuple[int, str, str, int, str], ...] = (
    (5, "星河科技（虚构）Starriver Ltd", "工资 Salary", 18_600, CARD),
    (8, "青禾小学（虚构）Greenfield School", "教育 Education", -1_280, CARD),
    (10, "房东林女士（虚构）Landlady Lin", "住房 Housing", -5_200, CARD),
    (12, "云帆设计（虚构）Cloudsail Studio", "工资 Salary", 11_400, CARD),
    (15, "示例电力 Demo Power", "水电 Utilities", -236, WALLET),
    (16, "示例通信 Demo Telecom", "通讯 Phone", -178, WALLET),
    (20, "外婆（虚构）Grandma", "家人 Family", -1_500, CARD),
    (25, "定投账户 Monthly Savings", "储蓄 Savings", -4_000, CARD),
)
# chance on a day, payees, category, lowest and highest amount
DAILY: tuple[tuple[float, tuple[str, ...], str, int, int], ...] = (
    (
        0.80,
        ("巷口早餐 Corner Breakfast", "一碗面馆 One Bowl", "公司食堂 Canteen"),
        "餐饮 Food",
        9,
        46,
    ),
    (
        0.38,
        ("鲜果铺 Fruit Stall", "社区超市 Corner Market", "菜市场 Wet Market"),
        "买菜 Groceries",
        28,
        160,
    ),
    (0.45, ("地铁 Metro", "公交 Bus", "共享单车 Bikes"), "交通 Transport", 2, 14),
    (0.10, ("聚点火锅 Gather Hotpot", "小岛咖啡 Islet Coffee"), "聚会 Going out", 66, 420),
    (0.05, ("墨香书店 Inkwell Books", "在线课程 Online Course"), "学习 Learning", 29, 380),
    (0.04, ("山野户外 Hillside Outdoor", "琴房 Music Room"), "爱好 Hobbies", 45, 520),
    (0.02, ("社区医院 Clinic", "药房 Pharmacy"), "健康 Health", 35, 460),
    (0.03, ("衣橱 Wardrobe", "家居生活 Homeware"), "日用 Household", 60, 700),
)


def load(lab: "Lab") -> int:
    """Keep every line that is not there yet."""
    added = lab.finance.add_many(list(_lines()), on_conflict="skip")
    return int(added.added)


def _lines() -> Iterator[dict[str, Any]]:
    chance = dice("money")
    first: date | None = None
    for day in days():
        first = first or day
        # Prices and pay rise by about four per cent a year.
        level = Decimal(str(round(1.04 ** ((day - first).days / 365), 4)))
        for number, (monthday, payee, category, amount, account) in enumerate(MONTHLY):
            if day.day == monthday:
                yield _line(day, f"m{number}", Decimal(amount) * level, payee, category, account)
        for number, (likely, payees, category, low, high) in enumerate(DAILY):
            weekend = 1.3 if day.weekday() >= 5 else 1.0
            if chance.random() < likely * weekend:
                amount_spent = -_price(chance, low, high) * level
                payee = chance.choice(payees)
                yield _line(day, f"d{number}", amount_spent, payee, category, WALLET)
        if day.month == 7 and 14 <= day.day <= 20:
            spent = -_price(chance, 480, 1900) * level
            yield _line(day, "trip", spent, "海边假期 Seaside Holiday", "旅行 Travel", CARD)


def _price(chance: Random, low: int, high: int) -> Decimal:
    return Decimal(chance.randint(low * 10, high * 10)) / 10


def _line(
    day: date, number: str, amount: Decimal, payee: str, category: str, account: str
) -> dict[str, Any]:
    return {
        "day": day,
        "amount": amount.quantize(Decimal("0.01")),
        "payee": payee,
        "category": category,
        "account": account,
        "note": "demo",
        "reference": f"demo-{day.isoformat()}-{number}",
    }
