"""The `pgc` command. This module answers the quickest question itself and leaves the rest to `app`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `pgc` with the given words, or with those of the command line, and end the process."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["--version"]:
        from pgc_lib import __version__

        print(f"pgc {__version__}")
        return
    from pgc_lib.cli.app import run

    sys.exit(run(words))
