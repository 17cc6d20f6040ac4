"""What a setting is, and how the text of one becomes a value."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgc_lib.i18n import N_, _, normal

MASK = "••••••"
"""What is shown in place of a secret."""


class Secret:
    """A value that never shows itself: not in a log, a traceback, a notebook or `pgc settings`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return MASK if self._value else "—"


NOTHING = Secret("")
"""No value at all."""


def text(raw: str) -> str:
    return raw


def secret(raw: str) -> Secret:
    return Secret(raw)


def path(raw: str) -> Path:
    return Path(raw).expanduser().absolute() if raw else Path()


def whole(raw: str) -> int:
    value = int(raw)
    if value < 0:
        raise ValueError(raw)
    return value


def port(raw: str) -> int:
    value = whole(raw)
    if value > 65_535:
        raise ValueError(raw)
    return value


def switch(raw: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    return known[raw.strip().lower()]


def language(raw: str) -> str:
    if not raw:
        return ""
    if raw.lower().replace("_", "-").partition("-")[0] not in ("zh", "en"):
        raise ValueError(raw)
    return normal(raw)


_ALLOWED: dict[Callable[[str], Any], str] = {
    text: N_("any text"),
    secret: N_("any text"),
    path: N_("a folder or file"),
    whole: N_("a whole number from 0"),
    port: N_("a port from 0 to 65535"),
    switch: N_("yes or no"),
    language: N_("zh-CN, en or empty"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: its name, how its text is read, the text of its default, and its purpose."""

    name: str
    parse: Callable[[str], Any]
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PGC_{self.name.upper()}"

    @property
    def secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.parse is secret

    @property
    def allowed(self) -> str:
        """What may be given, in the person's language."""
        return _(_ALLOWED[self.parse])
