"""Categories for what has none: the person's rules first, then what was learned, then an adviser who is asked.

Rules are the person's own word and decide. What was learned says how sure it is: it decides only where the person
said from when on it may, and suggests otherwise. An adviser (a language model, by `pgc_lib/ai/categories.py`) knows
neither the person's life nor their words; it is asked about payees and suggests rules. Suggestions wait in the
queue of `lab.suggestions`, and what was rejected there is not suggested for such a payee again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from pgc_lib.areas.money.learning import Learned, learn
from pgc_lib.areas.money.matching import fold, folded
from pgc_lib.areas.money.rules import NO_TRANSFER, Rules, keep_categories
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.areas.suggesting.wording import joined, said
from pgc_lib.areas.suggestions import Proposal, Suggestions
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import card
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.session import Session

LINE, RULE = "finance.category", "finance.rule"
"""The topics of suggestions: a category for one line, and a rule for all lines of a payee."""
LEARNED = "learned"

_READ = ("id", "day", "amount", "currency", "payee", "category", "account", "note")
_TAUGHT = 100_000
"""Lines that are learned from, the latest."""
_CORRECTED = 8.0
"""How much more a line weighs whose category is the person's own word."""
_MOST = 500
"""Suggestions about lines made at once; a queue that nobody can finish is none."""
_QUESTIONS = 40
"""Payees that an adviser is asked about at once."""
_CATEGORIES = 80


@dataclass(frozen=True, slots=True)
class Question:
    """A payee whose category nobody knows, and what an adviser may see of its lines."""

    payee: str
    note: str
    """Of one line."""
    amount: Decimal
    """A usual one."""
    currency: str
    lines: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What an adviser thinks of a question."""

    category: str
    confidence: float | None = None
    reason: str = ""


class Adviser(Protocol):
    """Somebody to ask: one advice for each question, None where there is nothing to say."""

    @property
    def model(self) -> str:
        """Who it is."""

    @property
    def prompt(self) -> str:
        """How it was asked."""

    def __call__(
        self, questions: Sequence[Question], categories: Sequence[str]
    ) -> Sequence[Advice | None]:
        """The categories are those that the person has; others are not taken."""


@dataclass(frozen=True, slots=True)
class Categorised:
    """What became of lines without a category; `lab.history.undo_batch(batch)` takes back what was changed."""

    batch: UUID | None
    by_rules: int
    learned: int
    suggested: int
    """Suggestions about single lines that are new in the queue."""
    rules_suggested: int
    """Suggestions of rules that are new in the queue."""
    open: int
    """Lines that still have none."""
    right: float | None = None
    """How often what was learned is right, measured on lines that were held out."""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("By rules"): self.by_rules,
            _("By what was learned"): self.learned,
            _("Suggested"): self.suggested,
            _("Rules suggested"): self.rules_suggested,
            _("Still without a category"): self.open,
            _("Right on known lines"): "" if self.right is None else f"{self.right:.0%}",
            _("Batch"): self.batch,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


def categorise(
    rules: Rules,
    conditions: Sequence[Condition],
    keywords: Mapping[str, Any],
    *,
    sure: float | None,
    least: float,
    adviser: Adviser | None,
) -> Categorised:
    """Rules, what was learned, the adviser: each gets what the one before left open."""
    import polars as pl

    for name, value in (("sure", sure), ("least", least)):
        if value is not None and not 0 < value <= 1:
            raise Invalid(
                _("How sure is a number above 0 and at most 1."),
                [Problem(name, _("this must be at most {le}", le=1), value)],
            )
    session, batch = rules.session, new_id()
    transactions = Collection(session, Transaction)
    queue = Suggestions(session)
    by_rules = rules.apply(*conditions, batch=batch, **keywords).changed
    lines = transactions.frame(
        NO_TRANSFER,
        col("category") == "",
        *conditions,
        columns=_READ,
        **{"owner": session.person, **keywords},
    )
    learned = _learned(session, transactions) if lines.height else None
    guessed = lines.with_columns(pl.lit("").alias("guess"), pl.lit(0.0).alias("confidence"))
    if learned is not None and learned.categories:
        guessed = learned.guess(lines)
    done = 0
    if sure is not None:
        certain = guessed.filter(pl.col("confidence") >= sure)
        if certain.height:
            becomes = certain.with_columns(pl.col("guess").alias("becomes"))
            _batch, done = keep_categories(transactions, becomes, batch)
            guessed = guessed.filter(pl.col("confidence") < sure)
    suggested = rules_suggested = 0
    likely = guessed.filter(pl.col("confidence") >= least)
    if likely.height and learned is not None:
        known = _rejected(queue, transactions)
        suggested = queue.propose_many(_about_lines(likely, learned, known)).added
    unknown = guessed.filter(pl.col("confidence") < least)
    if adviser is not None and unknown.height:
        rules_suggested = _ask(queue, transactions, unknown, adviser)
    return Categorised(
        batch if by_rules + done else None,
        by_rules,
        done,
        suggested,
        rules_suggested,
        guessed.height,
        learned.right if learned else None,
    )


# ── what was learned ─────────────────────────────────────────────────────────────────────────────────


def _learned(session: "Session", transactions: Collection[Transaction]) -> Learned:
    import polars as pl

    frame = transactions.frame(
        NO_TRANSFER,
        col("category") != "",
        columns=_READ,
        owner=session.person,
        order="-day",
        limit=_TAUGHT,
    )
    own = _own_words(session)
    weight = pl.when(pl.col("id").is_in(own)).then(_CORRECTED).otherwise(1.0)
    return learn(frame.with_columns(weight.alias("weight")))


def _own_words(session: "Session") -> list[str]:
    """Lines whose category the person gave by hand, or said yes to."""
    from sqlalchemy import text

    statement = text("""
        select distinct t.id from pgc.changes c join pgc.images i on i.change = c.id
        join finance.transactions t on t.id = i.record
        where c.owner = :me and c.actor = :me and c.kind = 'finance.transactions' and c.verb = 'update'
          and c.batch is null and c.undoes is null and i.before ->> 'category' is distinct from t.category
        union
        select applied_to from suggestions.items
        where owner = :me and topic = :topic and state in ('accepted', 'edited') and applied_to is not null""")
    with session.reading() as connection:
        found = connection.execute(statement, {"me": session.person, "topic": LINE}).scalars()
        return [id.hex for id in found]


def _rejected(queue: Suggestions, transactions: Collection[Transaction]) -> set[tuple[str, str]]:
    """Payees and categories that the person said no to."""
    said = queue.items.find(topic=LINE, state="rejected", owner=queue.session.person)
    targets = {each.target.hex: str(each.proposed.get("category")) for each in said if each.target}
    if not targets:
        return set()
    frame = transactions.frame(col("id").is_in(list(targets)), columns=["id", "payee"])
    return {(fold(payee), targets[id]) for id, payee in frame.iter_rows() if payee}


def _about_lines(
    likely: "pl.DataFrame", learned: Learned, rejected: set[tuple[str, str]]
) -> Iterator[Proposal]:
    made = 0
    reasons: dict[tuple[str, str, str], str] = {}
    for line in likely.sort("confidence", "day", descending=True).iter_rows(named=True):
        payee, note, category = line["payee"], line["note"], line["guess"]
        if made >= _MOST:
            return
        if (fold(payee), category) in rejected:
            continue
        if (payee, note, category) not in reasons:
            reasons[payee, note, category] = _reason(learned, payee, note, category)
        made += 1
        yield Proposal(
            LINE,
            Transaction.spec.kind,
            {"category": category},
            LEARNED,
            target=UUID(line["id"]),
            old={"category": line["category"]},
            title=f"{line['day']} {payee or note} {line['amount']:,.2f} {line['currency']}"[:500],
            reason=reasons[payee, note, category],
            confidence=round(line["confidence"], 4),
        )


def _reason(learned: Learned, payee: str, note: str, category: str) -> str:
    there, every, pieces = learned.why(payee, note, category)
    if there:
        return said(
            N_("“{payee}” was in {category} {n} of {every} times."),
            payee=payee,
            category=category,
            n=there,
            every=every,
        )
    if pieces:
        words = _(", ").join(f"“{piece}”" for piece in pieces)
        return said(N_("Lines with {words} are in {category}."), words=words, category=category)
    return said(N_("Lines of such an amount are in {category}."), category=category)


# ── an adviser ───────────────────────────────────────────────────────────────────────────────────────


def questions_of(lines: "pl.DataFrame", most: int = _QUESTIONS) -> list[Question]:
    """One question for each payee, those with the most lines first."""
    import polars as pl

    payees = (
        lines.with_columns(folded(pl.col("payee")).alias("folded"))
        .filter(pl.col("folded") != "")
        .group_by("folded", "currency")
        .agg(
            pl.col("payee").first(),
            pl.col("note").first(),
            pl.col("amount").sort().get(pl.len() // 2),
            pl.len().alias("lines"),
        )
        .unique("folded", keep="first", maintain_order=True)
        .sort("lines", "folded", descending=[True, False])
        .head(most)
    )
    return [
        Question(row["payee"], row["note"], row["amount"], row["currency"], row["lines"])
        for row in payees.iter_rows(named=True)
    ]


def _ask(
    queue: Suggestions,
    transactions: Collection[Transaction],
    unknown: "pl.DataFrame",
    adviser: Adviser,
) -> int:
    """Ask about payees that were not asked about before, and suggest rules."""
    import polars as pl

    said = queue.items.frame(columns=["about"], topic=RULE, owner=queue.session.person)["about"]
    asked = set(said)
    open_lines = unknown.filter(~folded(pl.col("payee")).is_in([name[6:] for name in asked]))
    questions = questions_of(open_lines)
    categories = _categories(transactions)
    if not questions or not categories:
        return 0
    advice = adviser(questions, categories)
    proposals = [
        _rule(question, each, adviser)
        for question, each in zip(questions, advice, strict=True)
        if each is not None and each.category in categories
    ]
    return queue.propose_many(proposals).added


def _categories(transactions: Collection[Transaction]) -> list[str]:
    """The person's own categories, those that are used most first."""
    import polars as pl

    owner = transactions.session.person
    frame = transactions.frame(col("category") != "", columns=["category"], owner=owner)
    counts = frame.group_by("category").agg(pl.len().alias("n"))
    names = counts.sort("n", "category", descending=[True, False])["category"]
    return names.head(_CATEGORIES).to_list()


def _rule(question: Question, advice: Advice, adviser: Adviser) -> Proposal:
    return Proposal(
        RULE,
        "finance.rules",
        {"payee": [f"={question.payee}"], "category": advice.category},
        "model",
        title=f"{question.payee} → {advice.category}"[:500],
        reason=joined(
            advice.reason[:2000], said(N_("{n} lines have this payee."), n=question.lines)
        ),
        confidence=advice.confidence,
        model=adviser.model,
        prompt=adviser.prompt,
        about=f"payee:{fold(question.payee)}"[:500],
    )
