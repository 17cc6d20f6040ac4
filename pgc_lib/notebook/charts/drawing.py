"""From a Vega-Lite specification to SVG, PNG and PDF, in this process: no browser and no other host has a part in it."""

import json
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.core.words import HAN
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.charts.telling import told_of
from pgc_lib.notebook.charts.theme import config, of_page, theme
from pgc_lib.notebook.look import FONTS

if TYPE_CHECKING:
    import altair as alt

ENDINGS = (".svg", ".png", ".pdf")
_SIZE = re.compile(r'(<svg[^>]*?) width="(\d+(?:\.\d+)?)" height="\d+(?:\.\d+)?"')
_SAID = re.compile(
    r'<(\w+) aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*?)/>'
)
_SILENT = re.compile(r' (?:aria-[a-z]+|role|aria-hidden)="[^"]*"')
_FONT = re.compile(r' font-family="[^"]*"')
_CLIP = re.compile(r'<clipPath.*?</clipPath>| clip-path="[^"]*"', re.DOTALL)
_PLACES = re.compile(r'(?<= d=")[^"]*|(?<= transform=")[^"]*')
_FINER = re.compile(r"(\.\d)\d+")
_MARKS = re.compile(r'(<svg[^>]*?) class="marks"')
_HAN = re.compile(f"[{HAN}]")


def svg(chart: "alt.TopLevelMixin", *, title: str) -> str:
    """An Altair chart as SVG that grows with its place; `title` is what a screen reader says of it."""
    table: dict[str, Any] = json.loads(chart.to_json())
    ours = theme()["config"]
    table["config"] = ours | {
        key: own for key, own in table.get("config", {}).items() if key not in ours
    }
    return drawn(table, title)


def drawn(table: dict[str, Any], title: str = "") -> str:
    """A specification with its own configuration as SVG."""
    said = title or told_of(table)
    made = _vega(table)
    size = _SIZE.search(made)
    widest = f' style="max-width:100%;width:{size[2]}px;height:auto"' if size and not title else ""
    named = f'<svg role="img" aria-label="{escape(str(said))}"{widest}'
    return _SIZE.sub(r"\1", made, count=1).replace("<svg", named, 1)


def inline(spec: dict[str, Any], said: str, kind: str, *, pointed: bool) -> str:
    """A specification as SVG for a page: what a mark says is shown where one points at it, if one can.

    The picture as a whole has the text alternative; its parts are silent, or a reader would hear them one by one.
    """
    made = _vega(spec | {"config": config(of_page)})
    # What is between < and > of a mark is ours or escaped by Vega; a title is read by the browser itself, without a program.
    if pointed:
        made = _SAID.sub(
            lambda mark: f"<{mark[1]}{mark[3]}><title>{mark[2]}</title></{mark[1]}>", made
        )
    # A second class would be the one that a reader other than a browser keeps, such as nbconvert's.
    made = _MARKS.sub(r"\1", _FONT.sub("", _SILENT.sub("", made)), count=1)
    made = _CLIP.sub(
        "", made
    )  # named alike in every picture of a page, and nothing of ours lies outside
    made = _PLACES.sub(
        lambda places: _FINER.sub(r"\1", places[0]), made
    )  # nobody sees less than a tenth of a pixel
    size = _SIZE.search(made)
    width = size[2] if size else "600"
    head = (
        f'<svg role="img" aria-label="{escape(said)}" class="{kind}" '
        f'style="width:{width}px;max-width:100%;height:auto;font-family:var(--pgc-font, {FONTS})"'
    )
    return _SIZE.sub(r"\1", made, count=1).replace("<svg", head, 1)


def save(spec: dict[str, Any], path: Path, *, scale: float) -> None:
    """Write a specification that carries its colours as a picture, by the ending of the file's name."""
    import vl_convert

    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise PgcError(
            _("A chart cannot be written as “{name}”.", name=path.name),
            next_step=_("Use one of these endings: {endings}.", endings=" ".join(ENDINGS)),
        )
    if ending != ".svg":
        from pgc_lib.core.typeset import chosen

        chosen(needs_chinese=bool(_HAN.search(json.dumps(spec, ensure_ascii=False))))
    options: dict[str, Any] = {"allowed_base_urls": []}
    if ending == ".svg":
        path.write_text(vl_convert.vegalite_to_svg(spec, **options), encoding="utf-8")
    elif ending == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(spec, scale=scale, **options))
    else:
        path.write_bytes(vl_convert.vegalite_to_pdf(spec, **options))


def _vega(spec: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
