"""Embeddings from the model on this machine, in the form of OpenAI's answer."""

import asyncio
import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic_core import to_json

from hub.services.gateway.asked import wrong
from pgc_lib.ai.embeddings import LOCAL_DIMENSION, local, local_tokens
from pgc_lib.i18n import _

_MOST_TEXTS = 512
_LONGEST = 100_000
_AT_ONCE = 16
"""Texts after which another person's request has its turn."""


class Local:
    """One thread that embeds, so that it never takes more than one processor."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embed")

    async def answer(self, model: str, body: Mapping[str, Any]) -> tuple[bytes, int]:
        """The answer to a request, and the tokens that were read."""
        texts = _texts(body.get("input"))
        if body.get("dimensions") not in (None, LOCAL_DIMENSION):
            raise wrong("dimensions", _("This model has {n} dimensions alone.", n=LOCAL_DIMENSION))
        form = body.get("encoding_format") or "float"
        if form not in ("float", "base64"):
            raise wrong("encoding_format", _("The form is `float` or `base64`."))
        query = body.get("input_type") == "query"
        data: list[dict[str, Any]] = []
        tokens = 0
        loop = asyncio.get_running_loop()
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            rows, count = await loop.run_in_executor(self._thread, _embed, part, query, form)
            tokens += count
            data += [
                {"object": "embedding", "index": start + i, "embedding": row}
                for i, row in enumerate(rows)
            ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        answer = {"object": "list", "data": data, "model": model, "usage": usage}
        return to_json(answer), tokens

    def close(self) -> None:
        """End the thread after what it is doing."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _texts(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise wrong("input", _("This model embeds texts, and none of them empty."))
    if len(texts) > _MOST_TEXTS or any(len(text) > _LONGEST for text in texts):
        raise wrong(
            "input",
            _(
                "This model takes {n} texts of {length} characters at once.",
                n=_MOST_TEXTS,
                length=_LONGEST,
            ),
        )
    return texts


def _embed(texts: list[str], query: bool, form: str) -> tuple[list[str | list[float]], int]:
    # A NUL would end the text for the model, which is written in C.
    clean = [text.replace("\0", " ") for text in texts]
    vectors = local(clean, query=query)
    rows: list[str | list[float]]
    if form == "base64":
        rows = [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
    else:
        rows = list(vectors.tolist())
    return rows, local_tokens(clean, query=query)
