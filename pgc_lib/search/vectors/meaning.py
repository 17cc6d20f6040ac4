"""The vectors of texts, by the model that a collection was made with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors.records import VectorSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pgc_lib.ai.models import Model

AT_ONCE = 256
"""Texts that a model reads at a time."""


def embedded(
    session: Session,
    of: VectorSet,
    texts: Sequence[str],
    *,
    query: bool,
    model: "Model | None" = None,
) -> "NDArray[np.float32]":
    """A vector for each text, by the collection's own model unless another is named."""
    import numpy as np

    from pgc_lib.ai.embeddings import embed
    from pgc_lib.ai.models import Models

    models = Models(session)
    chosen = model or models.pick("embeddings", of.model)
    parts = [
        embed(models, texts[at : at + AT_ONCE], query=query, model=chosen)
        for at in range(0, len(texts), AT_ONCE)
    ]
    made = np.vstack(parts)
    if made.shape[1] != of.dimension:
        raise Invalid(
            _("The model {model} does not fit the collection.", model=chosen.name),
            [
                Problem(
                    "model",
                    _(
                        "its vectors have {n} numbers and those here {wanted}",
                        n=made.shape[1],
                        wanted=of.dimension,
                    ),
                )
            ],
            next_step=_("Create another collection for it and put the texts in there."),
        )
    return made


def outdated(session: Session, of: VectorSet) -> list[str]:
    """What to know when the preferred embedding model is not the one of the collection any more."""
    from pgc_lib.ai.models import Models, NoModel

    if not of.model:
        return []
    try:
        now = Models(session).pick("embeddings").name
    except NoModel:
        now = ""
    if now == of.model:
        return []
    return [
        _(
            "The vectors are of the model {was}; yours is now {now}. reembed() makes them anew.",
            was=of.model,
            now=now or "–",
        )
    ]
