"""What of a lab is told to a model: the kinds of records that a question may be about, and of records no more than fits.

A lab has over a hundred kinds, and people define more. Told whole with every request they would cost more than the records
and leave a small model no room for its answer. So a model sees the fields of everyday kinds and of those whose words are
in the question, in either language; of the others it sees names, and asks for their fields when it needs them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, Any

from pgc_lib.core.naming import area_title, kind_title
from pgc_lib.core.words import is_chinese, plain, stem, word_spans
from pgc_lib.i18n import LANGUAGES, in_lang

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.collection import Collection
    from pgc_lib.core.spec import FieldSpec

    Collections = Mapping[str, Collection[Any]]

EVERYDAY = (
    "finance.transactions", "todos.items", "wellbeing.moods", "wellbeing.sleep", "skills.practice",
    "hobbies.activities", "family.members", "knowledge.entries", "docs.items",
)  # fmt: skip
"""What most questions are about, whatever their words."""
FITTING = 6
"""Kinds that are told of because words of theirs are asked for."""
MOST_FIELDS, MOST_NAMES, MOST_RECORDS = 6_000, 3_000, 12_000
"""Characters of fields, of names and of records that go out at once."""
_LONGEST = 400
"""Characters of one text in a record."""
_MOST_CHOICES = 8
_TITLE, _AREA, _FIELD = 4.0, 2.0, 1.0


def kinds_for(question: str, collections: "Collections") -> str:
    """Kinds that fit a question with their fields, and the names of the others."""
    asked = [kind for kind in EVERYDAY if kind in collections]
    fitting = [kind for kind in nearest(question, collections) if kind not in asked]
    told = _described([*fitting[:FITTING], *asked], collections)
    others = [kind for kind in collections if kind not in told]
    return "\n".join([*told.values(), _named(others)])


def fields_of(words: str, collections: "Collections") -> str:
    """The kinds that words name or describe, with their fields."""
    kinds = [words] if words in collections else nearest(words, collections)[:FITTING]
    if not kinds:
        return f"No kind has such words. {_named(list(collections))}"
    return "\n".join(_described(kinds, collections).values())


def nearest(words: str, collections: "Collections") -> list[str]:
    """The kinds that have the most of these words in common, rare ones weighing more; none without any."""
    wanted = frozenset(_parts(words))
    weighed = {kind: _weighed(each) for kind, each in collections.items()}
    known = Counter(part for parts in weighed.values() for part in parts)
    score = {
        kind: sum(parts[part] * log(1 + len(weighed) / known[part]) for part in wanted & set(parts))
        for kind, parts in weighed.items()
    }
    return sorted((kind for kind in score if score[kind]), key=lambda kind: -score[kind])


def rows(frame: "pl.DataFrame") -> str:
    """Records as lines of JSON, long texts cut and only so many as fit; what is left out is said."""
    import polars as pl

    texts = pl.col(pl.String)
    cut = texts.str.slice(0, _LONGEST) + pl.when(texts.str.len_chars() > _LONGEST).then(pl.lit("…")).otherwise(pl.lit(""))  # fmt: skip
    lines: list[str] = []
    size = 0
    for line in frame.with_columns(cut).write_ndjson().splitlines():
        size += len(line)
        if size > MOST_RECORDS and lines:
            left = frame.height - len(lines)
            lines.append(f"({left} more are not shown: filter further, or use total)")
            break
        lines.append(line[:MOST_RECORDS])
    return "\n".join(lines)


def _described(kinds: list[str], collections: "Collections") -> dict[str, str]:
    told: dict[str, str] = {}
    left = MOST_FIELDS
    for kind in kinds:
        line = f"- {kind}: " + ", ".join(map(_field, collections[kind].spec.fields.values()))
        if len(line) <= left:
            told[kind] = line
            left -= len(line)
    if not told and kinds:  # one of somebody's own with very many fields
        told[kinds[0]] = f"- {kinds[0]}: " + ", ".join(collections[kinds[0]].spec.fields)
    return {kind: line[:MOST_FIELDS] for kind, line in told.items()}


def _field(field: "FieldSpec") -> str:
    known = "|".join(field.choices) if 0 < len(field.choices) <= _MOST_CHOICES else field.type.name
    return f"{field.name} ({known})"


def _named(kinds: list[str]) -> str:
    if not kinds:
        return ""
    names, left = [], MOST_NAMES
    for kind in kinds:
        left -= len(kind) + 2
        if left < 0:
            break
        names.append(kind)
    more = f" and {len(kinds) - len(names)} more" if len(names) < len(kinds) else ""
    return f"Other kinds, whose fields fields_of tells: {', '.join(names)}{more}."


def _weighed(collection: "Collection[Any]") -> Mapping[str, float]:
    spec = collection.spec
    titles = tuple(field.meta.title for field in spec.fields.values())
    return _weights(spec.kind, titles, tuple(spec.fields))


@cache
def _weights(kind: str, titles: tuple[str, ...], names: tuple[str, ...]) -> Mapping[str, float]:
    """Each part of a word of a kind, in both languages, with how much it says that this kind is meant."""
    from pgc_lib.i18n import _

    found: dict[str, float] = {}
    for language in LANGUAGES:
        with in_lang(language):
            texts = [(kind_title(kind), _TITLE), (area_title(kind.partition(".")[0]), _AREA)]
            texts += [(kind.replace(".", " ").replace("_", " "), _TITLE)]
            texts += [(_(title), _FIELD) for title in titles]
        texts += [(name.replace("_", " "), _FIELD) for name in names]
        for text, weight in texts:
            for part in _parts(text):
                found[part] = max(found.get(part, 0.0), weight)
    return found


def _parts(text: str) -> Iterator[str]:
    """What two texts may have in common: stems of words, and every two Chinese characters beside each other."""
    for start, end in word_spans(text):
        word = plain(text[start:end])
        if not is_chinese(word):
            yield stem(word)
    for first, second in pairwise(text):
        if is_chinese(first) and is_chinese(second):
            yield first + second
