"""What any two people of a family are to one another, in a person's language."""

from collections.abc import Iterator
from uuid import UUID

from pgc_lib.areas.kin import chinese, english
from pgc_lib.areas.kin.tree import Role, Tree
from pgc_lib.areas.kin.words import by_sex, is_older


def kinship(tree: Tree, a: UUID, b: UUID, lang: str) -> list[str]:
    """What `b` is to `a`; several words when they are related in several ways, none when they are not."""
    naming = chinese if lang == "zh-CN" else english
    words = [naming.name(tree.people[a], way) for way in tree.ways(a, b)]
    words = words or list(_without_a_way(tree, a, b, zh=lang == "zh-CN"))
    return list(dict.fromkeys([*words, *_unrelated(tree, a, b, zh=lang == "zh-CN")]))


def _without_a_way(tree: Tree, a: UUID, b: UUID, *, zh: bool) -> Iterator[str]:
    """Two that are bound by a marriage in the middle: children of partners, parents of partners."""
    me, other = tree.people[a], tree.people[b]
    for parent in tree.parents(a):
        for partner in tree.partners(parent):
            if b in tree.children(partner):
                if not zh:
                    yield by_sex(other.sex, "stepsister", "stepbrother", "stepsibling")
                    continue
                older = is_older(other, me)
                female = {True: "继姐", False: "继妹", None: "继姐妹"}[older]
                male = {True: "继兄", False: "继弟", None: "继兄弟"}[older]
                yield by_sex(other.sex, female, male, "继兄弟姐妹")
    for child in tree.children(a):
        for partner in tree.partners(child):
            if b in tree.parents(partner):
                yield (
                    by_sex(other.sex, "亲家母", "亲家公", "亲家") if zh else "child's parent-in-law"
                )


_ROLES: dict[Role, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "godparent": (("干妈", "干爸", "干亲"), ("godmother", "godfather", "godparent")),
    "godchild": (("干女儿", "干儿子", "干孩子"), ("goddaughter", "godson", "godchild")),
    "guardian": (("监护人",) * 3, ("guardian",) * 3),
    "ward": (("被监护人",) * 3, ("ward",) * 3),
    "friend": (("朋友",) * 3, ("friend",) * 3),
}
"""What those are called who are bound by no blood: for a woman, a man, either; Chinese and English."""


def _unrelated(tree: Tree, a: UUID, b: UUID, *, zh: bool) -> Iterator[str]:
    for role in tree.roles(a, b):
        chinese_words, english_words = _ROLES[role]
        yield by_sex(tree.people[b].sex, *(chinese_words if zh else english_words))
