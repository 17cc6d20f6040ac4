"""One line is one to-do: what is meant is read, what could mean two things stays in the title and is told."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.todo.short import Parsed, line_of, parse

SATURDAY = datetime(2026, 11, 21, 16, 0)  # noqa: DTZ001 - a clock on the wall
TODAY = SATURDAY.date()


def read(text: str) -> Parsed:
    return parse(text, SATURDAY)


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


def test_the_examples_that_everybody_types() -> None:
    """In both languages, all parts at once."""
    assert read("写周报 明天下午3点 #工作 30m +求职") == Parsed(
        "写周报", day(11, 22), "15:00", 30, project="求职", tags=("工作",)
    )
    assert read("call mum @fri 10pm #family") == Parsed(
        "call mum", day(11, 27), "22:00", tags=("family",)
    )
    assert read("浇花 每周一三五 @家 !高") == Parsed(
        "浇花", day(11, 23), priority=1, contexts=("家",), rule="FREQ=WEEKLY;BYDAY=MO,WE,FR"
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("今天", TODAY),
        ("明天", day(11, 22)),
        ("后天", day(11, 23)),
        ("大后天", day(11, 24)),
        ("周三", day(11, 25)),
        ("周六", TODAY),
        ("星期日", day(11, 22)),
        ("下周三", day(11, 25)),
        ("下下周一", day(11, 30)),
        ("礼拜天", day(11, 22)),
        ("本周日", day(11, 22)),
        ("月底", day(11, 30)),
        ("下月底", day(12, 31)),
        ("年底", day(12, 31)),
        ("3月5日", day(3, 5, 2027)),
        ("十二月三十一号", day(12, 31)),
        ("明年3月5日", day(3, 5, 2027)),
        ("2027年3月5日", day(3, 5, 2027)),
        ("下个月5号", day(12, 5)),
        ("5号", day(12, 5)),
        ("25日", day(11, 25)),
        ("三天后", day(11, 24)),
        ("两周后", day(12, 5)),
        ("3个月后", day(2, 21, 2027)),
        ("2月29日", day(2, 29, 2028)),
        ("11-20", day(11, 20, 2027)),
        ("12/31", day(12, 31)),
        ("11/11", day(11, 11, 2027)),
        ("2026-12-01", day(12, 1)),
        ("2026/12/1", day(12, 1)),
        ("@2026-12-01", day(12, 1)),
        ("@3/5", day(3, 5, 2027)),
        ("@fri", day(11, 27)),
        ("@Saturday", TODAY),
        ("@tomorrow", day(11, 22)),
        ("@today", TODAY),
        ("@明天", day(11, 22)),
        ("@next fri", day(11, 27)),
        ("@eom", day(11, 30)),
        ("in 3 days", day(11, 24)),
        ("in a week", day(11, 28)),
        ("in 2 Months", day(1, 21, 2027)),
    ],
)
def test_days(said: str, meant: date) -> None:
    """A day in its place makes it due; the title is what remains."""
    found = read(f"事 {said} 情")
    assert (found.title, found.due, found.problems) == ("事 情", meant, ())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("农历八月十五", day(9, 15, 2027)),
        ("阴历8月15日", day(9, 15, 2027)),
        ("农历十月三十", day(12, 8)),
        ("农历闰五月初一", day(6, 23, 2028)),
        ("正月初一", day(2, 6, 2027)),
        ("明年正月初一", day(2, 6, 2027)),
        ("2028年农历正月初一", day(1, 26, 2028)),
        ("农历2028年八月初五", day(9, 23, 2028)),
        ("腊月廿三", day(1, 30, 2027)),
        ("八月初五", day(9, 5, 2027)),
        ("农历十五", day(11, 23)),
        ("除夕", day(2, 5, 2027)),
        ("大年初五", day(2, 10, 2027)),
        ("@农历八月十五", day(9, 15, 2027)),
        ("@lunar 8/15", day(9, 15, 2027)),
    ],
)
def test_days_of_the_chinese_calendar(said: str, meant: date) -> None:
    """Where the word says so; the day that is kept and written is the one by the sun."""
    found = read(f"事 {said} 情")
    assert (found.title, found.due, found.problems) == ("事 情", meant, ())


def test_a_chinese_day_with_its_time_and_what_comes_back_by_the_moon() -> None:
    """A time follows at once; what returns by the moon is no rule of a to-do, and the way to have it is named."""
    assert read("守岁 除夕晚上11点") == Parsed("守岁", day(2, 5, 2027), "23:00")
    for line in (
        "爷爷生日 每年农历八月十五",
        "上香 每月农历初一",
        "爷爷生日 每年 农历八月十五",
        "生日 农历八月十五每年",
    ):
        found = read(line)
        assert found.rule is None or found.due is None or found.title != "爷爷生日"
        assert "lab.reminders.lunar(" in found.problems[0].reason
    assert read("等 农历八月").title == "等 农历八月"
    new_year = parse("拜年 明年正月初一", datetime(2027, 1, 15, 9, 0))  # noqa: DTZ001
    assert new_year.due is None and "2027" in new_year.problems[0].reason


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("下午3点半", "15:30"),
        ("下午三点", "15:00"),
        ("晚上八点", "20:00"),
        ("晚上八点一刻", "20:15"),
        ("上午9点零五分", "09:05"),
        ("早上7点10分", "07:10"),
        ("中午12点", "12:00"),
        ("中午1点", "13:00"),
        ("凌晨2点", "02:00"),
        ("下午3:30", "15:30"),
        ("15点", "15:00"),
        ("15:30", "15:30"),
        ("09:05", "09:05"),
        ("10pm", "22:00"),
        ("12am", "00:00"),
        ("12:30PM", "12:30"),
        ("10 pm", "22:00"),
        ("@15:30", "15:30"),
        ("@10pm", "22:00"),
    ],
)
def test_times_of_day(said: str, meant: str) -> None:
    """With the day beside them."""
    found = read(f"事 明天 {said}")
    assert (found.title, found.due, found.at, found.problems) == ("事", day(11, 22), meant, ())


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("30m", 30),
        ("1.5h", 90),
        ("1h30m", 90),
        ("2hours", 120),
        ("45min", 45),
        ("半小时", 30),
        ("半个小时", 30),
        ("一个半小时", 90),
        ("2小时", 120),
        ("1小时20分钟", 80),
        ("三十分钟", 30),
        ("一刻钟", 15),
    ],
)
def test_lengths(said: str, minutes: int) -> None:
    """How long it takes."""
    assert read(f"事 {said}") == Parsed("事", minutes=minutes)


@pytest.mark.parametrize(
    ("said", "rule", "first"),
    [
        ("每天", "FREQ=DAILY", TODAY),
        ("隔天", "FREQ=DAILY;INTERVAL=2", TODAY),
        ("每3天", "FREQ=DAILY;INTERVAL=3", TODAY),
        ("每周一", "FREQ=WEEKLY;BYDAY=MO", day(11, 23)),
        ("每周一、三", "FREQ=WEEKLY;BYDAY=MO,WE", day(11, 23)),
        ("每两周周五", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", day(11, 27)),
        ("每个工作日", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", day(11, 23)),
        ("每周末", "FREQ=WEEKLY;BYDAY=SA,SU", TODAY),
        ("每月5号", "FREQ=MONTHLY;BYMONTHDAY=5", day(12, 5)),
        ("每月底", "FREQ=MONTHLY;BYMONTHDAY=-1", day(11, 30)),
        ("每月第二个周二", "FREQ=MONTHLY;BYDAY=2TU", day(12, 8)),
        ("每月最后一个周五", "FREQ=MONTHLY;BYDAY=-1FR", day(11, 27)),
        ("每季度", "FREQ=MONTHLY;INTERVAL=3", TODAY),
        ("每年3月5日", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", day(3, 5, 2027)),
        ("every day", "FREQ=DAILY", TODAY),
        ("every mon", "FREQ=WEEKLY;BYDAY=MO", day(11, 23)),
        ("every mon, wed", "FREQ=WEEKLY;BYDAY=MO,WE", day(11, 23)),
        ("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", day(11, 23)),
        ("every other week", "FREQ=WEEKLY;INTERVAL=2", TODAY),
        ("every 3 months", "FREQ=MONTHLY;INTERVAL=3", TODAY),
        ("every 15th", "FREQ=MONTHLY;BYMONTHDAY=15", day(12, 15)),
        ("rrule:FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", day(1, 4, 2027)),
    ],
)  # fmt: skip
def test_what_repeats(said: str, rule: str, first: date) -> None:
    """It is due the first time that the rule comes, today counts."""
    found = read(f"事 {said}")
    assert (found.title, found.rule, found.due, found.from_done) == ("事", rule, first, False)
    assert read(line_of(found, language="zh-CN")) == read(line_of(found, language="en")) == found


@pytest.mark.parametrize("said", ["完成后每3天", "完成后3天", "做完以后每3天", "every! 3 days", "rrule!:FREQ=DAILY;INTERVAL=3"])  # fmt: skip
def test_counted_from_completion(said: str) -> None:
    """A rule that begins anew whenever it was done."""
    found = read(f"浇花 {said}")
    assert (found.rule, found.from_done) == ("FREQ=DAILY;INTERVAL=3", True)


def test_a_rule_whose_time_today_is_over_begins_the_next_time() -> None:
    """Beside a day that is named, the day counts."""
    assert read("药 每天 早上8点").due == day(11, 22)
    assert read("药 每天 晚上8点").due == TODAY
    assert read("药 每周一 明天").due == day(11, 22)


@pytest.mark.parametrize(
    "left",
    [
        "1/2", "3点", "3:30", "2026-02-30", "13-45", "31/12", "!5", "!urgent", "#12", "下周", "晚上", "晚上3点", "下午12点99分",
        "明天会更好", "每天一个苹果", "5pm-3pm", "9:30-10:30", "0.33h", "@13:70", "25:00pm", "99月1日", "rrule:FREQ=HOURLY",
        "本周一", "in 9999 days",
    ],
)  # fmt: skip
def test_what_is_impossible_or_ambiguous_stays_and_is_told(left: str) -> None:
    """Nothing is guessed silently."""
    found = read(f"事 {left}")
    assert found == Parsed(f"事 {left}")
    assert [problem.place for problem in found.problems] == [left] and found.problems[0].reason


@pytest.mark.parametrize(
    ("said", "title", "due", "at", "minutes"),
    [
        ("buy milk tomorrow at 5pm", "buy milk", day(11, 22), "17:00", None),
        ("call mum on Friday 10pm #family", "call mum", day(11, 27), "22:00", None),
        ("dentist next tue at 14:00 1h", "dentist", day(11, 24), "14:00", 60),
        ("gym tonight at 7 pm", "gym", TODAY, "19:00", None),
        ("finish by monday", "finish", day(11, 23), "", None),
        ("review @fri 3pm-5pm", "review", day(11, 27), "15:00", 120),
        ("项目会 周五15:00-16:30", "项目会", day(11, 27), "15:00", 90),
        ("call 明天 9-10am", "call", day(11, 22), "09:00", 60),
        ("plan tomorrow's menu", "plan tomorrow's menu", None, "", None),
        ("look at 5", "look at 5", None, "", None),
        ("read 3-5", "read 3-5", None, "", None),
    ],
)
def test_english_as_it_is_written(
    said: str, title: str, due: date | None, at: str, minutes: int | None
) -> None:
    """A day needs no mark where no word of the title follows; two times are a beginning and a length."""
    found = read(said)
    assert (found.title, found.due, found.at, found.minutes, found.problems) == (title, due, at, minutes, ())  # fmt: skip


@pytest.mark.parametrize("said", ["tomorrow", "Friday fish dinner", "next tue lunch with Ann"])
def test_a_day_before_words_needs_a_mark(said: str) -> None:
    """It may be part of what is to be done; that is told."""
    found = read(said)
    assert found == Parsed(said) and len(found.problems) == 1


def test_a_second_day_is_not_a_second_meaning() -> None:
    """The first one counts, the others are told; a time that is over today says so."""
    found = read("买菜 明天 后天 30m 1h +a +b !1 !2")
    assert (found.title, found.due, found.minutes, found.project, found.priority) == (
        "买菜 后天 1h +b !2", day(11, 22), 30, "a", 1
    )  # fmt: skip
    assert [problem.place for problem in found.problems] == ["后天", "1h", "+b", "!2"]
    over = read("起床 10:00 洗脸")
    assert (over.title, over.due, over.at, len(over.problems)) == ("起床 10:00 洗脸", None, "", 1)
    assert read("睡觉 23:00") == Parsed("睡觉", TODAY, "23:00")


@pytest.mark.parametrize(
    "title", ["Learn C# and F#", "a + b", "fix it!", "mail me@home", "3月的计划书", "10点钟方向", "5月天 concert", "in the end", "every thing", "!", "#", "+", "@", "####", "C:\\x"]
)  # fmt: skip
def test_ordinary_words_are_a_title(title: str) -> None:
    """What only looks a little like it is left alone."""
    assert read(title).title == title
    assert read(title).due is None and not read(title).tags


def test_names_may_hold_spaces_and_a_backslash_makes_a_word() -> None:
    """So everything can be said."""
    found = read(r'\#1 in \in 3 days +"new job" #"12" @"fri" ＃宽 ＋项目')
    assert found.title == "#1 in in 3 days ＋项目"
    assert (found.project, found.tags, found.contexts) == ("new job", ("12", "宽"), ("fri",))


NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and " ".join(text.split()) == text
)  # fmt: skip
SYNTAX = st.sampled_from(
    ["明天", "下午3点", "#工作", "30m", "+求职", "@fri", "10pm", "!1", "!9", "每周一", "every", "mon", "in", "3", "days", "1/2", "12/31",
     "月底", "\\", "\\明天", '+"a b"', '#"', "@", "rrule:FREQ=DAILY", "every!", "明天开会", "今晚8点", "半小时", "写", "tomorrow", "am", "\u3000",
     "on", "by", "at", "next", "tue", "Friday", "tonight", "3pm-5pm", "16:00-17:30", "2-3pm", "周五15:00-16:00",
     "农历八月十五", "正月初一", "每年农历八月十五", "除夕", "@lunar", "8/15", "每年", "农历初一晚上8点"]
)  # fmt: skip
RULES = st.sampled_from(
    ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;INTERVAL=2", "FREQ=DAILY;COUNT=3", "FREQ=MONTHLY;BYDAY=2TU;WKST=SU"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(SYNTAX | st.text(max_size=8), max_size=8).map(" ".join))
def test_what_was_read_is_written_and_read_the_same(text: str) -> None:
    """parse → print → parse, whatever anybody types, in both languages; and what is written leaves nothing open."""
    found = read(text)
    for language in ("zh-CN", "en"):
        again = read(line_of(found, language=language))
        assert again == found
        assert not again.problems


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "title": st.lists(NAMES | SYNTAX.filter(lambda word: bool(word.strip())), min_size=1, max_size=5).map(" ".join).map(lambda text: " ".join(text.split())),
            "due": st.dates(date(1000, 1, 1), date(9998, 1, 1)),
            "at": st.sampled_from(["", "00:00", "09:05", "23:59"]),
            "minutes": st.none() | st.integers(1, 100_000),
            "priority": st.none() | st.integers(1, 3),
            "project": st.just("") | NAMES,
            "tags": st.lists(NAMES, max_size=3, unique=True).map(tuple),
            "contexts": st.lists(NAMES, max_size=3, unique=True).map(tuple),
            "rule": st.none() | RULES,
        }
    )
)  # fmt: skip
def test_every_todo_can_be_written_as_a_line(values: dict[str, Any]) -> None:
    """print → parse, for names and titles of any characters."""
    todo = Parsed(**values, from_done=bool(values["rule"]) and bool(values["minutes"]))
    assert read(line_of(todo)) == todo
