"""What a relative is called in Chinese: by side, by age and by sex, and through marriage.

The words are those of everyday northern usage (爷爷, 外公, 舅妈, 小姨子); where daily speech has none, the
written ones (伯祖父, 从堂兄). Who shares only an ancestor further back is of one's clan (族兄, 族叔) through four
generations of men, and a distant one of a side (远房表哥, 远房堂侄) otherwise.
"""

from pgc_lib.areas.kin.tree import Someone, Way
from pgc_lib.areas.kin.words import by_sex, is_older

_UP = ("", "", "", "曾", "高", "天", "烈", "太", "远", "鼻")
_DOWN = ("", "", "", "曾", "玄", "来", "晜", "仍", "云", "耳")


def name(start: Someone, way: Way) -> str:
    """What the person at the end of the way is to the one at its start."""
    former = "前" if way.former else ""
    if way.own_partner and not way.steps - 1:
        return former + _partner(way.own_partner, former=way.former)
    if way.own_partner and way.their_partner:
        return former + _through_both(start, way)
    if way.own_partner:
        return former + _through_own(way, way.own_partner)
    if way.their_partner:
        return former + _of_theirs(start, way, way.their_partner)
    return _blood(start, way)


def _partner(partner: Someone, *, former: bool) -> str:
    if former:
        return by_sex(partner.sex, "妻", "夫", "任伴侣")
    return by_sex(partner.sex, "妻子", "丈夫", "伴侣")


# ── by blood ─────────────────────────────────────────────────────────────────────────────────────────


def _blood(start: Someone, way: Way) -> str:
    near = len(way.up) + len(way.down) == 1
    if near and way.bonds != {"birth"}:
        prefix = "养" if "adoption" in way.bonds else "继"
        end = (way.up or way.down)[0]
        if way.up:
            return prefix + by_sex(end.sex, "母", "父", "父母")
        return prefix + by_sex(end.sex, "女", "子", "子女")
    base = _by_birth(start, way)
    if len(way.up) == len(way.down) == 1 and way.half:
        return by_sex(way.up[0].sex, "同母异父的", "同父异母的", "半血缘的") + base
    if "step" in way.bonds:
        return f"{base}（继亲）"
    return f"{base}（收养）" if "adoption" in way.bonds else base


def _by_birth(start: Someone, way: Way) -> str:
    match len(way.up), len(way.down):
        case 0, 0:
            return "自己"
        case _, 0:
            return _ancestor(way.up)
        case 0, _:
            return _descendant(way.down)
        case 1, 1:
            return _sibling(start, way.down[0])
        case 1, _:
            return _below(way.down[0], way.down[1:], side="")
        case _, 1:
            return _above(way.up, way.down[0])
        case above, below if above == below:
            return _cousin(start, way)
        case above, below if above > below:
            return _of_cousins_above(way, above - below)
    near = len(way.up)
    return _below(way.down[near - 1], way.down[near:], side=_far(near, _side(way, cousin=near)))


def _cousin(start: Someone, way: Way) -> str:
    far = _far(len(way.up), _side(way))
    word = _sibling(start, way.down[-1], short=True)
    return far + (word.replace("哥", "兄") if far == "族" else word)


def _of_cousins_above(way: Way, generations: int) -> str:
    """A cousin of a parent, a grandparent, …"""
    far = _far(len(way.down), _side(way, parent=generations))
    if generations == 1:
        return far + _uncle(way.up[0], way.down[-1], short=True)
    return far + _above(way.up[: generations + 1], way.down[-1])


def _far(back: int, side: str) -> str:
    """How near two cousins are, by how many generations back the ancestor lies that they share."""
    if back == 4 and side == "堂":
        return "族"
    return {2: "", 3: "从"}.get(back, "远房") + side


def _outer(through: Someone) -> str:
    """外 for a line through a woman; in brackets when nobody knows."""
    return by_sex(through.sex, "外", "", "（外）")


def _ancestor(up: tuple[Someone, ...]) -> str:
    end, generation = up[-1], len(up)
    if generation == 1:
        return by_sex(end.sex, "母亲", "父亲", "父母")
    outer = _outer(up[0])
    if generation == 2 and outer == "":
        return by_sex(end.sex, "奶奶", "爷爷", "祖父母")
    if generation == 2 and outer == "外":
        return by_sex(end.sex, "外婆", "外公", "外祖父母")
    inner = _outer(up[1]) if generation == 3 else ""
    if generation >= len(_UP):
        return f"{outer}{generation}世祖"
    return f"{outer}{_UP[generation]}{inner}祖" + by_sex(end.sex, "母", "父", "父母")


def _descendant(down: tuple[Someone, ...]) -> str:
    end, generation = down[-1], len(down)
    if generation == 1:
        return by_sex(end.sex, "女儿", "儿子", "孩子")
    outer = _outer(down[0])
    inner = _outer(down[1]) if generation == 3 and outer == "" else ""
    if generation >= len(_DOWN):
        return f"{outer}{generation}世孙"
    last = by_sex(end.sex, "孙女", "孙子" if generation == 2 and not outer else "孙", "孙辈")
    return outer + _DOWN[generation] + inner + last


def _sibling(me: Someone, other: Someone, *, short: bool = False) -> str:
    older = is_older(other, me)
    if other.sex == "male":
        return {True: "哥" if short else "哥哥", False: "弟" if short else "弟弟", None: "兄弟"}[
            older
        ]
    if other.sex == "female":
        return {True: "姐" if short else "姐姐", False: "妹" if short else "妹妹", None: "姐妹"}[
            older
        ]
    return "兄弟姐妹"


def _side(way: Way, *, parent: int = 0, cousin: int | None = None) -> str:
    """堂 when the line runs through men alone, 表 when a woman is in it; both where nobody knows.

    The line is that between two cousins: from an ancestor of the first one (`parent` generations up) to a relative
    who is `cousin` generations below the turn.
    """
    down = way.down if cousin is None else way.down[:cousin]
    between = {one.sex for one in (*way.up[parent:-1], *down[:-1])}
    if "female" in between:
        return "表"
    return "堂／表" if "" in between else "堂"


def _below(head: Someone, rest: tuple[Someone, ...], *, side: str) -> str:
    """The descendants of a sibling or cousin."""
    stem = by_sex(head.sex, "外甥", "侄", "甥侄")
    end = rest[-1]
    if len(rest) == 1:
        plain = stem if stem != "侄" or side else "侄子"
        return side + by_sex(end.sex, f"{stem}女", plain, f"{stem}辈")
    between = _DOWN[len(rest)] if len(rest) < len(_DOWN) else f"{len(rest)}世"
    outer = _outer(rest[0]) if len(rest) == 2 else ""
    return f"{side}{stem}{between}{outer}" + by_sex(end.sex, "孙女", "孙", "孙辈")


def _uncle(parent: Someone, other: Someone, *, short: bool = False) -> str:
    if parent.sex == "male":
        older = is_older(other, parent)
        brother = {True: "伯父", False: "叔" if short else "叔叔", None: "叔伯"}[older]
        return by_sex(other.sex, "姑" if short else "姑姑", brother, "叔伯姑")
    if parent.sex == "female":
        return by_sex(other.sex, "姨" if short else "姨妈", "舅" if short else "舅舅", "舅姨")
    return by_sex(other.sex, "父母的姐妹", "父母的兄弟", "父母的兄弟姐妹")


def _above(up: tuple[Someone, ...], other: Someone) -> str:
    """The siblings of ancestors."""
    if len(up) == 2:
        return _uncle(up[0], other)
    elder, outer = up[-2], _outer(up[0])
    far = "" if len(up) == 3 else _UP[len(up) - 1] if len(up) - 1 < len(_UP) else f"{len(up) - 1}世"
    if elder.sex == "male":
        older = is_older(other, elder)
        brother = {True: "伯", False: "叔", None: "叔伯"}[older]
        return f"{outer}{far}" + by_sex(other.sex, "姑祖母", f"{brother}祖父", "叔伯姑祖")
    if elder.sex == "female":
        return f"{outer}{far}" + by_sex(other.sex, "姨祖母", "舅祖父", "舅姨祖")
    return f"{outer}{far}" + by_sex(other.sex, "祖辈的姐妹", "祖辈的兄弟", "祖辈的兄弟姐妹")


# ── by marriage ──────────────────────────────────────────────────────────────────────────────────────

_WIVES = {
    "哥哥": "嫂子", "弟弟": "弟媳", "伯父": "伯母", "叔叔": "婶婶", "舅舅": "舅妈", "儿子": "儿媳", "孙子": "孙媳",
    "外孙": "外孙媳", "侄子": "侄媳", "外甥": "外甥媳", "哥": "嫂", "弟": "弟媳", "叔": "婶", "舅": "舅妈",
    "侄": "侄媳", "祖父": "祖母", "兄": "嫂", "兄弟": "兄弟的妻子",
}  # fmt: skip
_HUSBANDS = {
    "姐姐": "姐夫", "妹妹": "妹夫", "姑姑": "姑父", "姨妈": "姨父", "女儿": "女婿", "孙女": "孙女婿", "侄女": "侄女婿",
    "外甥女": "外甥女婿", "姐": "姐夫", "妹": "妹夫", "姑": "姑父", "姨": "姨父", "祖母": "祖父",
    "姐妹": "姐妹的丈夫",
}  # fmt: skip


def _of_theirs(start: Someone, way: Way, theirs: Someone) -> str:
    """The partner of a relative; `theirs` is the relative."""
    base = _by_birth(start, way)
    if len(way.up) == 1 and not way.down:
        return by_sex(way.end.sex, "继母", "继父", "继父母")
    words = _MARRIED.get((theirs.sex, way.end.sex), {})
    for ending in sorted(words, key=len, reverse=True):
        if base.endswith(ending):
            return base.removesuffix(ending) + words[ending]
    return f"{base}的{by_sex(way.end.sex, '妻子', '丈夫', '伴侣')}"


_MARRIED = {("male", "female"): _WIVES, ("female", "male"): _HUSBANDS}


_OF_WIFE = {
    "父亲": "岳父", "母亲": "岳母", "哥哥": "大舅子", "弟弟": "小舅子", "姐姐": "大姨子", "妹妹": "小姨子",
    "儿子": "继子", "女儿": "继女",
}  # fmt: skip
_OF_HUSBAND = {
    "父亲": "公公", "母亲": "婆婆", "哥哥": "大伯子", "弟弟": "小叔子", "姐姐": "大姑子", "妹妹": "小姑子",
    "儿子": "继子", "女儿": "继女",
}  # fmt: skip


def _through_own(way: Way, partner: Someone) -> str:
    """A relative of one's partner."""
    base = _by_birth(partner, way)
    words = {"female": _OF_WIFE, "male": _OF_HUSBAND}.get(partner.sex, {})
    whose = by_sex(partner.sex, "妻子", "丈夫", "伴侣")
    return words.get(base) or f"{whose}的{base}"


def _through_both(start: Someone, way: Way) -> str:
    """The partner of a relative of one's partner."""
    assert way.own_partner is not None and way.their_partner is not None
    if len(way.up) == len(way.down) == 1:
        sisters = way.own_partner.sex == way.their_partner.sex == "female"
        brothers = way.own_partner.sex == way.their_partner.sex == "male"
        if sisters and start.sex == way.end.sex == "male":
            return "连襟"
        if brothers and start.sex == way.end.sex == "female":
            return "妯娌"
    whose = by_sex(way.own_partner.sex, "妻子", "丈夫", "伴侣")
    return f"{whose}的{_of_theirs(way.own_partner, way, way.their_partner)}"
