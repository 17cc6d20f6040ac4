"""The seal on sensitive texts."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgc_lib.core.crypto import Cipher, new_key
from pgc_lib.errors import SettingError, StoreError
from pgc_lib.settings import Secret

KEY = Secret(new_key())
OWNER, RECORD = uuid4(), uuid4()
PLACE = {"owner": OWNER, "kind": "a.b", "record": RECORD, "field": "diary"}


@given(st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_opens_in_its_place(text: str) -> None:
    """Any text, also an empty one; and never twice the same seal."""
    cipher = Cipher(KEY)
    sealed = cipher.seal(text, **PLACE)
    assert cipher.open(sealed, **PLACE) == text
    assert sealed != cipher.seal(text, **PLACE) and sealed.isascii()


@pytest.mark.parametrize(
    "other",
    [{"owner": uuid4()}, {"kind": "a.c"}, {"record": uuid4()}, {"field": "letter"}],
    ids=lambda other: next(iter(other)),
)
def test_a_seal_opens_nowhere_else(other: dict[str, object]) -> None:
    """Copying a ciphertext to another row, field or person is noticed."""
    cipher = Cipher(KEY)
    with pytest.raises(StoreError, match="cannot be decrypted"):
        cipher.open(cipher.seal("dear diary", **PLACE), **{**PLACE, **other})


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda it: it[:-4],
        lambda it: it + "AAAA",
        lambda _it: "plain",
        lambda _it: "pgc1:!",
    ],
)
def test_a_damaged_seal_is_an_error_that_names_its_place(change: object) -> None:
    """Also plain text that was never sealed is not simply shown."""
    cipher = Cipher(KEY)
    with pytest.raises(StoreError) as error:
        cipher.open(change(cipher.seal("dear diary", **PLACE)), **PLACE)  # type: ignore[operator]
    assert "diary" in str(error.value) and str(RECORD) in str(error.value)
    assert "PGC_ENCRYPTION_KEY" in error.value.next_step


def test_another_key_does_not_open() -> None:
    """And says which setting is wrong."""
    with pytest.raises(StoreError, match="PGC_ENCRYPTION_KEY"):
        Cipher(Secret(new_key())).open(Cipher(KEY).seal("x", **PLACE), **PLACE)


@pytest.mark.parametrize(
    "key",
    ["", "short", "AAAA", "*" * 44, new_key()[:-4], "密钥"],
    ids=["empty", "short", "tiny", "no key", "cut", "Chinese"],
)
def test_a_key_that_is_none_is_a_setting_error(key: str) -> None:
    """The message never repeats the key."""
    with pytest.raises(SettingError) as error:
        Cipher(Secret(key))
    assert "32" in str(error.value) and (not key or key not in str(error.value))
