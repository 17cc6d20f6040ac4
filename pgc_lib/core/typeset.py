"""Pages to print: PDF by typst, in this process, with our own templates and nothing from the network.

    pdf(template("article"), data={"title": "…", "blocks": [...]}, lang="zh-CN")
    from_markdown("# 周报\n…", title="周报", lang="zh-CN", images=Path("pictures"))

What a person wrote reaches a template as data and is never read as code: a template gets it from `data.json`. The
folder that typst may read holds the templates, the data and the pictures of this one document, and goes afterwards.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import Invalid, NotFound, PgcError, Problem
from pgc_lib.i18n import _, normal

if TYPE_CHECKING:
    from typst import Fonts

CHINESE_SANS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)
CHINESE_SERIF = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
)
LATIN_SANS = ("Noto Sans", "Inter", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans")
MONO = ("Noto Sans Mono", "DejaVu Sans Mono")
SERIF = "Libertinus Serif"
"""Comes with typst, so it is everywhere."""
MOST_PICTURE = 30 * 2**20

_CHINESE = re.compile(
    "[\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_PACKAGE = re.compile(r"(import|include)\s*\(?\s*\"@")
_PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
)


def template(name: str) -> str:
    """One of our templates, by name."""
    found = _templates().get(f"{name}.typ")
    if found is None:
        raise ValueError(f"there is no template {name}; there are {sorted(_templates())}")
    return found


def pdf(
    source: str,
    *,
    data: Any = None,
    lang: str = "",
    pictures: Mapping[str, bytes] | None = None,
    timestamp: int | None = None,
) -> bytes:
    """Set a template with data; `pictures` are files that it may show, by name.

    A picture that cannot be read is left out: the template gets the names of those that can as `data.pictures`.
    """
    if _PACKAGE.search(source):
        raise ValueError("a template takes nothing from a registry of packages")
    language = normal(lang) if lang else "en"
    values = data if isinstance(data, Mapping) else {"value": data}
    given = {name: _bytes(name, content) for name, content in (pictures or {}).items()}
    fonts = chosen(needs_chinese=language == "zh-CN" or _has_chinese(values))
    told = {**values, "lang": language[:2], "fonts": fonts}
    try:
        return _set(source, told, given, timestamp)
    except PgcError:
        if not given:
            raise
    readable = {name: content for name, content in given.items() if _can_be_shown(name, content)}
    return _set(source, told, readable, timestamp)


def from_markdown(
    text: str,
    *,
    title: str = "",
    lang: str = "",
    layout: str = "article",
    images: Path | str | None = None,
    timestamp: int | None = None,
) -> bytes:
    """A text in Markdown as PDF; `images` is the folder in which its pictures lie."""
    from pgc_lib.core.typeset_markdown import begins_with, blocks_of

    folder = Path(images) if images is not None else None
    pictures: dict[str, bytes] = {}
    blocks = blocks_of(text, _collector(folder, pictures))
    heading = "" if begins_with(blocks, title) else title
    return pdf(
        template(layout),
        data={"title": title, "heading": heading, "blocks": blocks},
        lang=lang,
        pictures=pictures,
        timestamp=timestamp,
    )


# ── fonts ────────────────────────────────────────────────────────────────────────────────────────────


@cache
def known_fonts() -> "Fonts":
    """The fonts of this machine and those that come with typst, looked for once."""
    from typst import Fonts

    return Fonts()


def chosen(*, needs_chinese: bool) -> dict[str, list[str]]:
    """Which fonts a page is set in; `NotFound` says what to install where Chinese has none."""
    families = set(known_fonts().families())
    sans_chinese = _first(CHINESE_SANS, families) or _first(CHINESE_SERIF, families)
    serif_chinese = _first(CHINESE_SERIF, families) or sans_chinese
    if needs_chinese and not sans_chinese:
        raise NotFound(
            _("This page holds Chinese, and no Chinese font is on this machine."),
            next_step=_(
                "Install one, such as Noto Sans CJK SC (Debian, Ubuntu: apt install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts), and try again."
            ),
        )
    return {
        "sans": [*(_first(LATIN_SANS, families) or [SERIF]), *sans_chinese],
        "serif": [SERIF, *serif_chinese],
        "mono": [*_first(MONO, families), *sans_chinese],
    }


def _first(wanted: Iterable[str], families: set[str]) -> list[str]:
    return [each for each in wanted if each in families][:1]


def _has_chinese(value: Any) -> bool:
    match value:
        case str():
            return bool(_CHINESE.search(value))
        case Mapping():
            return any(_has_chinese(each) for each in value.values())
        case list() | tuple():
            return any(_has_chinese(each) for each in value)
        case _:
            return False


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────


def picture_ending(content: bytes) -> str:
    """The ending that fits a picture's bytes; empty when it is none that can be shown."""
    for mark, ending in _PICTURES:
        if content.startswith(mark):
            return ending
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    return ".svg" if b"<svg" in content[:1024] else ""


def _collector(folder: Path | None, found: dict[str, bytes]) -> Callable[[str], str]:
    """Reads a picture that a text names, if it lies in the folder; gives the name it has for the template."""
    names: dict[Path, str] = {}

    def collect(address: str) -> str:
        if folder is None or "://" in address or "\0" in address:
            return ""
        path = (folder / address).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return ""
        if path in names:
            return names[path]
        if path.stat().st_size > MOST_PICTURE:
            return ""
        content = path.read_bytes()
        ending = picture_ending(content)
        if not ending:
            return ""
        names[path] = f"picture{len(found)}{ending}"
        found[names[path]] = content
        return names[path]

    return collect


def _bytes(name: str, content: bytes) -> bytes:
    if Path(name).name != name or name.endswith((".typ", ".json")):
        raise ValueError(f"{name} is no name for a picture")
    return content


def _can_be_shown(name: str, content: bytes) -> bool:
    probe = '#image("' + name + '")' if re.fullmatch(r"[\w.-]+", name) else ""
    try:
        _set(probe, {}, {name: content}, None)
    except PgcError:
        return False
    return bool(probe)


# ── typst ────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _templates() -> Mapping[str, str]:
    folder = files("pgc_lib.core") / "typeset_templates"
    return {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".typ")}  # fmt: skip


def _set(
    source: str, data: Mapping[str, Any], pictures: Mapping[str, bytes], timestamp: int | None
) -> bytes:
    from typst import Compiler, TypstError

    root = Path(tempfile.mkdtemp(prefix="pgc-typeset-"))
    try:
        for name, text in _templates().items():
            (root / name).write_text(text, encoding="utf-8")
        for name, content in pictures.items():
            (root / name).write_bytes(content)
        told = {**data, "pictures": sorted(pictures)}
        (root / "data.json").write_text(
            json.dumps(told, ensure_ascii=False, default=str, allow_nan=False), encoding="utf-8"
        )
        main = root / "main.typ"
        main.write_text(source, encoding="utf-8")
        made = Compiler(main, root=root, font_paths=known_fonts()).compile(
            format="pdf", timestamp=timestamp
        )
    except TypstError as error:
        raise Invalid(
            _("This page could not be set."),
            [Problem(_("Printed page"), error.message)],
            next_step=_("Leave out what is unusual in it, such as its pictures, and try again."),
        ) from error
    finally:
        shutil.rmtree(root, ignore_errors=True)
    assert isinstance(made, bytes)
    return made
