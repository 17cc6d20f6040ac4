"""How I am today: the mood in one touch, habits to tick, last night."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.pieces import button, clean, line, lines, told
from pgc_lib.notebook.panels.words import hours

if TYPE_CHECKING:
    from pgc_lib.lab import Lab


class Feeling(Card):
    """The day so far."""

    title = N_("How I am")
    tall = 7

    def read(self, lab: "Lab") -> Any:
        return lab.wellbeing.today()

    def show(self, found: Any) -> Child:
        return [self._mood(found), self._said(found), self._habits(found)]

    def _mood(self, found: Any) -> Html:
        noted = found.moods[0].mood if found.moods else None
        scale = [
            tag.button(
                str(number),
                type="button",
                act="feel",
                values={"mood": number},
                aria_pressed=str(number == noted).lower(),
                aria_label=_("Mood {n} of 10", n=number),
            )
            for number in range(1, 11)
        ]
        return tag.div(
            tag.div(
                tag.span(_("low")), scale, tag.span(_("high")),
                class_="pgc-scale", role="group", aria_label=_("Mood from 1 to 10"), data_pgc_arrows="1",
            ),
            class_="pgc-feel",
        )  # fmt: skip

    def _said(self, found: Any) -> Html:
        night = found.night
        said = [
            n_("Mood noted {n} time today", "Mood noted {n} times today", len(found.moods))
            if found.moods
            else _("How do you feel? One touch is enough."),
            _("slept {hours}", hours=hours(night.hours)) if night and night.hours else "",
        ]
        return tag.p(" · ".join(filter(None, said)), class_="pgc-soft pgc-small")

    def _habits(self, found: Any) -> Child:
        open_ = [each for each in found.due if each.kind == "habit" and each.record]
        if not open_:
            return None
        return lines(
            [
                line(
                    clean(each.what),
                    button("✓", "keep", id=each.record.hex, name=_("Done: {title}", title=each.what)),
                    told(each.detail),
                    key=each.record.hex,
                )
                for each in open_
            ],
            name=_("Habits of today"),
        )  # fmt: skip

    @deed
    def feel(self, mood: int) -> None:
        """Note the mood."""
        made = self.change(lambda lab: lab.wellbeing.log(mood))
        self.tell(_("Mood noted: {n}", n=mood), lambda lab: lab.wellbeing.moods.remove(made.id))

    @deed
    def keep(self, id: str) -> None:
        """Tick a habit."""
        which = UUID(id)
        self.change(lambda lab: lab.wellbeing.check(which))
        self.tell(_("Well done."), lambda lab: lab.wellbeing.uncheck(which))
