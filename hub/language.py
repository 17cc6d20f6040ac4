"""The language of the hub's pages: what was chosen on them, else what the browser asks for."""

from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from jupyterhub.handlers import BaseHandler

from pgc_lib.i18n import LANGUAGES, N_, _, in_lang, normal

COOKIE = "pgc-lang"
_YEAR = 365


def lang_of(handler: Any) -> str:
    """The language that a request is to be answered in."""
    chosen: str = handler.get_cookie(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wishes = [
        _weighed(one) for one in handler.request.headers.get("Accept-Language", "").split(",")
    ]
    known = [(weight, tag) for weight, tag in wishes if tag[:2].lower() in ("zh", "en")]
    return normal(max(known, key=lambda wish: wish[0])[1]) if known else "en"


N_("Login form invalid or expired. Try again.")  # JupyterHub's own words on the login page


def template_vars() -> dict[str, Any]:
    """What the pages translate with. JupyterHub calls each with the user; the request is in the page's context."""
    return {
        "_": lambda _user: _translated,
        "lang": lambda _user: _lang_in,
        "here": lambda _user: _here,
    }


@pass_context
def _translated(context: Context, message: str, **values: object) -> str:
    with in_lang(_lang_in(context)):
        return _(message, **values)


@pass_context
def _lang_in(context: Context) -> str:
    return lang_of(_handler(context))


@pass_context
def _here(context: Context) -> str:
    return str(_handler(context).request.uri)


def _handler(context: Context) -> Any:
    # `static_url` is a method of the handler, and the one thing of it that every page is given.
    return context["static_url"].__self__


def _weighed(wish: str) -> tuple[float, str]:
    tag, _semicolon, weight = wish.strip().partition(";q=")
    try:
        return float(weight or 1), tag
    except ValueError:
        return 0.0, tag


class LanguageHandler(BaseHandler):  # type: ignore[misc]
    """Chooses a language and goes back to where one was."""

    def get(self, chosen: str) -> None:
        """A choice of words is no change worth guarding; where to go back to is checked by JupyterHub."""
        if chosen in LANGUAGES:
            self.set_cookie(
                COOKIE,
                chosen,
                expires_days=_YEAR,
                httponly=True,
                samesite="Lax",
                path=self.base_url,
            )
        self.redirect(self.get_next_url(default=self.hub.base_url + "home"))
