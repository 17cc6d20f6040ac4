"""Markdown as HTML that is safe to show, whoever wrote it.

`commonmark` is the bare renderer, which passes the examples of the CommonMark specification. `html` adds tables,
footnotes, to-dos and wiki links, draws formulas as MathML, keeps Mermaid and formulas that it cannot read as code, and
lets through only what cannot execute, load or imitate anything: no scripts, handlers, forms, frames or styles, and no
picture from another host, whose owner would learn who reads.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from pgc_lib.core.markdown import front
from pgc_lib.core.markdown.formulas import mathml, tree
from pgc_lib.core.markdown.reading import WikiLink, wiki_link
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 1_000_000
"""Characters that are rendered; more is shown as the text that it is."""

_LONGEST_LINK = 2_000

_TAGS = frozenset(
    {
        "a", "abbr", "article", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup",
        "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5",
        "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp",
        "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
        "time", "tr", "u", "ul", "var", "wbr",
    }
)  # fmt: skip
_ATTRIBUTES = {
    "*": frozenset({"class", "id", "dir", "lang", "title"}),
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"align", "colspan", "rowspan", "style"}),
    "th": frozenset({"align", "colspan", "rowspan", "style"}),
    "details": frozenset({"open"}),
    "time": frozenset({"datetime"}),
}
_CLASS = re.compile(
    r"language-[\w+#.-]{1,40}|wiki(?:-new|-embed)?|math|footnotes?|footnote-\w+|task|contains-tasks"
)
_FORMULA = re.compile(r'(<pre>)?<code class="language-math">([^<]*)</code>(?(1)</pre>)')
_ID = re.compile(r"fn(?:ref)?[0-9:-]{1,20}|h-[\w-]{1,200}")
_INLINE_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|bmp|avif);base64,[A-Za-z0-9+/=\s]*")
_WEB = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)

WikiHref = Callable[[WikiLink], str | None]
Picture = Callable[[str], str | None]


def html(
    text: str,
    *,
    link: WikiHref | None = None,
    picture: Picture | None = None,
    embed: WikiHref | None = None,
) -> str:
    """Safe HTML of a text, without its front matter.

    `link` gives the address of a wiki link, empty where there is none to go to, None where it leads nowhere yet; `picture`
    the address or inline data under which an image of the text's own folder is to be had; `embed` the HTML of what
    `![[…]]` shows in its place.
    """
    body = text[front.extent(text)[2] :]
    if len(body) > LONGEST:
        told = _(
            "This text is too long to be drawn ({n} characters); here it is as written.",
            n=len(body),
        )
        return f"<p><em>{escape(told)}</em></p><pre>{escape(body)}</pre>"
    env = {"wiki": link, "picture": picture, "embed": embed}
    return _with_formulas(sanitised(_full().render(body, env)))


def commonmark(text: str) -> str:
    """HTML as the CommonMark specification has it. It is not safe: HTML of the text stays in it."""
    made: str = _bare().render(text)
    return made


def _with_formulas(safe: str) -> str:
    """Formulas as MathML of our own making, put in when nothing of the text's own can become any."""

    def drawn(found: re.Match[str]) -> str:
        known = tree(unescape(found[2]))
        return found[0] if known is None else mathml(known, block=bool(found[1]))

    return _FORMULA.sub(drawn, safe)


def sanitised(markup: str) -> str:
    """The markup without anything that could execute, load or imitate."""
    import nh3

    return nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags={
            "script",
            "style",
            "template",
            "noscript",
            "title",
            "textarea",
            "select",
        },
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties={"text-align"},
    )


def _allowed(_tag: str, name: str, value: str) -> str | None:
    """An attribute's value as it may stay."""
    if name == "class":
        return " ".join(part for part in value.split() if _CLASS.fullmatch(part)) or None
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name == "href":
        return None if value.strip().lower().startswith("data:") else value
    if name == "src":
        if value.startswith("data:"):
            return value if _INLINE_PICTURE.fullmatch(value) else None
        return None if _WEB.match(value.strip().replace("\\", "/")) else value
    return value


@cache
def _bare() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark")
    made.renderer.rules["blockquote_open"] = _quote  # type: ignore[attr-defined]
    return made


def _quote(tokens: Sequence[Any], n: int, options: Any, _env: Any) -> str:
    """The specification breaks the line in an empty quote too."""
    drawn: str = _bare().renderer.renderToken(tokens, n, options, {})  # type: ignore[attr-defined]
    return drawn if drawn.endswith("\n") else drawn + "\n"


@cache
def _full() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    made = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    made.use(footnote_plugin).use(dollarmath_plugin, allow_space=False, double_inline=True)
    made.inline.ruler.before("link", "wiki", _wiki)
    made.core.ruler.after("inline", "tasks", _tasks)
    made.renderer.rules.update(  # type: ignore[attr-defined]
        {
            "math_inline": _formula,
            "math_inline_double": _formula,
            "math_block": _formula_block,
            "math_block_label": _formula_block,
            "image": _image,
            "wiki": _drawn,
        }
    )
    return made


def _formula(tokens: Sequence[Any], n: int, _options: Any, _env: Any) -> str:
    return f'<code class="language-math">{escape(tokens[n].content)}</code>'


def _formula_block(tokens: Sequence[Any], n: int, _options: Any, _env: Any) -> str:
    said = escape(tokens[n].content.strip("\n"))
    return f'<pre><code class="language-math">{said}\n</code></pre>\n'


def _wiki(state: Any, silent: bool) -> bool:
    """The rule for `[[…]]` and `![[…]]`."""
    source, place = state.src, state.pos
    if not source.startswith(("[[", "![["), place):
        return False
    found = wiki_link(source, place, min(state.posMax, place + _LONGEST_LINK))
    if found is None:
        return False
    if not silent:
        state.push("wiki", "", 0).meta = {"link": found}
    state.pos = found.end
    return True


def _drawn(tokens: Sequence[Any], n: int, _options: Any, env: Any) -> str:
    link: WikiLink = tokens[n].meta["link"]
    known: WikiHref | None = env.get("wiki")
    picture: Picture | None = env.get("picture")
    if link.embed and picture is not None and (found := picture(link.target)) is not None:
        return f'<img src="{escape(found)}" alt="{escape(link.alias or link.target)}">'
    embed: WikiHref | None = env.get("embed")
    if link.embed and embed is not None and (shown := embed(link)) is not None:
        return f'<blockquote class="wiki-embed">{shown}</blockquote>'
    told = link.alias or " › ".join(filter(None, (link.target, link.heading)))
    address = known(link) if known is not None else None
    kind = "wiki-embed" if link.embed else "wiki"
    if address is None:
        return f'<span class="{kind} wiki-new">{escape(told)}</span>'
    if not address:
        return f'<span class="{kind}">{escape(told)}</span>'
    return f'<a class="{kind}" href="{escape(address)}">{escape(told)}</a>'


def _image(tokens: Sequence[Any], n: int, _options: Any, env: Any) -> str:
    """An image of the text's own; one of another host is a link, which is followed only on purpose."""
    token = tokens[n]
    source, alt, title = str(token.attrGet("src") or ""), token.content, token.attrGet("title")
    picture: Picture | None = env.get("picture")
    found = picture(source) if picture is not None and not _WEB.match(source) else None
    if _WEB.match(source):
        return f'<a href="{escape(source)}">{escape(alt or source)}</a>'
    named = f' title="{escape(str(title))}"' if title else ""
    return f'<img src="{escape(found or source)}" alt="{escape(alt)}"{named}>'


_BOX = re.compile(r"\[([ xX/-])\][ \t]+")


def _tasks(state: Any) -> None:
    """`- [ ]` at the beginning of an item as a box that nobody can press."""
    tokens = state.tokens
    for n in range(2, len(tokens)):
        if (
            tokens[n].type == "inline"
            and tokens[n - 1].type == "paragraph_open"
            and tokens[n - 2].type == "list_item_open"
            and tokens[n].children
            and (found := _BOX.match(tokens[n].children[0].content))
        ):
            first = tokens[n].children[0]
            first.content = ("☐ " if found[1] == " " else "☑ ") + first.content[found.end() :]
            tokens[n - 2].attrJoin("class", "task")
