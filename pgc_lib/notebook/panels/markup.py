"""The home dashboard as HTML: the same text for the page's first moment and for its living parts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape

from pgc_lib.areas.todos import Todo
from pgc_lib.core.amounts import amount
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.panels.facts import Day, Facts, Month
from pgc_lib.notebook.panels.words import day, greeting, plain, short, weekday

_CATEGORIES = 8


def button(act: str, text: str, *, id: str = "", kind: str = "", label: str = "") -> str:
    """A button whose press is a deed of this name."""
    about = f" data-pgc-id='{escape(id)}'" if id else ""
    named = f" aria-label='{escape(label)}'" if label else ""
    return (
        f"<button type='button' class='pgc-button {kind}' data-pgc-act='{act}'{about}{named}>"
        f"{escape(text)}</button>"
    )


def empty(title: str, next_step: str) -> str:
    """A friendly word where there is nothing yet; `code` in the next step stands between backticks."""
    parts = next_step.split("`")
    told = "".join(
        f"<code>{escape(part)}</code>" if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return f"<div class='pgc-empty'><b>{escape(title)}</b>{told}</div>"


def head(facts: Facts) -> str:
    """The greeting, the day and it all in one line."""
    today, due = facts.day.today, facts.day
    said = [
        n_("{n} thing to do", "{n} things to do", due.waiting) if due.waiting else _("Nothing due")
    ]
    if due.late:
        said.append(_("{n} late", n=due.late))
    if facts.months:
        month = facts.months[0]
        said.append(_("{amount} spent this month", amount=amount(month.spent, month.currency)))
    return (
        f"<header class='pgc-head'><p class='pgc-day'>{escape(short(today, today))} · {escape(weekday(today))}</p>"
        f"<h1>{escape(greeting(facts.taken.hour))}</h1><p class='pgc-sum-up'>{escape(' · '.join(said))}</p></header>"
    )


# ── to-dos ──────────────────────────────────────────────────────────────────────────────────────────────────


def todos(facts: Day) -> str:
    """What is due, each with a box to tick; what was done today, to be opened again; what comes next."""
    count = n_("{n} thing to do", "{n} things to do", facts.waiting) if facts.waiting else ""
    parts = [f"<h2>{escape(_('Today'))}<small>{escape(count)}</small></h2>"]
    if facts.due:
        rows = "".join(_row(todo, facts.today) for todo in facts.due)
        parts.append(f"<ul class='pgc-todos pgc-due'>{rows}</ul>")
    else:
        parts.append(
            empty(_("Nothing is due. Enjoy the day."), _("Write down below what comes to mind."))
        )
    if facts.waiting > len(facts.due):
        rest = facts.waiting - len(facts.due)
        parts.append(button("more", _("Show more ({n} are left)", n=rest), kind="pgc-plain"))
    if facts.done:
        rows = "".join(_row(todo, facts.today) for todo in facts.done)
        title = escape(_("Done today ({n})", n=len(facts.done)))
        parts.append(
            f"<details><summary>{title}</summary><ul class='pgc-todos'>{rows}</ul></details>"
        )
    if facts.ahead:
        rows = "".join(
            f"<li><span>{plain(todo.title)}</span><span class='pgc-number'>{_due(todo, facts.today)}</span></li>"
            for todo in facts.ahead
        )
        parts.append(f"<h3>{escape(_('Coming up'))}</h3><ul class='pgc-ahead'>{rows}</ul>")
    return "".join(parts)


def _due(todo: Todo, today: date) -> str:
    return escape(day(todo.due, today)) if todo.due else ""


def _row(todo: Todo, today: date) -> str:
    said = []
    if todo.due and not todo.done:
        late = todo.due < today
        text = _("late since {day}", day=day(todo.due, today)) if late else day(todo.due, today)
        said.append(f"<span class='{'pgc-late' if late else ''}'>{escape(text)}</span>")
    if todo.minutes:
        said.append(f"<span>{escape(n_('{n} minute', '{n} minutes', todo.minutes))}</span>")
    if todo.project:
        said.append(f"<span>{plain(todo.project)}</span>")
    key = f"todo-{todo.id.hex}"
    return (
        f"<li class='{'pgc-done' if todo.done else ''}'>"
        f"<input type='checkbox' id='{key}' data-pgc-toggle='{todo.id.hex}'{' checked' if todo.done else ''}>"
        f"<label for='{key}'><span class='pgc-title' dir='auto'>{plain(todo.title)}</span>"
        f"<span class='pgc-meta'>{''.join(said)}</span></label></li>"
    )


def entry(values: Mapping[str, str], problems: Mapping[str, str], today: date) -> str:
    """The form for a new to-do; what is wrong stands at its field, what no field is to blame for below."""
    fields = Todo.spec.fields
    minutes = fields["minutes"]
    title = _field(
        "title",
        _("New to-do"),
        values,
        problems,
        f"type='text' autocomplete='off' placeholder='{escape(_('What is to be done?'))}'",
    )
    due = _field(
        "due",
        fields["due"].title,
        {"due": today.isoformat()} | dict(values),
        problems,
        "type='date'",
    )
    estimate = _field(
        "minutes",
        f"{minutes.title} ({_('minutes')})",
        values,
        problems,
        "type='text' inputmode='numeric' autocomplete='off'",
    )
    rest = " ".join(
        text for name, text in problems.items() if name not in ("title", "due", "minutes")
    )
    wrong = f"<p class='pgc-wrong' role='alert'>{escape(rest)}</p>" if rest else ""
    return (
        f"<form class='pgc-entry' novalidate aria-label='{escape(_('New to-do'))}'>{title}{due}{estimate}"
        f"<button class='pgc-button pgc-first'>{escape(_('Add'))}</button>{wrong}</form>"
    )


def _field(
    name: str, title: str, values: Mapping[str, str], problems: Mapping[str, str], attributes: str
) -> str:
    problem = problems.get(name, "")
    told = f" aria-invalid='true' aria-describedby='pgc-wrong-{name}'" if problem else ""
    wrong = (
        f"<p class='pgc-wrong' id='pgc-wrong-{name}' role='alert'>{escape(problem)}</p>"
        if problem
        else ""
    )
    value = plain(values.get(name, ""))
    return (
        f"<div class='pgc-field'><label for='pgc-new-{name}'>{escape(title)}</label>"
        f"<input id='pgc-new-{name}' name='{name}' value='{value}' {attributes}{told}>{wrong}</div>"
    )


def toast(text: str, undo: str = "") -> str:
    """One sentence at the foot of the page, and a way back."""
    if not text:
        return "<div role='status'></div>"
    lines = "\n".join(plain(line) for line in text.splitlines())
    back = button("undo", _("Undo"), id=undo) if undo else ""
    close = button("hush", "×", label=_("Close"))
    return f"<div role='status' class='pgc-toast-box'><span dir='auto'>{lines}</span>{back}{close}</div>"


# ── money ───────────────────────────────────────────────────────────────────────────────────────────────────


def money(months: Sequence[Month], today: date) -> str:
    """Each currency's month: what came, what went, what is left, and where it went."""
    until = _("up to {day}, beside the same days last month", day=short(today, today))
    title = f"<h2>{escape(_('Money this month'))}<small>{escape(until)}</small></h2>"
    if not months:
        return title + empty(
            _("No money is noted for this month or the last."),
            _(
                "In a notebook: `lab.finance.add(day=…, amount=…)`, or `lab.finance.import_file(…)` for a bill."
            ),
        )
    return title + "".join(_month(month) for month in months)


def _month(month: Month) -> str:
    tiles = (
        (_("Income"), month.income, month.income_before),
        (_("Spent"), month.spent, month.spent_before),
        (_("Left over"), month.left, month.left_before),
    )
    parts = "".join(
        f"<div class='pgc-tile'><dt>{escape(name)}</dt><dd class='pgc-number pgc-now'>{amount(now, month.currency)}</dd>"
        f"<dd class='pgc-before'>{escape(_('Last month'))} <span class='pgc-number'>{amount(before, month.currency)}</span></dd></div>"
        for name, now, before in tiles
    )
    return f"<dl class='pgc-tiles'>{parts}</dl>{_categories(month)}"


def _categories(month: Month) -> str:
    if not month.categories:
        return ""
    shown, rest = month.categories[:_CATEGORIES], month.categories[_CATEGORIES:]
    largest = max(max(each.spent, each.before) for each in month.categories)
    rows = "".join(
        _spent(
            plain(each.name) or escape(_("Without a category")),
            each.spent,
            each.before,
            largest,
            month.currency,
        )
        for each in shown
    )
    if rest:
        spent = sum((each.spent for each in rest), Decimal())
        before = sum((each.before for each in rest), Decimal())
        largest = max(largest, spent, before)
        rows += _spent(escape(_("{n} others", n=len(rest))), spent, before, largest, month.currency)
    heads = (_("Category"), "", _("Spent"), _("Last month"))
    head = "".join(
        f"<th scope='col'>{escape(text)}</th>" if text else "<td class='pgc-bar'></td>"
        for text in heads
    )
    return f"<table class='pgc-money'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _spent(name: str, now: Decimal, before: Decimal, largest: Decimal, currency: str) -> str:
    bar = (
        f"<span class='pgc-track' aria-hidden='true'><i style='width:{_share(now, largest)}%'></i>"
        f"<b style='left:{_share(before, largest)}%'></b></span>"
    )
    return (
        f"<tr><th scope='row' dir='auto'>{name}</th><td class='pgc-bar'>{bar}</td><td class='pgc-number'>{amount(now, currency)}</td>"
        f"<td class='pgc-number pgc-last'>{amount(before, currency)}</td></tr>"
    )


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{float(part / whole) * 100:.1f}" if whole else "0"
