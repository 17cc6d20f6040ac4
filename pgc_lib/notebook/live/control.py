"""What a page asks of every kernel when it connects: which widgets are there. A kernel that has none yet says so.

Without an answer Jupyter refuses the question, tells everybody of that, and every other page of the kernel complains of a
“comm” that it never opened. As soon as ipywidgets is imported, it answers itself.
"""

import sys
from typing import Any

TARGET = "jupyter.widget.control"


def answer_pages(comms: Any) -> None:
    """Answer in a kernel with these comms, unless ipywidgets does."""
    if "ipywidgets" not in sys.modules:
        comms.register_target(TARGET, _opened)


def _opened(comm: Any, _message: Any) -> None:
    def asked(message: Any) -> None:
        if message["content"]["data"].get("method") == "request_states":
            comm.send({"method": "update_states", "states": {}, "buffer_paths": []}, buffers=[])

    comm.on_msg(asked)
