"""Asking a provider: one pool of connections, and what every way of failing is called.

Nothing that a provider says in refusal of the gateway's own key is passed on, and the key is taken out of
whatever it says otherwise.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import structlog
from pydantic_core import from_json
from yarl import URL

from hub.services.gateway import refusals
from hub.services.gateway.providers import Offer
from hub.services.gateway.sse import Event, Garbage, Splitter, parsed
from hub.services.gateway.trouble import Trouble
from pgc_lib.errors import SettingError
from pgc_lib.settings import MASK, Secret

CONNECT_SECONDS = 5.0
_MOST_ANSWER = 64 * 2**20
_MOST_ERROR = 64 * 2**10
_TAIL_SECONDS = 0.1
"""For the end of a stream after its last word, so that the connection can be used again."""
_KEPT_SECONDS = 30

log = structlog.get_logger()


class Upstream:
    """Every provider's connections."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._connect_seconds = connect_seconds
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # how many calls there are at once is the limits' affair
                keepalive_timeout=_KEPT_SECONDS,
                resolver=aiohttp.ThreadedResolver(),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"User-Agent": "pgc-gateway", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    @asynccontextmanager
    async def ask(self, offer: Offer, path: str, body: bytes) -> AsyncIterator["Answer"]:
        """Post a request; the answer is open for as long as the block lasts."""
        key = _key(offer)
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key.reveal()}"
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self._connect_seconds, sock_read=offer.answer_seconds
        )
        with _explained(offer):
            response = await self._session.post(
                URL(f"{offer.base_url}{path}", encoded=True),
                data=body,
                headers=headers,
                timeout=timeout,
                proxy=_proxy(offer.base_url),
                allow_redirects=False,  # the key is for this address alone
            )
        try:
            answer = Answer(offer, key, response)
            if response.status != 200:
                raise await answer.refusal()
            yield answer
        finally:
            if response.content.at_eof():
                response.release()
            else:
                response.close()  # the provider stops working on what nobody reads


class Answer:
    """An answer whose head has come."""

    def __init__(self, offer: Offer, key: Secret, response: aiohttp.ClientResponse) -> None:
        self._offer, self._response = offer, response
        self._key = key.reveal().encode()

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return self._response.content_type == "text/event-stream"

    async def whole(self, expected: str) -> tuple[bytes, dict[str, Any]]:
        """The answer as it is and as an object, which has a list under the name `expected`."""
        raw = self._clean(await self._read(_MOST_ANSWER))
        try:
            value = from_json(raw)
        except ValueError:
            raise refusals.garbage(self._offer) from None
        if not isinstance(value, dict) or not isinstance(value.get(expected), list):
            raise refusals.garbage(self._offer)
        return raw, value

    async def events(self) -> AsyncGenerator[list[Event], None]:
        """The events, as many at a time as have come, up to the one that says that it is done."""
        splitter = Splitter()
        with _explained(self._offer):
            async for piece in self._response.content.iter_any():
                found, sound = self._understood(splitter, piece)
                if found:
                    yield found
                if not sound:
                    raise refusals.garbage(self._offer)
                if any(event.done for event in found):
                    await self._tail()
                    return
        if splitter.torn:
            raise refusals.broken_off(self._offer)

    def _understood(self, splitter: Splitter, piece: bytes) -> tuple[list[Event], bool]:
        """The events that a piece completes, up to the first one that is none."""
        found: list[Event] = []
        try:
            for event in splitter.feed(piece):
                found.append(self._cleaned(event))  # noqa: PERF401 (those before garbage count)
        except Garbage:
            return found, False
        return found, True

    async def refusal(self) -> Trouble:
        """What an answer other than 200 means."""
        head = self._response.headers
        try:
            said = from_json(self._clean(await self._read(_MOST_ERROR)))
        except ValueError:
            said = None
        return refusals.of(self._offer, self._response.status, said, head.get("Retry-After", ""))

    async def _read(self, most: int) -> bytes:
        parts, size = [], 0
        with _explained(self._offer):
            async with asyncio.timeout(self._offer.answer_seconds):
                async for part in self._response.content.iter_any():
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        raise refusals.garbage(self._offer)
        return b"".join(parts)

    async def _tail(self) -> None:
        try:
            async with asyncio.timeout(_TAIL_SECONDS):
                await self._response.content.readany()
        except (TimeoutError, aiohttp.ClientError):
            pass  # everything has been said; only the connection is not used again

    def _clean(self, raw: bytes) -> bytes:
        if self._key and self._key in raw:
            return raw.replace(self._key, MASK.encode())
        return raw

    def _cleaned(self, event: Event) -> Event:
        if self._key and self._key in event.raw:
            return parsed(self._clean(event.raw))
        return event


@cache
def _proxy(base_url: str) -> str | None:
    """The proxy that the machine uses for an address; the client library would ask this anew for each call."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    return None if proxy_bypass(host) else getproxies().get(parts.scheme)


def _key(offer: Offer) -> Secret:
    try:
        key = offer.key
    except SettingError as error:
        log.error("gateway.key_missing", provider=offer.provider, reason=error.message)
        raise refusals.no_key(offer) from None
    if not (key.reveal().isascii() and key.reveal().isprintable()):
        log.error("gateway.key_unusable", provider=offer.provider)
        raise refusals.no_key(offer)
    return key


@contextmanager
def _explained(offer: Offer) -> Iterator[None]:
    """The client library's errors, each by what happened."""
    try:
        yield
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
        raise refusals.unreachable(offer) from error
    except TimeoutError as error:
        raise refusals.timed_out(offer) from error
    except (aiohttp.ClientResponseError, aiohttp.InvalidURL) as error:
        raise refusals.garbage(offer) from error
    except aiohttp.ClientError as error:
        raise refusals.broken_off(offer) from error
