"""Asking for an account. The answer is the same whether or not somebody has the name, and takes as long."""

from hub.authenticator import address_of, wait_message
from hub.forms import FormHandler
from hub.passwords import LONGEST
from pgc_lib.errors import Conflict, Invalid, PgcError, Problem
from pgc_lib.i18n import _, normal

_FREE = 40


class SignUpHandler(FormHandler):
    """The form, and the page after it."""

    page = "signup.html"

    async def get(self) -> None:
        """An empty form."""
        await self.show(given={"language": self.lang})

    async def post(self) -> None:
        """Onto the waiting list."""
        given = {name: self.field(name) for name in ("name", "display", "language", "zone")}
        password, again = self.field("password", strip=False), self.field("again", strip=False)
        with self.speaking():
            try:
                await self._ask(given, password, again)
            except PgcError as error:
                await self.show(error, given=given)
                return
        self.finish(await self.render_template("noted.html", wished=given["name"].lower()))

    async def _ask(self, given: dict[str, str], password: str, again: str) -> None:
        if password != again:
            reason = _("the two passwords differ")
            raise Invalid(_("This account cannot be made so:"), [Problem("again", reason)])
        address = address_of(self)
        pause = await self.desk.run(self.desk.throttle.attempt, {f"signup:{address}": _FREE})
        if pause is not None:
            raise Conflict(wait_message(pause))
        await self.desk.hash(
            self.desk.accounts.ask,
            given["name"].lower(),
            password[: LONGEST + 1],
            display=given["display"],
            lang=normal(given["language"]),
            time_zone=given["zone"],
            address=address,
        )
