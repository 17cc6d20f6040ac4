"""Speaking to a model: one client, time limits, retries, an account of every call, errors one can act on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgc_lib.ai.models import Model, Models, key_of
from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.i18n import _, lang
from pgc_lib.settings import settings

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI, OpenAI

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 120.0
RETRIES = 2
_LONGEST_WORDS = 500


class ModelError(PgcError):
    """The provider refused the call or answered with something that cannot be used."""


@dataclass(slots=True)
class Usage:
    """Tokens of a call, as the provider counted them."""

    input_tokens: int = 0
    output_tokens: int = 0


def _options(model: Model, purpose: str) -> dict[str, Any]:
    from openai import Timeout

    headers = {"Accept-Language": lang()}
    if purpose and model.base_url == settings().model_url:
        headers["X-PGC-Purpose"] = purpose  # for the hub's account of calls; no provider's business

    return {
        "base_url": model.base_url,
        "api_key": key_of(model).reveal(),
        "timeout": Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        "max_retries": RETRIES,
        "default_headers": headers,
    }


def client(model: Model, purpose: str = "") -> "OpenAI":
    """A client for a model's provider; a hub notes for what it was asked."""
    from openai import OpenAI

    return OpenAI(**_options(model, purpose))


def async_client(model: Model, purpose: str = "") -> "AsyncOpenAI":
    """The same for code that runs in an event loop."""
    from openai import AsyncOpenAI

    return AsyncOpenAI(**_options(model, purpose))


@contextmanager
def accounted(models: Models, model: Model, purpose: str) -> Iterator[Usage]:
    """Note what a call used, whether it ended well or not, and turn its errors into ours."""
    usage, started, outcome = Usage(), time.monotonic(), "ok"
    try:
        with translated(model):
            yield usage
    except PgcError as error:
        outcome = type(error).__name__
        raise
    finally:
        models.calls.add(
            model=model.name,
            purpose=purpose,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            seconds=round(time.monotonic() - started, 3),
            outcome=outcome,
        )


@contextmanager
def translated(model: Model) -> Iterator[None]:
    """Errors of the client library, said so that a person knows what to do."""
    import httpx2  # what the client library speaks HTTP with; it lets its stream errors through
    import openai

    try:
        yield
    except openai.APITimeoutError as error:
        raise Unavailable(
            _("The model {name} did not answer in time.", name=model.name),
            next_step=_("Try again later, or choose another model."),
        ) from error
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        raise Unavailable(
            _("The model {name} at {url} cannot be reached.", name=model.name, url=model.base_url),
            next_step=_("Check that its provider runs and that the address is right."),
        ) from error
    except openai.AuthenticationError as error:
        raise ModelError(
            _("The model {name} does not accept the key.", name=model.name),
            next_step=_("Check the key that {place} names.", place=model.key or "PGC_MODEL_KEY"),
        ) from error
    except openai.InternalServerError as error:
        raise Unavailable(
            _(
                "The provider of the model {name} is in trouble ({status}).",
                name=model.name,
                status=error.status_code,
            )
            + _words(error),
            next_step=_("Try again later, or choose another model."),
        ) from error
    except openai.RateLimitError as error:
        raise Unavailable(
            _("The model {name} takes no more calls at the moment.", name=model.name)
            + _words(error),
            next_step=_("Wait a little, then try again."),
        ) from error
    except openai.APIStatusError as error:
        raise ModelError(
            _(
                "The model {name} refused the call ({status}).",
                name=model.name,
                status=error.status_code,
            )
            + _words(error),
            next_step=_("Check the model's name and what it can do."),
        ) from error
    except openai.APIError as error:
        raise broken_off(model) from error


def _words(error: "APIStatusError") -> str:
    """What the provider itself says about it, with a space before; a hub's gateway says what to do."""
    said = error.body.get("message") if isinstance(error.body, dict) else None
    if not isinstance(said, str) or not said.strip():
        return ""
    return " " + _("It says: {words}", words=" ".join(said.split())[:_LONGEST_WORDS])


def broken_off(model: Model) -> Unavailable:
    """The error for an answer without an end: what came of it is not to be taken for the whole."""
    return Unavailable(
        _("The answer of the model {name} broke off.", name=model.name),
        next_step=_("Try again later, or choose another model."),
    )


def write(
    models: Models, model: Model, instructions: str, text: str, *, purpose: str
) -> Iterator[str]:
    """A text written by a model, piece by piece as it comes."""
    with accounted(models, model, purpose) as usage:
        stream = client(model, purpose).chat.completions.create(
            model=model.model,
            stream=True,
            stream_options={"include_usage": True},
            messages=[
                {"role": "system", "content": instructions},
                {"role": "user", "content": text},
            ],
        )
        finished = False
        for chunk in stream:
            if chunk.usage is not None:
                usage.input_tokens = chunk.usage.prompt_tokens
                usage.output_tokens = chunk.usage.completion_tokens
            for choice in chunk.choices:
                finished = finished or choice.finish_reason is not None
                if choice.delta.content:
                    yield choice.delta.content
        if not finished:
            raise broken_off(model)
