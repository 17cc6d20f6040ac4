"""What a provider did instead of answering, each by its own name, and what to do about it."""

from typing import Any

from hub.services.gateway.providers import Offer
from hub.services.gateway.trouble import Trouble
from pgc_lib.i18n import _

_LONGEST = 500
_OURS = (401, 403, 407)
"""Refusals that are about the gateway's key and not about the request."""


def of(offer: Offer, status: int, said: Any, retry_after: str) -> Trouble:
    """The error for an answer with another status than 200."""
    if status in _OURS:
        return Trouble(
            502,
            "gateway_key_refused",
            _("The provider {name} does not accept the gateway's key.", name=offer.provider),
            next_step=_("Tell your administrator; your own token is right."),
            lasting=True,
        )
    if status == 429:
        return Trouble(
            429,
            "provider_rate_limit",
            _("The provider {name} wants fewer calls.", name=offer.provider) + _words(said),
            next_step=_("Wait a little, then try again."),
            retry_after=_seconds(retry_after),
        )
    if 400 <= status < 500:
        return Trouble(
            status,
            _code(said) or "provider_refused",
            _("The provider {name} refused the request.", name=offer.provider) + _words(said),
            next_step=_("Correct the request, or choose another model."),
            lasting=True,
        )
    return Trouble(
        502,
        "provider_error",
        _("The provider {name} is in trouble ({status}).", name=offer.provider, status=status),
        next_step=_("Try again later, or choose another model."),
        retry_after=_seconds(retry_after) if retry_after else None,
    )


def no_key(offer: Offer) -> Trouble:
    """The gateway was not given the key that its providers' file points to."""
    return Trouble(
        502,
        "gateway_key_missing",
        _("The gateway has no key for the provider {name}.", name=offer.provider),
        next_step=_("Tell your administrator; your own token is right."),
        lasting=True,
    )


def unreachable(offer: Offer) -> Trouble:
    """Nobody answers at the provider's address."""
    return Trouble(
        503,
        "provider_unreachable",
        _("The provider {name} cannot be reached.", name=offer.provider),
        next_step=_("Try again later, or choose another model."),
    )


def timed_out(offer: Offer) -> Trouble:
    """The provider took the call and then said nothing for too long."""
    return Trouble(
        504,
        "provider_timeout",
        _("The provider {name} did not answer in time.", name=offer.provider),
        next_step=_("Try again later, or choose another model."),
    )


def broken_off(offer: Offer) -> Trouble:
    """The answer has no end."""
    return Trouble(
        502,
        "provider_broke_off",
        _("The answer of the provider {name} broke off.", name=offer.provider),
        next_step=_("What came of it is not the whole. Try again."),
    )


def garbage(offer: Offer) -> Trouble:
    """The answer is not what the protocol says."""
    return Trouble(
        502,
        "provider_garbage",
        _("The provider {name} sent something that is no answer.", name=offer.provider),
        next_step=_("Tell your administrator: its address may be wrong."),
        lasting=True,
    )


def in_stream(offer: Offer, said: Any) -> Trouble:
    """The provider itself says in the middle of a stream that it failed."""
    return Trouble(
        502,
        "provider_error",
        _("The provider {name} failed in the middle of its answer.", name=offer.provider)
        + _words({"error": said}),
        next_step=_("What came of it is not the whole. Try again."),
    )


def _words(said: Any) -> str:
    """The provider's own words, with a space before them."""
    error = said.get("error", said) if isinstance(said, dict) else said
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str) or not message.strip():
        return ""
    shown = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return " " + _("It says: {words}", words=shown[:_LONGEST])


def _code(said: Any) -> str:
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code.isidentifier() and len(code) <= 64 else ""


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), 3600) if retry_after.strip().isdigit() else 5.0
