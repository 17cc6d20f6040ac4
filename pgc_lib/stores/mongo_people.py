"""Persons in MongoDB: their database and user, and who else may read an area of it.

Rights are MongoDB's own roles, so they hold for every client. A grant is a role in the owner's database
that names the collections of the area; MongoDB has no patterns there, so `refresh` is called when an area
gets a new kind. All of this needs an administrator's login.
"""

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from pgc_lib.stores.mongo import Raw, database_of, translated

Level = Literal["see", "comment", "edit"]
LEVELS: tuple[Level, ...] = ("see", "comment", "edit")

_NO_SUCH_USER, _NO_SUCH_ROLE, _USER_EXISTS, _ROLE_EXISTS = 11, 31, 51003, 51002
_ACTIONS = {
    "see": ["find"],
    "comment": ["find"],
    "edit": ["find", "insert", "update", "remove"],
}
_ATTACHMENTS = ("attachments.files", "attachments.chunks")


def provision(admin: "MongoClient[Raw]", person: UUID, password: str) -> None:
    """Make a person's user, with rights on their own database alone, or give it a new password."""
    name = database_of(person)
    with translated():
        try:
            rights = [{"role": "readWrite", "db": name}]
            admin[name].command("createUser", name, pwd=password, roles=rights)
        except OperationFailure as error:
            if error.code != _USER_EXISTS:
                raise
            admin[name].command("updateUser", name, pwd=password)


def remove(admin: "MongoClient[Raw]", person: UUID, *, data: bool = False) -> None:
    """Take away a person's login; with `data` also everything they kept and what they granted."""
    name = database_of(person)
    database = admin[name]
    with translated():
        _unless(_NO_SUCH_USER, database, "dropUser", name)
        if data:
            for role in database.command("rolesInfo", 1)["roles"]:
                _unless(_NO_SUCH_ROLE, database, "dropRole", role["role"])
            admin.drop_database(name)


def grant(
    admin: "MongoClient[Raw]",
    owner: UUID,
    area: str,
    grantee: UUID,
    level: Level = "see",
    *,
    kinds: Iterable[str] = (),
) -> None:
    """Let another person see or edit an area; `kinds` are those the area has or will have."""
    with translated():
        database = admin[database_of(owner)]
        _write_role(database, area, level, kinds)
        _take_levels(admin, owner, area, grantee)
        admin[database_of(grantee)].command(
            "grantRolesToUser", database_of(grantee), roles=[_reference(owner, area, level)]
        )


def revoke(admin: "MongoClient[Raw]", owner: UUID, area: str, grantee: UUID) -> None:
    """Take back whatever another person was granted on an area."""
    with translated():
        _take_levels(admin, owner, area, grantee)


def refresh(
    admin: "MongoClient[Raw]", owner: UUID, area: str, *, kinds: Iterable[str] = ()
) -> None:
    """Let the grants of an area reach the collections that it got since."""
    kinds = list(kinds)
    with translated():
        database = admin[database_of(owner)]
        for level in LEVELS:
            if database.command("rolesInfo", _role(area, level))["roles"]:
                _write_role(database, area, level, kinds)


def _write_role(database: "Database[Raw]", area: str, level: Level, kinds: Iterable[str]) -> None:
    names = {f"{area}.{name}" for name in _ATTACHMENTS}
    names |= {name for name in database.list_collection_names() if name.startswith(f"{area}.")}
    for kind in kinds:
        names |= {kind, f"{kind}.versions"}
    privileges: list[dict[str, Any]] = [
        {"resource": {"db": database.name, "collection": name}, "actions": _ACTIONS[level]}
        for name in sorted(names)
    ]
    role = _role(area, level)
    try:
        database.command("createRole", role, privileges=privileges, roles=[])
    except OperationFailure as error:
        if error.code != _ROLE_EXISTS:
            raise
        database.command("updateRole", role, privileges=privileges)


def _take_levels(admin: "MongoClient[Raw]", owner: UUID, area: str, grantee: UUID) -> None:
    name = database_of(grantee)
    users = admin[name].command("usersInfo", name)["users"]
    held = {(role["role"], role["db"]) for user in users for role in user["roles"]}
    roles = [
        reference
        for level in LEVELS
        if ((reference := _reference(owner, area, level))["role"], reference["db"]) in held
    ]
    if roles:
        admin[name].command("revokeRolesFromUser", name, roles=roles)


def _role(area: str, level: Level) -> str:
    return f"{level}_{area}"


def _reference(owner: UUID, area: str, level: Level) -> dict[str, str]:
    return {"role": _role(area, level), "db": database_of(owner)}


def _unless(code: int, database: "Database[Raw]", command: str, name: str) -> None:
    """Run a command that may find nothing left to do."""
    try:
        database.command(command, name)
    except OperationFailure as error:
        if error.code != code:
            raise
