"""What a lab needs when its server starts, as a program of its own so that the server stays small.

A new lab gets its first schedules; runs that nobody runs any more get their true end; contact data that stood in the open, the
family's and one's own, are sealed. On a hub what is to be mailed is written down at once: the server may have been started for that alone.
"""

import os
import sys

from pgc_lib.automation.catalogue import workspace
from pgc_lib.automation.recording import insisted
from pgc_lib.automation.settling import settle
from pgc_lib.errors import PgcError
from pgc_lib.settings import settings


def main() -> int:
    """Do it once."""
    import pgc_lib as pgc  # by the front door, as a notebook does
    from pgc_lib.areas.career import closing
    from pgc_lib.exchange import reaching

    try:
        with insisted(pgc.open) as lab:
            lab.schedules.give_defaults()
            settle(lab.reports, workspace())
            if settings().database_url:
                lab.reminders.look()
                lab.reminders.deliver()
            reaching.seal(lab.session)
            closing.seal(lab.session)
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    os.nice(10)  # whoever is waiting for their lab to open comes first
    sys.exit(main())
