"""What every naming of kinship asks of a way: the turn in it, sexes, and who is the older one."""

from dataclasses import dataclass

from pgc_lib.areas.kin.tree import Sex, Someone, Way


@dataclass(frozen=True, slots=True)
class Turn:
    """The two siblings where a way turns from going up to going down."""

    mine: Someone
    theirs: Someone

    @property
    def older(self) -> bool | None:
        """Whether theirs is the older one; None when nobody knows."""
        return is_older(self.theirs, self.mine)


def turn_of(start: Someone, way: Way) -> Turn | None:
    """Where the way turns; None when it leads straight up or down."""
    if not way.up or not way.down:
        return None
    mine = way.up[-2] if len(way.up) > 1 else start
    return Turn(mine, way.down[0])


def is_older(one: Someone, other: Someone) -> bool | None:
    """Whether one was born before the other; None when that is not known."""
    if one.born and other.born and one.born != other.born:
        return one.born < other.born
    if one.order is not None and other.order is not None and one.order != other.order:
        return one.order < other.order
    return None


def by_sex(sex: Sex, female: str, male: str, either: str) -> str:
    """The word for someone of this sex."""
    return {"female": female, "male": male}.get(sex, either)
