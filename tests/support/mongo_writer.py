"""Changes one document over and over until it is killed; a program, so that it can be.

`mongo_writer.py URL PERSON ID [before|after]`: prints the version after each change that was
acknowledged. With a third word it kills itself just before or just after its tenth change of the
document is sent, when the old version has been put into the history already.
"""

import os
import signal
import sys
from uuid import UUID

from pymongo import monitoring

from pgc_lib.stores.documents_mongo import MongoDocuments
from pgc_lib.stores.mongo import client_for

KIND = "family.members"


class Killer(monitoring.CommandListener):
    """Counts the changes on the wire."""

    def __init__(self, when: str) -> None:
        self.when = when
        self.seen = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "update" and event.command["update"] == KIND:
            self.seen += 1
            self._kill("before")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name == "update":
            self._kill("after")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    def _kill(self, when: str) -> None:
        if self.when == when and self.seen == 10:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, person: str, key: str, when: str = "") -> None:
    monitoring.register(Killer(when))
    store = MongoDocuments(client_for(url), UUID(person))
    n = 0
    while True:
        n += 1
        changed = store.update(KIND, UUID(key), {"n": n})
        sys.stdout.write(f"{changed.version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
