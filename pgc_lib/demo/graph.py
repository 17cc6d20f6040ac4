"""The demo's edges: who can do what and taught it to whom; and one that a rule proposes and nobody has decided."""

from typing import TYPE_CHECKING

from pgc_lib.core.pointer import point
from pgc_lib.graph import Edge

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

DEMO = "demo"
# what a member is called, how they stand to the skill, the skill
KNOWS: tuple[tuple[str, str, str], ...] = (
    ("妻子", "knows", "英语写作 English writing"),
    ("妹妹", "knows", "西班牙语 Spanish"),
    ("舅舅", "teaches", "吉他 Guitar"),
    ("小舅子", "knows", "Python"),
    ("女儿", "learns", "乐理 Music theory"),
    ("堂哥", "knows", "跑步 Running"),
)
PROPOSED = ("表弟", "knows", "SQL")


def load(lab: "Lab") -> int:
    """Keep the demo's edges unless they are there already; they lead from the demo's people to its skills."""
    if lab.graph.edges.count(note=DEMO):
        return 0
    people = {each.called: point(each) for each in lab.family.members.find(note=DEMO)}
    skills = {each.name: point(each) for each in lab.skills.find(note=DEMO)}
    lines = [
        {"one": people[who], "relation": how, "other": skills[what], "note": DEMO}
        for who, how, what in KNOWS
        if who in people and what in skills
    ]
    added: int = lab.graph.edges.add_many(lines).added
    who, how, what = PROPOSED
    if who in people and what in skills:
        edge = Edge(one=people[who], relation=how, other=skills[what])
        proposed = lab.graph.propose(
            edge.one, edge.relation, edge.other, source="demo", confidence=0.6,
            reason="在闲聊里提到过 Came up in a talk",
        )  # fmt: skip
        added += proposed is not None
    return added
