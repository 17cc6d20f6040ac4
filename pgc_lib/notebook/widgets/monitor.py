"""Reports at work: begin one, watch it cell by cell, cancel it, read what came of it.

lab.reports.monitor()
"""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from pgc_lib.core.zone import zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, catalogue, lang, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.monitor_runs import Runs, Seen
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.areas.reports import Reports
    from pgc_lib.automation.catalogue import Parameter

_MOST, _CELLS = 12, 60
_LOOKED = 0.7
"""Seconds between two looks at how far the runs are."""
_STATES = {"running": N_("running"), "done": N_("done"), "failed": N_("failed")}
_LABELS = {
    "week": N_("Week"), "day": N_("Day"), "month": N_("Month"), "year": N_("Year"), "language": N_("Language"),
    "since": N_("From the day"), "until": N_("To the day"), "days": N_("Days"), "weeks": N_("Weeks"), "currency": N_("Currency"),
}  # fmt: skip
"""What a parameter is called, where many reports call it so."""
_CHOICES = {"": N_("As usual"), "zh-CN": "中文", "en": "English"}
_INPUTS = {"int": "number", "float": "number", "date": "date", "datetime": "datetime-local"}


class Monitor(Part):
    """Every run with its cells; what is begun here goes on when the page is shut."""

    look = "pgc-monitor"

    def __init__(self, reports: "Reports") -> None:
        self.named = _("Reports at work")
        self.reports = reports
        self.runs = Runs()
        self.chosen = ""
        self.read_id = ""
        self.work: Work | None = None

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """What can be begun, and what runs or ran."""
        seen = self.runs.seen(self.reports, _MOST)
        return tag.div(
            self._begin(),
            tag.ul([self._run(each) for each in seen], class_="pgc-stack", aria_label=_("Reports that were run"))
            if seen
            else tag.div(tag.b(_("No report was written yet.")), _("Begin one above."), class_="pgc-empty"),
            self._page(seen),
            class_="pgc-stack",
        )  # fmt: skip

    def _begin(self) -> Html:
        known = self.runs.reports()
        if not known:
            return tag.div(
                tag.b(_("There is no report to run.")),
                _("Put a notebook with a cell tagged `parameters` into the folder “scheduled”."),
                class_="pgc-empty",
            )  # fmt: skip
        if self.chosen not in known:
            self.chosen = next(iter(known))
        reports = [tag.option(_name(each), value=each, selected=True if each == self.chosen else None) for each in known]  # fmt: skip
        return tag.form(
            tag.label(
                tag.span(_("Report")),
                tag.select(reports, act="choose", name="report"),
                class_="pgc-field",
            ),
            [self._parameter(each) for each in known[self.chosen].parameters.values()],
            tag.button(_("Begin"), class_="pgc-button pgc-first"),
            act="begin", values={"name": self.chosen}, class_="pgc-monitor-begin pgc-box", data_key=f"begin-{self.chosen}",
        )  # fmt: skip

    def _parameter(self, each: "Parameter") -> Html:
        field, label, hint = f"{self.id}-p-{each.name}", _label(each.name), _help(each)
        given: dict[str, Any] = {"name": f"p.{each.name}", "id": field}
        given["aria_describedby"] = f"{field}-foot" if hint else None
        foot = tag.span(hint, class_="pgc-hint", id=f"{field}-foot", dir="auto") if hint else None
        if each.type == "bool":
            box = tag.input(type="checkbox", checked=bool(each.default) or None, **given)
            line = tag.label(box, tag.span(label, dir="auto"), class_="pgc-check")
            return tag.div(line, foot, class_="pgc-field")
        value = "" if each.default is None else str(each.default)
        if each.choices:
            control = tag.select(
                [tag.option(_choice(one), value=one, selected=True if one == value else None) for one in each.choices],
                **given,
            )  # fmt: skip
        else:
            kind, step = _INPUTS.get(each.type, "text"), "any" if each.type == "float" else None
            control = tag.input(type=kind, value=value, dir="auto", step=step, **given)
        named = tag.label(label, for_=field, dir="auto")
        return tag.div(named, control, foot, class_="pgc-field")

    def _run(self, each: Seen) -> Html:
        began = each.began.astimezone(zone())
        seconds = ((each.ended or datetime.now(UTC)) - each.began).total_seconds()
        running = each.state == "running"
        look = {"done": "pgc-good", "failed": "pgc-bad"}.get(each.state, "")
        name = _name(each.name)
        return tag.li(
            tag.div(
                tag.b(name, dir="auto"),
                tag.span(_(_STATES[each.state]), class_=["pgc-chip", look]),
                tag.span(f"{began:%Y-%m-%d %H:%M}", class_="pgc-soft pgc-number"),
                tag.span(_lasted(seconds), class_="pgc-soft pgc-number")
                if not running or each.here
                else None,
                tag.span(self._ways(each, name, running=running), class_="pgc-row pgc-far"),
                class_="pgc-row",
            ),
            self._cells(each, running=running),
            self._error(each) if each.error else None,
            data_key=each.id,
            class_="pgc-box",
        )

    def _cells(self, each: Seen, *, running: bool) -> Html | None:
        """Each cell as a box; many of them as a bar."""
        if not each.cells:
            return (
                tag.p(_("It is being started …"), class_="pgc-soft", role="status")
                if running
                else None
            )
        said = _("{done} of {n} cells", done=each.done, n=each.cells)
        now = each.done if running else each.failed if each.state == "failed" else None
        if each.cells > _CELLS:
            drawn = tag.span(
                tag.i(style=f"width:{100 * each.done / each.cells:.1f}%"), class_="pgc-track"
            )
        else:
            drawn = tag.span(
                [
                    tag.i(
                        class_=f"pgc-monitor-{'now' if running else 'failed'}" if n == now else "pgc-monitor-done" if n < each.done else None
                    )
                    for n in range(each.cells)
                ],
                class_="pgc-monitor-cells",
            )  # fmt: skip
        return tag.div(
            tag.div(
                drawn, role="progressbar", aria_valuemin=0, aria_valuemax=each.cells, aria_valuenow=each.done,
                aria_label=_("Progress of {name}", name=_name(each.name)), aria_valuetext=said,
            ),
            tag.span(said, class_="pgc-small pgc-soft pgc-number"),
            class_="pgc-monitor-line",
        )  # fmt: skip

    def _error(self, each: Seen) -> Html:
        where = "" if each.failed is None else _("Cell {cell}", cell=each.failed)
        last = each.error.strip().rpartition("\n")[2]
        return tag.details(
            tag.summary(" · ".join(filter(None, [where, last])), class_="pgc-bad", dir="auto"),
            tag.pre(each.error, tabindex="0", class_="pgc-scroll pgc-small"),
        )

    def _ways(self, each: Seen, name: str, *, running: bool) -> list[Html]:
        found = []
        if running and each.here:
            found.append(
                tag.button(_("Cancel"), act="cancel", values={"id": each.id}, class_="pgc-button", aria_label=_("Cancel {name}", name=name))
            )  # fmt: skip
        if each.page and each.record is not None:
            shown = each.record.hex == self.read_id
            found.append(
                tag.button(
                    _("Close") if shown else _("Read"), act="read", values={"id": each.record.hex}, class_="pgc-button",
                    aria_expanded="true" if shown else "false", aria_label=_("Read {name}", name=name),
                )
            )  # fmt: skip
        if each.notebook and not self.surroundings.get("voila"):
            base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
            found.append(
                tag.a(_("Notebook"), href=f"{base}lab/tree/{quote(each.notebook)}", target="_blank", rel="noopener", class_="pgc-button pgc-plain")
            )  # fmt: skip
        return found

    def _page(self, seen: Any) -> Html | None:
        if not self.read_id:
            return None
        from pgc_lib.lab import Lab
        from pgc_lib.notebook.panels.cards.runs import page_of, reader

        title, html = page_of(Lab(self.reports.session), self.runs.workspace, UUID(self.read_id))
        del seen
        return tag.div(reader(title, html), class_="pgc-monitor-page", data_keep=self.read_id)

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def choose(self, value: str) -> None:
        """Another report is to be begun."""
        self.chosen = value

    @deed
    def begin(self, name: str = "", **said: Any) -> None:
        """Begin it with these parameters; those that are left as they are need not be said."""
        known = self.runs.reports()
        if name not in known:
            raise NotFound(
                _("There is no report “{name}”.", name=name), next_step=_("Choose another one.")
            )
        given = {}
        for key, value in said.items():
            parameter = (
                known[name].parameters.get(key.removeprefix("p.")) if key.startswith("p.") else None
            )
            if parameter is not None and value != (
                "" if parameter.default is None else str(parameter.default)
            ):
                given[parameter.name] = value
        note = self.runs.start(name, given)
        self.watch()
        self.say(_("“{name}” has begun.", name=_name(note.report or name)))

    @deed
    def cancel(self, id: str) -> None:
        """End a run; what it wrote so far is kept."""
        self.runs.cancel(UUID(id))
        self.watch()
        self.say(_("It is being ended …"))

    @deed
    def read(self, id: str) -> None:
        """Show the page of a report, or shut it."""
        self.read_id = "" if id == self.read_id else UUID(id).hex

    def met(self) -> None:
        """Somebody looks: from now on what changes is drawn."""
        self.watch()

    def watch(self) -> None:
        """Look beside the page how far the runs are."""
        if self.work is not None and self.work.running:
            return

        def do(work: Work) -> None:
            known = self.runs.stamp()
            while True:
                work.pause(_LOOKED)
                now = self.runs.stamp()
                if now != known or any(
                    note.state in ("starting", "running") for note in self.runs.all()[:_MOST]
                ):
                    known = now
                    self.renew()

        self.work = Work(self, do)

    def close(self) -> None:
        """The page went: nobody looks any more. What runs goes on."""
        if self.work is not None:
            self.work.stop()


def _name(report: str) -> str:
    """What a report is called."""
    from pgc_lib.notebook.panels.cards.runs import _KNOWN

    return _(_KNOWN[report]) if report in _KNOWN else report.replace("_", " ")


def _label(name: str) -> str:
    """A parameter in a word or two."""
    plain = name.replace("_", " ").strip()
    return _(_LABELS[name]) if name in _LABELS else plain[:1].upper() + plain[1:]


def _choice(value: str) -> str:
    return _(_CHOICES[value]) if value in _CHOICES else value


def _help(each: "Parameter") -> str:
    """What a parameter is for, as the report says it; in the person's language where that is known."""
    return catalogue(lang()).get(each.help, each.help)


def _lasted(seconds: float) -> str:
    if seconds < 60:
        return f"{max(0, seconds):.0f} s"
    return n_("{n} minute", "{n} minutes", round(seconds / 60))
