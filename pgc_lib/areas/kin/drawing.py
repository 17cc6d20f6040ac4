"""A family tree as text: everyone on a line of their own, partners beside them, children below."""

from dataclasses import dataclass
from datetime import date
from html import escape
from uuid import UUID

from pgc_lib.areas.kin.circle import Circle, Person
from pgc_lib.areas.kin.words import born_key
from pgc_lib.i18n import _


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn tree; a notebook shows it as it is."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre style='line-height:1.35'>{escape(self.text)}</pre>"


def descendants(circle: Circle, root: UUID, generations: int) -> Drawing:
    """Somebody with partners, children and their children, as far down as wanted."""
    lines: list[str] = []
    seen: set[UUID] = set()

    def draw(id: UUID, first: str, rest: str, left: int) -> None:
        again = id in seen
        lines.append(first + _line(circle, id) + (f"  {_('(see above)')}" if again else ""))
        if again:
            return
        seen.add(id)
        children = sorted(circle.tree.children(id), key=lambda one: _age(circle, one))
        if children and not left:
            lines.append(rest + "└─ …")
            return
        for n, child in enumerate(children):
            end = n == len(children) - 1
            draw(
                child, rest + ("└─ " if end else "├─ "), rest + ("   " if end else "│  "), left - 1
            )

    draw(root, "", "", generations)
    return Drawing("\n".join(lines))


def ancestors(circle: Circle, root: UUID, generations: int) -> Drawing:
    """Somebody with parents and their parents, as far up as wanted."""
    lines: list[str] = []
    seen: set[UUID] = set()

    def draw(id: UUID, first: str, rest: str, left: int) -> None:
        again = id in seen
        lines.append(first + _one(circle.people[id]) + (f"  {_('(see above)')}" if again else ""))
        if again:
            return
        seen.add(id)
        parents = sorted(
            circle.tree.parents(id), key=lambda one: circle.people[one].sex == "female"
        )
        if parents and not left:
            lines.append(rest + "└─ …")
            return
        for n, parent in enumerate(parents):
            end = n == len(parents) - 1
            draw(
                parent, rest + ("└─ " if end else "├─ "), rest + ("   " if end else "│  "), left - 1
            )

    draw(root, "", "", generations)
    return Drawing("\n".join(lines))


def _line(circle: Circle, id: UUID) -> str:
    partners = circle.tree.partners(id)
    beside = [
        f" {'⚮' if former else '⚭'} {_one(circle.people[partner])}"
        for partner, former in partners.items()
    ]
    return _one(circle.people[id]) + "".join(beside)


def _one(person: Person) -> str:
    born = str(person.born.year) if person.born else person.born_about
    died = str(person.died.year) if person.died else person.died_about
    if person.gone:
        return f"{person.name} ({born or '?'}–{died or '†'})"
    return f"{person.name} ({born})" if born else person.name


def _age(circle: Circle, id: UUID) -> tuple[date, int, str]:
    return born_key(circle.tree.people[id], circle.people[id].name)
