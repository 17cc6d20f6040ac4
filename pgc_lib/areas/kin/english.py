"""What a relative is called in English: generations, degrees of cousins, and through marriage."""

from pgc_lib.areas.kin.tree import Someone, Way
from pgc_lib.areas.kin.words import by_sex

_ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")


def name(_start: Someone, way: Way) -> str:
    """What the person at the end of the way is to the one at its start."""
    if way.own_partner and way.steps == 1:
        word = by_sex(way.own_partner.sex, "wife", "husband", "partner")
        return f"ex-{word}" if way.former else word
    former = "former " if way.former else ""
    if way.own_partner and way.their_partner:
        return former + _through_both(way, way.own_partner, way.their_partner)
    if way.own_partner:
        return former + _through_own(way, way.own_partner)
    if way.their_partner:
        return former + _of_theirs(way, way.their_partner)
    return _blood(way)


def _blood(way: Way) -> str:
    base = _by_birth(way, way.end)
    near = len(way.up) + len(way.down) == 1
    if "step" in way.bonds:
        return f"step{base}" if near else f"{base} (step)"
    if "adoption" in way.bonds:
        if near:
            return f"adoptive {base}" if way.up else f"adopted {base}"
        return f"{base} (by adoption)"
    return f"half-{base}" if way.half and len(way.up) == len(way.down) == 1 else base


def _by_birth(way: Way, end: Someone) -> str:
    up, down = len(way.up), len(way.down)
    if not up and not down:
        return "self"
    if not down:
        return _greats(up, by_sex(end.sex, "mother", "father", "parent"))
    if not up:
        return _greats(down, by_sex(end.sex, "daughter", "son", "child"))
    if up == down == 1:
        return by_sex(end.sex, "sister", "brother", "sibling")
    if down == 1:
        return "great-" * (up - 2) + by_sex(end.sex, "aunt", "uncle", "parent's sibling")
    if up == 1:
        return "great-" * (down - 2) + by_sex(end.sex, "niece", "nephew", "sibling's child")
    degree, removed = min(up, down) - 1, abs(up - down)
    times = _TIMES[removed] if removed < len(_TIMES) else f"{removed} times"
    return f"{_ordinal(degree)} cousin" + (f" {times} removed" if removed else "")


def _ordinal(n: int) -> str:
    if n < len(_ORDINALS):
        return _ORDINALS[n]
    return f"{n}" + (
        "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    )


def _greats(generations: int, word: str) -> str:
    if generations == 1:
        return word
    return "great-" * (generations - 2) + f"grand{word}"


def _of_theirs(way: Way, theirs: Someone) -> str:
    """The partner of a relative; `theirs` is the relative."""
    base = _by_birth(way, theirs)
    other = way.end.sex
    match len(way.up), len(way.down):
        case 1, 0:
            return "step" + by_sex(other, "mother", "father", "parent")
        case 0, 1:
            return by_sex(other, "daughter", "son", "child") + "-in-law"
        case 1, 1:
            return by_sex(other, "sister", "brother", "sibling") + "-in-law"
        case 2, 1:
            return by_sex(other, "aunt", "uncle", "aunt or uncle") + " by marriage"
    return f"{base}'s {by_sex(other, 'wife', 'husband', 'partner')}"


def _through_own(way: Way, partner: Someone) -> str:
    """A relative of one's partner."""
    base = _by_birth(way, way.end)
    match len(way.up), len(way.down):
        case (1, 0) | (1, 1):
            return f"{base}-in-law"
        case 0, 1:
            return f"step{base}"
    return f"{by_sex(partner.sex, 'wife', 'husband', 'partner')}'s {base}"


def _through_both(way: Way, mine: Someone, theirs: Someone) -> str:
    whose = by_sex(mine.sex, "wife", "husband", "partner")
    base = _by_birth(way, theirs)
    return f"{whose}'s {base}'s {by_sex(way.end.sex, 'wife', 'husband', 'partner')}"
