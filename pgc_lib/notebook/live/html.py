"""HTML that cannot be forged: whatever is not `Html` is text and is escaped.

    tag.a(todo.title, href=link, class_="pgc-plain")
    tag.button(_("Save"), act="save")                          # a deed of the part that draws it
    tag.input(name="day", type="date", value=day, act="judge", on="input", aria_label=_("Day"))

A name's last underscore is dropped (`class_`, `for_`), the others become hyphens (`aria_label`). `None` and `False` leave
an attribute out, `True` writes it bare. Three words are ours: `act` names a deed, `values` is what comes with it,
`on` says when (else: a form when it is sent, a field when it was changed, anything else when it is clicked).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from markupsafe import Markup, escape

Html = Markup


class Drawn(Protocol):
    """Something that is HTML by itself, such as a part."""

    def __html__(self) -> str: ...


Child: TypeAlias = str | int | Drawn | Iterable["Child"] | None

_EMPTY = frozenset({"br", "hr", "img", "input", "col", "meta", "link", "source", "wbr"})
_LEADING = frozenset({"href", "src", "action", "formaction", "poster"})
_KNOWN_WAYS = (
    "http:",
    "https:",
    "mailto:",
    "tel:",
    "blob:",
    "data:image/",
    "#",
    "/",
    "./",
    "../",
    "?",
)


class Tags:
    """`tag.div(…)` is a div; an underscore stands for a hyphen (`tag.my_element`)."""

    def __getattr__(self, name: str) -> Callable[..., Html]:
        element = name.rstrip("_").replace("_", "-")

        def made(*children: Child, **attributes: Any) -> Html:
            head = f"<{element}{_attributes(attributes)}>"
            if element in _EMPTY:
                return Html(head)
            return Html(f"{head}{joined(children)}</{element}>")

        return made


tag = Tags()


def joined(children: Child) -> Html:
    """Text, HTML, parts and lists of them, one after another."""
    if children is None:
        return Html()
    if isinstance(children, str) or hasattr(children, "__html__"):
        return escape(children)
    if isinstance(children, Iterable):
        return Html("").join(joined(each) for each in children)
    return escape(str(children))


def _attributes(given: Mapping[str, Any]) -> str:
    values = dict(given)
    act, sent, on = values.pop("act", None), values.pop("values", None), values.pop("on", None)
    if act is not None:
        values["data-pgc-act"] = act
    if sent is not None:
        values["data-pgc-values"] = json.dumps(sent, ensure_ascii=False, default=str)
    if on is not None:
        values["data-pgc-on"] = on
    return "".join(_attribute(name, value) for name, value in values.items())


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    text = " ".join(filter(None, value)) if isinstance(value, list | tuple) else str(value)
    if name in _LEADING and not _leads_somewhere_safe(text):
        return ""
    if name.startswith("on"):
        raise ValueError(f"{name}: what happens is a deed (act=…), never a script")
    return f' {name}="{escape(text)}"'


def _leads_somewhere_safe(address: str) -> bool:
    """Whether an address is a page, a mail or a place here; a script's address is left out."""
    bare = "".join(address.split()).lower()
    return bare.startswith(_KNOWN_WAYS) or ":" not in bare.split("/", 1)[0]
