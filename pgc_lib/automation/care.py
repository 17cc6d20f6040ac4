"""What a lab needs when its server starts, as a program of its own so that the server stays small.

A new lab gets its first schedules; runs that nobody runs any more get their true end.
"""

import os
import sys

from pgc_lib.automation.catalogue import workspace
from pgc_lib.automation.recording import insisted
from pgc_lib.automation.settling import settle
from pgc_lib.errors import PgcError


def main() -> int:
    """Do it once."""
    import pgc_lib as pgc  # by the front door, as a notebook does

    try:
        with insisted(pgc.open) as lab:
            lab.schedules.give_defaults()
            settle(lab.reports, workspace())
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    os.nice(10)  # whoever is waiting for their lab to open comes first
    sys.exit(main())
