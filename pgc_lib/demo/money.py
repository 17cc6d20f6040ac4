"""The demo family's money: salaries, rent, food, school, a trip each summer, a little more each year.

Beside daily lines there is what a household has: accounts, a wallet that is filled from the card, a car loan, a fund
for the summer, standing orders, and some dollars.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.areas.finance import Finance
    from pgc_lib.lab import Lab

CARD, WALLET = "示例银行卡 Demo Card", "示例钱包 Demo Wallet"
FUND, TRIPS = "指数基金 Index Fund", "旅行基金 Travel Fund"
DOLLARS, CAR = "美元账户 Dollar Account", "家用车 Family Car"
CAR_LOAN = "车贷 Car Loan"

# name, type, currency, opening
ACCOUNTS: tuple[tuple[str, str, str, int], ...] = (
    (CARD, "bank", "CNY", 46_000),
    (WALLET, "wallet", "CNY", 2_600),
    (FUND, "investment", "CNY", 80_000),
    (TRIPS, "savings", "CNY", 3_000),
    (DOLLARS, "bank", "USD", 900),
    (CAR, "property", "CNY", 138_000),
)
# title, rule, amount, currency, category, account
ORDERS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("视频会员 Streaming", "FREQ=MONTHLY;BYMONTHDAY=3", "-25", "CNY", "订阅 Subscriptions", WALLET),
    ("车险 Car Insurance", "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=9", "-1860", "CNY", "汽车 Car", CARD),
    ("云主机 Cloud Host", "FREQ=MONTHLY;BYMONTHDAY=22", "-9.90", "USD", "订阅 Subscriptions", DOLLARS),
    ("译稿 Translation", "FREQ=MONTHLY;BYMONTHDAY=-2", "160", "USD", "副业 Side Job", DOLLARS),
)  # fmt: skip
# day of the month, what it is called, amount, from, to
MOVES: tuple[tuple[int, str, int, str, str], ...] = (
    (1, "钱包充值 Wallet Top-up", 5_000, CARD, WALLET),
    (25, "每月定投 Monthly Savings", 4_000, CARD, FUND),
    (26, "存旅行基金 Travel Savings", 900, CARD, TRIPS),
)

# day of the month, payee, category, amount, account
MONTHLY: tuple[tuple[int, str, str, int, str], ...] = (
    (5, "星河科技（虚构）Starriver Ltd", "工资 Salary", 18_600, CARD),
    (8, "青禾小学（虚构）Greenfield School", "教育 Education", -1_280, CARD),
    (10, "房东林女士（虚构）Landlady Lin", "住房 Housing", -5_200, CARD),
    (12, "云帆设计（虚构）Cloudsail Studio", "工资 Salary", 11_400, CARD),
    (15, "示例电力 Demo Power", "水电 Utilities", -236, WALLET),
    (16, "示例通信 Demo Telecom", "通讯 Phone", -178, WALLET),
    (20, "外婆（虚构）Grandma", "家人 Family", -1_500, CARD),
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
    """Keep everything that is not there yet."""
    finance: Finance = lab.finance
    first = next(iter(days()))
    added = finance.accounts.add_many(list(_accounts(first)), on_conflict="skip").added
    added += finance.rates.add_many(list(_rates()), on_conflict="skip").added
    added += finance.transactions.add_many(list(_lines()), on_conflict="skip").added
    if not finance.recurring.count(note="demo"):
        added += finance.recurring.add_many(list(_orders(first))).added
    if not finance.loans.count(note="demo"):
        finance.borrow(**_car_loan(first))
        goal: dict[str, Any] = {
            "title": "海边假期 Seaside Holiday",
            "target": 20_000,
            "account": TRIPS,
        }
        finance.goals.add(**goal, start=first, by=_next_july(), note="demo")
        added += 2
    return added + finance.book_due().added + finance.book_loan(CAR_LOAN).added


def _accounts(first: date) -> Iterator[dict[str, Any]]:
    for name, kind, currency, opening in ACCOUNTS:
        yield {"name": name, "type": kind, "currency": currency, "opening": opening, "opened": first, "note": "demo"}  # fmt: skip


def _rates() -> Iterator[dict[str, Any]]:
    """What 100 dollars were worth on each first of the month."""
    chance, price = dice("rates"), Decimal(712)
    for day in days():
        if day.day == 1:
            price += Decimal(chance.randint(-450, 430)) / 100
            yield {"day": day, "currency": "USD", "units": 100, "into": "CNY", "price": price, "source": "demo"}  # fmt: skip


def _orders(first: date) -> Iterator[dict[str, Any]]:
    for title, rule, amount, currency, category, account in ORDERS:
        yield {
            "title": title, "rule": rule, "start": first, "amount": amount, "currency": currency,
            "payee": title, "category": category, "account": account, "note": "demo",
        }  # fmt: skip


def _car_loan(first: date) -> dict[str, Any]:
    return {
        "name": CAR_LOAN, "lender": "示例银行（虚构）Demo Bank", "principal": 96_000, "rate": "4.2", "months": 60,
        "paid_out": first, "first": first + timedelta(48), "account": CARD, "category": "汽车 Car",
        "changes": [{"day": first + timedelta(400), "rate": "3.85"}], "note": "demo",
    }  # fmt: skip


def _next_july() -> date:
    now = today()
    return date(now.year + (now.month >= 7), 7, 1)


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
        yield from _moves(day, level)
        for number, (likely, payees, category, low, high) in enumerate(DAILY):
            weekend = 1.3 if day.weekday() >= 5 else 1.0
            if chance.random() < likely * weekend:
                amount_spent = -_price(chance, low, high) * level
                payee = chance.choice(payees)
                yield _line(day, f"d{number}", amount_spent, payee, category, WALLET)
        if day.month == 7 and 14 <= day.day <= 20:
            spent = -_price(chance, 480, 1900) * level
            yield _line(day, "trip", spent, "海边假期 Seaside Holiday", "旅行 Travel", TRIPS)


def _moves(day: date, level: Decimal) -> Iterator[dict[str, Any]]:
    """Money between own accounts, a big shopping in parts, and now and then something given back."""
    for number, (monthday, payee, amount, source, target) in enumerate(MOVES):
        if day.day == monthday:
            moved = _line(day, f"t{number}", -Decimal(amount) * level, payee, "", source)
            yield moved | {"nature": "transfer", "other_account": target}
    chance = dice(f"moves-{day}")
    if day.day == 6:
        food, home = -_price(chance, 180, 320), -_price(chance, 40, 160)
        parts = [
            {"amount": food, "category": "买菜 Groceries"},
            {"amount": home, "category": "日用 Household"},
        ]
        yield _line(day, "parts", food + home, "大卖场 Hypermarket", "", WALLET) | {"parts": parts}
    if chance.random() < 0.008:
        back = _line(
            day, "back", _price(chance, 60, 260), "衣橱 Wardrobe", "日用 Household", WALLET
        )
        yield back | {"nature": "refund"}


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
