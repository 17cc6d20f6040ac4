"""Links for others: a token that cannot be guessed, of which only the hash is kept, until a day or until it is taken back.

    shared = make(view, until)           # the token is in it this once and nowhere else
    judge(link, now)                     # why a link does not open; empty when it does

The token begins with the person it leads to, so that a service on a hub knows whose role to take before it asks.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pgc_lib.areas.career.ahead import ShareLink, View
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

_TOKEN = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
SAME_VISIT = timedelta(minutes=1)
"""Opening a page again so soon is the same visit."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A link just made. The token is shown now and cannot be read again."""

    token: str
    until: datetime
    view: str

    @property
    def path(self) -> str:
        """Where a hub shows it."""
        return f"/hub/shared/{self.token}"

    def _shown_(self) -> dict[str, Any]:
        return {_("View"): self.view, _("Address"): self.path, _("Until"): self.until}

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import card

        return card(self._shown_())

    def __repr__(self) -> str:
        return f"<link to “{self.view}” until {self.until:%Y-%m-%d %H:%M}>"  # no token: it may land in a log


def new_token(person: UUID) -> str:
    """256 bits by chance, behind whose it is."""
    return f"{person.hex}.{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    """What is kept of a token. It is long and random, so a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_of(token: str) -> UUID:
    """Whose career a token leads to; `NotFound` for what is none."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise closed()
    return UUID(found[1])


def closed() -> NotFound:
    """The one answer to whatever does not open: unknown, ended and taken back look the same from outside."""
    return NotFound(
        _("This link leads nowhere, or no longer."),
        next_step=_("Ask whoever gave it to you for a new one."),
    )


def is_open(link: ShareLink, view: View | None, today: Any, now: datetime) -> bool:
    """Whether a link may be followed now: not taken back, not ended, and its view neither."""
    if view is None or link.revoked_at is not None or link.until <= now:
        return False
    return view.until is None or view.until >= today


def is_new_visit(link: ShareLink, now: datetime) -> bool:
    """Whether this is more than the same page opened again."""
    return link.seen_at is None or now - link.seen_at >= SAME_VISIT
