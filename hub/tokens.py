"""What a person's server shows the model gateway: a token that proves itself, so that no call waits for the hub."""

import hmac
from uuid import UUID

from hub.secrets import derived
from pgc_lib.settings import Secret

_PREFIX = "pgc"
_PARTS = 3


def issue(master: Secret, person: UUID) -> str:
    """The token of a person."""
    return f"{_PREFIX}-{person.hex}-{derived(master, person, 'gateway')}"


def person_of(master: Secret, token: str) -> UUID | None:
    """Whose token this is; None for anything that the master secret did not make."""
    parts = token.split("-", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _PREFIX:
        return None
    try:
        person = UUID(hex=parts[1])
    except ValueError:
        return None
    return person if hmac.compare_digest(issue(master, person).encode(), token.encode()) else None
