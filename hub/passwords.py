"""Passwords of accounts: hashed with scrypt, compared in constant time, the same work for a name that nobody has."""

import base64
import hashlib
import hmac
import secrets
import unicodedata

SHORTEST, LONGEST = 10, 256
# 32 MiB and about a fifth of a second: cheap for one person, dear for a guesser.
_COST, _BLOCK, _LANES = 2**15, 8, 3
_SALT, _SIZE = 16, 32


def hashed(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(_SALT)
    digest = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    parts = (str(_COST), str(_BLOCK), str(_LANES), _text(salt), _text(digest))
    return "$".join(("scrypt", *parts))


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one that was kept; takes its time also when it cannot be."""
    kind, cost, block, lanes, salt, digest = kept.split("$")
    assert kind == "scrypt", kind
    found = _scrypt(password, _bytes(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, _bytes(digest))


def weak(password: str, name: str) -> bool:
    """Whether a guesser would try it first: too short, the name itself, or too few different characters."""
    plain = password.casefold()
    few = len(set(plain)) < SHORTEST // 2
    return len(password) < SHORTEST or few or plain.replace(name, "") in ("", "123", "1234")


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    # The same password typed on another keyboard may come in other code points.
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    memory = 2 * 128 * cost * block
    return hashlib.scrypt(
        typed[: LONGEST * 8],
        salt=salt,
        n=cost,
        r=block,
        p=lanes,
        maxmem=memory,
        dklen=_SIZE,
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


DECOY = hashed(secrets.token_urlsafe())
"""Compared with when there is no such account, so that the answer takes as long."""
