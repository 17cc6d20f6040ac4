"""Searching text the same way in every store.

What “letter case ignored” means differs from engine to engine and with the database's locale. So the
pattern itself spells out the forms of each letter; PostgreSQL and MongoDB then agree to the character.
"""

import re

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

MAX_PATTERN = 1000


def any_case_pattern(text: str, place: str) -> str:
    """A regular expression for this text in any letter case."""
    return "".join(map(_any_case, _checked(text, place)))


def exact_pattern(text: str, place: str) -> str:
    """A regular expression for exactly this text."""
    return "".join(map(_literal, _checked(text, place)))


def forms(letter: str) -> set[str]:
    """The letter, small and capital, as far as those are single letters."""
    small, capital = letter.lower(), letter.upper()
    every = {letter, small, capital, small.upper(), capital.lower()}
    return {form for form in every if len(form) == 1}


def _any_case(letter: str) -> str:
    every = forms(letter)
    return _literal(letter) if len(every) == 1 else f"[{''.join(sorted(every))}]"


def _literal(letter: str) -> str:
    # Only ASCII signs mean anything in a pattern; a backslash before any other character may too.
    return letter if letter.isalnum() or letter == "_" or not letter.isascii() else "\\" + letter


def _checked(text: str, place: str) -> str:
    reason = None
    if len(text) > MAX_PATTERN:
        reason = _("a text to look for has at most {n} characters", n=MAX_PATTERN)
    elif "\0" in text or re.search("[\ud800-\udfff]", text):
        reason = _("a text cannot hold NUL or half a character (a lone surrogate)")
    if reason is None:
        return text
    raise Invalid(
        _("The condition cannot be used."),
        [Problem(place, reason, repr(text)[:80])],
        next_step=_("Look for a shorter or simpler text."),
    )
