"""What each person logs in with, derived from the hub's one secret: nothing to store, nothing to lose but that.

Whoever has the master secret can make every login again; it never leaves the hub, the gateway and the worker's
host. A new master and one start of each server change every password.
"""

import base64
import hashlib
import hmac
from typing import Literal
from uuid import UUID

from pgc_lib.settings import Secret

Purpose = Literal["postgres", "redis", "mongo", "gateway"]


def derived(master: Secret, person: UUID, purpose: Purpose) -> str:
    """A person's secret for one purpose; 256 bits, in letters that need no quoting in an address."""
    message = f"{purpose}:{person.hex}".encode()
    digest = hmac.digest(master.reveal().encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def encryption_key(master: Secret, person: UUID) -> str:
    """The key that a person's sensitive fields are sealed with, as PGC_ENCRYPTION_KEY wants it."""
    message = f"encryption:{person.hex}".encode()
    return base64.b64encode(hmac.digest(master.reveal().encode(), message, hashlib.sha256)).decode()
