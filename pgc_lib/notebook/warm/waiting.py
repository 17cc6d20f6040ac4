"""A kernel before it is one: `python -m pgc_lib.notebook.warm.waiting FD`.

Imports what pages need, reads the person's data once so that every library has done its first time, says through the
file descriptor that it is ready, and waits. One order comes on its input: which kernel it is to be. If there is none
when the input ends, whoever started it is gone, and so is this.
"""

import json
import os
import sys
import time
from typing import Any

from pgc_lib.i18n import prefer, set_lang
from pgc_lib.settings import settings

READY = b"."


def main() -> None:
    """Get ready, wait, become the kernel."""
    from pgc_lib.notebook.warm.rehearsal import rehearse

    rehearse()
    with os.fdopen(int(sys.argv[1]), "wb") as told:
        told.write(READY)
    order = sys.stdin.buffer.read()
    if order:
        become(json.loads(order))


def become(order: dict[str, Any]) -> None:
    """The kernel that is wanted, as if it had been started by its own command."""
    from ipykernel.kernelapp import IPKernelApp

    with open(os.devnull) as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), sys.stdin.fileno())  # a kernel reads nothing there
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.chdir(order["cwd"])
    forget()
    sys.argv = ["ipykernel_launcher.py", *order["words"]]
    IPKernelApp.launch_instance()


def forget() -> None:
    """What was read from the environment and the configuration is read again."""
    settings.cache_clear()
    prefer("")
    set_lang(None)


if __name__ == "__main__":
    main()
