"""Rules for categories that a person writes: what a line must be like, and where it belongs then.

    rules = lab.finance.rules
    rule = rules.new(payee=["瑞幸", "luckin"], flow="out", category="餐饮")
    rules.try_out(rule)          # what it would change, before it is kept
    rules.add(rule)
    rules.apply()                # over everything that is kept, as one batch that can be undone

The first rule that a line meets decides: the smaller `priority` first, then the older rule. A rule fills
empty categories; with `was` it also moves lines on from the categories that are named there, such as those
of a wallet's bill.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.money.matching import (
    NO_RULE,
    WEEKDAYS,
    Lines,
    fold,
    is_pattern,
    wrong_pattern,
)
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing, card
from pgc_lib.core.types import Money
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

Flow: TypeAlias = Literal["any", "out", "in"]
_READ = ("id", "day", "amount", "currency", "payee", "category", "account", "note")
NO_TRANSFER = ~(col("nature") == "transfer") & col("parts").is_null()
"""Money that moves between one's own accounts has no category, and what is in parts has several."""


class CategoryRule(Record, kind="finance.rules", sort=["priority", "created_at"]):
    """Which lines of money belong to a category."""

    category: str = field(title=N_("Category"), min_length=1, max_length=200, searchable=True)
    payee: list[str] = field(
        [],
        title=N_("Payee"),
        help=N_("Any of these words; =word for the whole text, /…/ for a regular expression."),
        searchable=True,
    )
    note: list[str] = field([], title=N_("Note"), searchable=True)
    account: list[str] = field([], title=N_("Account"))
    was: list[str] = field(
        [],
        title=N_("Category so far"),
        help=N_("Empty for lines without a category; otherwise any of these words."),
    )
    flow: Flow = field("any", title=N_("Direction"))
    least: Money | None = field(None, title=N_("Amount from"), help=N_("Without its sign."), ge=0)
    most: Money | None = field(None, title=N_("Amount to"), help=N_("Without its sign."), ge=0)
    currency: str = field("", title=N_("Currency"), pattern="^([A-Z]{3})?$", max_length=3)
    weekdays: list[str] = field(
        [], title=N_("Days of the week"), help=N_("Any of: mon tue wed thu fri sat sun.")
    )
    priority: int = field(
        100, title=N_("Priority"), help=N_("The rule with the smaller number comes first."), ge=0
    )
    active: bool = field(True, title=N_("In use"))
    remark: str = field("", title=N_("Remark"), max_length=2000)

    @field_validator("payee", "note", "account", "was")
    @classmethod
    def _usable(cls, words: list[str]) -> list[str]:
        for word in words:
            if is_pattern(word):
                if reason := wrong_pattern(word):
                    raise PydanticCustomError("pattern", "{reason}", {"reason": reason})
            elif not fold(word):
                raise PydanticCustomError("empty_word", _("an empty word is in every text"))
        return words

    @field_validator("weekdays")
    @classmethod
    def _days(cls, days: list[str]) -> list[str]:
        if not set(days) <= set(WEEKDAYS):
            expected = ", ".join(WEEKDAYS)
            raise PydanticCustomError("literal_error", expected, {"expected": expected})
        return days

    @model_validator(mode="after")
    def _asks_something(self) -> "CategoryRule":
        if not self._asks():
            raise PydanticCustomError(
                "no_condition",
                _("a rule says what a line must be like, or it would fit all of them"),
            )
        if self.least is not None and self.most is not None and self.least > self.most:
            raise PydanticCustomError("range", _("the amounts leave nothing between them"))
        return self

    def _asks(self) -> bool:
        words = self.payee or self.note or self.account or self.was or self.weekdays
        amounts = self.least is not None or self.most is not None
        return bool(words or amounts or self.currency or self.flow != "any")

    def said(self) -> str:
        """The rule in words."""
        parts = [
            f"{spec.title}: {' / '.join(words)}"
            for name, spec in self.spec.fields.items()
            if isinstance(words := getattr(self, name), list) and words
        ]
        if self.flow != "any":
            parts.append(_("money going out") if self.flow == "out" else _("money coming in"))
        if self.least is not None or self.most is not None:
            parts.append(f"{_plain(self.least)}–{_plain(self.most)}")
        if self.currency:
            parts.append(self.currency)
        return f"{'; '.join(parts)} → {self.category}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do to what is kept, if it were kept now."""

    rule: CategoryRule
    changes: "pl.DataFrame"
    """The lines that would change, with what their category `becomes`."""
    taken: int
    """Lines that it fits and that an earlier rule decides."""
    looked_at: int

    def _shown_(self) -> dict[str, Any]:
        totals = self.changes.group_by("currency").agg(amount=_sum("amount")).sort("currency")
        return {
            _("Rule"): self.rule.said(),
            _("Lines looked at"): self.looked_at,
            _("Would change"): self.changes.height,
            _("Decided by earlier rules"): self.taken,
            _("Together"): [f"{amount:,.2f} {currency}" for currency, amount in totals.iter_rows()],
        }

    def _repr_html_(self) -> str:
        return card(self._shown_()) + self.changes.head(20).drop("id")._repr_html_()


@dataclass(frozen=True, slots=True)
class Applied:
    """What rules did to what is kept; `lab.history.undo_batch(batch)` takes it back."""

    batch: UUID | None
    changed: int
    by_rule: Mapping[UUID, int]

    def _shown_(self) -> dict[str, Any]:
        return {_("Changed"): self.changed, _("Batch"): self.batch}

    def _repr_html_(self) -> str:
        return card(self._shown_())


class Rules(Collection[CategoryRule]):
    """The person's rules, in the order in which they are asked."""

    def in_order(self) -> Listing[CategoryRule]:
        """My rules that are in use, the first one first."""
        found = self.find(active=True, owner=self.session.person)
        return Listing(sorted(found, key=_place))

    def categorised(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """The lines with the categories that my rules give them: for a whole import at once.

        It takes lines as an importer has them (days and amounts may still be text) and changes the column
        `category` alone.
        """
        rules = self.in_order()
        return frame if not rules or frame.is_empty() else categorised(frame, rules)

    def try_out(self, rule: CategoryRule, /, *conditions: Condition, **keywords: Any) -> Trial:
        """What a rule would change, in its place among the others; nothing is kept."""
        import polars as pl

        frame = self._lines(conditions, keywords)
        others = [each for each in self.in_order() if each._id is None or each._id != rule._id]
        before = [each for each in others if _place(each) < _place(rule)]
        lines = Lines(frame)
        meets = lines.meeting(rule)
        first = lines.first_rules([*before, rule])
        changes = frame.filter(
            pl.Series(first == len(before)), pl.col("category") != rule.category
        ).with_columns(pl.lit(rule.category).alias("becomes"))
        taken = int((meets & (first != len(before))).sum())
        return Trial(rule, changes, taken, frame.height)

    def apply(self, *conditions: Condition, batch: UUID | None = None, **keywords: Any) -> Applied:
        """Let my rules decide about everything that is kept, or what meets the conditions: one batch."""
        import polars as pl

        rules = self.in_order()
        frame = self._lines(conditions, keywords) if rules else None
        if frame is None or frame.is_empty():
            return Applied(None, 0, {})
        first = pl.Series("rule", Lines(frame).first_rules(rules))
        changed = _with_categories(frame.with_columns(first), rules).filter(
            pl.col("becomes") != pl.col("category")
        )
        if changed.is_empty():
            return Applied(None, 0, {})
        batch, done = keep_categories(self._transactions, changed, batch)
        counts = changed.group_by("rule").len().iter_rows()
        return Applied(batch, done, {rules[place].id: count for place, count in counts})

    def write(self, **values: Any) -> CategoryRule:
        """Keep a rule, where a single word may stand for a list of one."""
        lists = {name for name, spec in self.spec.fields.items() if spec.type.name == "texts"}
        given = {
            name: [value] if name in lists and isinstance(value, str) else value
            for name, value in values.items()
        }
        return self.add(self.new(**given))

    def _lines(
        self, conditions: Sequence[Condition], keywords: Mapping[str, Any]
    ) -> "pl.DataFrame":
        return self._transactions.frame(
            NO_TRANSFER, *conditions, columns=_READ, **{"owner": self.session.person, **keywords}
        )

    @property
    def _transactions(self) -> Collection[Any]:
        return Collection(self.session, Transaction)


def categorised(frame: "pl.DataFrame", rules: Sequence[CategoryRule]) -> "pl.DataFrame":
    """The lines with the categories that these rules give them."""
    import polars as pl

    first = pl.Series("\0rule", Lines(frame).first_rules(rules))
    if "category" not in frame.columns:
        frame = frame.with_columns(pl.lit("").alias("category"))
    becomes = _category_of(pl.col("\0rule"), rules, pl.col("category"))
    # As NO_TRANSFER says it of what is kept.
    for name, no_category in (("nature", pl.col("nature") == "transfer"), ("parts", pl.col("parts").is_not_null())):  # fmt: skip
        if name in frame.columns:
            becomes = pl.when(no_category.fill_null(False)).then(pl.col("category")).otherwise(becomes)  # fmt: skip
    return frame.with_columns(first).with_columns(becomes.alias("category")).drop("\0rule")


def keep_categories(
    transactions: Collection[Any], changed: "pl.DataFrame", batch: UUID | None = None
) -> tuple[UUID, int]:
    """Give the lines (`id`, `category`, `becomes`) their new category as one batch; how many there were.

    A line whose category somebody changed in between is left alone.
    """
    import polars as pl

    from pgc_lib.core.amending import WAS, amend_many

    batch = batch or new_id()
    staged = changed.select(
        "id", pl.col("category").alias(f"{WAS}category"), pl.col("becomes").alias("category")
    )
    with transactions.session.writing(batch=batch) as connection:
        done = amend_many(connection, transactions.spec, staged)
    return batch, len(done)


def _with_categories(frame: "pl.DataFrame", rules: Sequence[CategoryRule]) -> "pl.DataFrame":
    import polars as pl

    becomes = _category_of(pl.col("rule"), rules, pl.col("category"))
    return frame.with_columns(becomes.alias("becomes"))


def _category_of(
    place: "pl.Expr", rules: Sequence[CategoryRule], otherwise: "pl.Expr"
) -> "pl.Expr":
    import polars as pl

    names = pl.lit(pl.Series([rule.category for rule in rules], dtype=pl.String))
    at = pl.when(place == NO_RULE).then(None).otherwise(place)
    return pl.coalesce(names.gather(at), otherwise)


def _place(rule: CategoryRule) -> tuple[int, bool, Any]:
    """Where a rule stands; one that is not kept yet comes after those of its priority."""
    return rule.priority, rule._id is None, rule._id


def _plain(amount: Decimal | None) -> str:
    return "…" if amount is None else f"{amount:,.2f}"


def _sum(name: str) -> "pl.Expr":
    import polars as pl

    return pl.col(name).sum()
