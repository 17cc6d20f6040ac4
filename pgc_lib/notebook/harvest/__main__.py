"""The process beside a person's server: keeps notes in step (`follower.py`), on a hub the search index and reminders, too."""

import os
import sys

from pgc_lib.notebook.harvest.follower import main


def _keep() -> None:
    """At home the worker does that; on a hub nobody else has the person's login."""
    import pgc_lib as pgc
    from pgc_lib.automation import reminding, searching
    from pgc_lib.settings import settings

    if settings().database_url:
        searching.keep_beside(lambda: pgc.open().session)
        reminding.keep_beside(lambda: pgc.open().session)


if __name__ == "__main__":
    os.nice(10)  # whoever works in the lab comes first
    _keep()
    sys.exit(main())
