"""What the family keeps: people, ties, and what happens between them."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import model_validator

from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Money
from pgc_lib.i18n import N_, _

Tie = Literal["parent", "partner", "guardian", "godparent", "friend"]
How = Literal["birth", "adoption", "step", "marriage", "partnership", "foster", ""]
Ended = Literal["", "divorce", "separation", "annulment", "death"]
Missing = Literal["before", "after", "skip"]


class Member(Record, kind="family.members", kept_in="documents", key=["reference"], sort=["name"]):
    """Someone of the family, or close to it."""

    name: str = field(
        title=N_("Name"), min_length=1, max_length=200, searchable=True, aliases=["姓名"]
    )
    surname: str = field("", title=N_("Surname"), max_length=100, aliases=["姓"])
    given: str = field("", title=N_("Given name"), max_length=100, aliases=["名"])
    sex: Literal["female", "male", ""] = field("", title=N_("Sex"), aliases=["性别"])
    born: date | None = field(None, title=N_("Born"), aliases=["出生日期", "生日", "birthday"])
    born_about: str = field(
        "",
        title=N_("Born, as far as known"),
        help=N_("1850, about 1850, between 1850 and 1855: when the day is not known."),
        max_length=200,
    )
    birthplace: str = field("", title=N_("Birthplace"), max_length=300, aliases=["出生地", "籍贯"])
    died: date | None = field(None, title=N_("Died"), aliases=["去世日期"])
    died_about: str = field("", title=N_("Died, as far as known"), max_length=200)
    dead: bool = field(
        False, title=N_("No longer alive"), help=N_("Needed only when the day is not known.")
    )
    place: int | None = field(
        None,
        title=N_("Place among the siblings"),
        help=N_("1 is the eldest."),
        ge=1,
        le=50,
        aliases=["排行"],
    )
    lunar: bool = field(
        False, title=N_("Lunar birthday"), help=N_("The birthday is kept by the Chinese calendar.")
    )
    called: str = field(
        "", title=N_("What we call them"), max_length=100, searchable=True, aliases=["称呼"]
    )
    every: int | None = field(
        None,
        title=N_("Talk every"),
        help=N_("How often we want to talk with each other."),
        unit=N_("days"),
        ge=1,
        le=3660,
    )
    phone: str = field("", title=N_("Phone"), max_length=100, sensitive=True, aliases=["电话"])
    email: str = field("", title=N_("E-mail"), max_length=200, sensitive=True)
    address: str = field("", title=N_("Address"), max_length=500, sensitive=True, aliases=["地址"])
    reach: str = field(
        "",
        title=N_("More ways to reach them"),
        help=N_(
            "Further numbers and addresses as a file said them; encrypted like the first ones."
        ),
        sensitive=True,
        widget="text",
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
    reference: str | None = field(
        None,
        title=N_("Reference"),
        help=N_("Who this is in the file that it came from; nobody is taken in twice."),
        max_length=200,
    )
    more: str = field(
        "",
        title=N_("More from the file"),
        help=N_("What a file said that has no place here; it is written out again."),
        widget="text",
    )

    @model_validator(mode="after")
    def _possible(self) -> "Member":
        if self.born and self.died and self.died < self.born:
            raise ValueError(_("nobody dies before being born"))
        return self

    @property
    def gone(self) -> bool:
        """Whether they have died."""
        return bool(self.died or self.died_about or self.dead)


class Relation(Record, kind="family.relations", kept_in="documents", sort=["tie"]):
    """One tie: `one` is the parent, guardian or godparent of `other`, or they are partners or friends."""

    one: UUID = field(title=N_("Who"), refers="family.members")
    other: UUID = field(title=N_("To whom"), refers="family.members")
    tie: Tie = field(title=N_("Tie"))
    how: How = field("", title=N_("How"))
    since: date | None = field(None, title=N_("From the day"))
    until: date | None = field(None, title=N_("To the day"))
    ended: Ended = field("", title=N_("Ended by"))
    doubt: str = field(
        "",
        title=N_("Doubt"),
        help=N_("Why this cannot be so; such a tie is kept but not followed."),
        max_length=500,
    )
    more: str = field(
        "",
        title=N_("More from the file"),
        help=N_("What a file said that has no place here; it is written out again."),
        widget="text",
    )

    @model_validator(mode="after")
    def _possible(self) -> "Relation":
        if self.one == self.other and not self.doubt:
            raise ValueError(_("nobody is related to themselves"))
        if self.since and self.until and self.until < self.since:
            raise ValueError(_("this would end before it began"))
        return self


class Contact(Record, kind="family.contacts", kept_in="documents", sort=["-day"]):
    """A talk, a visit, a letter, some help."""

    member: UUID = field(title=N_("With whom"), refers="family.members")
    day: date = field(title=N_("Day"))
    how: Literal["visit", "call", "message", "letter", "help"] = field("call", title=N_("How"))
    ours: bool = field(True, title=N_("It came from us"))
    minutes: int | None = field(None, title=N_("How long"), unit=N_("minutes"), ge=0, le=100_000)
    where: str = field("", title=N_("Where"), max_length=300)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Gift(Record, kind="family.gifts", kept_in="documents", sort=["-day"]):
    """Something given or received, so that it can be returned in kind."""

    member: UUID = field(title=N_("With whom"), refers="family.members")
    day: date = field(title=N_("Day"))
    what: str = field(title=N_("What"), min_length=1, max_length=300, searchable=True)
    ours: bool = field(True, title=N_("It came from us"))
    worth: Money | None = field(None, title=N_("Worth"), ge=0)
    currency: str = field("CNY", title=N_("Currency"), pattern="^[A-Z]{3}$")
    occasion: str = field("", title=N_("Occasion"), max_length=200, searchable=True)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Occasion(Record, kind="family.occasions", kept_in="documents", sort=["month", "day"]):
    """A day that comes back every year, by the solar or by the Chinese calendar."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    month: int = field(title=N_("Month"), ge=1, le=12)
    day: int = field(title=N_("Day of the month"), ge=1, le=31)
    lunar: bool = field(False, title=N_("By the Chinese calendar"))
    leap: bool = field(
        False,
        title=N_("In the leap month"),
        help=N_("In years without this leap month the ordinary month of its number counts."),
    )
    missing: Missing = field(
        "before",
        title=N_("In a year without this day"),
        help=N_(
            "29 February, or the 30th of a short lunar month: the day before, after, or not at all."
        ),
    )
    since: int | None = field(
        None, title=N_("First year"), help=N_("To count from."), ge=1, le=9999
    )
    remind: int | None = field(None, title=N_("Remind before"), unit=N_("days"), ge=0, le=366)
    member: UUID | None = field(None, title=N_("Whose"), refers="family.members")

    @model_validator(mode="after")
    def _possible(self) -> "Occasion":
        longest = (
            30 if self.lunar else (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[self.month - 1]
        )
        if self.day > longest:
            raise ValueError(_("this month has no day {day}", day=self.day))
        if self.leap and not self.lunar:
            raise ValueError(_("only the Chinese calendar has leap months"))
        return self


class Paper(Record, kind="family.papers", kept_in="documents", key=["reference"]):
    """A part of an imported file that is about no single person: a source, a repository, a picture.

    It is kept word for word, so that what points to it still does when the family is written out.
    """

    reference: str = field(title=N_("Reference"), min_length=1, max_length=200)
    tag: str = field(title=N_("Kind"), min_length=1, max_length=200)
    text: str = field("", title=N_("Text"), searchable=True, widget="text")
    origin: str = field("", title=N_("File"), max_length=300)
