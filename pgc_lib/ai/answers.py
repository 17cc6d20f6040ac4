"""Answers of a model that was asked for a list in JSON, which some wrap in words or a code block."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from pgc_lib.ai.connector import ModelError
from pgc_lib.ai.models import Model
from pgc_lib.i18n import _

T = TypeVar("T")


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
