"""What can be the name, the password and the display name of an account."""

import re
import unicodedata

from hub import passwords
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import LANGUAGES, _

SHORTEST, LONGEST = 2, 32
LONGEST_DISPLAY = 40
_NAME = re.compile(r"[a-z](?:-?[a-z0-9])+")


def good_name(name: str) -> bool:
    """Whether every engine, address and volume can bear this name."""
    return SHORTEST <= len(name) <= LONGEST and _NAME.fullmatch(name) is not None


def check(name: str, password: str, display: str, lang: str) -> None:
    """Refuse what cannot be an account, with every reason at once."""
    problems: list[Problem] = []
    if not good_name(name):
        reason = _("2 to 32 lower-case letters, digits and single hyphens, with a letter in front")
        problems.append(Problem("name", reason))
    if len(password) > passwords.LONGEST:
        reason = _("at most {limit} characters", limit=passwords.LONGEST)
        problems.append(Problem("password", reason))
    elif passwords.weak(password, name):
        reason = _(
            "at least {limit} characters, not your name and not one of few characters",
            limit=passwords.SHORTEST,
        )
        problems.append(Problem("password", reason))
    if not _displayable(display):
        reason = _("at most {limit} visible characters", limit=LONGEST_DISPLAY)
        problems.append(Problem("display", reason))
    if lang not in LANGUAGES:
        reason = _("this must be one of {expected}", expected=", ".join(LANGUAGES))
        problems.append(Problem("lang", reason))
    if problems:
        raise Invalid(_("This account cannot be made so:"), problems)


def _displayable(display: str) -> bool:
    return len(display) <= LONGEST_DISPLAY and all(
        unicodedata.category(letter)[0] in "LMNPSZ" and letter not in "\u2028\u2029"
        for letter in display
    )
