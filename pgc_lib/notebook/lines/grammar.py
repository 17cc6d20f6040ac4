"""One line is one entry: practice, mood or money. Read strictly: a line that could mean two things means nothing yet.

    跑步 30m 7/10               SKILL or HOBBY, how long, how it went
    mood 4 累 #work             mood or 心情, 1 to 10, what one says to it, tags
    -38.5 瑞幸 餐饮             what was spent (-) or came in (+), to whom, the category

A name with blanks stands in quotation marks; `#` also marks the category. A day may be said: 昨天, yesterday, 2026-11-20.
`skill`, `hobby` or `exercise` (技能, 爱好, 运动) before a name says which is meant, `new skill` (新技能) that it is new.
What a line could mean are `Meaning`s, each with the line that says exactly this. Nothing is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pgc_lib.areas.todo.short_times import told as length_told
from pgc_lib.core.amounts import amount as money
from pgc_lib.i18n import _
from pgc_lib.notebook.lines.words import (
    Amount,
    Word,
    amount_of,
    currency_of,
    day_of,
    minutes_of,
    noted,
    part_of,
    quoted,
    words_of,
)

Kind = Literal["money", "mood", "practice", "new skill", "hobby", "exercise"]
_MOOD = ("mood", "心情", "情绪")
_SPENT = ("spent", "paid", "花", "花了", "支出")
_EARNED = ("earned", "received", "收入", "收到")
_ENERGY = ("energy", "vigour", "精力")
_NAMED: dict[str, Kind] = {
    "skill": "practice", "practice": "practice", "技能": "practice", "练习": "practice",
    "hobby": "hobby", "爱好": "hobby", "exercise": "exercise", "运动": "exercise", "新技能": "new skill",
}  # fmt: skip
_LONGEST = 24 * 60


@dataclass(frozen=True, slots=True)
class Known:
    """What a person has already, by which a line is understood."""

    skills: frozenset[str] = frozenset()
    """Names and other names, folded."""
    hobbies: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a line says."""

    kind: Kind
    values: dict[str, Any]
    line: str
    """The line that says exactly this."""
    said: str
    """It in a sentence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line could mean; it is kept only if that is one thing."""

    meanings: tuple[Meaning, ...] = ()
    problem: str = ""
    """Why it is not kept."""
    hint: str = ""

    @property
    def clear(self) -> Meaning | None:
        """The one thing that it means."""
        return self.meanings[0] if len(self.meanings) == 1 and not self.problem else None


@dataclass(slots=True)
class _Line:
    words: list[Word]
    day: date
    tags: list[str] = field(default_factory=list)

    def text(self, words: Sequence[Word]) -> str:
        return " ".join(word.text for word in words)


def read(line: str, known: Known, today: date) -> Reading:
    """What a line says."""
    words = words_of(line)
    if not words:
        return Reading(problem=_("There is nothing in this line."), hint=_examples())
    days = [found for word in words if (found := day_of(word, today)) is not None]
    if len(set(days)) > 1:
        return Reading(
            problem=_("Two days are named."), hint=_("Name one of them, or none for today.")
        )
    if days and days[0] > today:
        return Reading(problem=_("{day} has not come yet.", day=days[0]), hint=_("Only what was can be logged; `%todo` keeps what is to come."))  # fmt: skip
    rest = [word for word in words if day_of(word, today) is None]
    taken = _Line(
        [word for word in rest if not word.tag],
        days[0] if days else today,
        [word.text for word in rest if word.tag],
    )
    if not taken.words:
        return Reading(
            problem=_("There is no amount, no time and no mood in it."), hint=_examples()
        )
    first = taken.words[0]
    key = "" if first.quoted else first.text.casefold()
    if key in _MOOD:
        return _mood(taken, today)
    if key in (*_SPENT, *_EARNED):
        return _signed(taken, "-" if key in _SPENT else "+", known, today)
    if key == "new" and len(taken.words) > 1 and taken.words[1].text.casefold() == "skill":
        return _activity(taken.words[2:], taken, known, today, "new skill")
    if key in _NAMED and len(taken.words) > 1 and minutes_of(taken.words[1]) is None:
        return _activity(taken.words[1:], taken, known, today, _NAMED[key])
    return _unnamed(taken, known, today)


def _unnamed(taken: _Line, known: Known, today: date) -> Reading:
    amounts = [word for word in taken.words if (found := amount_of(word)) and found.marked]
    lengths = [word for word in taken.words if minutes_of(word) is not None]
    if amounts and lengths:
        return Reading(problem=_("Both an amount and a length of time are in it."), hint=_("Say them in two lines."))  # fmt: skip
    if len(amounts) > 1:
        return Reading(
            problem=_("Several amounts are in it."), hint=_("Say them in several lines.")
        )
    if lengths:
        return _activity(taken.words, taken, known, today, None)
    if amounts:
        return _money(taken, amounts[0], known, today)
    bare = [word for word in taken.words if amount_of(word) is not None]
    if len(bare) == 1:
        return _bare(taken, bare[0], known, today)
    return Reading(problem=_("There is no amount, no time and no mood in it."), hint=_examples())


def _bare(taken: _Line, word: Word, known: Known, today: date) -> Reading:
    """A number that says nothing of itself: a mood or money."""
    others = [each for each in taken.words if each is not word]
    found: list[Meaning] = []
    if word.text.isdecimal() and 1 <= int(word.text) <= 10:
        mood = _mood(_Line([Word("mood"), word, *others], taken.day, taken.tags), today)
        found += mood.meanings
    value = amount_of(word)
    assert value is not None
    for sign in "-+":
        signed = Amount(value.value, sign, value.currency, marked=True)
        found += _meanings(others, signed, taken, known, today)
    return Reading(
        tuple(found), _("“{number}” could be a mood or money.", number=word.text), _choose()
    )


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────


def _signed(taken: _Line, sign: str, known: Known, today: date) -> Reading:
    """`spent 38.5 …`, `花 38.5 …`: the sign is said by the word."""
    word = next((each for each in taken.words[1:] if amount_of(each) is not None), None)
    if word is None:
        return Reading(problem=_("There is no amount in it."), hint=_examples())
    value = amount_of(word)
    assert value is not None
    if value.sign and value.sign != sign:
        return Reading(problem=_("“{word}” and the sign of {number} say different things.", word=taken.words[0].text, number=word.text), hint=_("Leave one of them out."))  # fmt: skip
    others = [each for each in taken.words[1:] if each is not word]
    signed = Amount(value.value, sign, value.currency, marked=True)
    return _read(_meanings(others, signed, taken, known, today))


def _money(taken: _Line, word: Word, known: Known, today: date) -> Reading:
    value = amount_of(word)
    assert value is not None
    others = [each for each in taken.words if each is not word]
    if value.sign:
        return _read(_meanings(others, value, taken, known, today))
    found = []
    for sign in "-+":
        signed = Amount(value.value, sign, value.currency, marked=True)
        found += _meanings(others, signed, taken, known, today)
    if not found:
        return _read(found)
    return Reading(tuple(found), _("It does not say whether {number} was spent or came in.", number=word.text), _choose())  # fmt: skip


def _read(meanings: Sequence[Meaning]) -> Reading:
    if not meanings:
        return Reading(problem=_("An amount of money is not 0, and has one currency and one category."), hint=_examples())  # fmt: skip
    if len(meanings) == 1:
        return Reading(tuple(meanings))
    return Reading(tuple(meanings), _("It is not clear where the payee ends and the category begins."), _choose())  # fmt: skip


def _meanings(others: Sequence[Word], value: Amount, taken: _Line, known: Known, today: date) -> list[Meaning]:  # fmt: skip
    codes = [word for word in others if currency_of(word)]
    currencies = {currency_of(word) for word in codes} | ({value.currency} - {""})
    if not value.value or len(currencies) > 1 or len(taken.tags) > 1:
        return []
    words = [word for word in others if word not in codes]
    currency = next(iter(currencies), "CNY")
    names = _names(words, taken.tags, known)
    amount = value.value if value.sign == "+" else -value.value
    return [
        _spent(payee, category, amount, currency, taken.day, today) for payee, category in names
    ]


def _names(words: Sequence[Word], tags: Sequence[str], known: Known) -> list[tuple[str, str]]:
    """Who was paid and for what, as it could be."""
    texts = [word.text for word in words]
    whole = " ".join(texts)
    if tags:
        return [(whole, tags[0])]
    is_known = [text in known.categories for text in texts]
    if not texts:
        return [("", "")]
    if len(texts) == 1:
        return [("", whole)] if is_known[0] else [(whole, "")]
    if len(texts) == 2:
        turned = is_known[0] and not is_known[1]
        return [(texts[0], texts[1]), *([(texts[1], texts[0])] if turned else [])]
    before = " ".join(texts[:-1])
    return [(before, texts[-1])] if is_known[-1] else [(before, texts[-1]), (whole, "")]


def _spent(payee: str, category: str, amount: Any, currency: str, day: date, today: date) -> Meaning:  # fmt: skip
    told = money(abs(amount), currency)
    said = _("{amount} spent", amount=told) if amount < 0 else _("{amount} came in", amount=told)
    parts = [
        said,
        payee,
        _("category {name}", name=category) if category else "",
        _when(day, today),
    ]
    words = [f"{amount:+f}", "" if currency == "CNY" else currency, quoted(payee) if payee else ""]
    words += [f"#{quoted(category)}" if category else "", _day_word(day, today)]
    values = {"day": day, "amount": amount, "currency": currency, "payee": payee, "category": category}  # fmt: skip
    return Meaning("money", values, _joined(words), _told(parts))


# ── mood ─────────────────────────────────────────────────────────────────────────────────────────────────


def _mood(taken: _Line, today: date) -> Reading:
    marks: dict[str, int] = {}
    words = taken.words[1:]
    hint = _("Such as: {line}", line=_("mood 4 tired #work"))
    for name in ("mood", "energy"):
        if name == "energy":
            if not words or words[0].quoted or words[0].text.casefold() not in _ENERGY:
                break
            words = words[1:]
        mark = _mark(words[0]) if words else None
        if mark is None:
            return Reading(problem=_("It takes a whole number from 1 to 10."), hint=hint)
        marks[name] = mark
        words = words[1:]
    note = taken.text(words)
    parts = [_("mood {n} of 10", n=marks["mood"])]
    if "energy" in marks:
        parts.append(_("vigour {n} of 10", n=marks["energy"]))
    parts += [f"“{note}”" if note else "", " ".join(f"#{tag}" for tag in taken.tags), _when(taken.day, today)]  # fmt: skip
    line = ["mood", str(marks["mood"]), *(["energy", str(marks["energy"])] if "energy" in marks else [])]  # fmt: skip
    line += [noted(note), *(f"#{quoted(tag)}" for tag in taken.tags), _day_word(taken.day, today)]
    values = {**marks, "note": note, "tags": taken.tags, "day": taken.day}
    return Reading((Meaning("mood", values, _joined(line), _told(parts)),))


def _mark(word: Word) -> int | None:
    part = part_of(word)
    if part is not None and part[1] == 10:
        return part[0] if 1 <= part[0] <= 10 else None
    plain = word.text.isdecimal() and word.text.isascii() and not word.quoted
    return int(word.text) if plain and 1 <= int(word.text) <= 10 else None


# ── what was done ────────────────────────────────────────────────────────────────────────────────────────


def _activity(words: Sequence[Word], taken: _Line, known: Known, today: date, kind: Kind | None) -> Reading:  # fmt: skip
    lengths = [at for at, word in enumerate(words) if minutes_of(word) is not None]
    marks = [word for word in words if part_of(word) is not None]
    if len(lengths) != 1:
        return Reading(problem=_("It takes one length of time.") if not lengths else _("Several lengths of time are in it."), hint=_("Such as: {line}", line=_("Piano 30m 7/10")))  # fmt: skip
    minutes = minutes_of(words[lengths[0]]) or 0
    before = list(words[: lengths[0]])
    after = [word for word in words[lengths[0] + 1 :] if word not in marks]
    if not before and len(after) == 1:
        before, after = after, []
    name = taken.text([word for word in before if word not in marks])
    if not name or len(marks) > 1 or any(not 1 <= (part_of(word) or (0, 0))[0] <= (part_of(word) or (0, 0))[1] for word in marks):  # fmt: skip
        return Reading(problem=_("It takes a name before the time, and at most one mark such as 7/10."), hint=_("Such as: {line}", line=_("Piano 30m 7/10")))  # fmt: skip
    if not 0 < minutes <= _LONGEST:
        return Reading(problem=_("A day has 24 hours."), hint=_("Say what was done on one day."))
    note = " ".join(filter(None, [taken.text(after), *(f"#{tag}" for tag in taken.tags)]))
    mark = part_of(marks[0]) if marks else None

    def meant(what: Kind) -> Meaning:
        return _done(what, name, minutes, mark, note, taken.day, today)

    if kind is not None:
        return Reading((meant(kind),))
    folded = name.casefold()
    kinds: list[Kind] = []
    if folded in known.skills:
        kinds.append("practice")
    if folded in known.hobbies:
        kinds.append("hobby")
    if len(kinds) == 1:
        return Reading((meant(kinds[0]),))
    if kinds:
        return Reading(tuple(map(meant, kinds)), _("“{name}” is both a skill and a hobby.", name=name), _choose())  # fmt: skip
    new: tuple[Kind, ...] = ("new skill", "exercise")
    return Reading(tuple(map(meant, new)), _("No skill and no hobby is called “{name}”.", name=name), _choose())  # fmt: skip


def _done(kind: Kind, name: str, minutes: int, mark: tuple[int, int] | None, note: str, day: date, today: date) -> Meaning:  # fmt: skip
    told = {
        "practice": _("practice of “{name}”", name=name),
        "new skill": _("practice of the new skill “{name}”", name=name),
        "hobby": _("hobby “{name}”", name=name),
        "exercise": _("exercise “{name}”", name=name),
    }[kind]
    length = length_told(minutes)
    score = None if mark is None else max(1, (mark[0] * 5 * 2 + mark[1]) // (2 * mark[1]))
    parts = [told, length]
    if mark is not None and kind != "exercise":
        parts.append(_("went {score} of 5", score=score))
    elif mark is not None:
        score = None
        note = " ".join(filter(None, [f"{mark[0]}/{mark[1]}", note]))
    parts += [f"“{note}”" if note else "", _when(day, today)]
    first = {"practice": "skill", "new skill": "new skill", "hobby": "hobby", "exercise": "exercise"}[kind]  # fmt: skip
    written = f"{mark[0]}/{mark[1]}" if mark is not None and kind != "exercise" else ""
    line = [first, quoted(name), f"{minutes}m", written, noted(note), _day_word(day, today)]
    values = {"name": name, "minutes": minutes, "score": score, "note": note, "day": day}
    return Meaning(kind, values, _joined(line), _told(parts))


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────


def _when(day: date, today: date) -> str:
    return "" if day == today else day.isoformat()


def _day_word(day: date, today: date) -> str:
    return "" if day == today else day.isoformat()


def _told(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)


def _joined(words: Sequence[str]) -> str:
    return " ".join(word for word in words if word)


def _choose() -> str:
    return _("Nothing was kept. Choose what you mean, or write it so:")


def _examples() -> str:
    return _(
        "Such as: {line}", line=_("Piano 30m 7/10 · mood 4 tired #work · -38.50 Luckin Dining")
    )
