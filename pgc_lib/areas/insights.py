"""Insights: what stands out in one's data, each with the question behind it, its rows and its reason.

lab.insights.now();  lab.insights.now()[0].rows;  lab.insights.now()[0].queries
lab.insights.dismiss(insight);  lab.insights.dismiss(insight, days=14);  lab.insights.dismissed();  lab.insights.restore(…)
lab.insights.capacity_is(12);  lab.insights.add_rule(Rule("mine.rule", "…", [Query(…)], find))

Nothing is kept but what was dismissed: insights are computed anew from the records each time they are looked at.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pgc_lib.areas.insight.records import Capacity, Dismissal
from pgc_lib.areas.insight.rule import SEVERITIES, Finding, Insight, Query, Rule
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Capacity", "Dismissal", "Finding", "Insight", "Insights", "Query", "Rule"]

RULES: tuple[str, ...] = (
    "pgc_lib.areas.insight.planned:RULES",
    "pgc_lib.areas.insight.shown:RULES",
)
"""Where the rules of the areas are, each a list; other packages tell theirs through `pgc.insights`."""

BROKEN = "insights.broken"

Answers: TypeAlias = "dict[tuple[str, tuple[str, ...], Any], pl.DataFrame]"


class Insights(Area, name="insights", main="dismissals"):
    """What stands out, and what one does not want to hear again."""

    dismissals: Kept[Dismissal] = Kept(Dismissal)
    capacity: Kept[Capacity] = Kept(Capacity)

    own: ClassVar[dict[str, Rule]] = {}
    """Rules that a person made in this notebook."""

    def now(self, *, rule: str = "", dismissed: bool = False) -> Listing[Insight]:
        """What stands out now, what needs attention first, rule by rule; `dismissed` shows that too."""
        rules = self._rules(rule)
        answers: Answers = {}
        found = [each for one in rules for each in self._found(one, answers)]
        if not dismissed:
            silent = self._silent()
            found = [each for each in found if not _is_silent(each, silent)]
        weight = {name: number for number, name in enumerate(SEVERITIES)}
        place = {each.name: number for number, each in enumerate(rules)}
        found.sort(key=lambda each: (weight[each.severity], place[each.rule], -each.finding.measure, each.title))  # fmt: skip
        return Listing(found)

    def rules(self) -> "pl.DataFrame":
        """Every rule with what it asks."""
        import polars as pl

        return pl.DataFrame(
            [
                {
                    "rule": each.name,
                    "title": _(each.title),
                    "area": each.area,
                    "asks": [query.asked() for query in each.asks],
                }
                for each in self._rules()
            ],
            schema={"rule": pl.String, "title": pl.String, "area": pl.String, "asks": pl.List(pl.String)},
        )  # fmt: skip

    def dismiss(self, insight: Insight, *, days: int | None = None, reason: str = "") -> Dismissal:
        """Do not show it again: for so many days, or for good; when its facts change it comes back."""
        values: dict[str, Any] = {
            "title": insight.title[:1000],
            "fingerprint": insight.fingerprint,
            "until": today() + timedelta(days=days) if days is not None else None,
            "reason": reason,
        }
        known = self.dismissals.find(rule=insight.rule, subject=insight.finding.subject, owner=self.session.person)  # fmt: skip
        if known:
            return self.dismissals.update(known[0], **values)
        return self.dismissals.add(rule=insight.rule, subject=insight.finding.subject, **values)

    def dismissed(self) -> Listing[Dismissal]:
        """What was dismissed."""
        return self.dismissals.find(owner=self.session.person)

    def restore(self, dismissal: Dismissal) -> bool:
        """Let an insight be shown again."""
        return self.dismissals.remove(dismissal)

    def capacity_is(self, hours: float, *, since: date | str | None = None) -> Capacity:
        """Say how many hours a week there are for to-dos, from today or another day on."""
        made = self.capacity.new(since=since or today(), hours=hours)
        known = self.capacity.find(since=made.since, owner=self.session.person)
        if known:
            return self.capacity.update(known[0], hours=made.hours)
        return self.capacity.add(made)

    def add_rule(self, rule: Rule) -> None:
        """Add a rule of one's own, or change it, for this notebook."""
        self.own[rule.name] = rule

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _rules(self, name: str = "") -> list[Rule]:
        known = {each.name: each for each in [*known_rules(), *self.own.values()]}
        if name and name not in known:
            raise NotFound(
                _("There is no rule “{name}”.", name=name),
                next_step=_("`lab.insights.rules()` shows them all."),
            )
        return [known[name]] if name else list(known.values())

    def _found(self, rule: Rule, answers: "Answers") -> Iterable[Insight]:
        """What one rule finds; one that fails is itself an insight, and the others are told all the same."""
        asked = tuple(each.asked() for each in rule.asks)
        try:
            frames = {each.name: self._answer(each, answers) for each in rule.asks}
            found = list(rule.find(frames, today()))
        except Exception as error:  # noqa: BLE001 - a rule may be anybody's, and fail in any way
            found = [_broken(rule, error)]
        return [Insight(rule.name, _(rule.title), each, asked) for each in found]

    def _answer(self, query: Query, answers: "Answers") -> "pl.DataFrame":
        """What several rules ask is asked once."""
        asked = (query.kind, tuple(query.columns), query.where)
        if asked not in answers:
            answers[asked] = query.ask(self.session, today())
        return answers[asked]

    def _silent(self) -> Mapping[tuple[str, str], Dismissal]:
        return {(each.rule, each.subject): each for each in self.dismissed()}


def known_rules() -> list[Rule]:
    """Every rule that PGC and other packages bring."""
    from pgc_lib.core.points import entry_points

    found: list[Rule] = []
    for where in RULES:
        module, _colon, attribute = where.partition(":")
        found += getattr(import_module(module), attribute)
    for point in entry_points(group="pgc.insights"):
        found += point.load()
    return found


def _is_silent(insight: Insight, silent: Mapping[tuple[str, str], Dismissal]) -> bool:
    word = silent.get((insight.rule, insight.finding.subject))
    if word is None or word.fingerprint != insight.fingerprint:
        return False
    return word.until is None or word.until > today()


def _broken(rule: Rule, error: Exception) -> Finding:
    import polars as pl

    told = error.message if isinstance(error, PgcError) else f"{type(error).__name__}: {error}"
    return Finding(
        BROKEN,
        _("The rule “{title}” could not be asked", title=_(rule.title)),
        told,
        "hint",
        {"error": told},
        pl.DataFrame({"error": [told]}),
    )
