"""What is kept of a career: who one is, what one has done and is doing, and what one stands for."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.core.pointer import Pointer
from pgc_lib.core.record import SEALED, Record, field
from pgc_lib.i18n import N_, _

Sort = Literal["achievement", "award", "certificate", "publication"]
StationSort = Literal["work", "education", "volunteer"]
_WHEN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_WEB = r"^(https?://\S+)?$"
_LONG = 20_000


def _when(text: str) -> str:
    text = text.strip()
    if text and not _possible(text):
        raise PydanticCustomError(
            "when",
            "{reason}",
            {"reason": _("this must be a year, a month or a day: 2026, 2026-11 or 2026-11-20")},
        )
    return text


def _possible(text: str) -> bool:
    from datetime import date

    found = _WHEN.fullmatch(text)
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


When = Annotated[str, AfterValidator(_when)]
"""A year, a month or a day, as exactly as it is known; empty for none."""


def _pointers(found: list[str]) -> list[str]:
    """Each of them a pointer, each once."""
    from pydantic import TypeAdapter

    return list(dict.fromkeys(TypeAdapter(list[Pointer]).validate_python(found)))


Pointers = Annotated[list[str], AfterValidator(_pointers)]


def _evidence(found: list[str]) -> list[str]:
    """Addresses on the web and pointers; anything else shows nothing to anybody."""
    links = [each for each in found if re.match(r"https?://\S+$", each)]
    others = [each for each in found if each not in links]
    return [*links, *_pointers(others)]


Proofs = Annotated[list[str], AfterValidator(_evidence)]


def _named(*names: str) -> AfterValidator:
    """A list of objects of short texts under these names, the first of which is needed."""

    def check(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for line in found:
            texts = all(isinstance(value, str) and len(value) <= 2000 for value in line.values())
            if not texts or not line.get(names[0]) or not set(line) <= set(names):
                raise PydanticCustomError(
                    "named",
                    "{reason}",
                    {"reason": _("each entry has texts under {names}", names=", ".join(names))},
                )
        return found

    return AfterValidator(check)


def _translations(found: dict[str, Any]) -> dict[str, Any]:
    """`{"en": {"title": "…"}}`: fields of the record in other languages."""
    for language, values in found.items():
        fine = language in ("zh-CN", "en") and isinstance(values, dict)
        if not fine or not all(_told(value) for value in values.values()):
            raise PydanticCustomError(
                "translations",
                "{reason}",
                {"reason": _("this must be texts by language and field: {example}", example='{"en": {"title": "…"}}')},
            )  # fmt: skip
    return found


def _told(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, str) or _texts(each) for each in value)
    return isinstance(value, str)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


Translations = Annotated[dict[str, Any], AfterValidator(_translations)]


CLOSED = ("email", "phone", "address", "postcode")
"""The fields of a profile by which one is reached: they are sealed."""


def _mail(text: str) -> str:
    # Whoever may not read the address sees that there is one, and can still change the rest.
    if text and text != SEALED and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        reason = _("this is no e-mail address")
        raise PydanticCustomError("mail", "{reason}", {"reason": reason})
    return text


Mail = Annotated[str, AfterValidator(_mail)]


def _reached(text: str) -> str:
    """`{"en": {"address": "…"}}` as text: what is sealed is text."""
    if not text or text == SEALED:
        return text
    try:
        found = json.loads(text)
        fine = isinstance(found, dict) and set(found) <= {"zh-CN", "en"}
        fine = fine and all(_texts(told) and set(told) <= set(CLOSED) for told in found.values())
    except ValueError:
        fine = False
    if not fine:
        reason = _(
            "this must be texts by language and field: {example}",
            example='{"en": {"address": "…"}}',
        )
        raise PydanticCustomError("reached", "{reason}", {"reason": reason})
    return text


Reached = Annotated[str, AfterValidator(_reached)]


class Told(Record):
    """What every entry has: its words in other languages."""

    translations: Translations = field(
        {},
        title=N_("In other languages"),
        help=N_('By language and field: {"en": {"title": "…"}}.'),
    )


class Lasting(Told):
    """What begins and ends."""

    begin: When = field("", title=N_("Begin"), max_length=10, aliases=["开始", "startDate"])
    end: When = field(
        "",
        title=N_("End"),
        help=N_("Empty while it lasts."),
        max_length=10,
        aliases=["结束", "endDate"],
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Lasting":
        if self.begin and self.end and self.end < self.begin[: len(self.end)]:
            reason = _("this would end before it began")
            raise PydanticCustomError("order", "{reason}", {"reason": reason})
        return self


class Profile(Told, kind="anchor.profile"):
    """Who one is and how one is reached; a photo is attached to it."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    headline: str = field(
        "", title=N_("Headline"), help=N_("What one is, in a few words."), max_length=300, searchable=True
    )  # fmt: skip
    summary: str = field("", title=N_("About me"), max_length=_LONG, searchable=True, widget="text")
    email: Mail = field("", title=N_("E-mail"), max_length=320, sensitive=True, was_open=True)
    phone: str = field("", title=N_("Phone"), max_length=60, sensitive=True, was_open=True)
    url: str = field("", title=N_("Link"), max_length=2000, pattern=_WEB)
    address: str = field("", title=N_("Address"), max_length=500, sensitive=True, was_open=True)
    postcode: str = field("", title=N_("Postcode"), max_length=40, sensitive=True, was_open=True)
    city: str = field("", title=N_("City"), max_length=200)
    region: str = field("", title=N_("Region"), max_length=200)
    country: str = field("", title=N_("Country"), help=N_("Two letters, such as CN."), pattern=r"^([A-Z]{2})?$")  # fmt: skip
    picture: str = field(
        "", title=N_("Address of a photo"), help=N_("A file is attached instead: lab.anchor.photo(path)."), max_length=2000
    )  # fmt: skip
    links: Annotated[list[dict[str, Any]], _named("network", "username", "url")] = field(
        [], title=N_("Elsewhere"), help=N_("Accounts with network, username and url.")
    )
    languages: Annotated[list[dict[str, Any]], _named("language", "fluency")] = field(
        [], title=N_("Languages"), help=N_("Each with language and fluency.")
    )
    extra: dict[str, Any] = field(
        {}, title=N_("More"), help=N_("What a file from elsewhere held besides, kept for giving it back.")
    )  # fmt: skip
    reach: Reached = field(
        "", title=N_("Contact data in other languages"), max_length=4000, sensitive=True, was_open=True, widget="text",
        help=N_('By language and field, encrypted like the first ones: {"en": {"address": "…"}}.'),
    )  # fmt: skip

    @field_validator("translations")
    @classmethod
    def _open(cls, found: dict[str, Any]) -> dict[str, Any]:
        """Translations can be read by whoever may see the area, so contacts are none of them."""
        if any(name in CLOSED for told in found.values() for name in told):
            reason = _("contact data are encrypted: they go into “{title}”", title=_("Contact data in other languages"))  # fmt: skip
            raise PydanticCustomError("open", "{reason}", {"reason": reason})
        return found


class Station(Lasting, kind="anchor.stations", indexes=[("sort", "begin")], sort=["-begin"]):
    """Where one worked, learned or helped."""

    sort: StationSort = field("work", title=N_("Sort"))
    organisation: str = field(
        "", title=N_("Organisation"), max_length=300, searchable=True, aliases=["公司", "学校", "company", "school"]
    )  # fmt: skip
    position: str = field(
        "", title=N_("Position"), help=N_("At a school: the degree."), max_length=300, searchable=True, aliases=["职位", "学位"]
    )  # fmt: skip
    study: str = field("", title=N_("Field of study"), max_length=300, searchable=True)
    place: str = field("", title=N_("Where"), max_length=300)
    url: str = field("", title=N_("Link"), max_length=2000, pattern=_WEB)
    about: str = field("", title=N_("About the organisation"), max_length=_LONG, widget="text")
    summary: str = field("", title=N_("Summary"), max_length=_LONG, searchable=True, widget="text")
    highlights: list[str] = field([], title=N_("Highlights"), searchable=True, widget="text")
    score: str = field("", title=N_("Marks"), max_length=200)
    courses: list[str] = field([], title=N_("Courses"))
    extra: dict[str, Any] = field({}, title=N_("More"))


class Project(Lasting, kind="anchor.projects", sort=["-begin"]):
    """Something one made, alone or with others."""

    name: str = field(title=N_("Name"), min_length=1, max_length=300, searchable=True)
    description: str = field("", title=N_("Description"), max_length=_LONG, searchable=True, widget="text")  # fmt: skip
    highlights: list[str] = field([], title=N_("Highlights"), searchable=True, widget="text")
    keywords: list[str] = field([], title=N_("Keywords"), searchable=True)
    roles: list[str] = field([], title=N_("Roles"))
    entity: str = field("", title=N_("For whom"), max_length=300, searchable=True)
    type: str = field("", title=N_("Sort"), max_length=100)
    url: str = field("", title=N_("Link"), max_length=2000, pattern=_WEB)
    skills: Pointers = field([], title=N_("Skills shown"))
    extra: dict[str, Any] = field({}, title=N_("More"))


class Achievement(Lasting, kind="anchor.achievements", sort=["-end", "-begin"]):
    """Something that went well: the situation, what one did, and what came of it, in numbers where there are any."""

    sort: Sort = field("achievement", title=N_("Sort"))
    title: str = field(
        title=N_("Title"), min_length=1, max_length=300, searchable=True, aliases=["标题", "成就"]
    )
    situation: str = field("", title=N_("Situation"), max_length=_LONG, searchable=True, widget="text", aliases=["情境"])  # fmt: skip
    action: str = field("", title=N_("What I did"), max_length=_LONG, searchable=True, widget="text", aliases=["行动"])  # fmt: skip
    result: str = field("", title=N_("Result"), max_length=_LONG, searchable=True, widget="text", aliases=["结果"])  # fmt: skip
    number: float | None = field(None, title=N_("Measured"), help=N_("By how much, as far as it can be measured."))  # fmt: skip
    unit: str = field("", title=N_("Unit"), help=N_("%, hours a week, CNY …"), max_length=60)
    skills: Pointers = field([], title=N_("Skills shown"))
    evidence: Proofs = field([], title=N_("Evidence"), help=N_("Addresses, or pointers to records."))  # fmt: skip
    within: Pointer | None = field(None, title=N_("As part of"), help=N_("The job or project."))
    issuer: str = field("", title=N_("Given by"), max_length=300, searchable=True)
    url: str = field("", title=N_("Link"), max_length=2000, pattern=_WEB)
    extra: dict[str, Any] = field({}, title=N_("More"))


class Strength(Told, kind="anchor.strengths", sort=["rank", "name"]):
    """What one puts forward: a skill or an interest, in one's own words."""

    sort: Literal["skill", "interest"] = field("skill", title=N_("Sort"))
    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    level: str = field("", title=N_("Level"), help=N_("In words; empty for that of the skill."), max_length=100)  # fmt: skip
    keywords: list[str] = field([], title=N_("Keywords"), searchable=True)
    skill: Pointer | None = field(None, title=N_("Skill"))
    rank: int = field(0, title=N_("Rank"), ge=-10_000, le=10_000)
    extra: dict[str, Any] = field({}, title=N_("More"))


class Value(Told, kind="anchor.values", sort=["rank", "name"]):
    """What matters to one, and what that means in everyday life."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    meaning: str = field("", title=N_("What it means"), max_length=_LONG, searchable=True, widget="text")  # fmt: skip
    rank: int = field(0, title=N_("Rank"), ge=-10_000, le=10_000)


class Reference(Told, kind="anchor.references", sort=["name"]):
    """What somebody says of one."""

    name: str = field(title=N_("Who says it"), min_length=1, max_length=300, searchable=True)
    text: str = field("", title=N_("What they say"), max_length=_LONG, searchable=True, widget="text")  # fmt: skip
    extra: dict[str, Any] = field({}, title=N_("More"))
