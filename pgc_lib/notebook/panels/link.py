"""What a person does on a page, on its way into the kernel; the other side is `share/…/page.js`.

Voilà gives a page no way to the kernel but widgets. So deeds travel as JSON through one hidden text field, numbered
and repeated until they are acknowledged, and each is done once. A deed fails as a sentence on the page, never as a
traceback.
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

Deed = Mapping[str, Any]
log = logging.getLogger(__name__)


class Link:
    """The kernel's end; `on_error` is told what went wrong, in two sentences."""

    def __init__(
        self, handlers: Mapping[str, Callable[[Deed], None]], on_error: Callable[[str], None]
    ) -> None:
        self._handlers = handlers
        self._on_error = on_error
        self._page = ""
        self._last = 0
        self._field = widgets.Text(continuous_update=False)
        self._answer = widgets.HTML()
        self.widget = widgets.VBox([self._field, self._answer])
        self.widget.add_class("pgc-link")
        self._field.observe(self._arrived, names="value")

    def _arrived(self, change: Any) -> None:
        try:
            sent = json.loads(change["new"])
            page, deeds = str(sent["page"]), list(sent["deeds"])
        except (ValueError, KeyError, TypeError):
            return  # not of our page
        if page != self._page:
            self._page, self._last = page, 0
        for deed in deeds:
            if isinstance(deed, dict) and int(deed.get("n", 0)) > self._last:
                self._last = int(deed["n"])
                self.do(deed)
        self._answer.value = f"<i data-ack='{self._last}'></i>"

    def do(self, deed: Deed) -> None:
        """Do one thing; whatever happens, the page stays and says it."""
        handler = self._handlers.get(str(deed.get("act")))
        if handler is None:
            return
        try:
            handler(deed)
        except PgcError as error:
            self._on_error(str(error))
        except Exception as error:  # (nobody on a dashboard shall read a traceback)
            log.exception("dashboard.failed")
            self._on_error(
                "\n".join(
                    [
                        _("This did not work: {reason}", reason=type(error).__name__),
                        "→ " + _("Reload the page; `pgc doctor` says whether something is wrong."),
                    ]
                )
            )
