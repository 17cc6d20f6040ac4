"""What stands in the index for a text."""

from datetime import date
from uuid import UUID

from pgc_lib.search.gathering import Content
from pgc_lib.search.lexemes import MOST, lexed, tag_paths

OWNER = UUID(int=7)


def _lexed(title: str = "", body: str = "", tags: tuple[str, ...] = ()) -> set[str]:
    made = lexed(Content(title, body, tags, date(2026, 11, 20)), OWNER, "kinds.note")
    return set(made.words.split(" "))


def test_words_lie_at_their_places_with_their_weights() -> None:
    assert {"'growing':1A", "'grow':1A", "'t:growing'", "'tomatoes':2A", "'tomato':2A"} <= _lexed(
        "Growing tomatoes"
    )


def test_one_and_two_chinese_characters_are_there_however_words_are_cut() -> None:
    made = _lexed(body="清华大学")
    assert {"'清'", "'华大'", "'大学'"} <= made
    assert any(lexeme.startswith("'清华大学':") for lexeme in made)


def test_tags_are_found_by_those_above_them() -> None:
    assert list(tag_paths("#Work/PGC")) == ["work", "work/pgc"]
    assert {"'#:work'", "'#:work/pgc'"} <= _lexed(tags=("work/PGC",))


def test_whose_it_is_stands_in_it() -> None:
    assert {f"'o:{OWNER.hex}'", "'a:kinds'", "'k:kinds.note'"} <= _lexed()


def test_what_would_end_a_lexeme_is_quoted() -> None:
    """A text is data; in a vector as everywhere."""
    made = lexed(Content("don't \\ '", "", ("a'b\\c",), date(2026, 11, 20)), OWNER, "kinds.note")
    assert "'don''t':1A" in made.words and "'#:a''b\\\\c'" in made.words


def test_a_novel_fits() -> None:
    """PostgreSQL keeps a megabyte of lexemes and places up to 16,383."""
    body = " ".join(f"word{n}" for n in range(60_000)) + "家庭矛盾" * 50_000
    made = lexed(Content("", body, (), date(2026, 11, 20)), OWNER, "kinds.note")
    lexemes = made.words.split(" ")
    assert len(lexemes) <= MOST + 3 and len(made.words.encode()) < 1_000_000
    assert f"'o:{OWNER.hex}'" in lexemes
    assert made.length > 60_000
