"""How the import wizard is drawn: the steps, what a file would bring, and what is to be said about it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.core.naming import kind_title
from pgc_lib.core.shown import text_of
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, tag
from pgc_lib.notebook.widgets.wizard_forms import heads, looks_wrong, mapping, password
from pgc_lib.notebook.widgets.wizard_repair import repair

if TYPE_CHECKING:
    from pgc_lib.exchange.preview import Preview, Sighted
    from pgc_lib.notebook.widgets.wizard import Wizard

_ROWS, _COLUMNS, _REPAIRED, _DOUBLES = 6, 7, 8, 12


def draw(wizard: "Wizard") -> Html:
    """The whole wizard."""
    return tag.section(_steps(wizard.step), _body(wizard), class_="pgc-stack")


def _steps(now: int) -> Html:
    names = (_("Choose a file"), _("Look at it"), _("Done"))
    return tag.ol(
        [
            tag.li(
                tag.span(str(number + 1), class_="pgc-wizard-number", aria_hidden="true"),
                name,
                aria_current="step" if number == now else None,
                class_="pgc-wizard-past" if number < now else None,
            )
            for number, name in enumerate(names)
        ],
        class_="pgc-wizard-steps",
    )


def _body(wizard: "Wizard") -> Html:
    if wizard.busy:
        return _progress(wizard)
    if wizard.result is not None:
        return _done(wizard)
    if wizard.path is None:
        return _start(wizard)
    head = tag.div(
        tag.h3(wizard.name, dir="auto"),
        tag.button(
            _("Another file") if not wizard.queue else _("Skip this file"),
            act="another", class_="pgc-button pgc-plain pgc-far",
        ),
        class_="pgc-row",
    )  # fmt: skip
    if wizard.locked:
        return tag.div(head, password(wizard), class_="pgc-stack")
    if wizard.work is not None and wizard.work.error:
        return tag.div(head, _trouble(wizard.work.error), class_="pgc-stack")
    if wizard.preview is None:
        return tag.div(
            head, _trouble(wizard.trouble or _("Nothing was read.")), mapping(wizard, True), class_="pgc-stack"
        )  # fmt: skip
    return tag.div(head, _preview(wizard, wizard.preview), class_="pgc-stack")


def _trouble(text: str) -> Html:
    return tag.div(text, class_="pgc-trouble", role="alert", dir="auto")


def _start(wizard: "Wizard") -> Html:
    runs = wizard.earlier()
    waiting = wizard.waiting()
    field = f"{wizard.id}-file"
    return tag.div(
        tag.div(
            tag.label(
                tag.b(_("Drop a file here")),
                tag.span(_("or choose one")),
                tag.input(type="file", multiple=True, act="take", id=field, class_="pgc-sr"),
                tag.span(_("Choose a file"), class_="pgc-button pgc-first", aria_hidden="true"),
                for_=field,
                class_="pgc-wizard-choose",
            ),
            tag.p(
                _(
                    "Bank statements, wallet bills, contacts, calendars, notes, health data, Anki, tables … Nothing is kept before you say so."
                ),
                class_="pgc-hint",
            ),
            class_="pgc-drop",
            act="take",
            on="drop",
        ),
        tag.p(
            n_(
                "{n} row of earlier files still waits to be corrected: `lab.imports.waiting()`.",
                "{n} rows of earlier files still wait to be corrected: `lab.imports.waiting()`.",
                waiting,
            ),
            class_="pgc-hint",
        )
        if waiting
        else None,
        _earlier(runs) if runs else None,
        class_="pgc-stack",
    )


def _earlier(runs: Sequence[Any]) -> Html:
    lines = [
        tag.tr(
            tag.td(run.file, dir="auto"),
            tag.td(text_of(run.at)),
            tag.td(
                _("{added} new, {known} known", added=run.added + run.updated, known=run.known)
                + ("" if not run.wrong else ", " + _("{n} wrong", n=run.wrong))
            ),
            tag.td(
                tag.button(
                    _("Undo"), act="undo", values={"batch": str(run.batch_of)}, class_="pgc-button pgc-plain",
                    aria_label=_("Undo the import of {file}", file=run.file),
                )
                if run.batch_of
                else None
            ),
            data_key=str(run.id),
        )
        for run in runs
    ]  # fmt: skip
    return tag.details(
        tag.summary(_("Taken in lately")),
        tag.div(
            tag.table(heads(_("File"), _("Time"), _("What came of it"), ""), tag.tbody(lines), class_="pgc-sheet"),
            class_="pgc-scroll", tabindex="0", role="region", aria_label=_("Taken in lately"),
        ),
        open=True,
    )  # fmt: skip


def _progress(wizard: "Wizard") -> Html:
    work = wizard.work
    what = _("Keeping …") if wizard.keeping else _("Looking into {name} …", name=wizard.name)
    rows = n_("{n} row", "{n} rows", work.done) if work is not None and work.done else ""
    return tag.div(
        tag.p(tag.b(what), " ", tag.span(rows, class_="pgc-soft pgc-number"), dir="auto"),
        tag.div(class_="pgc-wizard-bar", role="progressbar", aria_label=what),
        tag.button(_("Stop"), act="stop", class_="pgc-button"),
        class_="pgc-stack pgc-sunken",
        aria_busy="true",
    )


# ── what a file would bring ──────────────────────────────────────────────────────────────────────────────


def _preview(wizard: "Wizard", preview: "Preview") -> Html:
    doubles = len(preview.doubles)
    told = {**preview.told}
    if wizard.sheet is not None:
        for title in (_("Columns"), _("Ignored columns")):
            told.pop(title, None)
    return tag.div(
        tag.p(
            _("Recognised as"), ": ", tag.b(preview.title),
            [tag.span(" · ", title, ": ", text_of(value), class_="pgc-soft", dir="auto") for title, value in told.items()],
        ),
        _counts(preview),
        [_rows(each) for each in preview.kinds],
        _doubles(preview) if doubles else None,
        _refunds(preview) if preview.refunds else None,
        mapping(wizard, False) if looks_wrong(preview) else None,
        _wrong(wizard, preview) if preview.wrong else None,
        _problems(preview),
        None if looks_wrong(preview) else mapping(wizard, False),
        _decide(wizard, preview),
        class_="pgc-stack",
    )  # fmt: skip


def _counts(preview: "Preview") -> Html:
    told = [
        (preview.new, _("new"), "pgc-good"),
        (preview.known, _("kept already"), ""),
        (len(preview.doubles), _("booked elsewhere"), ""),
        (len(preview.refunds), _("refunds linked"), ""),
        (preview.wrong, _("wrong"), "pgc-bad"),
        (preview.omitted, _("no entries"), ""),
    ]
    return tag.dl(
        [
            tag.div(
                tag.dd(f"{n:,}", class_="pgc-number"),
                tag.dt(word),
                class_=["pgc-wizard-count", look],
            )
            for n, word, look in told
            if n or word == _("new")
        ],
        class_="pgc-wizard-counts",
    )


def _rows(each: "Sighted") -> Html | None:
    """The first rows that would be kept, under the fields' titles."""
    frame = next(iter(each.rows.frames()), None)
    if frame is None or frame.is_empty():
        return None
    spec = each.collection.spec
    names = [name for name in spec.fields if name in frame.columns and name not in spec.sensitive]
    names = [name for name in names if any(_is_there(value) for value in frame[name].head(_ROWS))]
    names = names[:_COLUMNS]
    more = each.rows.height - min(_ROWS, frame.height)
    title = kind_title(spec.kind)
    return tag.section(
        tag.h4(title, tag.small(f"{each.rows.height:,}")),
        tag.div(
            tag.table(
                heads(*(spec.fields[name].title for name in names)),
                tag.tbody(
                    tag.tr(
                        tag.td(text_of(row[name]), class_=_side(row[name]), dir="auto") for name in names
                    )
                    for row in frame.head(_ROWS).iter_rows(named=True)
                ),
                class_="pgc-sheet",
            ),
            class_="pgc-scroll", tabindex="0", role="region", aria_label=title,
        ),
        tag.p(_("… and {n} more.", n=f"{more:,}"), class_="pgc-hint") if more > 0 else None,
    )  # fmt: skip


def _is_there(value: Any) -> bool:
    return value is not None and text_of(value) != ""


def _side(value: Any) -> str | None:
    from decimal import Decimal

    return (
        "pgc-number"
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        else None
    )


def _refunds(preview: "Preview") -> Html:
    shown = preview.refunds[:_DOUBLES]
    more = len(preview.refunds) - len(shown)
    return tag.details(
        tag.summary(
            n_("{n} refund is linked to what it gives back", "{n} refunds are linked to what they give back", len(preview.refunds))
        ),
        tag.p(_("A refund counts in the category of its purchase, so the budget gets the money back."), class_="pgc-hint"),
        tag.div(
            tag.table(
                heads(_("Line"), _("Day"), _("Amount"), _("Payee"), _("Paid on"), _("Because of")),
                tag.tbody(
                    tag.tr(
                        tag.td(each.line), tag.td(each.day), tag.td(each.amount, class_="pgc-number"),
                        tag.td(each.payee, dir="auto"), tag.td(each.paid), tag.td(each.evidence),
                    )
                    for each in shown
                ),
                class_="pgc-sheet",
            ),
            class_="pgc-scroll", tabindex="0", role="region", aria_label=_("refunds linked"),
        ),
        tag.p(_("… and {n} more.", n=more), class_="pgc-hint") if more else None,
    )  # fmt: skip


def _doubles(preview: "Preview") -> Html:
    shown = preview.doubles[:_DOUBLES]
    more = len(preview.doubles) - len(shown)
    return tag.details(
        tag.summary(
            n_("{n} payment is booked already from another source", "{n} payments are booked already from another source", len(preview.doubles))
        ),
        tag.p(_("A payment by wallet also stands on the card's statement. It is counted once."), class_="pgc-hint"),
        tag.div(
            tag.table(
                heads(_("Line"), _("Day"), _("Amount"), _("Payee"), _("Because of")),
                tag.tbody(
                    tag.tr(
                        tag.td(each.line), tag.td(each.day), tag.td(each.amount, class_="pgc-number"),
                        tag.td(each.payee, dir="auto"), tag.td(each.evidence),
                    )
                    for each in shown
                ),
                class_="pgc-sheet",
            ),
            class_="pgc-scroll", tabindex="0", role="region", aria_label=_("booked elsewhere"),
        ),
        tag.p(_("… and {n} more.", n=more), class_="pgc-hint") if more else None,
    )  # fmt: skip


def _wrong(wizard: "Wizard", preview: "Preview") -> Html:
    shown = list(_failing(wizard, preview))
    more = preview.wrong - len(shown)
    return tag.section(
        tag.h4(n_("{n} row is wrong", "{n} rows are wrong", preview.wrong)),
        tag.p(_("Correct them here, or keep the rest: they wait until you have time."), class_="pgc-hint"),
        shown,
        tag.p(_("… and {n} more.", n=f"{more:,}"), class_="pgc-hint") if more > 0 else None,
        class_="pgc-stack pgc-wizard-wrong",
    )  # fmt: skip


def _failing(wizard: "Wizard", preview: "Preview") -> Iterator[Html]:
    number = 0
    for each in preview.kinds:
        spec = each.collection.spec
        for frame in each.failing.frames():
            for row in frame.iter_rows(named=True):
                if number == _REPAIRED:
                    return
                number += 1
                typed = wizard.typed.get((each.part.kind, row["line"]), {})
                yield repair(wizard.id, each.part.kind, spec, row, typed)


def _problems(preview: "Preview") -> Html | None:
    """What is wrong with the file itself, and lines that are no entries."""
    others = [] if preview.wrong else preview.problems
    told = [*others, *preview.left_out][:40]
    if not told:
        return None
    return tag.details(
        tag.summary(_("Lines that were left out, and why")),
        tag.ul([tag.li(str(each), dir="auto") for each in told], class_="pgc-wizard-list"),
    )


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────


def _decide(wizard: "Wizard", preview: "Preview") -> Html:
    box = f"{wizard.id}-doubles"
    only_rows = preview.keep is None or preview.importer == "table"
    if only_rows and preview.wrong and not preview.new and not preview.doubles:
        return tag.div(
            tag.b(_("None of it can be kept as it was read.")),
            _("Say which column is what, or correct the rows."),
            class_="pgc-empty",
        )
    if only_rows and not preview.new and not preview.doubles:
        return tag.div(
            tag.b(_("Nothing new is in this file.")),
            _("What it holds is kept already.")
            if preview.known
            else _("There is nothing to keep."),
            class_="pgc-empty",
        )
    label = n_("Keep {n} record", "Keep {n} records", preview.new) if preview.new else _("Keep")
    return tag.form(
        tag.label(
            tag.input(type="checkbox", name="doubles", id=box),
            tag.span(_("also keep what is booked elsewhere")),
            class_="pgc-check",
        )
        if preview.doubles
        else None,
        tag.div(
            tag.button(label, class_="pgc-button pgc-first"),
            tag.span(_("You can take it back afterwards, all of it at once."), class_="pgc-hint"),
            class_="pgc-row",
        ),
        act="keep",
        class_="pgc-stack pgc-wizard-decide",
    )


def _done(wizard: "Wizard") -> Html:
    result = wizard.result
    assert result is not None
    wrong = wizard.preview.wrong if wizard.preview is not None else 0
    told = [
        (result.added, _("added")),
        (result.updated, _("renewed")),
        (result.skipped, _("kept already")),
        (wrong or result.refused, _("wait to be corrected")),
    ]
    return tag.div(
        tag.h3(_("{name} is taken in.", name=wizard.name), dir="auto"),
        tag.dl(
            [
                tag.div(tag.dd(f"{n:,}", class_="pgc-number"), tag.dt(word), class_="pgc-wizard-count")
                for n, word in told
                if n or word == _("added")
            ],
            class_="pgc-wizard-counts",
        ),
        tag.div(
            tag.button(
                _("Next file") if wizard.queue else _("Another file"), act="another", class_="pgc-button pgc-first",
                data_pgc_focus=True,
            ),
            tag.button(_("Undo this import"), act="undo", class_="pgc-button"),
            tag.span(n_("{n} file waits", "{n} files wait", len(wizard.queue)), class_="pgc-soft")
            if wizard.queue
            else None,
            class_="pgc-row",
        ),
        class_="pgc-stack pgc-box",
    )  # fmt: skip
