"""A document as a page: safe HTML with its pictures in it, a file that stands for itself offline, and a PDF.

`![[other]]` shows the other document in its place. Documents that show one another in a circle are drawn once; where
the circle closes there is a link and a note of it.
"""

import tempfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from uuid import UUID

from pgc_lib.areas.paper.filing import Pictures
from pgc_lib.areas.paper.keeping import Papers, index_of
from pgc_lib.areas.paper.linking import Index
from pgc_lib.areas.paper.records import Doc
from pgc_lib.core.markdown.reading import Parsed, WikiLink, read
from pgc_lib.core.markdown.rendering import html
from pgc_lib.core.markdown.rewriting import replaced
from pgc_lib.core.session import Session
from pgc_lib.errors import Problem
from pgc_lib.i18n import _, lang

_DEEPEST = 5
_MOST_SHOWN = 200
"""Documents that one page shows within others."""

_STYLE = """:root{color-scheme:light dark}body{max-width:46rem;margin:2rem auto;padding:0 1rem;line-height:1.65;
font-family:"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif;
color:light-dark(#1b1c1e,#e6e6e8);background:light-dark(#fff,#18191b)}img{max-width:100%;height:auto}
pre{overflow-x:auto;padding:.8rem;border-radius:.4rem;background:light-dark(#f4f4f6,#232427)}code{font-family:"Noto Sans Mono",monospace;font-size:.92em}
blockquote{margin-left:0;padding-left:1rem;border-left:3px solid light-dark(#c8ccd4,#484b52)}table{border-collapse:collapse}
th,td{border:1px solid light-dark(#d6d9df,#3a3d43);padding:.3rem .6rem}.wiki-new{border-bottom:1px dashed}li.task{list-style:none}
a{color:light-dark(#0b57d0,#8ab4f8)}"""


@dataclass
class Page:
    """A document as it is looked at."""

    title: str
    body: str
    """Safe HTML."""
    problems: list[Problem] = field(default_factory=list)
    """What could not be shown, such as circles of documents that show one another."""

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import problems_table

        return f"<article>{self.body}</article>{problems_table(self.problems)}"

    def whole(self) -> str:
        """A file of its own, which asks nobody for anything."""
        policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        return (
            f'<!DOCTYPE html>\n<html lang="{lang()}"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f'<meta name="viewport" content="width=device-width"><title>{escape(self.title)}</title>'
            f"<style>{_STYLE}</style></head>\n<body><article>\n{self.body}</article></body></html>\n"
        )


class Painter:
    """Draws a document and those that it shows."""

    def __init__(self, session: Session, doc: Doc) -> None:
        self.session = session
        self.papers = Papers(session, Doc)
        self.index: Index = index_of(session, doc.owner)
        self.problems: list[Problem] = []
        self._shown = 0

    def page(self, doc: Doc) -> Page:
        """The document as a page."""
        parsed = read(doc.text)
        if not doc.template:  # there, front matter waits for its words
            self.problems += [
                Problem(f"{doc.path}: {each.place}", each.reason) for each in parsed.problems
            ]
        body = self._drawn(doc, (doc.id,))
        if not any(heading.level == 1 for heading in parsed.headings[:1]):
            body = f"<h1>{escape(parsed.title or doc.title)}</h1>\n{body}"
        return Page(parsed.title or doc.title, body, self.problems)

    def _drawn(self, doc: Doc, within: tuple[UUID, ...]) -> str:
        pictures = Pictures(self.session, doc, self.index)

        def link(found: WikiLink) -> str | None:
            if not found.target:
                return ""
            return "" if self.index.of_wiki(found.target, doc.folder) else None

        def embed(found: WikiLink) -> str | None:
            place = self.index.of_wiki(found.target, doc.folder) if found.target else None
            if place is None or not place.is_doc:
                return None
            if place.id in within:
                self.problems.append(Problem(doc.path, _("“{title}” shows itself, in a circle; it is drawn once", title=place.name)))  # fmt: skip
                return None
            if len(within) > _DEEPEST or self._shown >= _MOST_SHOWN:
                self.problems.append(Problem(doc.path, _("“{title}” is not shown: too many documents within one another", title=place.name)))  # fmt: skip
                return None
            self._shown += 1
            other = self.papers.get(place.id)
            return self._drawn(section(other, found.heading), (*within, place.id))

        return html(doc.text, link=link, picture=pictures.inline, embed=embed)


def section(doc: Doc, heading: str) -> Doc:
    """A document, or only what stands under one of its headings."""
    if not heading:
        return doc
    parsed = read(doc.text)
    span = _under(parsed, heading, len(doc.text))
    if span is None:
        return doc
    part = doc.model_copy(update={"front": "", "body": doc.text[slice(*span)]})
    for name in ("_id", "_owner", "_version"):
        setattr(part, name, getattr(doc, name))
    return part


def _under(parsed: Parsed, heading: str, end: int) -> tuple[int, int] | None:
    wanted = heading.rpartition("#")[2].strip().casefold()
    for n, found in enumerate(parsed.headings):
        if found.text.casefold() == wanted:
            following = (each.start for each in parsed.headings[n + 1 :] if each.level <= found.level)  # fmt: skip
            return found.start, next(following, end)
    return None


def pdf(session: Session, doc: Doc) -> bytes:
    """The document as PDF, with its pictures."""
    from pgc_lib.core.typeset import from_markdown

    parsed = read(doc.text)
    pictures = Pictures(session, doc, index_of(session, doc.owner))
    with tempfile.TemporaryDirectory(prefix="pgc-doc-") as made:
        folder = Path(made)
        written: dict[str, str] = {}

        def picture(target: str) -> str | None:
            if target not in written:
                found = pictures.bytes_of(target)
                if found is None:
                    return None
                written[target] = f"{len(written)}"
                (folder / written[target]).write_bytes(found)
            return written[target]

        changes = [
            ((link.start, link.end), f"![{link.alias or link.target}]({name})")
            for link in parsed.embeds
            if (name := picture(link.target)) is not None
        ]
        changes += [
            (image.span, name)
            for image in parsed.images
            if image.path and (name := picture(image.path)) is not None
        ]
        text = replaced(doc.text, changes)
        has_heading = any(heading.level == 1 for heading in parsed.headings[:1])
        title = "" if has_heading else parsed.title or doc.title
        return from_markdown(text, title=title, lang=lang(), images=folder)
