"""Writes a document in MongoDB and kills itself when the write is about to be sent: noted, but never made.

`noting_writer.py DATABASE_URL MONGO_URL PERSON ID insert|update`: a program, so that it can be killed.
"""

import os
import signal
import sys
from uuid import UUID

from pymongo import monitoring

from pgc_lib.core.session import Session
from pgc_lib.settings import NOTHING, Secret

KIND = "family.members"


class Killer(monitoring.CommandListener):
    """Ends the program at a command on the documents, before it is on the wire."""

    def __init__(self, verb: str) -> None:
        self.verb = verb

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == self.verb and event.command[self.verb] == KIND:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def main(database: str, mongo: str, person: str, id: str, verb: str) -> None:
    monitoring.register(Killer(verb))
    session = Session(UUID(person), "", Secret(database), NOTHING, mongo_url=Secret(mongo))
    if verb == "insert":
        session.documents.insert(KIND, {"n": 0}, id=UUID(id))
    else:
        session.documents.update(KIND, UUID(id), {"n": -1})


if __name__ == "__main__":
    main(*sys.argv[1:])
