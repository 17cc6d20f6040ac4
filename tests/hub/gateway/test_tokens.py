"""Tokens and derived passwords: whoever does not have the master secret can make none."""

import base64
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.secrets import derived, encryption_key
from hub.tokens import issue, person_of
from pgc_lib.settings import Secret

MASTER = Secret("master")
ANNA = UUID("0190a000-0000-7000-8000-00000000000a")


def test_a_token_leads_to_its_person() -> None:
    """And is the same every time, so that it needs no keeping."""
    token = issue(MASTER, ANNA)
    assert token == issue(MASTER, ANNA) and token.startswith(f"pgc-{ANNA.hex}-")
    assert person_of(MASTER, token) == ANNA


def test_nobody_else_s_token_can_be_made() -> None:
    """Not with another person's proof, another master, another purpose's secret, or a part of it."""
    token, other = issue(MASTER, ANNA), uuid4()
    proof = token.rpartition(f"{ANNA.hex}-")[2]
    for forged in (
        f"pgc-{other.hex}-{proof}",
        issue(Secret("another"), ANNA),
        f"pgc-{ANNA.hex}-{derived(MASTER, ANNA, 'postgres')}",
        token[:-1],
        token + "=",
        token.upper(),
        f"pgc-{ANNA}-{proof}",
        f"pgc-{{{ANNA.hex}}}-{proof}",
        f" {token}",
        f"{token}\n",
    ):
        assert person_of(MASTER, forged) is None, forged


@given(st.text())
def test_anything_else_is_no_token(text: str) -> None:
    """Whatever arrives is refused without an error."""
    assert person_of(MASTER, text) is None
    assert person_of(MASTER, f"pgc-{text}") is None
    assert person_of(MASTER, f"pgc-{ANNA.hex}-{text}") is None


@pytest.mark.parametrize("purpose", ["postgres", "redis", "mongo", "gateway"])
def test_passwords_differ_by_person_and_purpose(purpose: str) -> None:
    """One that leaks opens one door of one person, and it needs no quoting in an address."""
    mine = derived(MASTER, ANNA, purpose)  # type: ignore[arg-type]
    others = {derived(MASTER, ANNA, "redis" if purpose != "redis" else "mongo")}
    others |= {derived(MASTER, uuid4(), purpose), derived(Secret("x"), ANNA, purpose)}  # type: ignore[arg-type]
    assert mine not in others and len(mine) == 43
    assert mine.replace("-", "").replace("_", "").isalnum()


def test_the_encryption_key_has_the_size_that_it_needs() -> None:
    """32 bytes in base64, and not one of the passwords."""
    key = encryption_key(MASTER, ANNA)
    assert len(base64.b64decode(key, validate=True)) == 32
    assert key == encryption_key(MASTER, ANNA) != encryption_key(MASTER, uuid4())
