"""What every naming of kinship asks of people: their sexes, and who is the older one."""

from datetime import date

from pgc_lib.areas.kin.tree import Sex, Someone


def is_older(one: Someone, other: Someone) -> bool | None:
    """Whether one was born before the other; None when that is not known."""
    if one.birth.before(other.birth):
        return True
    if other.birth.before(one.birth):
        return False
    if one.order is not None and other.order is not None and one.order != other.order:
        return one.order < other.order
    return None


def by_sex(sex: Sex, female: str, male: str, either: str) -> str:
    """The word for someone of this sex."""
    return {"female": female, "male": male}.get(sex, either)


def born_key(one: Someone, name: str) -> tuple[date, int, str]:
    """The eldest first, as far as known."""
    return one.birth.earliest or one.birth.latest or date.max, one.order or 99, name
