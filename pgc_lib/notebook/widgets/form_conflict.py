"""Somebody changed the same record meanwhile: both versions side by side, and a choice for each field that differs."""

from typing import TYPE_CHECKING, Any

from pgc_lib.core.choices import choice_title
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.form_rows import raw_field

if TYPE_CHECKING:
    from pgc_lib.notebook.widgets.form import Form


class Clash(Part):
    """What I typed, what stands there now, and which of the two is to stay."""

    look = "pgc-clash"

    def __init__(self, form: "Form", error: PgcError) -> None:
        self.named = _("Both versions")
        self.form = form
        self.error = error
        self.current: Any = form.collection.get(form.record.id)
        start, now = form.start, self._raw(self.current)
        self._now = now
        self.theirs = [name for name in form.given if now[name] != start[name]]
        mine = [name for name in form.given if form.given[name] != start[name]]
        self.both = [n for n in self.theirs if n in mine and form.given[n] != now[n]]
        self.taken: dict[str, str] = dict.fromkeys(self.both, "mine")

    def _raw(self, record: Any) -> dict[str, Any]:
        fields = record.spec.fields
        return {n: raw_field(type(record), f, getattr(record, n)) for n, f in fields.items()}

    def decided(self) -> dict[str, Any]:
        """What the fields are to say: theirs where they alone changed one, or were chosen."""
        return {n: self._now[n] for n in self.theirs if self.taken.get(n, "theirs") == "theirs"}

    def draw(self) -> Html:
        fields = self.form.spec.fields
        alone = [fields[name].title for name in self.theirs if name not in self.both]
        return tag.div(
            tag.p(tag.b(_("Somebody changed this while you were writing.")), role="alert"),
            tag.p(_("What you wrote is still here. Choose what is to stay, then save again.")) if self.both
            else tag.p(_("They changed other fields than you; save again, and both changes stay.")),
            self._table() if self.both else None,
            tag.p(_("Only they changed: {names}. That stays.", names=", ".join(alone)), class_="pgc-hint") if alone else None,
            tag.div(
                tag.button(_("Save again"), type="submit", class_="pgc-button pgc-first"),
                tag.button(_("Throw mine away"), type="button", class_="pgc-button", act="give_way"),
                class_="pgc-row",
            ),
            class_="pgc-trouble pgc-stack",
        )  # fmt: skip

    def _table(self) -> Html:
        fields = self.form.spec.fields
        head = tag.tr(tag.th(_("Field")), tag.th(_("Mine")), tag.th(_("What stands there now")))
        return tag.table(
            tag.thead(head),
            tag.tbody(
                tag.tr(
                    tag.th(fields[name].title, scope="row"),
                    self._side(name, "mine", self.form.given[name]),
                    self._side(name, "theirs", self._now[name]),
                    data_key=name,
                )
                for name in self.both
            ),
            class_="pgc-sheet",
        )

    def _side(self, name: str, side: str, raw: Any) -> Html:
        field = self.form.spec.fields[name]
        if field.choices:
            text = choice_title(str(raw))
        elif isinstance(raw, bool):
            text = _("yes") if raw else _("no")
        else:
            text = ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw)
        picked = self.taken[name] == side
        return tag.td(
            tag.label(
                tag.input(type="radio", name=f"clash.{name}", checked=picked, act="pick", values={"field": name, "side": side},
                          value=side),
                tag.span(text or "–"), class_="pgc-check",
            )
        )  # fmt: skip

    @deed
    def pick(self, field: str, side: str, **_more: Any) -> None:
        """Whose words are to stay."""
        self.taken[field] = side

    @deed
    def give_way(self) -> None:
        """Take what stands there now."""
        form = self.form
        before = dict(form.given)
        form.record = self.current
        form.begin()
        form.say(_("Yours was thrown away."), undo=lambda: form.back_to(before))
        form.renew()
