"""A composed career as a page of its own: HTML without scripts or addresses to load from, Markdown, and PDF.

What a person wrote is text in each of them and never markup.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

from pgc_lib.areas.career.composing import Chapter, Composed, Entry
from pgc_lib.core import typeset

LAYOUTS = ("classic", "modern")
_PHOTOS = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ASIDE = ("skills", "interests", "values")
"""What the modern layout sets beside the rest."""


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────────


def html(page: Composed, layout: str = "classic") -> str:
    """A whole document that asks nobody for anything."""
    return (
        f'<!doctype html>\n<html lang="{page.lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(page.name)}</title><style>{_style()}</style></head>\n"
        f'<body class="{layout if layout in LAYOUTS else "classic"}">{body(page, layout)}</body></html>\n'
    )


def body(page: Composed, layout: str = "classic") -> str:
    """What stands within the page."""
    aside = [each for each in page.chapters if each.name in ASIDE] if layout == "modern" else []
    main = [each for each in page.chapters if each not in aside]
    side = _contacts(page) + _languages(page)
    summary = f"<section><h2>{escape(page.about)}</h2>{_paragraphs(page.summary)}</section>" if page.summary else ""  # fmt: skip
    head = f"<header>{_photo(page)}<h1>{escape(page.name)}</h1>"
    head += f'<p class="headline">{escape(page.headline)}</p>' if page.headline else ""
    if layout == "modern":
        return (
            f"<main>{head}</header><div class='columns'><aside>{side}{''.join(map(_chapter, aside))}</aside>"
            f"<div>{summary}{''.join(map(_chapter, main))}</div></div></main>"
        )
    return f"<main>{head}{_contacts(page)}</header>{summary}{''.join(map(_chapter, main))}{_languages(page)}</main>"


@cache
def _style() -> str:
    return (files("pgc_lib.areas.career") / "page.css").read_text("utf-8")


def _photo(page: Composed) -> str:
    media = _PHOTOS.get(typeset.picture_ending(page.photo)) if page.photo else None
    if media is None:
        return ""
    data = b64encode(page.photo).decode()
    return f'<img class="photo" alt="" src="data:{media};base64,{data}">'


def _contacts(page: Composed) -> str:
    if not page.contacts:
        return ""
    lines = "".join(f"<li>{_link(text, address)}</li>" for text, address in page.contacts)
    return f'<ul class="contacts">{lines}</ul>'


def _languages(page: Composed) -> str:
    if not page.languages:
        return ""
    lines = "".join(
        f"<li>{escape(name)} <small>{escape(fluency)}</small></li>"
        for name, fluency in page.languages
    )
    return f"<section><h2>{escape(page.languages_title)}</h2><ul>{lines}</ul></section>"


def _chapter(chapter: Chapter) -> str:
    entries = "".join(map(_entry, chapter.entries))
    return f'<section class="{chapter.name}"><h2>{escape(chapter.title)}</h2>{entries}</section>'


def _entry(entry: Entry) -> str:
    parts = [f"<h3>{_link(entry.title, entry.url)}"]
    parts.append(f" <b class='measure'>{escape(entry.measure)}</b>" if entry.measure else "")
    parts.append("</h3>")
    beside = " · ".join(escape(each) for each in (entry.sub, entry.where) if each)
    if beside or entry.when:
        parts.append(f"<p class='sub'>{beside}<time>{escape(entry.when)}</time></p>")
    for label, text in entry.texts:
        parts.append(_paragraphs(text, label))
    if entry.points:
        points = "".join(f"<li>{escape(each)}</li>" for each in entry.points)
        parts.append(f"<ul>{points}</ul>")
    if entry.tags:
        tags = "".join(f"<span>{escape(each)}</span>" for each in entry.tags)
        parts.append(f"<p class='tags'>{tags}</p>")
    if entry.proofs:
        proofs = " ".join(_link(each, each) for each in entry.proofs)
        parts.append(f"<p class='proofs'>{proofs}</p>")
    return f"<article>{''.join(parts)}</article>"


def _paragraphs(text: str, label: str = "") -> str:
    named = f"<b>{escape(label)}</b> " if label else ""
    pieces = [escape(each).replace("\n", "<br>") for each in re.split(r"\n\s*\n", text.strip())]
    return "".join(f"<p>{named if not n else ''}{piece}</p>" for n, piece in enumerate(pieces))


def _link(text: str, address: str) -> str:
    if not address:
        return escape(text)
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{escape(text)}</a>'


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!$&])|^(\s*)([-+=]|\d+[.)])", re.MULTILINE)


def plain(text: str) -> str:
    """Text in Markdown that stays text."""
    return _MARKS.sub(
        lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}{found[3][:-1]}\\{found[3][-1]}",
        text,
    )


def _marked(text: str, mark: str) -> list[str]:
    """A line that is stressed; none without words."""
    shown = _one_line(text)
    return [f"{mark}{shown}{mark}", ""] if shown else []


def markdown(page: Composed) -> str:
    """The career as Markdown, for any editor."""
    lines = [f"# {_one_line(page.name)}", ""]
    lines += _marked(page.headline, "**")
    if page.contacts:
        lines += [" · ".join(_md_link(text, address) for text, address in page.contacts), ""]
    if page.summary:
        lines += [f"## {page.about}", "", _md_text(page.summary), ""]
    for chapter in page.chapters:
        lines += [f"## {chapter.title}", ""]
        for entry in chapter.entries:
            lines += _md_entry(entry)
    if page.languages:
        lines += [f"## {page.languages_title}", ""]
        lines += [f"- {_one_line(' · '.join(filter(None, each)))}" for each in page.languages] + [
            ""
        ]
    return "\n".join(lines).rstrip() + "\n"


def _md_entry(entry: Entry) -> list[str]:
    title = _md_link(entry.title, entry.url)
    lines = [f"### {title}" + (f" · {_one_line(entry.measure)}" if entry.measure else ""), ""]
    beside = [each.strip() for each in (entry.sub, entry.where, entry.when)]
    lines += _marked(" · ".join(filter(None, beside)), "*")
    for label, text in entry.texts:
        lines += [(f"**{label}** " if label else "") + _md_text(text), ""]
    if entry.points:
        lines += [f"- {_one_line(each)}" for each in entry.points] + [""]
    if entry.tags:
        lines += [" · ".join(_one_line(each) for each in entry.tags), ""]
    if entry.proofs:
        lines += [" ".join(f"<{each}>" for each in entry.proofs), ""]
    return lines


def _md_text(text: str) -> str:
    return "\n".join(plain(line.strip()) for line in text.strip().splitlines())


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))


def _md_link(text: str, address: str) -> str:
    shown = _one_line(text)
    if not address:
        return shown
    target = address.replace("(", "%28").replace(")", "%29").replace("\\", "%5C")
    return f"[{shown}]({target})"


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────


def pdf(page: Composed, layout: str = "classic") -> bytes:
    """The career on A4, in one column or in two."""
    ending = typeset.picture_ending(page.photo) if page.photo else ""
    photo = f"photo{ending}" if ending in _PHOTOS else ""
    return typeset.pdf(
        typeset.template(f"resume_{layout if layout in LAYOUTS else 'classic'}"),
        data={**page.plain(), "photo": photo, "aside": list(ASIDE)},
        lang=page.lang,
        pictures={photo: page.photo} if photo else None,
    )


def written(page: Composed, ending: str, layout: str) -> bytes:
    """The page in the form that an ending asks for."""
    if ending == ".pdf":
        return pdf(page, layout)
    return (html(page, layout) if ending == ".html" else markdown(page)).encode()


ENDINGS: Sequence[str] = (".html", ".md", ".pdf")
