"""An amount of money as a person reads it, on a page, in a report and in a sentence alike."""

from decimal import Decimal

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_CENT = Decimal("0.01")


def amount(value: Decimal, currency: str) -> str:
    """Exact to the last digit: two decimals, and more only where there are more."""
    rounded = value.quantize(_CENT)
    digits = f"{abs(rounded):,.2f}" if rounded == value else f"{abs(value).normalize():,f}"
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{sign}{digits}"
