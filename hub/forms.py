"""What the hub's own pages have in common: forms in the person's language, with their mistakes beside the fields."""

from typing import Any

from jupyterhub.handlers import BaseHandler
from tornado import web

from hub.accounts import Account
from hub.desk import Desk, desk_of
from hub.language import lang_of
from pgc_lib.errors import Invalid, PgcError
from pgc_lib.i18n import in_lang

_LONGEST_FIELD = 1000
_LARGEST_FORM = 64 * 1024


class FormHandler(BaseHandler):  # type: ignore[misc]
    """A page with a form."""

    page = ""

    @property
    def desk(self) -> Desk:
        return desk_of(self)

    @property
    def lang(self) -> str:
        return lang_of(self)

    async def prepare(self) -> None:
        """No form of ours is large, so one that is gets no further."""
        if len(self.request.body) > _LARGEST_FORM:
            raise web.HTTPError(413)
        await super().prepare()

    def field(self, name: str, *, strip: bool = True) -> str:
        """What was typed into a field."""
        value: str = self.get_body_argument(name, "", strip=strip)
        if len(value) > _LONGEST_FIELD:
            raise web.HTTPError(400)
        return value

    async def show(self, error: PgcError | None = None, **values: Any) -> None:
        """The page, with what was wrong."""
        problems = (
            {one.place: one.reason for one in error.problems} if isinstance(error, Invalid) else {}
        )
        if error is not None:
            self.set_status(400)
        html = await self.render_template(
            self.page,
            error=error.message if error and not problems else "",
            next_step=error.next_step if error and not problems else "",
            problems=problems,
            **values,
        )
        self.finish(html)

    async def own_account(self) -> Account:
        """The account of who is logged in."""
        account = await self.desk.account(self.current_user.name)
        if account is None or not account.active:
            raise web.HTTPError(403)
        return account

    def speaking(self) -> Any:
        """The request's language, for a block."""
        return in_lang(self.lang)
