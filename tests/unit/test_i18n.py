"""What a person reads: the right language, and a Chinese text for each English one."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from contextvars import ContextVar

import pytest

from pgc_lib import i18n
from pgc_lib.i18n import N_, _, in_lang, lang, n_, normal, read_po, set_lang
from tests.support.messages import PARTS, calls, entries, fields, names

SAME = {
    "JSON",
    "API",
    "PDF",
    "ID",
    "Hub",
}
"""Messages that read the same in both languages."""

VARIABLES = ("PGC_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def told(problems: Iterable[str], what: str) -> None:
    """Fail once, with every problem on a line of its own."""
    lines = sorted(set(problems))
    if lines:
        pytest.fail(
            "\n".join([f"{len(lines)} {what}:", *(f"  {line}" for line in lines)]), pytrace=False
        )


def test_every_message_has_a_translation() -> None:
    """Nobody who reads Chinese meets an English sentence."""
    known = {entry.message for entry in entries() if entry.translation}
    missing = (
        f"{call.place}: {message!r}"
        for call in calls()
        for message in call.messages
        if message not in known
    )
    told(missing, "messages without a Chinese text in pgc_lib/locale/zh_CN/parts")


def test_every_message_can_be_found() -> None:
    """A text that is put together before it is looked up is in no catalogue."""
    told((call.place for call in calls() if not call.literal), "messages that are no plain text")


def test_translations_keep_their_placeholders() -> None:
    """A placeholder that is missing loses a fact; one that is new breaks the sentence at the worst moment."""
    told(
        (
            f"{entry.place}: {entry.message!r} has {fields(entry.message)}, {entry.translation!r} has {fields(entry.translation)}"
            for entry in entries()
            if entry.translation and fields(entry.message) != fields(entry.translation)
        ),
        "translations with other placeholders",
    )


def test_the_values_fit_the_placeholders() -> None:
    """`_("{path}")` without `path=` fails or shows braces; `path=` without a placeholder says nothing."""
    told(
        (
            f"{call.place}: {text!r} asks for {sorted(names(text))}, given are {sorted(call.values)}"
            for call in calls()
            if call.values is not None
            for text in call.english
            if names(text) != (call.values - {"n"} if "n" not in names(text) else call.values)
        ),
        "messages with other values than placeholders",
    )


def test_no_translation_is_empty_or_english() -> None:
    """An entry that was made and never written looks done and is not."""
    told(
        (
            f"{entry.place}: {entry.message!r}"
            for entry in entries()
            if not entry.translation
            or (entry.translation == entry.message and entry.message not in SAME)
        ),
        "translations that are empty or still English (if it reads the same, add it to SAME)",
    )


def test_no_translation_is_left_over() -> None:
    """A message that was reworded leaves its old translation behind."""
    used = {text for call in calls() for text in call.english}
    told(
        (
            f"{entry.place}: {entry.message!r}"
            for entry in entries()
            if not entry.foreign and entry.message not in used
        ),
        "translations of messages that nobody says (of another package: write “#. said by NAME” above)",
    )


def test_one_message_has_one_translation() -> None:
    """Two parts that differ would win by the order of their names."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries():
        found[entry.message][entry.translation].append(entry.place)
    told(
        (
            f"{', '.join(place for places in texts.values() for place in places)}: {message!r} is {' and '.join(map(repr, texts))}"
            for message, texts in found.items()
            if len(texts) > 1
        ),
        "messages with several translations",
    )


def test_translations_are_chinese_text() -> None:
    """Chinese punctuation after Chinese words, and one way to write dots and dashes."""
    wrong = []
    for entry in entries():
        text = entry.translation
        for before, after in zip(text, text[1:] + " ", strict=True):
            if "一" <= before <= "鿿" and after in ",;!?":
                wrong.append(f"{entry.place}: {before}{after} in {text!r}")
    told(wrong, "translations with English punctuation after Chinese")


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A system that asks for no language."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(i18n, "_preferred", "")
    monkeypatch.setattr(i18n, "_chosen", ContextVar[str | None]("chosen", default=None))
    return monkeypatch


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_TW"}, "zh-CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "zh-CN"),
        ({"LC_MESSAGES": "en_US", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "zh_CN", "LC_MESSAGES": "en_US"}, "zh-CN"),
        ({"PGC_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        ({"PGC_LANG": "zh-CN", "LANG": "en_US"}, "zh-CN"),
        ({"PGC_LANG": "", "LANG": "zh_CN"}, "zh-CN"),
    ],
)
def test_the_language_is_found(
    system: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    """PGC_LANG before the locale, and English where nothing is known."""
    for name, value in environment.items():
        system.setenv(name, value)
    assert lang() == language


def test_a_language_for_a_block(system: pytest.MonkeyPatch) -> None:
    """For a report to someone else; afterwards everything is as it was, also after an error."""
    with pytest.raises(ZeroDivisionError), in_lang("zh_CN"):
        assert lang() == "zh-CN"
        with in_lang("en"):
            assert lang() == "en"
        assert lang() == "zh-CN"
        raise ZeroDivisionError
    assert lang() == "en"


def test_a_choice_is_for_its_own_context(system: pytest.MonkeyPatch) -> None:
    """What one request chooses does not change another's language."""
    seen: list[str] = []
    with in_lang("zh-CN"):
        other = threading.Thread(target=lambda: seen.append(lang()))
        other.start()
        other.join()
    assert seen == ["en"]
    set_lang("zh")
    assert lang() == "zh-CN"
    set_lang(None)
    assert lang() == "en"


def test_the_file_s_wish_is_for_all(system: pytest.MonkeyPatch) -> None:
    """What `pgc.toml` asks for holds in every thread, after PGC_LANG and before the locale."""
    system.setenv("LANG", "en_US")
    i18n.prefer("zh-CN")
    seen: list[str] = []
    other = threading.Thread(target=lambda: seen.append(lang()))
    other.start()
    other.join()
    assert seen == ["zh-CN"]
    system.setenv("PGC_LANG", "en")
    assert lang() == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh", "zh-CN"), ("ZH-hans", "zh-CN"), ("en_GB.UTF-8", "en"), ("xx", "en"), ("", "en")],
)
def test_tags(tag: str, language: str) -> None:
    """Whatever form a tag has, it leads to one of our languages."""
    assert normal(tag) == language


def test_values_are_put_in() -> None:
    """By name; a value with braces is no placeholder, and a message without values stays as it is."""
    with in_lang("en"):
        assert _("{path} is not a folder.", path="/{x}") == "/{x} is not a folder."
        assert _("{path} is not a folder.") == "{path} is not a folder."
        assert _("nobody ever translated this {n}", n=1) == "nobody ever translated this 1"
    with in_lang("zh-CN"):
        assert _("{path} is not a folder.", path="/{x}") == "/{x} 不是文件夹。"
        assert _("nobody ever translated this {n}", n=1) == "nobody ever translated this 1"
    assert N_("later") == "later"


def test_counted_things(monkeypatch: pytest.MonkeyPatch) -> None:
    """English has two forms; Chinese has one, which is found under the plural."""
    monkeypatch.setattr(
        i18n, "catalogue", lambda language: {"{n} rows": "{n} 行"} if language == "zh-CN" else {}
    )
    with in_lang("en"):
        assert [n_("{n} row", "{n} rows", n) for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    with in_lang("zh-CN"):
        assert [n_("{n} row", "{n} rows", n) for n in (0, 1, 2)] == ["0 行", "1 行", "2 行"]


def test_reading_a_catalogue() -> None:
    """Comments, long texts over several lines, quotation marks, line breaks, and a header."""
    text = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

# a comment
#, python-brace-format
msgid "one"
msgstr "一"
msgid ""
"two \"lines\"\n"
"of text"
msgstr ""
"两行\n"
"“文字”"

msgid "not yet"
msgstr ""
#~ msgid "old"
#~ msgstr "旧"
"""
    assert read_po(text) == {"one": "一", 'two "lines"\nof text': "两行\n“文字”"}
    assert read_po("") == {}


def test_the_catalogues_are_in_the_package() -> None:
    """They lie beside the code, so that an installed package has them."""
    assert list(PARTS.rglob("*.po"))
    assert len(i18n.catalogue("zh-CN")) > 100 and i18n.catalogue("en") == {}
