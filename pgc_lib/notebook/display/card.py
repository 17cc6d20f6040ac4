"""A record as a card: what it is called, what kind it is, and each of its fields that holds something.

Plain HTML, which Jupyter draws in its own light or dark style and which lies lightly in a saved notebook.
"""

from typing import Any

from pgc_lib.core.naming import kind_title
from pgc_lib.core.record import SEALED, Record
from pgc_lib.core.shown import text_of
from pgc_lib.core.spec import FieldSpec
from pgc_lib.i18n import _
from pgc_lib.notebook.live.html import Html, tag
from pgc_lib.notebook.widgets.titles import called

_LONGEST = 2000
_LEFT = "text-align:left;vertical-align:top"


def card_of(record: Record) -> Html:
    """The card of one record."""
    lines = []
    for name, field in record.spec.fields.items():
        value = getattr(record, name)
        if value is None or value in ("", [], {}) or value is False:
            continue
        title = tag.th(field.title, style=f"{_LEFT};font-weight:normal;opacity:.75", scope="row")
        told = SEALED if field.meta.sensitive and record.version else _told(field, value)
        lines.append(tag.tr(title, tag.td(told, style=f"{_LEFT};white-space:pre-line", dir="auto")))  # fmt: skip
    return tag.section(
        tag.p(tag.b(called(record)), " ", tag.small(kind_title(record.spec.kind))),
        tag.table(tag.tbody(lines)),
        tag.p(tag.small(_since(record))),
        aria_label=called(record),
    )


def _since(record: Record) -> str:
    if record.updated_at is None:
        return _("not kept yet")
    moment = text_of(record.updated_at)
    if record.version > 1:
        return _("changed {moment}", moment=moment)
    return _("added {moment}", moment=moment)


def _told(field: FieldSpec, value: Any) -> str:
    value = field.told(value)
    if isinstance(value, bool):
        return _("yes")
    text = value if isinstance(value, str) else text_of(value)
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"{text} {_(field.meta.unit)}" if field.meta.unit else text
