"""Methods of thinking and feeling: GROW, the decision journal, the thought record, WOOP."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import model_validator

from pgc_lib.areas.method.base import Method, names, prose, refused
from pgc_lib.areas.method.parts import Part, Parts, SealedParts, part, typed_parts
from pgc_lib.core.record import SEALED, field
from pgc_lib.i18n import N_, _


class Grow(Method, kind="methods.grow", kept_in="documents", sort=["-day"]):
    """A conversation, also with oneself, from a goal to a step that one will really take."""

    text: ClassVar[tuple[str, ...]] = ("goal", "reality", "options", "will")

    goal: str = prose(N_("Goal"), N_("What do I want, and how will I know that I have it?"), needed=True)  # fmt: skip
    reality: str = prose(N_("Reality"), N_("What is so today? What have I tried, and what came of it?"))  # fmt: skip
    obstacles: list[str] = names(N_("Obstacles"), N_("What stands in the way, in me and around me."))  # fmt: skip
    options: list[str] = names(N_("Options"), N_("Everything one could do, the strange ideas too; judge later."))  # fmt: skip
    will: str = prose(N_("Will"), N_("Which step do I take, when exactly, and who helps me?"))
    commitment: int | None = field(
        None, title=N_("Commitment"), help=N_("1 to 10: how sure I am to do it. Below 8 the step should be smaller."),
        ge=1, le=10,
    )  # fmt: skip
    with_whom: str = field("", title=N_("With whom"), max_length=200, searchable=True)


class Option(Part):
    """One of the ways one could go."""

    main: ClassVar[str] = "name"
    name: str = part(title=N_("Option"), min_length=1, max_length=300)
    pros: str = part("", title=N_("Speaks for it"))
    cons: str = part("", title=N_("Speaks against it"))


class Prediction(Part):
    """Something that will be seen to be so or not, and how likely it seems now."""

    what: str = part(title=N_("What I expect"), help=N_("So that later everybody can say yes or no."), min_length=1)  # fmt: skip
    probability: float = part(title=N_("Probability"), help=N_("From 0 to 1; 0.7 is seven times out of ten."), ge=0, le=1)  # fmt: skip
    by: date | None = part(None, title=N_("By the day"))
    happened: bool | None = part(None, title=N_("It happened"), help=N_("Empty until it is known."))


class Decision(Method, kind="methods.decisions", kept_in="documents", sort=["-day"]):
    """A decision as it was made, with what one expected, so that one can learn from it later."""

    text: ClassVar[tuple[str, ...]] = ("options", "chosen", "expected", "outcome")

    question: str = prose(N_("What is to be decided"), N_("The situation, as it is known today."), needed=True)  # fmt: skip
    matters: list[str] = names(N_("What matters"), N_("By what I will judge the options."))
    options: Annotated[list[dict[str, Any]], Parts(Option, 20)] = field(
        [],
        title=N_("Options"),
        help=N_("At least two, and doing nothing is one of them."),
        widget="parts",
    )
    chosen: str = field("", title=N_("Decided for"), help=N_("One of the options."), max_length=300, searchable=True)  # fmt: skip
    because: str = prose(N_("Because"), N_("The reason that weighs most."))
    expected: Annotated[list[dict[str, Any]], Parts(Prediction, 50)] = field(
        [], title=N_("What I expect"), help=N_("One to five things that will be seen, each with a probability."),
        widget="parts",
    )  # fmt: skip
    feeling: str = field(
        "", title=N_("How I feel"), help=N_("Tired, hopeful, under pressure: it colours decisions."), max_length=300
    )  # fmt: skip
    outcome: str = prose(N_("What happened"), N_("On the day of the review."))
    process: int | None = field(
        None, title=N_("How well I decided"),
        help=N_("1 to 5, by what I could know then; luck does not count."), ge=1, le=5,
    )  # fmt: skip
    lesson: str = prose(N_("What I take from it"))

    @model_validator(mode="after")
    def _possible(self) -> "Decision":
        known = [each["name"] for each in self.options]
        if self.chosen and known and self.chosen not in known:
            raise refused(_("“{chosen}” is none of the options: {names}", chosen=self.chosen, names=", ".join(known)))  # fmt: skip
        if len(set(known)) < len(known):
            raise refused(_("two options have the same name"))
        return self

    @property
    def predictions(self) -> list[Prediction]:
        """What was expected, with its types."""
        return typed_parts(self, "expected")

    @property
    def brier(self) -> float | None:
        """The mean squared distance between what was expected and what came: 0 is perfect, 0.25 is tossing a coin."""
        known = [(each.probability, each.happened) for each in self.predictions if each.happened is not None]  # fmt: skip
        return sum((chance - came) ** 2 for chance, came in known) / len(known) if known else None


class Thought(Part):
    """A thought that came, and how much one believed it."""

    main: ClassVar[str] = "thought"
    thought: str = part(
        title=N_("Thought"), help=N_("In the words in which it came."), min_length=1
    )
    belief: int | None = part(None, title=N_("Believed"), help=N_("In percent."), ge=0, le=100)
    belief_after: int | None = part(None, title=N_("Believed afterwards"), help=N_("In percent."), ge=0, le=100)  # fmt: skip


class Emotion(Part):
    """A feeling, and how strong it was before and after."""

    main: ClassVar[str] = "emotion"
    emotion: str = part(title=N_("Feeling"), help=N_("One word: sad, afraid, ashamed, angry …"), min_length=1, max_length=100)  # fmt: skip
    before: int | None = part(None, title=N_("How strong"), help=N_("From 0 to 100."), ge=0, le=100)
    after: int | None = part(None, title=N_("How strong afterwards"), help=N_("From 0 to 100."), ge=0, le=100)  # fmt: skip


class ThoughtRecord(Method, kind="methods.thoughts", kept_in="documents", sort=["-day"]):
    """A hard moment looked at calmly: what happened, what one thought and felt, what speaks for and against it.

    Everything in it but the title is encrypted and can be read by its owner alone, whatever is granted.
    """

    text: ClassVar[tuple[str, ...]] = ("situation", "thoughts", "emotions", "against", "balanced")

    situation: str = prose(N_("Situation"), N_("When, where, with whom; what a camera would have seen."), sensitive=True)  # fmt: skip
    thoughts: Annotated[str, SealedParts(Thought, 30)] = field(
        "", title=N_("Thoughts"), help=N_("What went through my head, and how much I believed it, in percent."),
        sensitive=True, widget="parts", max_length=100_000,
    )  # fmt: skip
    emotions: Annotated[str, SealedParts(Emotion, 30)] = field(
        "", title=N_("Feelings"), help=N_("One word each, from 0 to 100: how strong then, how strong afterwards."),
        sensitive=True, widget="parts", max_length=100_000,
    )  # fmt: skip
    support: str = prose(N_("What speaks for it"), N_("Facts that support the strongest thought; facts, not feelings."), sensitive=True)  # fmt: skip
    against: str = prose(N_("What speaks against it"), N_("Facts that do not fit it; what I would tell a friend."), sensitive=True)  # fmt: skip
    balanced: str = prose(N_("A balanced thought"), N_("One that does justice to both sides, in my own words."), sensitive=True)  # fmt: skip
    next_time: str = prose(N_("What I do now"), N_("Something small and kind."), sensitive=True)

    @property
    def relief(self) -> float | None:
        """By how much the feelings eased on average, in points of a hundred."""
        found: list[Emotion] = typed_parts(self, "emotions")
        eased = [each.before - each.after for each in found if each.before is not None and each.after is not None]  # fmt: skip
        return sum(eased) / len(eased) if eased else None

    @property
    def hint(self) -> str:
        """A word about help, and a clearer one where what was written calls for it."""
        return hint((self.situation, self.thoughts, self.support, self.balanced, self.title, self.note))  # fmt: skip

    def _shown_(self) -> dict[str, Any]:
        return {**super()._shown_(), _("Where to find help"): self.hint}


class Woop(Method, kind="methods.woop", kept_in="documents", sort=["-day"]):
    """A wish, its best outcome, the obstacle within oneself, and a plan for when it shows."""

    text: ClassVar[tuple[str, ...]] = ("wish", "best", "obstacle", "when", "then")

    wish: str = prose(N_("Wish"), N_("Something that matters to me, hard but possible, within the time I choose."), needed=True)  # fmt: skip
    best: str = prose(N_("Best outcome"), N_("The best thing about it when it comes true; imagine it for a minute."))  # fmt: skip
    obstacle: str = prose(N_("Obstacle"), N_("What in me holds me back most: a feeling, a habit, a belief."))  # fmt: skip
    when: str = prose(
        N_("If …"), N_("The moment in which the obstacle shows: time, place, feeling.")
    )
    then: str = prose(N_("… then I will …"), N_("What I do or think in that moment; one thing, short."))  # fmt: skip
    until: date | None = field(None, title=N_("Until"), help=N_("A day, a week, a month."))
    outcome: str = prose(N_("What came of it"))

    @property
    def plan(self) -> str:
        """The plan as one sentence."""
        return _("If {when}, then I will {then}.", when=self.when, then=self.then) if self.when and self.then else ""  # fmt: skip


_DANGER = (
    "自杀", "自殺", "轻生", "不想活", "活着没意思", "结束生命", "结束自己的生命", "伤害自己", "自残", "一了百了", "想死",
    "kill myself", "suicid", "end my life", "want to die", "hurt myself", "self-harm", "self harm", "better off dead",
)  # fmt: skip


def hint(texts: Iterable[str]) -> str:
    """What to say about help beside a thought record; never a diagnosis."""
    said = " ".join(text for text in texts if text != SEALED).lower()
    if any(word in said for word in _DANGER):
        return _(
            "What you wrote sounds as if you might be in danger. Please do not stay alone with it: tell somebody near you now, call the emergency number where you live (in China 120 or 110), or a crisis line (in China 12356)."
        )
    return _(
        "This exercise helps with everyday hard moments and takes the place of no treatment. If it weighs on you for more than two weeks, or gets in the way of sleep, work or being with others, talk to a doctor or psychotherapist."
    )
