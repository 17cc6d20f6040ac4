"""Embeddings: the local model as one of the registry, and a provider's in its place."""

import numpy as np
import pytest

from pgc_lib.ai.embeddings import LOCAL_DIMENSION, embed
from pgc_lib.ai.models import LOCAL
from pgc_lib.lab import Lab
from tests.support import needs
from tests.support.lab import Person


@pytest.fixture
def lab(person: Person) -> Lab:
    """A lab whose person configured nothing."""
    return Lab(person("reader"))


def test_the_local_model_is_registered_and_understands_both_languages(lab: Lab) -> None:
    """No key, no network: a question finds its answer among others, across the languages."""
    needs.embeddings()
    assert lab.ai.pick("embeddings").name == LOCAL
    notes = ["我们周末去爬山", "The rent is due on the first", "如何给孩子讲睡前故事"]
    vectors = embed(lab.ai, notes)
    assert vectors.shape == (3, LOCAL_DIMENSION) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    for question, answer in (
        ("When must I pay my landlord?", 1),
        ("hiking in the hills", 0),
        ("bedtime stories", 2),
    ):
        assert int((vectors @ embed(lab.ai, [question], query=True)[0]).argmax()) == answer


def test_a_preferred_model_takes_its_place(lab: Lab) -> None:
    """Only when the person says so: what is embedded elsewhere leaves the lab."""
    needs.embeddings()
    values = {"base_url": "http://127.0.0.1:1/v1", "model": "e", "capabilities": ["embeddings"]}
    kept = lab.ai.models.add(name="mine", **values)
    assert lab.ai.pick("embeddings").name == LOCAL
    lab.ai.models.update(kept, preferred=True)
    assert lab.ai.pick("embeddings").name == "mine"
