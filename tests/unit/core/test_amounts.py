"""Amounts as they are read."""

from decimal import Decimal

import pytest

from pgc_lib.core.amounts import amount


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("1234.5", "CNY", "¥1,234.50"),
        ("-0.5", "USD", "−$0.50"),
        ("0.0001", "CNY", "¥0.0001"),
        ("1E+3", "JPY", "JPY 1,000.00"),
        ("0", "EUR", "€0.00"),
        ("-1234567.8912", "CNY", "−¥1,234,567.8912"),
    ],
)
def test_amounts_are_exact(value: str, currency: str, text: str) -> None:
    """Two decimals as one expects them, more only where there are more, never a rounded one."""
    assert amount(Decimal(value), currency) == text
