"""The care of a lab's people, with an administrator's logins: who is here, new names, roles, leaving.

An administrator runs the lab and reads nobody's data: these logins are closed to it by row security.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.rows import class_row

from pgc_lib.core.persons import Person, nobody
from pgc_lib.core.provisioning import (
    PERSON,
    Credentials,
    amended,
    check,
    create_person,
    end_person,
    taken,
)
from pgc_lib.errors import StoreError
from pgc_lib.settings import NOTHING, Secret
from pgc_lib.stores.postgres import connect_seconds, translated


@dataclass(frozen=True)
class Administration:
    """An administrator's logins, by which persons are made, renamed and ended."""

    owner: Secret
    """PostgreSQL as the owner of the lab."""
    redis: Secret = NOTHING
    mongo: Secret = NOTHING

    def create(self, name: str, **options: Any) -> Credentials:
        """A new person with every login; the options are those of `create_person`."""
        return create_person(
            self.owner.reveal(),
            name,
            redis_admin_url=self.redis.reveal(),
            mongo_admin_url=self.mongo.reveal(),
            **options,
        )

    def everyone(self) -> list[Person]:
        """Everyone in the lab, also those who left."""
        with (
            translated(),
            psycopg.connect(self.owner.reveal(), connect_timeout=connect_seconds()) as connection,
        ):
            cursor = connection.cursor(row_factory=class_row(Person))
            return cursor.execute(f"select {PERSON} from pgc.persons order by name").fetchall()

    def find(self, name: str) -> Person:
        """The person of a name."""
        everyone = self.everyone()
        for person in everyone:
            if person.name == name:
                return person
        raise nobody(name, [person.name for person in everyone])

    def rename(self, name: str, new: str) -> Person:
        """Give a person another name; grants, groups and data stay as they are."""
        person = self.find(name)
        check(new, person.role, person.lang)
        try:
            return self._amend(person.id, "name = %(value)s", value=new)
        except StoreError as error:
            if isinstance(error.__cause__, errors.UniqueViolation):
                raise taken(new) from error
            raise

    def set_role(self, name: str, role: str) -> Person:
        """Make someone a person, family, coach or administrator."""
        person = self.find(name)
        check(person.name, role, person.lang)
        return self._amend(person.id, "role = %(value)s", value=role)

    def end(self, name: str) -> Person:
        """Close every login of a person; what they kept stays."""
        return end_person(
            self.owner.reveal(),
            self.find(name).id,
            redis_admin_url=self.redis.reveal(),
            mongo_admin_url=self.mongo.reveal(),
        )

    def resume(self, name: str, **options: Any) -> Credentials:
        """Let someone who was ended in again, with new passwords, or repair their logins."""
        person = self.find(name)
        return self.create(name, id=person.id, role=person.role, **options)

    def _amend(self, person: UUID, change: str, **values: Any) -> Person:
        with (
            translated(),
            psycopg.connect(self.owner.reveal(), connect_timeout=connect_seconds()) as connection,
        ):
            return amended(connection, person, change, **values)
