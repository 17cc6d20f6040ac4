"""Categories learned from what the person decided so far, with an honest word on how sure that is.

Characters, not words: payees and notes are cut into pieces of one to three characters, which works alike for
Chinese, English and what bills mix of both, without a dictionary. Each piece counts, for each category, how
often it was seen there (a multinomial naive Bayes model with complement weights, after Rennie 2003), in numpy
alone; a hundred thousand lines are learned in well under a second, so nothing is ever kept or goes stale.

**Confidence.** Such a model's own numbers are far too sure, because its pieces overlap. So a part of the lines
is held out, the model without them guesses them, and one number (a temperature) is chosen by which its
probabilities are right as often as they say. That is done twice, for payees that were seen and for payees
that were not, because being right about the first says nothing about the second.

A line that the person corrected by hand weighs more than one that an import brought.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.money.pieces import BUCKETS, TEXTS, Pieces, hashed, pieces_of, plain_texts

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Numbers = np.ndarray[Any, np.dtype[Any]]

FEWEST = 4
"""Lines with different texts below which nothing is learned."""
_MOST = 60_000
"""Different texts that are learned; of more, those that were corrected and some of the others."""
_SMOOTH = 0.3
_HELD_OUT = 3000
_ROWS = 2048
"""Lines guessed at a time, so that a million need no more memory than two thousand."""
_DOUBTS = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_TEMPERATURES = (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13, 18, 25, 35, 50)
_CAUTIOUS = 9.0
"""The temperature where there is too little to measure one."""
_ENOUGH = 60


@dataclass(frozen=True, slots=True)
class Trust:
    """How scores become probabilities."""

    temperature: float = _CAUTIOUS
    doubt: float = 0.0
    """The share of lines about which the texts say nothing, however clearly they seem to."""

    def chances(self, scores: "Numbers", prior: "Numbers") -> "Numbers":
        """The probability of each category for each line."""
        usual = _softmax(prior[None, :])
        chances: Numbers = (1 - self.doubt) * _softmax(
            scores * self.temperature + prior
        ) + self.doubt * usual
        return chances


_UNMEASURED = Trust(_CAUTIOUS, 0.1)
_UNMEASURED_NEW = Trust(_CAUTIOUS / 2, 0.2)


@dataclass(frozen=True, slots=True)
class Learned:
    """A model that can guess categories."""

    categories: tuple[str, ...]
    weights: "Numbers"
    """For each bucket and category, what a piece says for it."""
    prior: "Numbers"
    payees: "dict[str, dict[str, int]]"
    """What payees were seen, and how often in which category."""
    known: "Trust"
    unknown: "Trust"
    """How far to trust the scores, for payees that were seen and that were not."""
    lines: int
    right: float | None
    """The share of held-out lines that were guessed rightly; None where there were too few."""

    def guess(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """For each line the most likely `guess` and its `confidence`, between 0 and 1."""
        import numpy as np
        import polars as pl

        if not self.categories or frame.is_empty():
            return frame.with_columns(
                pl.lit(None, pl.String).alias("guess"), pl.lit(0.0).alias("confidence")
            )
        texts = plain_texts(frame)
        columns = [*TEXTS, "size"]
        distinct = texts.unique(columns, maintain_order=True)
        seen = distinct["payee"].is_in(list(self.payees)).to_numpy()
        scores = self._scores(distinct)
        chances = np.where(
            seen[:, None],
            self.known.chances(scores, self.prior),
            self.unknown.chances(scores, self.prior),
        )
        best = chances.argmax(axis=1)
        sure = chances[np.arange(len(best)), best]
        # What consists mostly of pieces that were never seen is a guess, whatever the rest says.
        sure = np.where(seen, sure, sure * np.minimum(1, 2 * self._coverage(distinct["payee"])))
        # Ten times the same is no certainty, a thousand times nearly.
        sure = np.minimum(sure, 1 - 1 / (self._often(distinct["payee"]) + 10))
        found = distinct.with_columns(
            pl.Series("guess", self.categories, dtype=pl.String).gather(best),
            pl.Series("confidence", sure, dtype=pl.Float64),
        )
        joined = texts.join(found, on=columns, how="left", maintain_order="left")
        return frame.with_columns(joined["guess"], joined["confidence"])

    def _scores(self, texts: "pl.DataFrame") -> "Numbers":
        return _scores(pieces_of(texts), self.weights)

    def _often(self, payees: "pl.Series") -> "Numbers":
        """How often each payee was seen at all."""
        import polars as pl

        totals = {payee: sum(counts.values()) for payee, counts in self.payees.items()}
        often = payees.replace_strict(totals, default=0, return_dtype=pl.Int64)
        return often.to_numpy()

    def _coverage(self, payees: "pl.Series") -> "Numbers":
        """Which share of a payee's pairs of characters was ever seen in a payee."""
        import numpy as np

        lines, buckets = hashed(payees, 0, sizes=(2,))
        seen = self.weights[buckets].any(axis=1)
        every = np.bincount(lines, minlength=len(payees))
        found = np.bincount(lines, seen, minlength=len(payees))
        coverage: Numbers = np.divide(found, every, out=np.zeros(len(payees)), where=every > 0)
        return coverage

    def why(self, payee: str, note: str, category: str) -> tuple[int, int, list[str]]:
        """How often the payee was seen in the category and at all, and the pieces of text that speak for it."""
        import numpy as np
        import polars as pl

        texts = plain_texts(pl.DataFrame({"payee": [payee], "note": [note]}))
        counts = self.payees.get(texts["payee"][0], {})
        place = self.categories.index(category)
        found: dict[str, float] = {}
        for column, plain in enumerate(texts.select("payee", "note").row(0)):
            for size in (3, 2):
                grams = [plain[n : n + size] for n in range(len(plain) - size + 1)]
                if not grams:
                    continue
                series = pl.Series("text", grams, dtype=pl.String)
                _lines, buckets = hashed(series, column, sizes=(size,))
                says = self.weights[buckets, place] - self.weights[buckets].mean(axis=1)
                for gram, weight in zip(grams, np.asarray(says), strict=True):
                    found.setdefault(gram.strip("0"), float(weight))
        best = sorted((gram for gram in found if gram), key=lambda gram: -found[gram])
        said: list[str] = []
        for gram in best:
            if found[gram] > 0 and not any(gram in other or other in gram for other in said):
                said.append(gram)
        return counts.get(category, 0), sum(counts.values()), said[:3]


def learn(frame: "pl.DataFrame") -> Learned:
    """Learn from lines with a category (`payee`, `note`, `account`, `amount`, `category`, perhaps `weight`)."""
    import numpy as np
    import polars as pl

    weight = pl.col("weight") if "weight" in frame.columns else pl.lit(1.0).alias("weight")
    texts = (
        plain_texts(frame)
        .with_columns(frame.select("category", weight.cast(pl.Float64)))
        .filter(pl.col("category") != "")
        .group_by(*TEXTS, "size", "category", maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("weight").sum())
        .with_columns(
            (pl.col("weight") > pl.col("count")).alias("corrected"),
            pl.col("weight").sum().over(*TEXTS, "size").alias("together"),
        )
        # The tenth cup of coffee says little more than the ninth; where it belongs is by majority.
        .with_columns(pl.col("weight") / pl.col("together") * (pl.col("together").log1p() + 0.3))
        .pipe(_some)
    )
    categories = tuple(sorted(texts["category"].unique()))
    if texts.height < FEWEST or len(categories) < 2:
        return _nothing(frame.height)
    codes = {name: place for place, name in enumerate(categories)}
    classes = texts["category"].replace_strict(codes, return_dtype=pl.Int64).to_numpy()
    weights = texts["weight"].to_numpy()
    pieces = pieces_of(texts)
    counts = _count(pieces, classes, weights, len(categories))
    total = np.bincount(classes, weights, minlength=len(categories))
    payees: dict[str, dict[str, int]] = {}
    for payee, category, count in (
        texts.filter(pl.col("payee") != "").group_by("payee", "category").agg(pl.col("count").sum()).iter_rows()
    ):  # fmt: skip
        payees.setdefault(payee, {})[category] = count
    known, unknown, right = _measured(texts, pieces, classes, weights, counts, total)
    return Learned(
        categories, _weights(counts), _prior(total), payees, known, unknown, frame.height, right
    )


def _some(texts: "pl.DataFrame") -> "pl.DataFrame":
    """Not too many; drawn without regard to how often they came, lest rare ones look impossible."""
    import polars as pl

    if texts.height <= _MOST:
        return texts
    mixed = texts.sample(fraction=1, shuffle=True, seed=1)
    return mixed.sort(~pl.col("corrected"), maintain_order=True).head(_MOST)


def _nothing(lines: int) -> Learned:
    import numpy as np

    empty = np.zeros((BUCKETS, 0))
    return Learned((), empty, empty[0], {}, _UNMEASURED, _UNMEASURED_NEW, lines, None)


# ── the model ────────────────────────────────────────────────────────────────────────────────────────


def _count(pieces: Pieces, classes: "Numbers", weights: "Numbers", width: int) -> "Numbers":
    """How often each piece was seen in each category."""
    import numpy as np

    place = pieces.buckets * width + classes[pieces.lines]
    found = np.bincount(place, weights[pieces.lines], minlength=BUCKETS * width)
    counted: Numbers = found.reshape(BUCKETS, width)
    return counted


def _weights(counts: "Numbers") -> "Numbers":
    """What a piece says for a category: how much more it is seen there than everywhere else."""
    import numpy as np

    inside = counts + _SMOOTH
    outside = counts.sum(axis=1, keepdims=True) - counts + _SMOOTH
    there = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    there[counts.sum(axis=1) == 0] = 0  # what was never seen says nothing
    weights: Numbers = there.astype(np.float32)
    return weights


def _prior(total: "Numbers") -> "Numbers":
    import numpy as np

    prior: Numbers = np.log((total + 1) / (total + 1).sum())
    return prior


def _scores(pieces: Pieces, weights: "Numbers") -> "Numbers":
    """What all pieces of a line say together, on average."""
    import numpy as np

    order = np.argsort(pieces.lines, kind="stable")
    lines, buckets = pieces.lines[order], pieces.buckets[order]
    starts = np.searchsorted(lines, np.arange(pieces.height + 1))
    scores = np.empty((pieces.height, weights.shape[1]), dtype=np.float64)
    for first in range(0, pieces.height, _ROWS):
        last = min(first + _ROWS, pieces.height)
        begin, end = starts[first], starts[last]
        said = weights[buckets[begin:end]]
        scores[first:last] = np.add.reduceat(said, starts[first:last] - begin, axis=0)
    return scores / np.diff(starts)[:, None]


def _softmax(scores: "Numbers") -> "Numbers":
    import numpy as np

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return chances


# ── how sure ─────────────────────────────────────────────────────────────────────────────────────────


def _measured(
    texts: "pl.DataFrame",
    pieces: Pieces,
    classes: "Numbers",
    weights: "Numbers",
    counts: "Numbers",
    total: "Numbers",
) -> tuple[Trust, Trust, float | None]:
    """Measured on lines that the model does not know: once other lines of the payee are known, once none."""
    import numpy as np

    if texts.height < _ENOUGH:
        return _UNMEASURED, _UNMEASURED_NEW, None
    found: list[Trust] = []
    shares: list[float] = []
    by_line = (
        texts["payee"].hash(seed=77) ^ texts["note"].hash(seed=78) ^ texts["size"].hash(seed=79)
    )
    by_payee = texts["payee"].hash(seed=76)
    for lots in (by_line, by_payee):
        held = np.flatnonzero((lots % 5 == 0).to_numpy())
        held = held[:_HELD_OUT]
        if len(held) < _ENOUGH // 6:
            found.append(_UNMEASURED_NEW)
            continue
        mask = np.zeros(texts.height, dtype=np.bool_)
        mask[held] = True
        inside = mask[pieces.lines]
        renumbered = np.cumsum(mask) - 1
        part = Pieces(renumbered[pieces.lines[inside]], pieces.buckets[inside], len(held))
        width = len(total)
        rest = counts - _count(part, classes[held], weights[held], width)
        left = total - np.bincount(classes[held], weights[held], minlength=width)
        scores = _scores(part, _weights(np.maximum(rest, 0)))
        often = texts["count"].to_numpy()[held].astype(np.float64)
        trust, right = _best(scores, _prior(np.maximum(left, 0)), classes[held], often)
        found.append(trust)
        shares.append(right)
    return found[0], found[1], shares[0] if shares else None


def _best(
    scores: "Numbers", prior: "Numbers", truth: "Numbers", often: "Numbers"
) -> tuple[Trust, float]:
    """The trust with which the truth surprises least, and the share of lines that was right with it."""
    import numpy as np

    every = np.arange(len(truth))
    usual = _softmax(prior[None, :])[0, truth]
    best, least, right = _UNMEASURED, np.inf, 0.0
    for temperature in _TEMPERATURES:
        chances = _softmax(scores * temperature + prior)
        of_truth = chances[every, truth]
        for doubt in _DOUBTS:
            mixed = np.maximum((1 - doubt) * of_truth + doubt * usual, 1e-4)
            loss = float(np.average(-np.log(mixed), weights=often))
            if loss < least:
                best, least = Trust(float(temperature), doubt), loss
                hits = chances.argmax(axis=1) == truth
                right = float(np.average(hits, weights=often))
    return best, right
