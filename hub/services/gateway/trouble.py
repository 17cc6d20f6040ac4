"""What can go wrong with a call, said as OpenAI's protocol says it, so that every client library understands."""

import math
from typing import Any

from pgc_lib.errors import PgcError

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class Trouble(PgcError):
    """A call that cannot be answered: the HTTP status, a code for programs, and two sentences for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        next_step: str,
        param: str | None = None,
        retry_after: float | None = None,
        lasting: bool = False,
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.code = code
        self.param = param
        self.retry_after = retry_after
        self.lasting = lasting
        """Whether asking again would only meet the same."""

    @property
    def text(self) -> str:
        """Both sentences in one line."""
        return f"{self.message} {self.next_step}".strip()

    @property
    def body(self) -> dict[str, Any]:
        """The error as OpenAI's clients read it."""
        kind = _TYPES.get(
            self.status, "invalid_request_error" if self.status < 500 else "api_error"
        )
        return {
            "error": {"message": self.text, "type": kind, "param": self.param, "code": self.code}
        }

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it: when to come back, or that there is no point in it."""
        found = {}
        if self.retry_after is not None:
            found["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if self.lasting:
            found["x-should-retry"] = "false"  # OpenAI's clients would else try a 5xx twice more
        if self.status == 401:
            found["WWW-Authenticate"] = "Bearer"
        return found
