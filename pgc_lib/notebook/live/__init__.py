"""Pages in Python: a `Part` draws itself as safe HTML and does what a person clicks, in JupyterLab and on dashboards alike.

    class Counter(Part):
        def __init__(self) -> None:
            self.n = 0

        def draw(self) -> Html:
            return tag.p(str(self.n), " ", tag.button(_("One more"), act="more", values={"by": 1}))

        @deed
        def more(self, by: int) -> None:
            self.n += by                     # afterwards the part is drawn anew, and only what changed moves in the browser

The browser's side is one small program (`live.js`) that knows none of our pages; it is carried by anywidget, so there is
nothing to build and nothing is asked of another host.
"""

from pgc_lib.notebook.live.html import Child, Html, joined, tag
from pgc_lib.notebook.live.part import Part, Upload, deed

__all__ = ["Child", "Html", "Part", "Upload", "deed", "joined", "tag"]
