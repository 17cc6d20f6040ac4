"""The process beside a person's server: keeps notes in step (`follower.py`), on a hub the search index, too."""

import os
import sys

from pgc_lib.notebook.harvest.follower import main


def _index() -> None:
    """At home the worker keeps the index up to date; on a hub nobody else has the person's login."""
    import pgc_lib as pgc
    from pgc_lib.automation.searching import keep_beside
    from pgc_lib.settings import settings

    if settings().database_url:
        keep_beside(lambda: pgc.open().session)


if __name__ == "__main__":
    os.nice(10)  # whoever works in the lab comes first
    _index()
    sys.exit(main())
