"""What a person's program asks for: whatever arrives, until it is known to be a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from hub.services.gateway.trouble import Trouble
from pgc_lib.i18n import _

MOST_BYTES = 20 * 2**20
"""Of a request; pictures travel inside."""
_MOST_MESSAGES = 10_000
_PURPOSE = re.compile(r"[A-Za-z0-9_.:/ -]{0,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be passed on."""

    body: Mapping[str, Any]
    model: str = ""
    """The name asked for; empty for the default."""
    stream: bool = False
    wants_usage: bool = False
    """Whether the client itself asked for the tokens at the end of a stream."""


def chat(raw: bytes) -> Asked:
    """A request for a chat completion."""
    body = _object(raw)
    messages = body.get("messages")
    if not isinstance(messages, list) or not 0 < len(messages) <= _MOST_MESSAGES:
        raise no_messages()
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise no_messages()
    stream = body.get("stream") or False
    options = body.get("stream_options") or {}
    if not isinstance(stream, bool):
        raise wrong("stream", _("`stream` is neither true nor false."))
    if not isinstance(options, dict):
        raise wrong("stream_options", _("`stream_options` is no object."))
    return Asked(body, _model(body), stream, bool(options.get("include_usage")))


def embeddings(raw: bytes) -> Asked:
    """A request for embeddings; what they are made of is each model's own affair."""
    body = _object(raw)
    if not isinstance(body.get("input"), str | list) or not body["input"]:
        raise wrong("input", _("There is no text to embed."))
    return Asked(body, _model(body))


def purpose(raw: str | None) -> str:
    """What the caller says the call is for."""
    found = raw or ""
    if not _PURPOSE.fullmatch(found):
        raise wrong("X-PGC-Purpose", _("The purpose has other than letters, digits and _.:/-"))
    return found


def too_large() -> Trouble:
    """The error for a body that is not even read to its end."""
    return Trouble(
        413,
        "request_too_large",
        _("The request is larger than {limit} MB.", limit=MOST_BYTES // 2**20),
        next_step=_("Send less at a time."),
    )


def no_messages() -> Trouble:
    """The error for a chat in which nobody says anything."""
    return wrong("messages", _("There must be messages, each with a role."))


def wrong(param: str | None, message: str) -> Trouble:
    """The error for a request that no model could answer."""
    return Trouble(
        400,
        "invalid_request",
        message,
        param=param,
        next_step=_("Correct the request; it follows OpenAI's API."),
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = from_json(raw)
    except ValueError as error:
        raise wrong(None, _("The request is not JSON: {error}.", error=error)) from None
    if not isinstance(body, dict):
        raise wrong(None, _("The request is no JSON object."))
    return body


def _model(body: Mapping[str, Any]) -> str:
    model = body.get("model") or ""
    if not isinstance(model, str):
        raise wrong("model", _("The model's name is no text."))
    return model
