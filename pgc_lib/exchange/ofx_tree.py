"""OFX as a tree: SGML (version 1), where a value's end tag may be missing, and XML (version 2) by the same few lines.

Own lines, because the one well-kept reader of OFX is under a licence that this project cannot take over.
"""

import re
from html import unescape
from xml.etree.ElementTree import Element, SubElement  # only made here, nothing is parsed by it

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._-]*)\s*(/?)>([^<]*)")
_DEEPEST = 64


class Broken(Exception):
    """What keeps a file from being OFX, in words for its reader's error."""


def tree(text: str) -> Element:
    """The tree from `<OFX>` on; whatever stands above it is the header."""
    begin = re.search(r"<OFX\s*>", text, re.IGNORECASE)
    if begin is None:
        raise Broken("<OFX>")
    body = text[begin.start() :]
    # What is never closed is a value, even an empty one; a branch always has its end.
    closed = {name.upper() for name in re.findall(r"</([A-Za-z][A-Za-z0-9._-]*)\s*>", body)}
    root = Element("OFX")
    open_ones = [root]
    for end, name, empty, said in _TAG.findall(body[begin.end() - begin.start() :]):
        tag, value = name.upper(), unescape(said.strip())
        if end:
            # An end tag behind a value was read with it, and one of nothing that is open says nothing.
            while any(one.tag == tag for one in open_ones) and open_ones.pop().tag != tag:
                pass
            if not open_ones:
                return root
            continue
        made = SubElement(open_ones[-1], tag)
        if value or empty or tag not in closed:
            made.text = value
        else:
            open_ones.append(made)
            if len(open_ones) > _DEEPEST:
                raise Broken(f"<{tag}>")
    raise Broken(f"</{open_ones[-1].tag}>")
