"""`--data DIR`, the same for every command that works on a lab."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pgc_lib.i18n import _
from pgc_lib.settings import settings

Data = Annotated[
    Path | None, typer.Option("--data", help=_("The data folder; else PGC_DATA, else the usual."))
]


def use(data: Path | None) -> Path:
    """Make a folder the one of this process and of all that it starts; the folder in force."""
    if data is not None:
        os.environ["PGC_DATA"] = str(data.expanduser().absolute())
        settings.cache_clear()
    folder: Path = settings().data
    return folder
