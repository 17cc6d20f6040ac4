"""What a person asks for: words, "phrases", pre*, -without, and filters; read without ever failing.

家庭 矛盾      "growing up"      growth*      -work      tag:孩子      area:finance      kind:todos.items
after:2026-01      before:yesterday      after:30d

A filter that cannot be meant is left out and named, with its reason; whatever else is written is words.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from pgc_lib.core.words import HAN, words
from pgc_lib.core.zone import today
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

MOST_TERMS = 40
LONGEST = 2000

_FILTERS = ("tag", "area", "kind", "after", "before")
_OPEN, _CLOSE = '"“「『', '"”」』'
_TOKEN = re.compile(
    rf"""(?P<not>[-−－])? (?:
        (?:(?P<filter>{"|".join(_FILTERS)})[:：]|(?P<hash>[#＃]))
            (?:[{_OPEN}](?P<quoted>[^{_CLOSE}]*)[{_CLOSE}]? | (?P<value>[^\s{_OPEN}]*))
      | [{_OPEN}](?P<phrase>[^{_CLOSE}]*)[{_CLOSE}]?
      | (?P<text>[^\s{_OPEN}]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_PREFIX = re.compile(rf"(?![{HAN}])[\w'’]+[*＊]")
_AREA = re.compile(r"[a-z][a-z0-9_]{0,30}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,30}\.[a-z][a-z0-9_]{0,60}")
_AGO = re.compile(r"(\d{1,4})\s*([dwmy天周月年])")
_DAYS = {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "月": 30, "y": 365, "年": 365}

# Words that say nothing of what is looked for; left out as long as others remain.
_SAYING_NOTHING = (
    "的 了 是 在 我 有 和 就 不 人 都 一 一个 上 也 很 到 说 要 去 你 会 着 没有 看 自己 这 那 他 她 它 们 我们 吗 呢 吧 啊 "
    "怎么 怎么办 怎样 如何 什么 哪 哪些 哪个 哪里 为什么 多少 可以 应该 能 被 把 给 与 或 及 对 从 让 用 里 时 之 而 但 "
    "a an the of to in on at for and or is are was were be been do does did i my me we our you your it its this that "
    "how what why when where which who can could should would with from by as not no if so about into than then there "
    "their they them he she his her has have had will"
)
_EMPTY = frozenset(_SAYING_NOTHING.split())

Sort = Literal["word", "prefix", "phrase"]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for."""

    sort: Sort
    words: tuple[str, ...]
    written: str
    """As the person wrote it; what is shown bold."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood."""

    written: str
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    tags: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    without_marks: tuple[tuple[str, str], ...] = ()
    """Filters with a minus: what and which."""
    after: date | None = None
    before: date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """What is asked for, without filters: this is what meaning is made of."""
        return " ".join(term.written for term in self.terms)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for at all."""
        return not (
            self.terms or self.tags or self.areas or self.kinds or self.after or self.before
        )


@dataclass
class _Reader:
    terms: list[Term] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    marks: dict[str, list[str]] = field(default_factory=lambda: {"tag": [], "area": [], "kind": []})
    without_marks: list[tuple[str, str]] = field(default_factory=list)
    after: date | None = None
    before: date | None = None
    problems: list[Problem] = field(default_factory=list)

    def token(self, token: "re.Match[str]") -> None:
        negative = token["not"] is not None
        if token["filter"] or token["hash"]:
            name = (token["filter"] or "tag").lower()
            value = token["quoted"] if token["quoted"] is not None else token["value"]
            self.filter(name, value.strip(), negative=negative)
        elif token["phrase"] is not None:
            self.add(_phrase(token["phrase"]), negative=negative)
        else:
            for term in _terms(token["text"]):
                self.add(term, negative=negative)

    def add(self, term: Term | None, *, negative: bool) -> None:
        if term is None:
            return
        wanted = self.without if negative else self.terms
        if len(wanted) < MOST_TERMS:
            if term not in wanted:
                wanted.append(term)
        elif not any(problem.place == "…" for problem in self.problems):
            reason = _("only the first {n} words are looked for", n=MOST_TERMS)
            self.problems.append(Problem("…", reason, term.written))

    def filter(self, name: str, value: str, *, negative: bool) -> None:
        place = f"{name}:{value}"
        if not value:
            self.problems.append(Problem(place, _("a value is needed here")))
        elif name in ("after", "before"):
            day = None if negative else _day(value, last=name == "before")
            if day is None:
                reason = _("this is no day; write 2026-01-31, 2026-01, 2026, today or 30d")
                self.problems.append(Problem(place, reason, value))
            elif name == "after":
                self.after = max(self.after or day, day)
            else:
                self.before = min(self.before or day, day)
        elif name == "area" and not _AREA.fullmatch(value.lower()):
            reason = _("there is no such area; `lab.areas()` names them")
            self.problems.append(Problem(place, reason, value))
        elif name == "kind" and not _KIND.fullmatch(value.lower()):
            reason = _("a kind is an area and a name, such as todos.items")
            self.problems.append(Problem(place, reason, value))
        else:
            value = value if name == "tag" else value.lower()
            if negative:
                self.without_marks.append((name, value))
            elif value not in self.marks[name]:
                self.marks[name].append(value)


def read(written: str) -> Query:
    """Understand a question; what cannot be meant is named in `problems`."""
    clean = "".join(" " if ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 else sign for sign in written[:LONGEST])  # fmt: skip
    reader = _Reader()
    if len(written) > LONGEST:
        reason = _("only the first {n} characters are read", n=LONGEST)
        reader.problems.append(Problem("…", reason))
    for token in _TOKEN.finditer(clean):
        reader.token(token)
    return Query(
        written,
        tuple(_telling(reader.terms)),
        tuple(reader.without),
        tuple(reader.marks["tag"]),
        tuple(reader.marks["area"]),
        tuple(reader.marks["kind"]),
        tuple(reader.without_marks),
        reader.after,
        reader.before,
        tuple(reader.problems),
    )


def _terms(text: str) -> list[Term]:
    if _PREFIX.fullmatch(text):
        found = words(text)
        if len(found) == 1:
            return [Term("prefix", (found[0],), text[:-1])]
    return [Term("word", (word,), word) for word in words(text)]


def _phrase(text: str) -> Term | None:
    found = tuple(words(text)[:MOST_TERMS])
    if not found:
        return None
    return Term("phrase" if len(found) > 1 else "word", found, text.strip())


def _telling(terms: list[Term]) -> list[Term]:
    """Without the words that say nothing, unless there are no others."""
    telling = [term for term in terms if term.sort != "word" or term.words[0] not in _EMPTY]
    return telling or terms


def _day(value: str, *, last: bool) -> date | None:
    """A day, or the first or last one of a month or year."""
    value = value.strip().lower()
    now = today()
    if value in ("today", "今天"):
        return now
    if value in ("yesterday", "昨天"):
        return now - timedelta(days=1)
    if ago := _AGO.fullmatch(value):
        try:
            return now - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
        except OverflowError:
            return None
    parts = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?[日月年]?", value)
    if parts is None:
        return None
    year, month, day = (int(part) if part else 0 for part in parts.groups())
    try:
        if day:
            return date(year, month, day)
        first = date(year, month or 1, 1)
        if not last:
            return first
        following = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
        return following - timedelta(days=1)
    except ValueError:
        return None
