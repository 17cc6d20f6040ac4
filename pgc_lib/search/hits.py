"""What was found, as it is shown: read from the records with the reader's own rights, with the words marked.

The index only says where to look. A record that is gone, or not to be seen any more, is no hit, whatever the index says.
"""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from pgc_lib.areas.kin.help_library import Advice
from pgc_lib.core import places
from pgc_lib.core.collection import Collection
from pgc_lib.core.naming import kind_title
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing, problems_table
from pgc_lib.core.words import is_chinese, others_beginning, plain, stem
from pgc_lib.errors import NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.search.gathering import Content, content_of
from pgc_lib.search.query import Term
from pgc_lib.search.text import Found
from pgc_lib.stores.filters import col

AROUND = 160
"""Characters of a text that are shown."""

_LASTING = 10.0
_READ = 50_000
"""Characters of a text in which a place to show is looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found."""

    area: str
    kind: str
    record_id: UUID
    owner: UUID
    title: str
    snippet: str
    """The part of its text that matches, as plain text."""
    html: str
    """Title and snippet as HTML that is safe to show, what matches in `<mark>`."""
    score: float
    day: date
    tags: tuple[str, ...]
    opens: str = ""
    """The cell of a notebook that it is, as `notes/a.ipynb#cell-id=…`."""

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Title"): self.title,
            _("Text"): self.snippet,
            _("Kind"): kind_title(self.kind),
            _("Day"): self.day,
        }

    def _repr_html_(self) -> str:
        return self.html


class Hits(Listing[Hit]):
    """What was found, the best first."""

    problems: tuple[Problem, ...] = ()
    """What of the question could not be meant, and why."""
    corrected: tuple[tuple[str, str], ...] = ()
    """Words that nobody wrote, and those that were looked for instead."""
    notes: tuple[str, ...] = ()
    """What else there is to know: what could not be asked, how far the index is behind."""
    shelf: tuple[Advice, ...] = ()
    """Texts of the help library about what was asked; they come with the lab and are nobody's records."""

    def _repr_html_(self) -> str:
        said = [
            _("Looked for “{found}” instead of “{asked}”.", found=found, asked=asked)
            for asked, found in self.corrected
        ]
        above = "".join(f"<p><em>{escape(line)}</em></p>" for line in (*said, *self.notes))
        shown = "".join(
            f"<li>{hit.html}<br><small>{escape(f'{kind_title(hit.kind)} · {hit.day}')}</small></li>"
            for hit in self[:50]
        )
        nothing = f"<p><em>{escape(_('Nothing.'))}</em></p>"
        below = self._beside() + problems_table(self.problems)
        return above + (f"<ol>{shown}</ol>" if shown else nothing) + below

    def _beside(self) -> str:
        if not self.shelf:
            return ""
        texts = "".join(
            f"<li>{escape(each.title)} <code>lab.help.read(&quot;{escape(each.name)}&quot;)</code></li>"
            for each in self.shelf
        )
        return f"<p>{escape(_('In the help library'))}</p><ul>{texts}</ul>"


class Reader:
    """Reads what was found, with the rights of whoever asks."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: dict[str, tuple[Collection[Any], float]] = {}

    def hits(self, found: Sequence[Found], terms: Sequence[Term], wanted: int) -> list[Hit]:
        """The records of what was found, as far as they are there and hold what had to be there."""
        marks = _Marks(terms)
        hits: list[Hit] = []
        for at in range(0, len(found), wanted):  # what is not needed is not read
            some = found[at : at + wanted]
            records = self._records(some)
            for each in some:
                record = records.get((each.kind, each.record))
                if record is None or record.owner != each.owner:
                    continue
                content = content_of(record)
                if marks.holds(content):
                    hits.append(_hit(each, content, marks, str(getattr(record, "cell", ""))))
                if len(hits) == wanted:
                    return hits
        return hits

    def _records(self, found: Iterable[Found]) -> dict[tuple[str, UUID], Record]:
        """The records as the reader may see them, a question a kind."""
        wanted: dict[str, list[UUID]] = {}
        for each in found:
            wanted.setdefault(each.kind, []).append(each.record)
        records: dict[tuple[str, UUID], Record] = {}
        for kind, ids in wanted.items():
            collection = self._collection(kind)
            if collection is not None:
                there = collection.find(col("id").is_in(ids))
                records |= {(kind, record.id): record for record in there}
        return records

    def _collection(self, kind: str) -> Collection[Any] | None:
        known = self._known.get(kind)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        try:
            found = places.collection_of(self.session, kind)
        except NotFound:  # a kind that this lab does not have, or no longer
            return None
        # The definition of a kind of one's own may change; what is shown for some seconds is as it was before.
        lasting = _LASTING if kind.startswith("kinds.") else float("inf")
        self._known[kind] = found, time.monotonic() + lasting
        return found


def _hit(found: Found, content: Content, marks: "_Marks", opens: str) -> Hit:
    title = " ".join(content.title.split())[:300]
    snippet = marks.snippet(content.body)
    shown = f"<b>{marks.html(title)}</b>"
    if snippet:
        shown += f"<br>{marks.html(snippet)}"
    return Hit(
        found.area,
        found.kind,
        found.record,
        found.owner,
        title,
        snippet,
        shown,
        found.score,
        content.day,
        content.tags,
        opens,
    )


class _Marks:
    """Where the words of a question are in a text."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._stems = {
            stem(term.words[0])
            for term in terms
            if term.sort == "word" and not is_chinese(term.words[0])
        }
        self._starts = tuple(term.words[0] for term in terms if term.sort == "prefix")
        # A stem begins as its word does, so most words need not be looked at.
        self._alike = others_beginning({word[:1] for word in (*self._stems, *self._starts)})
        written = [
            _spaced(term.written)
            for term in terms
            if term.sort == "phrase" or (term.sort == "word" and is_chinese(term.words[0]))
        ]
        self._written = re.compile("|".join(written) or r"(?!)", re.IGNORECASE)
        self._needed = [
            re.compile(_spaced(term.written), re.IGNORECASE)
            for term in terms
            if term.sort == "phrase" and any(map(is_chinese, term.words))
        ]

    def holds(self, content: Content) -> bool:
        """Whether phrases with Chinese in them, of which the index knows only the neighbours, are really there."""
        return all(
            needed.search(part)
            for needed in self._needed
            for part in ["\n".join((content.title, content.body, *content.tags))]
        )

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where something matches, in order and without overlaps."""
        found = [match.span() for match in self._written.finditer(text) if match[0]]
        if self._stems or self._starts:
            for match in self._alike.finditer(text):
                word = plain(match[0])
                if stem(word) in self._stems or (self._starts and word.startswith(self._starts)):
                    found.append(match.span())
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def snippet(self, text: str) -> str:
        """The part of a text with the most of what matches."""
        text = " ".join(text[:_READ].split())
        if len(text) <= AROUND:
            return text
        starts = [start for start, _end in self.places(text)]
        best, most = 0, 0
        for n, start in enumerate(starts):
            within = sum(1 for other in starts[n : n + 30] if other < start + AROUND - 20)
            if within > most:
                best, most = start, within
        begin = max(0, min(best - 20, len(text) - AROUND))
        if begin and text[begin - 1].isascii() and text[begin - 1].isalnum():
            begin = text.find(" ", begin, begin + 20) + 1 or begin
        cut = text[begin : begin + AROUND]
        return f"{'…' if begin else ''}{cut}{'…' if begin + AROUND < len(text) else ''}"

    def html(self, text: str) -> str:
        """The text as HTML, with what matches marked."""
        parts, at = [], 0
        for start, end in self.places(text):
            parts += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
            at = end
        return "".join((*parts, escape(text[at:])))


def _spaced(written: str) -> str:
    """A phrase as a pattern: where it has a blank there may be any, and line ends."""
    return r"\s+".join(map(re.escape, written.split()))
