"""What is different from another period: each number that both know, and those that only one has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.reporting.fact import Fact
from pgc_lib.core.shown import Listing
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Moved:
    """One number now and before."""

    key: str
    text: str
    unit: str
    now: Decimal | None
    before: Decimal | None
    less_is_better: bool | None = None

    @property
    def change(self) -> Decimal:
        """How much more it is; what is missing counts as nothing."""
        return (self.now or Decimal(0)) - (self.before or Decimal(0))

    @property
    def share(self) -> float | None:
        """The change as a part of what it was."""
        return float(self.change / abs(self.before)) if self.before else None

    @property
    def better(self) -> bool | None:
        """Whether it went the good way; None where it stayed, or no way is better."""
        if self.less_is_better is None or not self.change:
            return None
        return (self.change < 0) == self.less_is_better

    def _told(self, value: Decimal | None) -> Decimal | int | None:
        """What is counted is told without cents."""
        return int(value) if value is not None and not self.unit and value == int(value) else value

    def _shown_(self) -> Mapping[str, Any]:
        better = self.better
        return {
            _("Fact"): self.text,
            _("Now"): self._told(self.now),
            _("Before"): self._told(self.before),
            _("Change"): self._told(self.change),
            _("Change in %"): "" if self.share is None else f"{self.share:+.0%}",
            _("Unit"): self.unit,
            _("Direction"): "" if better is None else (_("better") if better else _("worse")),
        }


class Moves(Listing[Moved]):
    """Every number that differs, those of the whole first."""

    def frame(self) -> "pl.DataFrame":
        """The same as a frame."""
        import polars as pl

        number = pl.Decimal(38, 4)
        lines = [
            {
                "key": each.key,
                "text": each.text,
                "unit": each.unit,
                "now": each.now,
                "before": each.before,
                "change": each.change,
                "share": each.share,
                "better": each.better,
            }
            for each in self
        ]
        schema: dict[str, Any] = {
            "key": pl.String,
            "text": pl.String,
            "unit": pl.String,
            "now": number,
            "before": number,
            "change": number,
            "share": pl.Float64,
            "better": pl.Boolean,
        }
        return pl.DataFrame(lines, schema=schema)


def compared(now: Iterable[Fact], before: Sequence[Fact]) -> Moves:
    """The numbers of two periods side by side, by the question they answer."""
    old = {fact.key: fact for fact in before if fact.value is not None}
    new = {fact.key: fact for fact in now if fact.value is not None}
    found = [
        Moved(
            key,
            fact.text,
            fact.unit,
            new[key].value if key in new else None,
            old[key].value if key in old else None,
            fact.less_is_better,
        )
        for key, fact in {**old, **new}.items()
    ]
    order = {key: place for place, key in enumerate([*new, *old])}
    headlines = {fact.key for fact in (*new.values(), *old.values()) if fact.headline}
    found.sort(key=lambda each: (each.key not in headlines, order[each.key]))
    return Moves(each for each in found if each.change)
