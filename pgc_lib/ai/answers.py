"""A model that is asked for a list in JSON, and what it answers, which some wrap in words or a code block."""

from typing import ClassVar, TypeVar

from pydantic import TypeAdapter, ValidationError

from pgc_lib.ai.connector import ModelError, write
from pgc_lib.ai.models import Model, Models
from pgc_lib.i18n import _, lang

T = TypeVar("T")


class Asker:
    """Asks one model, the person's own choice or the configured one, for one purpose."""

    purpose: ClassVar[str]
    """What the tokens are accounted to."""
    prompt: ClassVar[str]
    """The version of the words that it is asked with; what comes of an answer carries it."""

    def __init__(self, models: Models, model: Model | None = None) -> None:
        self._models = models
        self._model = model or models.pick("chat")

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._model.name

    def _answers(self, instructions: str, text: str, form: TypeAdapter[list[T]]) -> list[T]:
        pieces = write(self._models, self._model, instructions, text, purpose=self.purpose)
        return read("".join(pieces), form, self._model)


def read(text: str, form: TypeAdapter[list[T]], model: Model) -> list[T]:
    """The items in a model's answer; an answer in another form is an error that names the model."""
    begin, end = text.find("["), text.rfind("]")
    try:
        return form.validate_json(text[begin : end + 1] if 0 <= begin < end else text)
    except ValidationError as error:
        raise ModelError(
            _("The model {name} did not answer in the form that was asked for.", name=model.name),
            next_step=_("Ask again, or choose another model."),
        ) from error


def language() -> str:
    """The person's language as instructions name it."""
    return "Simplified Chinese" if lang() == "zh-CN" else "English"
