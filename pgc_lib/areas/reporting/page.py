"""A report as a page: in a notebook, as a file by itself, as Markdown, as PDF."""

import re
from html import escape
from pathlib import Path

from pgc_lib.areas.reporting.fact import SECTIONS, Fact
from pgc_lib.areas.reporting.support import MARK
from pgc_lib.areas.reporting.written import STANDINGS, TEMPLATE, Report
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _, in_lang

_CITED = re.compile(r"\[(\d{1,4}(?:\s*[,，]\s*\d{1,4})*)\](?!\()")

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: light-dark(#1c2733, #e6eaf0); background: light-dark(#fff, #14181d); }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.draft { background: light-dark(#fff3d6, #4a3a10); border-radius: .3rem; padding: .1rem .5rem; }
table { border-collapse: collapse; font-size: .85rem; }
td, th { border-bottom: 1px solid light-dark(#d5dce4, #39424d); padding: .25rem .5rem; text-align: left; vertical-align: top; }
a { color: light-dark(#0b5cad, #7db7f5); } sup a { text-decoration: none; }
code { font-size: .8rem; overflow-wrap: anywhere; }
"""


def markdown(report: Report, *, facts: bool = True) -> str:
    """The report as Markdown, its facts numbered at the end."""
    with in_lang(report.lang):
        parts = [f"# {report.title}", _standing(report)]
        for section, title in SECTIONS.items():
            text = getattr(report, section).strip()
            parts.append(f"## {_(title)}\n\n{text or _('Nothing was written here.')}")
        if facts and report.facts:
            lines = [f"{n}. {_plain(fact.text)}" for n, fact in enumerate(report.known, 1)]
            parts.append(f"## {_('Facts')}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def fragment(report: Report) -> str:
    """The report inside another page; whatever people wrote is made safe."""
    from pgc_lib.core.markdown.rendering import html

    name = f"r{report.name}-{report.revision}".replace(".", "-")
    with in_lang(report.lang):
        parts = [
            f"<h1>{escape(report.title)}</h1>",
            f"<p><span class='{report.state}'>{escape(_standing(report))}</span></p>",
        ]
        for section, title in SECTIONS.items():
            text = getattr(report, section).strip() or _("Nothing was written here.")
            parts.append(f"<h2>{escape(_(title))}</h2>")
            parts.append(linked(html(text), name, len(report.facts)))
        if report.facts:
            parts.append(facts_below(report.known, name))
    return f"<article lang='{escape(report.lang)}'>{''.join(parts)}</article>"


def page(report: Report) -> str:
    """The report as a page by itself, which asks nobody for anything."""
    return (
        f"<!doctype html><html lang='{escape(report.lang)}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head>"
        f"<body>{fragment(report)}</body></html>"
    )


def write(report: Report, path: Path) -> Path:
    """The report as a file, by its ending: .md, .html, .pdf or .json."""
    match path.suffix.lower():
        case ".md":
            data = markdown(report).encode()
        case ".html" | ".htm":
            data = page(report).encode()
        case ".json":
            data = report.model_dump_json(indent=2).encode()
        case ".pdf":
            from pgc_lib.core.typeset import from_markdown

            data = from_markdown(markdown(report), title=report.title, lang=report.lang)
        case ending:
            raise Invalid(
                _("A report cannot be written as “{ending}”.", ending=ending),
                [
                    Problem(
                        "path",
                        _("allowed are: {choices}", choices=".md, .html, .pdf, .json"),
                        str(path),
                    )
                ],
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _standing(report: Report) -> str:
    author = _("the template") if report.drafted_by == TEMPLATE else report.drafted_by
    told = _("{state} · revision {n} · drafted by {author}", state=_(STANDINGS[report.state]), n=report.revision, author=author)  # fmt: skip
    if any(MARK in text for text in report.sections().values()):
        told += " · " + _("{mark} marks sentences that rest on no fact", mark=MARK)
    return told


def facts_below(facts: list[Fact], name: str) -> str:
    """Each fact with its number, and the queries that find their rows again."""
    lines = [
        f"<tr id='{name}-{n}'><td>{n}</td><td>{escape(fact.text)}</td><td>{fact.count or ''}</td></tr>"
        for n, fact in enumerate(facts, 1)
    ]
    heads = "".join(f"<th>{escape(head)}</th>" for head in ("", _("Fact"), _("Rows")))
    asked = [
        f"<li value='{n}'><code>{escape(fact.query)}</code></li>"
        for n, fact in enumerate(facts, 1)
        if fact.query
    ]
    return (
        f"<details><summary>{escape(_('{n} facts', n=len(facts)))}</summary>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></details>"
        f"<details><summary>{escape(_('Look them up in a notebook'))}</summary>"
        f"<ol>{''.join(asked)}</ol></details>"
    )


def linked(safe: str, name: str, facts: int) -> str:
    """Citations as links to the facts; the HTML is safe already and stays so."""

    def link(match: re.Match[str]) -> str:
        numbers = [int(n) for n in re.split(r"[,，]", match[1])]
        return "".join(
            f"<sup><a href='#{name}-{n}'>[{n}]</a></sup>" if 1 <= n <= facts else f"[{n}]"
            for n in numbers
        )

    return _CITED.sub(link, safe)


def _plain(text: str) -> str:
    return " ".join(text.split())
