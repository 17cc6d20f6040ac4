"""What the graph answers with: nodes, edges, and what lies around a record, as a table or a small picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from pgc_lib.core.choices import choice_title
from pgc_lib.core.naming import kind_title
from pgc_lib.core.record import loaded
from pgc_lib.core.shown import Listing, Told
from pgc_lib.graph.deriving import TAG
from pgc_lib.i18n import N_, _

HOW: Mapping[str, str] = {
    "link": N_("link"),
    "tag": N_("tag"),
    "reference": N_("reference"),
    "kinship": N_("kinship"),
    "mention": N_("mention"),
    "said": N_("added"),
}

_RELATIONS: Mapping[str, str] = {
    "links to": N_("links to"),
    "embeds": N_("shows within"),
    "mentions": N_("mentions"),
    "tag": N_("has the tag"),
}


@dataclass(frozen=True, slots=True)
class Node(Told):
    """A record, or a tag."""

    pointer: str
    title: str
    owner: UUID | None = None
    depth: int = 0
    """How many edges lie between it and where one began."""

    @property
    def kind(self) -> str:
        """Of which kind the record is; `tag` for a tag."""
        return "tag" if self.pointer.startswith(TAG) else self.pointer.partition("/")[0]

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Title"): self.title,
            _("Kind"): kind_title(self.kind),
            _("Steps"): self.depth or None,
        }


@dataclass(frozen=True, slots=True)
class Tie(Told):
    """An edge between two nodes."""

    one: Node
    relation: str
    other: Node
    how: str
    confidence: float | None = None
    source: str = ""
    owner: UUID | None = None

    @property
    def said(self) -> str:
        """How one stands to the other in words: a field by its title, a word of ours, or what somebody wrote."""
        if self.relation in _RELATIONS:
            return _(_RELATIONS[self.relation])
        if self.how == "reference":
            for spec in loaded():
                if spec.kind == self.one.kind and self.relation in spec.fields:
                    return spec.fields[self.relation].title
        return self.relation if self.how == "said" else choice_title(self.relation)

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Leads from"): self.one.title,
            _("Relation"): self.said,
            _("Leads to"): self.other.title,
            _("How"): _(HOW.get(self.how, self.how)),
            _("Confidence"): None if self.confidence is None else f"{self.confidence:.0%}",
            _("Source"): self.source,
        }


class Neighbourhood(Listing[Node]):
    """The nodes around a record, the nearest first, with the edges among them; a notebook shows it as a picture."""

    def __init__(self, start: Node, nodes: Sequence[Node], ties: Sequence[Tie]) -> None:
        super().__init__(nodes)
        self.start = start
        self.ties = Listing(ties)

    def _repr_html_(self) -> str:
        from pgc_lib.graph.picture import picture

        return picture(self.start, list(self), self.ties) + self.ties._repr_html_()


@dataclass(frozen=True)
class Path(Told):
    """A way from one record to another."""

    ties: tuple[Tie, ...]
    start: Node

    @cached_property
    def nodes(self) -> list[Node]:
        """Every node on the way, both ends included."""
        found = [self.start]
        for tie in self.ties:
            here = found[-1].pointer
            found.append(tie.other if tie.one.pointer == here else tie.one)
        return found

    def __len__(self) -> int:
        return len(self.ties)

    def __str__(self) -> str:
        said = self.start.title
        for tie, to in zip(self.ties, self.nodes[1:], strict=True):
            arrow = f"—{tie.said}→" if tie.other.pointer == to.pointer else f"←{tie.said}—"
            said += f" {arrow} {to.title}"
        return said

    def _shown_(self) -> dict[str, Any]:
        return {_("Way"): str(self), _("Steps"): len(self)}


@dataclass(frozen=True, slots=True)
class Match(Told):
    """One place in the graph that fits a pattern: each word of the pattern with its node."""

    nodes: Mapping[str, Node]

    def __getitem__(self, word: str) -> Node:
        return self.nodes[word]

    def _shown_(self) -> dict[str, Any]:
        return {word: node.title for word, node in self.nodes.items()}


@dataclass(frozen=True, slots=True)
class Central(Told):
    """A node and how much runs together in it."""

    node: Node
    score: float
    degree: int

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Title"): self.node.title,
            _("Kind"): kind_title(self.node.kind),
            _("Score"): round(self.score, 4),
            _("Edges"): self.degree,
        }


@dataclass(frozen=True, slots=True)
class Community(Told):
    """Records that hang together more than with the rest, the most connected first."""

    nodes: Sequence[Node]

    def __len__(self) -> int:
        return len(self.nodes)

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Members"): len(self.nodes),
            _("Around"): _(", ").join(
                list(dict.fromkeys(node.title for node in self.nodes[:200]))[:8]
            ),
        }
