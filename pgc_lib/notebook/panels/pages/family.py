"""Family: what is coming, whom to call, who needs care, who is who."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pgc_lib.core.amounts import amount
from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.errors import PgcError
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held
from pgc_lib.notebook.panels.pieces import button, clean, empty, leads, line, lines, told
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import ahead, day

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_SHOWN = 6


class Dates(Card):
    """Birthdays, wedding days, days of death and occasions, by either calendar."""

    title = N_("Days that come")
    about = N_("in the coming ninety days")

    def read(self, lab: "Lab") -> Any:
        return lab.family.ahead(90)

    def show(self, found: Any) -> Child:
        if not len(found):
            return empty(_("No day is coming up."), _("A birthday at a person is enough."))
        now = today()
        shown = [
            line(
                clean(each["what"]),
                tag.span(_years(each), class_="pgc-number pgc-soft") if each["years"] else None,
                told(ahead(each["day"], now)),
                look="pgc-now-line" if each["in_days"] == 0 else "",
            )
            for each in found.head(8).to_dicts()
        ]
        return [lines(shown), tag.p(button(_("New occasion"), "new", kind="pgc-plain"))]

    @deed
    def new(self) -> None:
        """A new day to think of."""
        self.edit(_("New occasion"), self.page.house.lab.family.occasions)


def _years(each: Any) -> str:
    """How old somebody becomes, or how long it has been."""
    if each["kind"] == "birthday":
        return _("{n} years old", n=each["years"])
    return _("for {n} years", n=each["years"])


class Silent(Card):
    """Whom we have not talked to for longer than we wish."""

    title = N_("Not heard of for long")

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.entry = Entry(N_("We talked"), self._fields, self._add, word=_("Note it"))

    def read(self, lab: "Lab") -> Any:
        import polars as pl

        silent = lab.family.long_silent()
        said = silent.filter(pl.col("last").is_not_null()).sort("days", descending=True)
        never = silent.filter(pl.col("last").is_null())["name"].to_list()
        names = sorted(lab.family.members.frame()["name"].to_list())
        return {"said": said.to_dicts(), "never": never, "names": names}

    def show(self, found: Any) -> Child:
        never = len(found["never"])
        shown = lines((self._line(each) for each in found["said"][:_SHOWN]), name=self.heading())
        return [
            shown if found["said"] else tag.p(_("Everyone was heard of lately."), class_="pgc-soft"),
            tag.p(
                leads(str(never), "never", name=_("With {n} people no talk is noted yet", n=never)), " ",
                tag.span(n_("person with whom no talk is noted yet", "people with whom no talk is noted yet", never)),
                class_="pgc-soft pgc-small",
            )
            if never
            else None,
            self.entry,
        ]  # fmt: skip

    def _line(self, each: Any) -> Html:
        return line(
            clean(each["name"]),
            button(_("We talked"), "talked", name=_("We talked: {name}", name=each["name"]), who=each["name"]),
            told(n_("{n} day ago", "{n} days ago", each["days"]), day(each["last"], today())),
            key=each["name"],
        )  # fmt: skip

    def _fields(self) -> Sequence[Field]:
        names = (self.found or {}).get("names", ())
        ways = (("call", _("Call")), ("visit", _("Visit")), ("message", _("Message")), ("letter", _("Letter")), ("help", _("Help")))  # fmt: skip
        return [
            Field("to", _("With whom"), choices=[(name, name) for name in names]),
            Field("how", _("How"), "choice", choices=ways),
            Field("note", _("About what"), wide=True),
        ]

    def _add(self, values: dict[str, str]) -> None:
        self._keep(values.pop("to", ""), **values)

    @deed
    def talked(self, who: str) -> None:
        """We just talked."""
        self._keep(who)

    def _keep(self, who: str, **values: Any) -> None:
        made = self.change(lambda lab: lab.family.talked(who, **values))
        self.tell(_("Noted: {title}", title=who), lambda lab: lab.family.contacts.remove(made.id))

    def rows_never(self, _lab: "Lab") -> Rows:
        """With whom nothing is noted."""
        return Rows(self.heading(), [_("Name")], [[name] for name in self.found["never"]])


class Caring(Card):
    """What care was missed and what comes."""

    title = N_("Care")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        return lab.family.care_due().to_dicts()

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New care task"), "new", kind="pgc-plain"))
        if not found:
            return [tag.p(_("Everybody is looked after."), class_="pgc-soft"), new]
        return [lines([self._line(each) for each in found[:8]]), new]

    def _line(self, each: Any) -> Html:
        late = each["late"] > 0
        return line(
            clean(each["what"]),
            button("✓", "done", name=_("Done: {title}", title=each["what"]), task=each["task"], due=str(each["day"])),
            [
                tag.span(ahead(each["day"], today()), class_="pgc-late" if late else None),
                *told(clean(each["for"] or ""), clean(each["who"] or "")),
            ],
            key=f"{each['task']}{each['day']}",
        )  # fmt: skip

    @deed
    def done(self, task: str, due: str) -> None:
        """It was done."""
        made = self.change(lambda lab: lab.family.cared(task, due=due))
        self.tell(_("Well done."), lambda lab: lab.family.care_done.remove(made.id))

    @deed
    def new(self) -> None:
        """A new task."""
        self.edit(_("New care task"), self.page.house.lab.family.care)


class Helping(Card):
    """What helps in what the family is going through."""

    title = N_("What may help now")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        seen, offers = set(), []
        for each in lab.family.help():
            if each.help.title not in seen:
                seen.add(each.help.title)
                offers.append(each)
        return offers[:5]

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("All is calm."), class_="pgc-soft")
        return lines(
            line(
                tag.button(clean(each.help.title), type="button", act="advice", values={"name": each.help.name}, class_="pgc-leads"),
                None,
                told(", ".join(each.situation.who)),
                key=each.help.name,
            )
            for each in found
        )  # fmt: skip

    @deed
    def advice(self, name: str) -> None:
        """Read it."""
        from pgc_lib.core.markdown.rendering import html

        found = self.page.house.ask(lambda lab: lab.help.read(name))
        self.page.sheet.open(found.title, tag.div(Html(html(found.body)), class_="pgc-prose"))


class Gifts(Card):
    """What was given and received, so that it can be returned in kind."""

    title = N_("Gifts")
    tall = 6

    def read(self, lab: "Lab") -> Any:
        return lab.family.gift_balance().to_dicts()

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New gift"), "new", kind="pgc-plain"))
        if not found:
            return [empty(_("No gift is noted yet.")), new]
        return [lines([self._line(each) for each in found[:8]]), new]

    def _line(self, each: Any) -> Html:
        money = each["currency"] or "CNY"
        given, received = amount(each["given"], money), amount(each["received"], money)
        last: date | None = each["last"]
        return line(
            clean(each["name"]),
            leads(n_("{n} gift", "{n} gifts", each["gifts"]), "gifts", who=each["name"]),
            told(
                _("given {amount}", amount=given) if each["given"] else "",
                _("received {amount}", amount=received) if each["received"] else "",
                day(last, today()) if last else "",
            ),
            key=each["name"] + money,
        )

    def rows_gifts(self, lab: "Lab", who: str) -> Rows:
        """The gifts between us and somebody."""
        member = lab.family.who(who)
        gifts = lab.family.gifts.find(member=member.id, order="-day", limit=200)
        names = ["day", "what", "ours", "worth", "occasion"]
        return Rows.of_records(who, gifts, names)

    @deed
    def new(self) -> None:
        """A new gift."""
        self.edit(_("New gift"), self.page.house.lab.family.gifts)


class Kinship(Card):
    """What one person is to another."""

    title = N_("Who is who")
    tall = 5

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.answer = ""
        self.entry = Entry(N_("Who is who"), self._fields, self._ask, word=_("Say it"))

    def read(self, lab: "Lab") -> Any:
        return sorted(lab.family.members.frame()["name"].to_list())

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("Nobody is kept here yet."), _("Add the first person below."))
        answer = tag.p(tag.b(self.answer), role="status") if self.answer else None
        return [self.entry, answer]

    def _fields(self) -> Sequence[Field]:
        names = [(name, name) for name in self.found or ()]
        return [
            Field("one", _("Seen from"), "choice", choices=names),
            Field("other", _("Who"), "choice", choices=names[1:] + names[:1]),
        ]

    def _ask(self, values: dict[str, str]) -> None:
        one, other = values.get("one", ""), values.get("other", "")
        try:
            word = self.page.house.ask(lambda lab: lab.family.kinship(one, other))
        except PgcError as error:
            self.answer = str(error)
        else:
            said = _("{other} is to {one}: {word}", other=other, one=one, word=word)
            self.answer = said if word else _("They are not related.")
        self.renew()


class Tree(Held):
    """The family as a chart."""

    title = N_("The family")
    tall = 18

    def make(self, lab: "Lab") -> Part | None:
        return face("family.chart")(lab.family) if lab.family.members.count() else None

    def show(self, found: Part | None) -> Child:
        new = tag.p(button(_("New person"), "new", kind="pgc-plain"))
        if found is None:
            return [empty(_("Nobody is kept here yet."), _("Begin with yourself.")), new]
        return [found, new]

    @deed
    def new(self) -> None:
        """A new person."""
        self.edit(_("New person"), self.page.house.lab.family.members)


LOOK = Look(
    rows=[[[Dates, Caring, Helping], [Silent, Kinship, Gifts]], [[Tree]]],
    asks=N_("What is coming, and whom shall I call?"),
    spans=False,
)
