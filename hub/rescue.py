"""A new password for someone who forgot theirs: `python -m hub.rescue NAME`, for whoever runs the machine.

It is not on the administrators' page: who can set another's password can log in as them, and an administrator is not
to read anyone's data. Whoever has the machine could do so anyway.
"""

import secrets
import sys

from hub.accounts import Accounts
from hub.configuration import folder_of
from hub.tables import open_tables
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.settings import settings


def new_password(name: str) -> str:
    """Give an account a password that nobody has seen, and show it."""
    chosen = settings()
    folder = folder_of(chosen)
    if not chosen.hub_database_url and not (folder / "accounts.sqlite").exists():
        raise NotFound(
            _("There are no accounts of a hub in {folder}.", folder=folder),
            next_step=_("Name the data folder with --data."),
        )
    accounts = Accounts(open_tables(chosen.hub_database_url, folder))
    account = accounts.find(name)
    if account is None:
        known = ", ".join(one.name for one in accounts.everyone() if one.state != "waiting")
        raise NotFound(
            _("Nobody has an account called {name}.", name=name),
            next_step=_("The accounts are: {names}.", names=known or "–"),
        )
    password = secrets.token_urlsafe(12)
    accounts.change_password(account, password)
    return password


def main() -> int:
    """One name, one password."""
    if len(sys.argv) != 2:
        sys.stderr.write("python -m hub.rescue NAME\n")
        return 2
    try:
        sys.stdout.write(new_password(sys.argv[1]) + "\n")
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
