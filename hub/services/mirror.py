"""Keeps MongoDB's roles in line with the grants, wherever documents lie in MongoDB.

    python -m hub.services.mirror

It needs the owner's login in PostgreSQL and an administrator's in MongoDB (`PGC_ADMIN_DATABASE_URL`,
`PGC_ADMIN_MONGO_URL`), and says no word to anybody else. Several may run; each only makes what is missing.
"""

import time
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module

import psycopg
import structlog

from pgc_lib.areas import AREAS
from pgc_lib.core.bell import PAUSES, Bell
from pgc_lib.core.grants_mongo import CHANNEL, mirror
from pgc_lib.errors import PgcError, SettingError
from pgc_lib.i18n import _
from pgc_lib.settings import Secret, settings
from pgc_lib.stores.mongo import client_for

LONGEST = 60.0
"""Seconds after which it looks anyway: people make kinds of their own, and a notification can be lost."""

log = structlog.get_logger()


class Mirror:
    """Carries grants over until it is stopped; engines that are away are waited for."""

    def __init__(self, owner: Secret, mongo: Secret) -> None:
        self._owner = owner
        self._mongo = mongo
        self.bell = Bell()

    def run(self) -> None:
        """The work, for as long as nobody rings the bell."""
        areas, failures = kinds(), 0
        with client_for(self._mongo.reveal()) as admin:
            while not self.bell.is_rung():
                try:
                    with closing(self._listen()) as connection:
                        while not self.bell.is_rung():
                            following = mirror(self._owner.reveal(), admin, areas)
                            failures = 0
                            self.bell.wait(connection, _until(following))
                except (psycopg.Error, PgcError) as error:
                    pause = PAUSES[min(failures, len(PAUSES) - 1)]
                    failures += 1
                    log.warning("mirror.waits", seconds=pause, error=type(error).__name__)
                    self.bell.pause(pause)
        self.bell.close()

    def _listen(self) -> "psycopg.Connection[tuple[object, ...]]":
        # Before the first look: what changes while we look is heard afterwards.
        connection = psycopg.connect(
            self._owner.reveal(), autocommit=True, connect_timeout=5, application_name="pgc-mirror"
        )
        connection.execute(f"listen {CHANNEL}".encode())
        return connection


def kinds() -> dict[str, list[str]]:
    """Every area with the kinds of documents it has."""
    found = {}
    for name, place in AREAS.items():
        module, _colon, attribute = place.partition(":")
        records = getattr(import_module(module), attribute).records()
        found[name] = [each.spec.kind for each in records if each.spec.kept_in == "documents"]
    return found


def _until(moment: datetime | None) -> float:
    if moment is None:
        return LONGEST
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), LONGEST)


def main() -> None:
    """Run until SIGTERM."""
    given = settings()
    for name in ("admin_database_url", "admin_mongo_url"):
        if not getattr(given, name):
            raise SettingError(
                _("{setting} is not set.", setting=f"PGC_{name.upper()}"),
                next_step=_("The mirror of grants needs it; see `pgc settings`."),
            )
    began = time.monotonic()
    work = Mirror(given.admin_database_url, given.admin_mongo_url)
    work.bell.ring_at_signals()
    work.run()
    log.info("mirror.ended", seconds=round(time.monotonic() - began))


if __name__ == "__main__":
    main()
