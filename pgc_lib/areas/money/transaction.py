"""One transaction: a line as a bill has it, and what makes more of it when it is more."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Money, exact_money
from pgc_lib.i18n import N_, _

CURRENCY = "^[A-Z]{3}$"
"""Three capital letters, as ISO 4217 has them."""

Nature = Literal["transfer", "refund"]
_PART = {"amount", "category", "account", "note"}


def _checked(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts in the form in which they are kept: an exact amount, and a category or an account."""
    return [_part(number, part) for number, part in enumerate(parts, 1)]


def _part(number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    part = {name: value for name, value in given.items() if value is not None}
    if not part.keys() <= _PART:
        raise _refused(_("part {n} may say amount, category, account and note", n=number))
    try:
        amount = exact_money(Decimal(str(part.get("amount"))))
    except InvalidOperation:
        amount = None
    if amount is None:
        raise _refused(_("part {n} needs an exact amount", n=number))
    names = ("category", "account")
    target: dict[str, Any] = {name: part[name] for name in names if name in part}
    if len(target) != 1 or not all(isinstance(value, str) for value in target.values()):
        raise _refused(_("part {n} needs either a category or an account", n=number))
    if target.get("account") == "":
        raise _refused(_("part {n} needs the name of its account", n=number))
    note = {"note": str(part["note"])} if part.get("note") else {}
    return {"amount": amount.normalize() + 0, **target, **note}


def _refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError("parts", reason.replace("{", "(").replace("}", ")"))  # type: ignore[arg-type, unused-ignore]


Parts = Annotated[list[dict[str, Any]], AfterValidator(_checked)]
"""What a transaction consists of: `[{"amount": -60, "category": "餐饮"}, {"amount": -40, "account": "押金"}]`."""


class Transaction(
    Record,
    kind="finance.transactions",
    key=["reference"],
    indexes=[("day", "+amount", "+currency"), ("category", "day")],
    sort=["-day"],
):
    """One line of daily money."""

    day: date = field(title=N_("Day"), aliases=["日期", "交易时间", "date"])
    amount: Money = field(
        title=N_("Amount"),
        help=N_("Negative when money goes out."),
        aliases=["金额", "金额(元)"],
    )
    currency: str = field(
        "CNY", title=N_("Currency"), pattern=CURRENCY, max_length=3, aliases=["币种"]
    )
    payee: str = field(
        "",
        title=N_("Payee"),
        max_length=300,
        searchable=True,
        aliases=["交易对方", "商户", "payee"],
    )
    category: str = field(
        "", title=N_("Category"), max_length=200, searchable=True, aliases=["分类", "交易类型"]
    )
    account: str = field("", title=N_("Account"), max_length=200, aliases=["账户", "支付方式"])
    note: str = field("", title=N_("Note"), searchable=True, aliases=["备注", "商品说明", "memo"])
    reference: str | None = field(
        None,
        title=N_("Reference"),
        help=N_("The order or booking number; the same number is never booked twice."),
        max_length=200,
        aliases=["交易订单号", "交易单号", "id"],
    )
    nature: Nature | None = field(
        None,
        title=N_("Nature"),
        help=N_(
            "A transfer moves money between own accounts; a refund gives back what was paid before. "
            "Neither is income."
        ),
    )
    other_account: str | None = field(
        None,
        title=N_("Other account"),
        help=N_("The own account at the other end of a transfer."),
        max_length=200,
    )
    other_amount: Money | None = field(
        None,
        title=N_("Other amount"),
        help=N_("What the other account gets or gives, where that is another currency."),
    )
    other_currency: str | None = field(
        None, title=N_("Other currency"), pattern=CURRENCY, max_length=3
    )
    linked: UUID | None = field(
        None,
        title=N_("Belongs to"),
        help=N_("What a refund gives back, or the other leg of a transfer."),
        refers="finance.transactions",
    )
    parts: Parts | None = field(
        None,
        title=N_("Parts"),
        help=N_("What it consists of, where that is more than one category; together its amount."),
    )
