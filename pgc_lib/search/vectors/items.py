"""What is put into a collection, judged before it travels: each row by itself, vectors all at once.

A row is a mapping with `vector` or `text`, and perhaps `key` and `metadata`; or vectors come as a numpy array
with keys, texts and metadata beside them. What is wrong is a `Problem` with its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgc_lib.core.ids import new_id
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.search.vectors.records import Metric
from pgc_lib.stores.documents_values import checked, dumps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_KEY = 500
LONGEST_TEXT = 16_000
MOST_METADATA = 65_000
"""Bytes of an item's metadata as JSON."""
_LARGEST = 3.4e38
_FIELDS = frozenset({"key", "vector", "text", "metadata"})


@dataclass(slots=True)
class Items:
    """What can be kept, column by column; a vector that is still to be made of its text is NaN."""

    keys: list[str]
    texts: list[str]
    metadata: list[str]
    """As JSON."""
    vectors: "NDArray[np.float32]"
    to_embed: list[int]
    problems: list[Problem]

    def __len__(self) -> int:
        return len(self.keys)


def judged(
    given: Iterable[Mapping[str, Any]], dimension: int, metric: Metric, *, embeds: bool
) -> Items:
    """The rows that can be kept, and what is wrong with the others."""
    import numpy as np

    keys: list[str] = []
    texts: list[str] = []
    metadata: list[str] = []
    vectors: list[Any] = []
    to_embed: list[int] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    rows: Iterable[object] = given
    for number, row in enumerate(rows, 1):
        found: list[Problem] = []
        if not isinstance(row, Mapping):  # callers in notebooks pass anything
            problems.append(Problem("", _("a row has named values"), None, number))
            continue
        found += [
            Problem(str(name), _("there is no such field"), None, number)
            for name in row.keys() - _FIELDS
        ]
        key = _key(row.get("key"), number, found, seen)
        text = _text(row.get("text"), number, found)
        json = _metadata(row.get("metadata"), number, found)
        vector = row.get("vector")
        if vector is None and not (embeds and text):
            reason = _("a text is needed here") if embeds else _("a vector is needed here")
            found.append(Problem("vector", reason, None, number))
        made = None if vector is None else as_vector(vector, dimension, metric, found, number)
        if found:
            problems += found
            continue
        seen.add(key)
        if made is None:
            to_embed.append(len(keys))
        keys.append(key)
        texts.append(text)
        metadata.append(json)
        vectors.append(made)
    array = np.full((len(keys), dimension), np.nan, dtype=np.float32)
    for place, made in enumerate(vectors):
        if made is not None:
            array[place] = made
    return Items(keys, texts, metadata, array, to_embed, problems)


def columns(
    vectors: Any,
    keys: Sequence[str] | None,
    texts: Sequence[str] | None,
    metadata: Sequence[Mapping[str, Any]] | None,
    dimension: int,
    metric: Metric,
) -> Items:
    """The same for vectors that come as an array, judged all at once."""
    import numpy as np

    try:
        array = np.asarray(vectors, dtype=np.float32)
    except (ValueError, TypeError):
        array = np.empty(0, dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != dimension:
        raise Invalid(
            _("These vectors do not fit the collection."),
            [Problem("vectors", _("a table of numbers with {n} columns is needed", n=dimension), str(array.shape))],
        )  # fmt: skip
    for name, beside in (("keys", keys), ("texts", texts), ("metadata", metadata)):
        if beside is not None and len(beside) != len(array):
            reason = _("there are {n} of them for {m} vectors", n=len(beside), m=len(array))
            raise Invalid(_("These vectors do not fit the collection."), [Problem(name, reason)])
    problems: list[Problem] = []
    wrong: NDArray[np.bool_] = ~np.all(np.isfinite(array), axis=1)
    if metric == "cosine":
        wrong |= ~np.any(array, axis=1)
    good: list[int] = []
    out: tuple[list[str], list[str], list[str]] = ([], [], [])
    seen: set[str] = set()
    for row in range(len(array)):
        found: list[Problem] = []
        key = _key(keys[row] if keys is not None else None, row + 1, found, seen)
        text = _text(texts[row], row + 1, found) if texts is not None else ""
        json = _metadata(metadata[row], row + 1, found) if metadata is not None else "{}"
        if wrong[row]:
            as_vector(array[row], dimension, metric, found, row + 1)
        if found:
            problems += found
            continue
        seen.add(key)
        good.append(row)
        for column, value in zip(out, (key, text, json), strict=True):
            column.append(value)
    kept = array if len(good) == len(array) else array[good]
    return Items(*out, kept, [], problems)


def as_vector(
    given: Any, dimension: int, metric: Metric, problems: list[Problem], row: int | None = None
) -> "NDArray[np.float32] | None":
    """One vector as the stores take it; None with a problem when they would not."""
    import numpy as np

    reason, made = "", None
    try:
        exact = np.asarray(given, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        exact = np.empty((0, 0))
    if isinstance(given, str | bytes | Mapping) or exact.ndim != 1:
        reason = _("a vector is a list of numbers")
    elif len(exact) != dimension:
        reason = _("it has {n} numbers and {wanted} are needed", n=len(exact), wanted=dimension)
    elif not np.all(np.isfinite(exact)):
        reason = _("this must be an ordinary number, not infinite or undefined")
    elif np.any(np.abs(exact) > _LARGEST):
        reason = _("a number in it is too large")
    else:
        made = exact.astype(np.float32)
        if metric == "cosine" and not np.any(made):
            reason = _("a vector of zeros has no direction, which cosine compares")
    if reason:
        problems.append(Problem("vector", reason, None, row))
        return None
    return made


def _key(given: Any, row: int, problems: list[Problem], seen: set[str]) -> str:
    if given is None:
        return str(new_id())
    key = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not 1 <= len(key) <= LONGEST_KEY or not _storable(key):
        reason = _("a key is a text of 1 to {most} characters", most=LONGEST_KEY)
        problems.append(Problem("key", reason, key[:50] or None, row))
    elif key in seen:
        problems.append(Problem("key", _("it came before in these rows"), key[:50], row))
    return key


def _text(given: Any, row: int, problems: list[Problem]) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        problems.append(Problem("text", _("this must be text"), None, row))
    elif len(given) > LONGEST_TEXT:
        reason = _("the text is longer than {max_length} characters", max_length=LONGEST_TEXT)
        problems.append(Problem("text", reason, given[:50] + "…", row))
    elif not _storable(given):
        reason = _("the text holds characters that are not valid Unicode")
        problems.append(Problem("text", reason, None, row))
    else:
        return given
    return ""


def _metadata(given: Any, row: int, problems: list[Problem]) -> str:
    if given is None:
        return "{}"
    if not isinstance(given, Mapping):
        reason = _("this must be an object with named values")
        problems.append(Problem("metadata", reason, None, row))
        return "{}"
    try:
        json = dumps(checked(given))
    except Invalid as error:
        problems += [Problem(f"metadata.{p.place}", p.reason, p.value, row) for p in error.problems]
        return "{}"
    if len(json.encode()) > MOST_METADATA:
        size, most = len(json.encode()), MOST_METADATA
        reason = _(
            "the metadata has {size} bytes and at most {most} are kept", size=size, most=most
        )
        problems.append(Problem("metadata", reason, None, row))
    return json


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
