"""The file of providers: what it may hold, how a mistake is told, and changes while the gateway runs."""

from pathlib import Path

import pytest

from hub.services.gateway import providers
from hub.services.gateway.providers import Providers, from_settings, read
from hub.services.gateway.trouble import Trouble
from pgc_lib.errors import SettingError
from pgc_lib.settings import resolve

CANARY = "sk-canary-in-the-wrong-place"
TWO = """
default = "quick"
local_embeddings = "mine"

[[providers]]
name = "one"
base_url = "https://one.example/v1/"
key = "env:ONE_KEY"
models = ["quick", {name = "sees", model = "vision-large", capabilities = ["chat", "vision"]}]

[[providers]]
name = "two"
base_url = "http://127.0.0.1:11434/v1"
models = ["embedder"]
capabilities = ["embeddings"]
answer_seconds = 7.5
usage_in_stream = false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_with_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names here, names there, capabilities by provider or model, keys read when they are needed."""
    found = read(written(tmp_path, TWO), 120)
    quick, sees, embedder = (found.offers[name] for name in ("quick", "sees", "embedder"))
    assert (quick.provider, quick.model, quick.base_url) == (
        "one",
        "quick",
        "https://one.example/v1",
    )
    assert (sees.model, sees.capabilities) == ("vision-large", {"chat", "vision"})
    assert (embedder.answer_seconds, embedder.usage_in_stream) == (7.5, False)
    assert found.pick("", "chat") is found.pick("default", "chat") is quick
    assert found.pick("", "embeddings") is embedder
    monkeypatch.setenv("ONE_KEY", CANARY)
    assert quick.key.reveal() == CANARY and not embedder.key
    assert CANARY not in repr(quick) and CANARY not in repr(found)


def test_a_model_that_is_not_there_or_cannot(tmp_path: Path) -> None:
    """The names that would do are said."""
    found = read(written(tmp_path, TWO), 120)
    for name, capability, code in (
        ("nobody", "chat", "model_not_found"),
        ("embedder", "chat", "model_not_able"),
    ):
        with pytest.raises(Trouble) as caught:
            found.pick(name, capability)  # type: ignore[arg-type]
        assert caught.value.code == code and "quick, sees" in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("providers = 7", "providers"),
        ("[[providers]]\nname = 'a'", "base_url"),
        (TWO.replace('"env:ONE_KEY"', f'"{CANARY}"'), "providers.0.key"),
        (TWO.replace("https://one", "file://one"), "providers.0.base_url"),
        (TWO.replace('"embedder"', '"quick"'), "quick"),
        (TWO.replace('["embedder"]', '["x\\r\\nEvil: 1"]'), "providers.1.models"),
        (TWO.replace('["embedder"]', "[]"), "providers.1.models"),
        (TWO.replace('["embeddings"]', '["dance"]'), "providers.1.capabilities"),
        (TWO.replace("answer_seconds", "answer_minutes"), "answer_minutes"),
        (TWO.replace('default = "quick"', 'default = "gone"'), "gone"),
        (TWO + "[[", "Invalid"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_its_value(
    tmp_path: Path, text: str, reason: str
) -> None:
    """Whoever wrote the key itself into the file does not find it again in a log."""
    with pytest.raises(SettingError) as caught:
        read(written(tmp_path, text), 120)
    assert reason in str(caught.value) and "providers.toml" in str(caught.value)
    assert CANARY not in str(caught.value) and caught.value.next_step


def test_a_changed_file_counts_and_a_broken_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is replaced, as mounted secrets are, or away for a moment."""
    monkeypatch.setattr(providers, "_LOOK_SECONDS", 0)
    path = written(tmp_path, TWO)
    watched = Providers(path, providers.Catalogue({}, "", 0), 120)
    assert "quick" in watched.catalogue.offers
    other = tmp_path / "other"
    other.write_text(TWO.replace('"quick"', '"slow"'))
    other.replace(path)
    assert "slow" in watched.catalogue.offers
    path.write_text("broken [[")
    assert "slow" in watched.catalogue.offers
    path.unlink()
    assert "slow" in watched.catalogue.offers
    written(tmp_path, TWO)
    assert "quick" in watched.catalogue.offers


def test_one_provider_from_the_settings(tmp_path: Path) -> None:
    """A hub with one model needs no file; a local embedder is there anyway."""
    data = {"PGC_DATA": str(tmp_path), "PGC_MODEL_URL": "https://one.example/v1/"}
    with pytest.raises(SettingError, match="PGC_MODEL_NAME"):
        from_settings(resolve(data))
    data |= {"PGC_MODEL_NAME": "big", "PGC_MODEL_KEY": CANARY}
    offer = from_settings(resolve(data)).catalogue.pick("", "chat")
    assert (offer.name, offer.base_url, offer.key.reveal()) == (
        "big",
        "https://one.example/v1",
        CANARY,
    )
    assert CANARY not in repr(offer)
    with pytest.raises(Trouble, match="no model"):
        from_settings(resolve({"PGC_DATA": str(tmp_path)})).catalogue.pick("", "chat")


def test_a_key_of_one_provider_never_goes_to_another(tmp_path: Path) -> None:
    """A provider without a key gets none, whatever PGC_MODEL_KEY says."""
    data = {"PGC_DATA": str(tmp_path), "PGC_MODEL_KEY": CANARY}
    data["PGC_GATEWAY_PROVIDERS"] = str(written(tmp_path, TWO))
    assert not from_settings(resolve(data)).catalogue.offers["embedder"].key
