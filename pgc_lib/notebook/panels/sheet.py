"""A sheet over the page: the rows behind a figure, a report, a form."""

from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.pieces import clean


class Sheet(Part):
    """Nothing until it is opened; then a dialog that the keyboard stays in (`page.js`) and Escape closes."""

    look = "pgc-over"

    def __init__(self) -> None:
        self.title = ""
        self.body: Child = None
        self.wide = False
        self.printed = False

    @property
    def is_open(self) -> bool:
        """Whether it is seen."""
        return bool(self.title)

    def draw(self) -> Html:
        """The dialog."""
        if not self.title:
            return Html()
        title = clean(self.title)
        return tag.div(
            tag.div(
                tag.div(
                    tag.h2(title, dir="auto"),
                    tag.button(_("Print"), type="button", class_="pgc-button", data_pgc_print=True)
                    if self.printed
                    else None,
                    tag.button(
                        _("Close"),
                        type="button",
                        act="shut",
                        class_="pgc-button pgc-first",
                        data_pgc_focus=True,
                    ),
                    class_="pgc-reader-head",
                ),
                tag.div(self.body, class_="pgc-reader-body"),
                class_=["pgc-reader-box", "" if self.wide else "pgc-reader-small"],
            ),
            class_="pgc-reader",
            role="dialog",
            aria_modal="true",
            aria_label=title,
            data_pgc_keys='{"Escape":"shut"}',
        )

    def open(self, title: str, body: Child, *, wide: bool = False, printed: bool = False) -> None:
        """Show something."""
        self.title, self.body, self.wide, self.printed = title, body, wide, printed
        self.renew()

    def close_it(self) -> None:
        """Away with it."""
        self.title, self.body = "", None
        self.renew()

    @deed
    def shut(self) -> None:
        """A person closes it."""
        self.title, self.body = "", None
