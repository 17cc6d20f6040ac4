"""Methods of working together: OKR, SMART goals, PDCA, the Eisenhower matrix, SWOT, RACI, 5 whys, retrospectives."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import field_validator, model_validator

from pgc_lib.areas.method.base import Method, names, prose, refused, share
from pgc_lib.areas.method.parts import Part, Parts, part, typed_parts
from pgc_lib.core.record import field
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

Verdict = Literal["", "adopt", "adjust", "abandon"]
Quadrant = Literal["do", "plan", "delegate", "drop"]
QUADRANTS: Mapping[Quadrant, str] = {
    "do": N_("Important and urgent: do it now"),
    "plan": N_("Important, not urgent: plan it"),
    "delegate": N_("Urgent, not important: hand it over or keep it short"),
    "drop": N_("Neither: let it go"),
}


class KeyResult(Part):
    """A number that tells whether the objective is reached."""

    main: ClassVar[str] = "what"
    what: str = part(title=N_("Result"), help=N_("What will be true, as something one can count."), min_length=1)  # fmt: skip
    start: float = part(0, title=N_("At the start"))
    target: float = part(1, title=N_("Aim"))
    current: float | None = part(None, title=N_("Now"), help=N_("The start when left empty."))
    unit: str = part("", title=N_("Unit"), max_length=50)

    @model_validator(mode="after")
    def _possible(self) -> "KeyResult":
        if self.start == self.target:
            raise refused(_("start and target are the same, so nothing can be reached"))
        return self

    @property
    def progress(self) -> float:
        """How far it is."""
        return share(self.start if self.current is None else self.current, self.start, self.target)


class Okr(Method, kind="methods.okr", kept_in="documents", sort=["-day"]):
    """An objective that inspires, and the few results that show whether it was reached."""

    objective: str = prose(
        N_("Objective"), N_("Where we want to be at the end of the period, in one sentence without numbers."), needed=True,
    )  # fmt: skip
    why: str = prose(N_("Why now"), N_("What gets better when this is reached, and for whom."))
    until: date | None = field(None, title=N_("End of the period"), help=N_("A quarter is usual."))
    results: Annotated[list[dict[str, Any]], Parts(KeyResult, 10)] = field(
        [], title=N_("Key results"), help=N_("Two to five results with start, target and where they are now."),
        widget="parts",
    )  # fmt: skip
    learned: str = prose(N_("What we learned"), N_("At the end of the period."))

    @property
    def key_results(self) -> list[KeyResult]:
        """The results with their types."""
        return typed_parts(self, "results")

    @property
    def progress(self) -> float | None:
        """The mean of the key results."""
        found = self.key_results
        return sum(each.progress for each in found) / len(found) if found else None


class Smart(Method, kind="methods.smart", kept_in="documents", sort=["-day"]):
    """A goal that can be told apart from a wish: specific, measurable, achievable, relevant, with a date."""

    specific: str = prose(N_("Specific"), N_("What exactly, where, with whom."), needed=True)
    measure: str = prose(N_("Measured by"), N_("The number that tells how far I am."))
    start: float = field(0, title=N_("At the start"))
    target: float = field(1, title=N_("Aim"))
    current: float | None = field(None, title=N_("Now"), help=N_("The start when left empty."))
    unit: str = field("", title=N_("Unit"), max_length=50)
    achievable: str = prose(N_("Achievable"), N_("Why it is within reach, and what I need for it."))
    relevant: str = prose(N_("Relevant"), N_("Why it matters to me, and what else waits for it."))
    due: date = field(title=N_("By the day"))

    @model_validator(mode="after")
    def _possible(self) -> "Smart":
        if self.start == self.target:
            raise refused(_("start and target are the same, so nothing can be reached"))
        if self.day is not None and self.due < self.day:
            raise refused(_("this would end before it began"))
        return self

    @property
    def progress(self) -> float | None:
        """How far the number has come."""
        return share(self.start if self.current is None else self.current, self.start, self.target)

    def pace(self, today: date) -> float | None:
        """How far it would have to be today if it went evenly."""
        if self.day is None:
            return None
        return share((today - self.day).days, 0, max(1, (self.due - self.day).days))


class Pdca(Method, kind="methods.pdca", kept_in="documents", sort=["-day"]):
    """One round of a small experiment at work: plan, do, check, act."""

    text: ClassVar[tuple[str, ...]] = ("plan", "did", "found", "verdict")

    problem: str = prose(N_("What is to get better"), N_("What one sees today, with a number if there is one."), needed=True)  # fmt: skip
    plan: str = prose(N_("Plan"), N_("The one change, who makes it, and for how long."))
    expected: str = prose(N_("Expected"), N_("What should then be different, and by how much."))
    did: str = prose(N_("Do"), N_("What was really done, also where it differs from the plan."))
    found: str = prose(N_("Check"), N_("What was found, held against what was expected."))
    verdict: Verdict = field(
        "", title=N_("Act"), help=N_("Adopt it as the new way, adjust it for another round, or abandon it.")
    )  # fmt: skip
    next: str = prose(N_("What follows from it"))
    cycle: int = field(1, title=N_("Round"), ge=1, le=1000)
    before: UUID | None = field(None, title=N_("The round before"), refers="methods.pdca")


class Matter(Part):
    """Something that wants to be done."""

    main: ClassVar[str] = "what"
    what: str = part(title=N_("Part of the work"), min_length=1, max_length=500)
    important: bool = part(False, title=N_("Important"), help=N_("It serves what matters to me in a year."))  # fmt: skip
    urgent: bool = part(False, title=N_("Urgent"), help=N_("Waiting some days would do harm."))
    todo: str = part("", title=N_("To-do"), help=N_("The to-do that it is."), max_length=200)

    @property
    def quadrant(self) -> Quadrant:
        """Where in the matrix it lies."""
        if self.important:
            return "do" if self.urgent else "plan"
        return "delegate" if self.urgent else "drop"


class Eisenhower(Method, kind="methods.eisenhower", kept_in="documents", sort=["-day"]):
    """What there is to do, sorted by what is important and what is urgent."""

    text: ClassVar[tuple[str, ...]] = ("matters",)

    matters: Annotated[list[dict[str, Any]], Parts(Matter)] = field(
        [], title=N_("What there is to do"), help=N_("For each: is it important, is it urgent?"), widget="parts"
    )  # fmt: skip
    noticed: str = prose(N_("What I notice"), N_("Which quadrant is too full, and why."))

    def quadrant(self, which: Quadrant) -> list[Matter]:
        """What lies in one quadrant, in the order in which it was noted."""
        found: list[Matter] = typed_parts(self, "matters")
        return [each for each in found if each.quadrant == which]

    def matrix(self) -> "pl.DataFrame":
        """Everything with its quadrant."""
        import polars as pl

        lines = [
            (_(title), each.what, each.important, each.urgent)
            for which, title in QUADRANTS.items()
            for each in self.quadrant(which)
        ]
        schema = {"quadrant": pl.String, "what": pl.String, "important": pl.Boolean, "urgent": pl.Boolean}  # fmt: skip
        return pl.DataFrame(lines, schema=schema, orient="row")


class Swot(Method, kind="methods.swot", kept_in="documents", sort=["-day"]):
    """What speaks for and against a plan, inside and outside, and what follows where both meet."""

    text: ClassVar[tuple[str, ...]] = ("strengths", "weaknesses", "opportunities", "threats", "use")

    question: str = prose(N_("Question"), N_("The one plan or decision that is looked at."), needed=True)  # fmt: skip
    strengths: list[str] = names(N_("Strengths"), N_("Inside, helpful: what we can and have."))
    weaknesses: list[str] = names(N_("Weaknesses"), N_("Inside, hindering: what we lack."))
    opportunities: list[str] = names(N_("Opportunities"), N_("Outside, helpful: what comes our way."))  # fmt: skip
    threats: list[str] = names(N_("Threats"), N_("Outside, hindering: what may go against us."))
    use: list[str] = names(N_("Strengths for opportunities"), N_("What we can do with what we have."))  # fmt: skip
    mend: list[str] = names(N_("Weaknesses before opportunities"), N_("What we have to learn or get for it."))  # fmt: skip
    guard: list[str] = names(N_("Strengths against threats"), N_("How what we have protects us."))
    avoid: list[str] = names(N_("Weaknesses under threat"), N_("What we keep away from."))


class RaciTask(Part):
    """A task and who has which part in it."""

    main: ClassVar[str] = "task"
    task: str = part(title=N_("Task"), min_length=1, max_length=500)
    responsible: list[str] = part([], title=N_("Responsible"), help=N_("Who does it: one or several."))  # fmt: skip
    accountable: list[str] = part([], title=N_("Accountable"), help=N_("Who answers for it: exactly one."))  # fmt: skip
    consulted: list[str] = part([], title=N_("Consulted"), help=N_("Who is asked before."))
    informed: list[str] = part([], title=N_("Informed"), help=N_("Who is told after."))

    @field_validator("responsible", "accountable", "consulted", "informed", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        several = [given] if isinstance(given, str) else given
        if isinstance(several, list):
            return list(dict.fromkeys(each.strip() for each in several if isinstance(each, str) and each.strip()))  # fmt: skip
        return several

    @model_validator(mode="after")
    def _possible(self) -> "RaciTask":
        if len(self.accountable) != 1:
            who = ", ".join(self.accountable)
            if not who:
                raise refused(_("nobody is accountable for “{task}”; exactly one has to be", task=self.task))  # fmt: skip
            raise refused(_("exactly one is accountable for “{task}”, not {who}", task=self.task, who=who))  # fmt: skip
        if not self.responsible:
            raise refused(_("nobody is responsible for “{task}”", task=self.task))
        return self


class Raci(Method, kind="methods.raci", kept_in="documents", sort=["-day"]):
    """Who does it, who answers for it, who is asked and who is told, task by task."""

    text: ClassVar[tuple[str, ...]] = ("tasks",)

    purpose: str = prose(N_("What it is for"), N_("The project, move, feast or care that is shared."))  # fmt: skip
    tasks: Annotated[list[dict[str, Any]], Parts(RaciTask)] = field(
        [], title=N_("Tasks"), help=N_("Each with exactly one who is accountable."), widget="parts"
    )

    def people(self) -> list[str]:
        """Everyone who has a part, in the order in which they are named."""
        found: list[RaciTask] = typed_parts(self, "tasks")
        return list(
            dict.fromkeys(
                who for each in found for who in (*each.accountable, *each.responsible, *each.consulted, *each.informed)
            )
        )  # fmt: skip

    def matrix(self) -> "pl.DataFrame":
        """Tasks against people, with the letters R, A, C and I."""
        import polars as pl

        lines = []
        for each in typed_parts(self, "tasks"):
            line = {"task": each.task}
            for who in self.people():
                line[who] = "".join(
                    letter
                    for letter, some in zip("RACI", (each.responsible, each.accountable, each.consulted, each.informed), strict=True)
                    if who in some
                )  # fmt: skip
            lines.append(line)
        return pl.DataFrame(lines, schema={"task": pl.String, **dict.fromkeys(self.people(), pl.String)})  # fmt: skip

    def load(self) -> "pl.DataFrame":
        """How many tasks each one does and answers for."""
        import polars as pl

        found: list[RaciTask] = typed_parts(self, "tasks")
        lines = [
            (who, sum(who in each.responsible for each in found), sum(who in each.accountable for each in found))
            for who in self.people()
        ]  # fmt: skip
        schema = {"person": pl.String, "responsible": pl.Int64, "accountable": pl.Int64}
        return pl.DataFrame(lines, schema=schema, orient="row").sort("responsible", descending=True, maintain_order=True)  # fmt: skip


class Whys(Method, kind="methods.whys", kept_in="documents", sort=["-day"]):
    """From what went wrong down to a cause that one can do something about."""

    text: ClassVar[tuple[str, ...]] = ("whys", "cause", "countermeasure")

    problem: str = prose(N_("What happened"), N_("What was seen, without a culprit and without a cause."), needed=True)  # fmt: skip
    whys: list[str] = names(
        N_("Because …"), N_("Each answer is asked “why?” again: five are usual, fewer or more are fine."), most=15
    )  # fmt: skip
    cause: str = prose(N_("Root cause"), N_("The last answer that we can change ourselves."))
    countermeasure: str = prose(N_("Countermeasure"), N_("What keeps it from happening again."))
    checked: str = prose(N_("Checked"), N_("How we saw that it works."))


class Retrospective(Method, kind="methods.retrospectives", kept_in="documents", sort=["-day"]):
    """Looking back at a stretch of work or life together, to do a few things differently."""

    text: ClassVar[tuple[str, ...]] = ("went_well", "went_badly", "learned", "try_next")

    since: date | None = field(None, title=N_("From the day"))
    until: date | None = field(None, title=N_("To the day"))
    facts: list[str] = names(N_("What happened"), N_("Events and numbers first, opinions later."))
    went_well: list[str] = names(N_("What went well"), N_("What we keep."))
    went_badly: list[str] = names(N_("What went badly"), N_("What costs strength; things, not persons."))  # fmt: skip
    learned: list[str] = names(N_("What we learned"))
    thanks: list[str] = names(N_("Thanks"), N_("Who helped, and with what."))
    try_next: list[str] = names(N_("What we try next"), N_("At most three, small enough to begin tomorrow."), most=10)  # fmt: skip
    mood: int | None = field(None, title=N_("Mood"), help=N_("1 is low, 5 is high."), ge=1, le=5)

    @model_validator(mode="after")
    def _possible(self) -> "Retrospective":
        if self.since and self.until and self.until < self.since:
            raise refused(_("this would end before it began"))
        return self
