"""Words: one notion of a word in every language mix, that loses no character."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.words import is_chinese, others_beginning, plain, spans, stem, word_spans, words


def test_chinese_is_cut_into_words_and_english_is_lower_cased() -> None:
    """A note in two languages has the words of both."""
    assert words("家庭矛盾怎么处理？Learning Python3 在北京") == [
        *["家庭", "矛盾", "怎么", "处理"],
        *["learning", "python3", "在", "北京"],
    ]


def test_width_and_case_do_not_matter() -> None:
    """What is typed with a Chinese keyboard's wide letters is the same word."""
    assert words("ＡＢＣ１２３ ＯＫＲ") == ["abc123", "okr"]


def test_an_apostrophe_stays_within_its_word() -> None:
    assert words("Don’t say 'never'.") == ["don't", "say", "never"]


def test_underscores_and_signs_are_between_words() -> None:
    assert words("foo_bar-baz@example.com") == ["foo", "bar", "baz", "example", "com"]


def test_letters_with_marks_of_their_own_stay_together() -> None:
    """A file name from macOS has its accents as characters of their own."""
    assert words("cafe\u0301 über") == ["café", "über"]


def test_forms_of_an_english_word_have_one_stem() -> None:
    assert {stem(each) for each in ("growing", "grows", "grow")} == {"grow"}
    assert stem("家庭") == "家庭"
    assert stem("b2b") == "b2b"


def test_chinese_is_known_by_its_first_character() -> None:
    assert is_chinese("家")
    assert not is_chinese("a家")
    assert not is_chinese("")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("家庭矛盾与和 aB_9'’，。\n\u0301𠮷é\x00"), max_size=60))
def test_spans_cover_the_text(text: str) -> None:
    """Nothing of a text is lost between its pieces, whatever it holds."""
    pieces = spans(text)
    assert "".join(text[start:end] for start, end in pieces) == text
    assert all(start < end for start, end in pieces)
    assert set(word_spans(text)) <= set(pieces)


def test_a_long_run_of_chinese_is_cut_in_pieces() -> None:
    """No blank for a million characters is no reason to hang."""
    text = "家庭矛盾" * 100_000
    found = spans(text)
    assert found[-1][1] == len(text)
    assert len(found) == 200_000


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("家庭 aB_9'’，\n\u0301é\x00Ａﬁd"), max_size=40),
    st.sets(st.sampled_from("abd9é")),
)
def test_words_are_found_by_their_first_letter(text: str, letters: set[str]) -> None:
    """What is found for marking in a fraction of the time are whole words, and every one that begins so."""
    found = {match.span() for match in others_beginning(letters).finditer(text)}
    others = {(start, end) for start, end in word_spans(text) if not is_chinese(text[start:end])}
    assert found <= others
    assert found >= {(start, end) for start, end in others if plain(text[start:end])[0] in letters}
