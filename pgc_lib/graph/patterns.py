"""What a pattern asks for: steps of three words, each a node, a relation and a node.

read([("p:person", "knows", "skill"), ("p:person", "*", "tag")])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgc_lib.core.record import loaded
from pgc_lib.errors import Invalid, Problem
from pgc_lib.graph.deriving import TAG
from pgc_lib.i18n import _

DEEPEST = 6
WORDS: Mapping[str, str] = {
    "person": "family.members",
    "skill": "skills.items",
    "hobby": "hobbies.interests",
    "todo": "todos.items",
    "goal": "goals.items",
    "entry": "knowledge.entries",
    "doc": "docs.items",
}
"""Kinds by the word that a pattern may use for them; any kind or area can be named as it is."""

Step = tuple[str, str, str]


@dataclass(slots=True)
class Pattern:
    """Its steps by the names of their nodes, and what the pointer of each node begins with."""

    steps: list[Step] = field(default_factory=list)
    begins: dict[str, str] = field(default_factory=dict)


def read(steps: Sequence[Step]) -> Pattern:
    """The pattern; `Invalid` names a step that is none, and a word for which there is no kind of record."""
    if not steps or len(steps) > DEEPEST:
        reason = _(
            "{name} is a whole number from {least} to {most}", name="steps", least=1, most=DEEPEST
        )
        raise _refused([Problem("pattern", reason, len(steps))])
    made = Pattern()
    for n, step in enumerate(steps):
        words: tuple[object, ...] = tuple(step)  # callers in notebooks pass anything
        if len(words) != 3 or not all(isinstance(word, str) and word for word in words):
            reason = _("a step is three words: a node, a relation, a node")
            raise _refused([Problem(f"#{n + 1}", reason, step)])
        one, other = (_named(word, made.begins, n) for word in (step[0], step[2]))
        made.steps.append((one, "" if step[1] == "*" else step[1], other))
    return made


def _named(word: str, begins: dict[str, str], step: int) -> str:
    """The name of a pattern's node, whose kind is noted."""
    name, colon, kind = word.rpartition(":")
    if not colon:
        name = kind if kind not in begins else f"{kind}{step + 1}"
        while name in begins:
            name += "'"
    wanted = _begin(kind)
    if name in begins and begins[name] != wanted and kind != "*":
        reason = _("“{name}” is of two kinds in this pattern", name=name)
        raise _refused([Problem("pattern", reason, word)])
    begins.setdefault(name, wanted)
    return name


def _begin(kind: str) -> str:
    if kind in ("*", ""):
        return ""
    if kind == "tag":
        return TAG
    known = WORDS.get(kind, kind)
    begin = f"{known}/" if "." in known else f"{known}."
    kinds = sorted({spec.kind for spec in loaded()})
    if not any(f"{each}/".startswith(begin) for each in kinds):
        names = ", ".join([*WORDS, "tag", "*", *kinds])
        raise _refused([Problem(kind, _("no record is of this kind; there are {names}", names=names))])  # fmt: skip
    return begin


def _refused(problems: list[Problem]) -> Invalid:
    return Invalid(_("The graph cannot be asked this:"), problems)
