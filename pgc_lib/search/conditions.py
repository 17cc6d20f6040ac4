"""A question as PostgreSQL's `tsquery`, against what `lexemes.py` writes."""

from collections.abc import Iterable

from pgc_lib.core.words import is_chinese, plain, stem
from pgc_lib.search.lexemes import chinese_runs, grams, quoted
from pgc_lib.search.query import Query, Term


def matching(term: Term, *, titled: bool = False) -> str:
    """What an entry must have to hold a term; `titled` when in its title."""
    mark = "t:" if titled else ""
    if term.sort == "prefix":
        return f"{quoted(mark + term.words[0])}:*"
    if term.sort == "phrase":
        return _phrase(term, mark)
    return any_of(_word(term.words[0], mark))


def required(query: Query) -> str:
    """What holds whatever is looked for: filters, phrases, and what must not be there. Empty when there is nothing."""
    parts = [matching(term) for term in query.terms if term.sort == "phrase"]
    parts += [quoted(f"#:{plain(tag.lstrip('#'))}") for tag in query.tags]
    for mark, values in (("a", query.areas), ("k", query.kinds)):
        if values:
            parts.append(any_of(quoted(f"{mark}:{value}") for value in values))
    parts += [f"!({matching(term)})" for term in query.without]
    marks = {"tag": "#", "area": "a", "kind": "k"}
    parts += [f"!{quoted(f'{marks[name]}:{plain(value)}')}" for name, value in query.without_marks]
    return all_of(parts)


def all_of(parts: Iterable[str]) -> str:
    """Everything of these."""
    return " & ".join(f"({part})" for part in parts if part)


def any_of(parts: Iterable[str]) -> str:
    """One of these."""
    return " | ".join(f"({part})" for part in dict.fromkeys(parts))


def _word(word: str, mark: str) -> list[str]:
    if not is_chinese(word):
        return [quoted(mark + word), quoted(mark + stem(word))]
    # Where the text was cut otherwise, the neighbours in it still are the word.
    pairs = [quoted(mark + gram) for gram in grams(word) if len(gram) == 2]
    return [quoted(mark + word), *([all_of(pairs)] if len(word) > 2 else [])]


def _phrase(term: Term, mark: str) -> str:
    """Neighbours. With Chinese in it, what is found is compared with the text itself afterwards."""
    if not any(map(is_chinese, term.words)):
        if mark:
            return all_of(quoted(mark + word) for word in term.words)
        return " <-> ".join(map(quoted, term.words))
    pairs = [gram for run in chinese_runs(term.written) for gram in grams(run) if len(gram) == 2]
    alone = [run for run in chinese_runs(term.written) if len(run) == 1]
    others = [word for word in term.words if not is_chinese(word)]
    return all_of(quoted(mark + lexeme) for lexeme in dict.fromkeys([*pairs, *alone, *others]))
