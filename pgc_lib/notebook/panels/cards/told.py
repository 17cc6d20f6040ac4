"""What the records say of a period, sentence by sentence, each with the rows behind it."""

from typing import TYPE_CHECKING, Any

from pgc_lib.core.pointer import resolve
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.pieces import clean, empty, leads, line, lines
from pgc_lib.notebook.panels.rows import Rows

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_MOST = 100


class Told(Card):
    """The facts that stand at the head of a report on the period."""

    title = N_("What happened")
    slow = True
    spanned = True
    tall = 14

    def read(self, lab: "Lab") -> Any:
        facts = lab.reports.facts((self.span.first, self.span.last))
        return [each for each in facts if each.headline] or list(facts)

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("Nothing was noted in this time."))
        groups: dict[str, list[Any]] = {}
        for each in found:
            groups.setdefault(each.area, []).append(each)
        parts = [
            tag.section(tag.h3(_area(area)), lines(map(self._line, told)))
            for area, told in groups.items()
        ]
        return tag.div(parts, class_="pgc-facts")

    def _line(self, fact: Any) -> Html:
        rows = (
            leads(
                n_("{n} entry", "{n} entries", fact.count),
                "fact",
                fact=fact.key,
                name=_("What is behind it: {fact}", fact=fact.text),
            )
            if fact.rows
            else None
        )
        return line(clean(fact.text), rows, key=fact.key)

    def rows_fact(self, lab: "Lab", fact: str) -> Rows:
        """The records that a fact rests on."""
        found = next((each for each in self.found or () if each.key == fact), None)
        if found is None:
            raise NotFound(_("There is no such thing on this page."), next_step=_("Reload the page."))  # fmt: skip
        records = [record for pointer in found.rows[:_MOST] if (record := resolve(lab.session, pointer)) is not None]  # fmt: skip
        if not records:
            return Rows(found.text, [], [])
        kinds = {type(record) for record in records}
        if len(kinds) > 1:
            return Rows.of_shown(found.text, records)
        fields = records[0].spec.fields
        names = [name for name in fields if name not in records[0].spec.sensitive and any(getattr(each, name) not in (None, "", [], {}) for each in records)][:6]  # fmt: skip
        return Rows.of_records(found.text, records, names, total=found.count)


def _area(area: str) -> str:
    from pgc_lib.areas.reporting.facts import named

    return named(area)
