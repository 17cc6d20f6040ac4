"""Categories learned from the person's own lines: right, honest about how sure, quick, and theirs to refuse."""

from collections.abc import Sequence
from random import Random

import numpy as np
import polars as pl
import pytest

from pgc_lib.areas.money.categorising import Advice, Question
from pgc_lib.areas.money.learning import learn
from pgc_lib.errors import Invalid
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

KINDS = {
    "餐饮": ("面馆", "咖啡", "火锅店", "食堂", "Cafe", "Noodle Bar"),
    "交通": ("地铁", "公交", "出租车", "加油站", "Metro"),
    "购物": ("超市", "便利店", "百货", "Mart"),
    "医疗": ("药房", "医院", "Pharmacy"),
}
NAMES = ("张记", "老王", "星辰", "Sunny ", "城南", "Golden ", "东方", "云上")


def lines(count: int, seed: int = 1, *, wrong: float = 0.0) -> pl.DataFrame:
    """Made-up lines whose payees tell what they are, some of them put where they do not belong."""
    chance = Random(seed)
    rows = []
    for number in range(count):
        category = chance.choice(list(KINDS))
        payee = chance.choice(NAMES) + chance.choice(KINDS[category]) + str(chance.randint(1, 400))
        if chance.random() < wrong:
            category = chance.choice(list(KINDS))
        rows.append((payee, f"订单 {seed}-{number}", -chance.randint(1, 900) / 10, category))
    return pl.DataFrame(rows, schema=["payee", "note", "amount", "category"], orient="row")


# ── the model ────────────────────────────────────────────────────────────────────────────────────────


def test_it_learns_what_payees_are_in_both_languages() -> None:
    """New numbers and names behind the same kind of shop; who was never seen is guessed from the pieces."""
    learned = learn(lines(2000))
    test = lines(500, seed=2)
    guessed = learned.guess(test.drop("category"))
    assert (guessed["guess"] == test["category"]).mean() > 0.95
    assert learned.right is not None and learned.right > 0.9
    new = pl.DataFrame({"payee": ["海底捞火锅店", "Riverside Cafe", "人民医院"], "note": [""] * 3})
    assert learned.guess(new)["guess"].to_list() == ["餐饮", "餐饮", "医疗"]


@pytest.mark.parametrize("wrong", [0.0, 0.3])
def test_it_is_as_sure_as_it_is_right(wrong: float) -> None:
    """Where the person's own lines contradict each other, its confidence falls with its success."""
    learned = learn(lines(6000, wrong=wrong))
    test = lines(2000, seed=3, wrong=wrong)
    guessed = learned.guess(test.drop("category"))
    right = (guessed["guess"] == test["category"]).to_numpy()
    assert abs(right.mean() - guessed["confidence"].mean()) < 0.12
    assert guessed["confidence"].is_between(0, 1).all()


def test_what_it_has_never_seen_is_no_more_than_a_guess() -> None:
    """Another script altogether, nothing at all, hostile texts: an answer, with little confidence."""
    learned = learn(lines(2000))
    strange = ["Ξένος Οίκος", "🤷🤷🤷🤷", "\u202e\ufeff\u200b", "9" * 400, "", "x\ny\x1fz"]
    guessed = learned.guess(pl.DataFrame({"payee": strange, "note": [""] * len(strange)}))
    assert guessed.height == len(strange)
    assert guessed["confidence"].max() < 0.75
    assert np.isfinite(guessed["confidence"].to_numpy()).all()


def test_too_little_to_learn_from() -> None:
    """Without lines, with few, or with one category only, nothing is guessed and nothing breaks."""
    some = lines(3)
    for frame in (some.clear(), some, lines(50).with_columns(category=pl.lit("餐饮"))):
        learned = learn(frame)
        guessed = learned.guess(lines(5).drop("category"))
        assert guessed["guess"].null_count() == 5 and learned.right is None
    assert learn(lines(2000)).guess(some.clear()).is_empty()


def test_corrections_weigh_more_than_what_an_import_brought() -> None:
    """Two corrected lines outweigh five of the same payee."""
    base = lines(300)
    same = pl.DataFrame(
        {"payee": ["瓷器店"] * 7, "note": [""] * 7, "amount": [-5.0] * 7, "category": ["购物"] * 5 + ["爱好"] * 2}
    )  # fmt: skip
    both = pl.concat([base, same], how="diagonal")
    weights = [1.0] * (both.height - 2) + [8.0] * 2
    asked = same.head(1).drop("category")
    assert learn(both).guess(asked)["guess"].to_list() == ["购物"]
    corrected = learn(both.with_columns(pl.Series("weight", weights)))
    assert corrected.guess(asked)["guess"].to_list() == ["爱好"]


def test_it_can_say_why() -> None:
    """How often the payee was there, or which pieces of its name speak for it."""
    learned = learn(lines(2000))
    known = lines(1)["payee"][0]
    category = lines(1)["category"][0]
    there, every, _pieces = learned.why(known, "", category)
    assert there == every > 0
    there, every, pieces = learned.why("海底捞火锅店", "", "餐饮")
    assert (there, every) == (0, 0) and any("火锅" in piece for piece in pieces)


def test_a_hundred_thousand_lines() -> None:
    """All at once; the same lines give the same model."""
    many = lines(100_000)
    one, other = learn(many), learn(many)
    assert np.array_equal(one.weights, other.weights)
    assert (one.guess(many)["guess"] == many["category"]).mean() > 0.97


# ── categorising what is kept ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab with many lines that have a category."""
    lab = house.lab(person("learner"))
    lab.finance.add_many(lines(600).with_columns(day=pl.lit("2026-10-01"), amount=pl.col("amount").round(2)))  # fmt: skip
    return lab


def test_what_was_learned_is_suggested_with_its_reason(lab: Lab) -> None:
    """Into the queue, and only from the wanted confidence on; accepting is one batch."""
    coffee = lab.finance.add(day="2026-11-01", amount=-18, payee="城南咖啡7")
    lab.finance.add(day="2026-11-01", amount=-18, payee="Ξένος")
    with in_lang("en"):
        done = lab.finance.categorise()
    assert (done.batch, done.by_rules, done.learned, done.suggested) == (None, 0, 0, 1)
    assert done.open == 2 and done.right is not None
    (waiting,) = lab.suggestions.waiting(topic="finance.category")
    assert waiting.target == coffee.id and waiting.proposed == {"category": "餐饮"}
    assert waiting.confidence is not None and waiting.confidence >= 0.6
    assert "城南咖啡7" in waiting.reason and waiting.source == "learned"
    assert lab.finance.categorise().suggested == 0, "the same is not suggested again"
    lab.suggestions.accept_all(topic="finance.category")
    assert lab.finance.get(coffee.id).category == "餐饮"
    with in_lang("zh-CN"):
        assert "没有分类" in done._repr_html_()


def test_rules_come_first_and_the_sure_is_done_at_once(lab: Lab) -> None:
    """Both in one batch, which is undone as one."""
    for payee in ("城南咖啡7", "老王地铁3", "公司食堂"):
        lab.finance.add(day="2026-11-01", amount=-18, payee=payee)
    lab.finance.rules.write(category="工作餐", payee="公司食堂")
    done = lab.finance.categorise(sure=0.6)
    assert (done.by_rules, done.learned, done.suggested, done.open) == (1, 2, 0, 0)
    assert lab.finance.count(category="工作餐") == 1
    assert done.batch is not None
    lab.history.undo_batch(done.batch)
    assert lab.finance.count(category="") == 3
    for wrong in ({"sure": 1.5}, {"least": 0}):
        with pytest.raises(Invalid):
            lab.finance.categorise(**wrong)  # type: ignore[arg-type]


def test_what_was_rejected_is_not_suggested_for_that_payee_again(lab: Lab) -> None:
    """Neither for the line nor for the next one of the same payee."""
    lab.finance.add(day="2026-11-01", amount=-18, payee="城南咖啡7")
    lab.finance.categorise()
    (waiting,) = lab.suggestions.waiting()
    lab.suggestions.reject(waiting, "那是请客")
    lab.finance.add(day="2026-11-02", amount=-19, payee="城南咖啡7")
    assert lab.finance.categorise().suggested == 0


def test_what_the_person_corrects_is_learned(lab: Lab) -> None:
    """By hand, as a person does it: one word for a payee changes what is suggested for it."""
    made = [lab.finance.add(day="2026-11-01", amount=-5, payee="瓷器店", category="购物") for _n in range(4)]  # fmt: skip
    for each in made[:3]:
        lab.finance.transactions.update(each, category="爱好")
    lab.finance.add(day="2026-11-02", amount=-5, payee="瓷器店")
    lab.finance.categorise(least=0.3)
    (waiting,) = lab.suggestions.waiting()
    assert waiting.proposed == {"category": "爱好"}


# ── an adviser ───────────────────────────────────────────────────────────────────────────────────────


class Told:
    """An adviser that says what a test wants."""

    model, prompt = "told", "v1"

    def __init__(self, *advice: Advice | None) -> None:
        self.advice = advice
        self.asked: list[Question] = []

    def __call__(
        self, questions: Sequence[Question], categories: Sequence[str]
    ) -> Sequence[Advice | None]:
        assert "餐饮" in categories
        self.asked += questions
        return [*self.advice, *[None] * len(questions)][: len(questions)]


def test_an_adviser_suggests_rules_for_payees_that_nobody_knows(lab: Lab) -> None:
    """One question a payee, the most frequent first; only the person's own categories are taken."""
    for payee in ("Ξένος", "ξένος ", "Ξένος", "Ωκεανός"):
        lab.finance.add(day="2026-11-01", amount=-1800, payee=payee)
    adviser = Told(Advice("餐饮", 0.7, "a tavern"), Advice("not mine"))
    done = lab.finance.categorise(adviser=adviser, least=0.95)
    assert [(each.payee, each.lines) for each in adviser.asked] == [("Ξένος", 3), ("Ωκεανός", 1)]
    assert done.rules_suggested == 1
    (waiting,) = lab.suggestions.waiting()
    assert (waiting.topic, waiting.model, waiting.prompt) == ("finance.rule", "told", "v1")
    again = Told()
    lab.finance.categorise(adviser=again, least=0.95)
    assert [each.payee for each in again.asked] == ["Ωκεανός"], "what is asked costs"
    lab.suggestions.accept(waiting)
    assert lab.finance.categorise(least=0.95).by_rules == 3
    assert lab.finance.rules.find()[0].said().endswith("→ 餐饮")
