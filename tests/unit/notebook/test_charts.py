"""Charts: of any frame, in both languages, told in words, kept as pictures, and never a way in for a script."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pgc_lib.errors import PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.notebook import charts
from pgc_lib.notebook.charts import units
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.display.titles import spec_of, title_of

_URL = re.compile(r"(?:https?:)?//(?!www\.w3\.org)[\w.-]+\.\w+|@import|url\(")
HOSTILE = "<script>alert('1')</script>\" onload=\"x"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English unless a test says otherwise."""
    with in_lang("en"):
        yield


def spending() -> pl.DataFrame:
    """Three categories of eight over two years, growing."""
    rows = [
        (date(2024 + m // 12, m % 12 + 1, 1), name, "CNY", Decimal(100 * (at + 1) + 10 * m))
        for m in range(24)
        for at, name in enumerate("abcdefgh")
    ]
    schema: dict[str, Any] = {"period": pl.Date, "category": pl.String, "currency": pl.String, "amount": pl.Decimal(18, 4)}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def flows() -> pl.DataFrame:
    return pl.DataFrame({"start": ["pay", "pay", "rent"], "end": ["food", "home", "home"], "amount": [1.0, 5.0, 2.0]})  # fmt: skip


def sides() -> pl.DataFrame:
    return pl.DataFrame({"axis": [*"abcabc"], "title": ["now"] * 3 + ["goal"] * 3, "value": [1.0, 2, 3, 3, 2, 5], "top": [5.0] * 6})  # fmt: skip


def links() -> pl.DataFrame:
    return pl.DataFrame({"one": ["sleep", "walk"], "other": ["mood", "mood"], "lag": [1, 0], "r": [0.4, 0.1], "low": [0.2, -0.1], "high": [0.6, 0.3]})  # fmt: skip


def held() -> pl.DataFrame:
    return pl.DataFrame({"budget": ["food", "fun"], "currency": ["CNY"] * 2, "spent": [120.0, 20.0], "available": [100.0, 100.0], "even": [50.0, 50.0]})  # fmt: skip


def days(n: int = 40) -> pl.DataFrame:
    return pl.DataFrame({"day": [date(2026, 1, 1) + timedelta(i) for i in range(n)], "hours": [float(i % 7) for i in range(n)]})  # fmt: skip


class Seen(HTMLParser):
    """The tags and attributes that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}


KINDS: dict[str, Callable[[], Chart]] = {
    "line": lambda: charts.line(spending().filter(pl.col("category") <= "c")),
    "stacked": lambda: charts.stacked(spending()),
    "multiples": lambda: charts.multiples(spending().filter(pl.col("category") <= "d")),
    "bars": lambda: charts.bars(spending()),
    "calendar": lambda: charts.calendar(days()),
    "flow": lambda: charts.flow(flows()),
    "radar": lambda: charts.radar(sides()),
    "intervals": lambda: charts.intervals(links()),
    "budgets": lambda: charts.budgets(held()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_shows_itself(kind: str) -> None:
    """On a page and on a phone, with its words and its table, and nothing of another host."""
    chart = KINDS[kind]()
    bundle = chart._repr_mimebundle_()
    html = bundle["text/html"]
    assert bundle["text/plain"] == chart.text == repr(chart) and len(chart.text) > 40
    assert html.count('<svg role="img" aria-label="') == 2
    assert "pgc-chart-wide" in html and "pgc-chart-narrow" in html and "<details>" in html
    for head in re.findall(r"<svg[^>]*>", html):  # of two classes, nbconvert keeps the second
        assert head.count(" class=") == 1
    assert html.count("<title>") >= len(chart.lines), "what one points at says what it is"
    assert not _URL.findall(html.replace("http://www.w3.org", "")) and "<script" not in html
    assert "NaN" not in html and "undefined" not in html and "null" not in chart.text


def test_words_come_from_the_data() -> None:
    """What is compared, from when to when, the extremes, and the trend with its interval."""
    one = spending().filter(category="a")
    text = charts.line(one, title="Food").text
    assert text.startswith("Food. Highest ¥330.00 (Dec 2025), lowest ¥100.00 (Jan 2024), ¥330.00 at the end.")  # fmt: skip
    assert "Rising by about ¥230 over the whole time" in text and "Jan 2024 to Dec 2025" in text
    with in_lang("zh-CN"):
        text = charts.line(one, title="餐饮").text
    assert "最高 ¥330.00（2025年12月）" in text and "约上升 ¥230" in text and "。 " not in text
    flat = pl.DataFrame({"day": days(6)["day"], "v": [1.0] * 6})
    assert "Always 1." in charts.line(flat).text and "Too few values" in charts.line(flat).text
    wavy = pl.DataFrame({"day": days(60)["day"], "v": [float(i % 5) for i in range(60)]})
    assert "No clear trend." in charts.line(wavy).text
    assert "food: over by ¥20.00." in charts.budgets(held()).text
    assert "pay → home 5" in charts.flow(flows()).text
    assert "now and goal are furthest apart in c: 3 and 5." in charts.radar(sides()).text
    text = charts.intervals(links()).text
    assert "1 of 2 intervals do not hold zero" in text and "sleep → Mood (1 day later): 0.4" in text


def test_what_was_corrected_is_believed() -> None:
    """Of many comparisons some intervals leave zero out by chance: where it was judged, the judgement counts."""
    chart = charts.intervals(links().with_columns(holds=pl.Series([False, False])))
    assert chart.sentences[0].startswith("0 of 2 hold")
    assert {row["o"] for row in chart.spec()["data"]["values"]} == {0.45}


def test_nothing_is_a_friendly_word() -> None:
    """A frame without rows, or with none that can be drawn, is no failure."""
    for made in (charts.line, charts.stacked, charts.multiples, charts.bars):
        for frame in (spending().clear(), spending().with_columns(amount=pl.lit(None, pl.Float64))):
            html = str(made(frame).__html__())
            assert "There is nothing to draw yet." in html and "<svg" not in html
    for chart in (charts.calendar(days().head(0)), charts.flow(flows().clear()), charts.radar(sides().clear()), charts.intervals(links().clear()), charts.budgets([])):  # fmt: skip
        assert "There is nothing to draw yet." in str(chart.__html__())


def test_strange_values_are_left_out() -> None:
    """Infinity, missing days and missing names draw nothing and break nothing."""
    day = date(2026, 1, 1)
    frame = pl.DataFrame({"day": [day, None, day + timedelta(1), day + timedelta(2)], "v": [1.0, 2.0, float("inf"), float("nan")], "name": [None, "a", "b", "c"]})  # fmt: skip
    assert len(charts.line(frame).lines) == 1
    assert "<svg" in str(charts.line(frame).__html__())
    assert "Without a name" in charts.bars(frame).text
    assert len(charts.calendar(frame).lines) == 1
    single = charts.radar(sides().head(1))
    assert "<svg" in str(single.__html__())


def test_data_are_never_markup() -> None:
    """Names go into SVG, into titles, labels and tables: as text, each time."""
    frame = spending().with_columns(category=pl.lit(HOSTILE))
    for chart in (
        charts.line(pl.concat([frame, spending().filter(category="b")]), title=HOSTILE),
        charts.bars(frame, title=HOSTILE),
        charts.flow(flows().with_columns(start=pl.lit(HOSTILE))),
        charts.radar(sides().with_columns(axis=pl.col("axis") + HOSTILE)),
    ):
        html = chart._repr_mimebundle_()["text/html"]
        assert "alert" in html
        seen = Seen()
        seen.feed(html)
        assert "script" not in seen.tags and "onload" not in seen.attributes


def test_currencies_are_never_added() -> None:
    """One currency is drawn, the other named; no sum of both is said. By name they are lines of their own."""
    usd = spending().filter(category="a").head(3).with_columns(currency=pl.lit("USD"))
    two = pl.concat([spending().filter(category="a"), usd])
    for chart in (charts.line(two), charts.bars(two), charts.stacked(two), charts.multiples(two)):
        assert "Only CNY is drawn, USD is left out" in chart.text and "¥" in chart.text
        assert "330" not in chart.text or "¥330.00" in chart.text
    assert charts.line(two, by="currency").heads[1:] == ["CNY", "USD"]


def test_colours_are_the_page_s_and_never_alone() -> None:
    """Variables that follow light and dark; lines have their names, layers a border, aims their dashes."""
    line = str(KINDS["line"]().__html__())
    assert "var(--pgc-blue,#4477aa)" in line and 'fill="#4477aa"' not in line
    wide = line[line.index("pgc-chart-wide") : line.index("pgc-chart-narrow")]
    assert all(f">{name}</text>" in wide for name in "abc"), "each line is named at its end"
    assert "var(--pgc-card" in str(KINDS["stacked"]().__html__())
    assert "stroke-dasharray" in str(KINDS["radar"]().__html__())
    assert "▲" in str(KINDS["budgets"]().__html__())


def test_many_are_few() -> None:
    """Six areas at most, the rest as one; a long series is drawn coarser, its words know every value."""
    stacked = charts.stacked(spending())
    assert stacked.heads[-1] == "3 others" and len(stacked.heads) == 7
    long = pl.DataFrame({"day": [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(20_000)], "v": [float(i == 777) for i in range(20_000)]})  # fmt: skip
    chart = charts.line(long)
    assert "Highest 1 (Feb 2, 2020 17:00)" in chart.text
    assert len(chart.spec()["data"]["values"]) <= 1500 and len(str(chart.__html__())) < 120_000
    assert len(charts.calendar(days(4000)).lines) == 160 * 7


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures_hold_chinese(tmp_path: Path, ending: str) -> None:
    """Characters are drawn as themselves: two titles are two pictures, and a PDF carries the font."""
    needs_chinese()
    with in_lang("zh-CN"):
        one = charts.bars(spending(), title="支出")
        written = one.save(tmp_path / f"图.{ending}", width=400, scale=1).read_bytes()
        other = charts.bars(spending(), title="收入").save(tmp_path / f"b.{ending}", width=400, scale=1)  # fmt: skip
    assert written != other.read_bytes()
    assert written.startswith({"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF"}[ending])
    if ending == "svg":
        assert "支出".encode() in written and b"var(" not in written
    if ending == "pdf":
        assert b"CJK" in written or b"Sans" in written


def needs_chinese() -> None:
    from pgc_lib.core.typeset import chosen

    try:
        chosen(needs_chinese=True)
    except PgcError as error:
        pytest.skip(str(error))


def test_without_a_font_or_ending_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boxes instead of characters would be a lie; a wrong ending names the right ones."""
    from pgc_lib.core import typeset

    class Few:
        def families(self) -> list[str]:
            return ["DejaVu Sans"]

    chart = charts.bars(spending(), title="支出")
    with pytest.raises(PgcError, match=r"\.svg \.png \.pdf"):
        chart.save(tmp_path / "x.gif")
    monkeypatch.setattr(typeset, "known_fonts", Few)
    with pytest.raises(PgcError, match="fonts-noto-cjk"):
        chart.save(tmp_path / "x.png")
    assert charts.bars(spending(), title="plain").save(tmp_path / "x.png", scale=1).exists()


def test_names_are_those_that_people_read() -> None:
    """Identifiers name nobody; the direction of money and measures of wellbeing have words."""
    ids = pl.DataFrame({"period": [date(2026, m, 1) for m in (1, 2)] * 2, "skill": ["0" * 31 + "1"] * 2 + ["0" * 31 + "2"] * 2, "name": ["a", "a", "b", "b"], "hours": [1.0, 2, 3, 4]})  # fmt: skip
    assert charts.line(ids).heads[1:] == ["b", "a"]
    ahead = pl.DataFrame({"period": [date(2026, 1, 1)] * 2, "currency": ["CNY"] * 2, "flow": ["income", "spending"], "expected": [2.0, 1.0], "low": [1.0, 0.5], "high": [3.0, 2.0], "way": ["x", "y"]})  # fmt: skip
    with in_lang("zh-CN"):
        assert charts.line(ahead).heads[1:] == ["收入", "支出"]
        assert [line[0] for line in charts.intervals(ahead).lines] == ["2026年1月1日 · 收入", "2026年1月1日 · 支出"]  # fmt: skip
        known = links().with_columns(one=pl.Series(["sleep_hours", "habit:跑步"]))
        assert [line[0] for line in charts.intervals(known).lines] == ["睡眠时长 → 心情（1 天后）", "习惯：跑步 ↔ 心情"]  # fmt: skip


def test_a_column_that_is_not_there() -> None:
    """The error names those that are."""
    with pytest.raises(PgcError, match=r"no column “x”[\s\S]*period, category, currency, amount"):
        charts.line(spending(), x="x")
    with pytest.raises(PgcError, match="no column with days"):
        charts.calendar(flows())
    with pytest.raises(PgcError, match="no column “low”"):
        charts.intervals(flows())


def test_altair_gets_the_same() -> None:
    """For whoever wants to change it."""
    made = KINDS["line"]().altair
    assert made.to_dict()["layer"]


def test_a_chart_of_one_s_own_is_told() -> None:
    """By its title and its data; a shape that is not known by its title alone."""
    from pgc_lib.notebook.charts.telling import told_of

    rows = [{"day": "2026-01-01T00:00:00", "v": 3}, {"day": "2026-01-02", "v": 8.5}, {"day": "x", "v": None}]  # fmt: skip
    spec: dict[str, Any] = {
        "title": {"text": ["My", "week"]},
        "data": {"name": "d"},
        "datasets": {"d": rows},
    }
    spec["encoding"] = {"x": {"field": "day"}, "y": {"field": "v", "type": "quantitative"}}
    assert told_of(spec) == "My week. Highest 8.5 (Jan 2, 2026), lowest 3 (Jan 1, 2026)."
    for strange in ({}, {"title": "t", "encoding": 3}, {"encoding": {"x": {"field": "a"}, "y": {"aggregate": "sum"}}}, {"data": {"url": "x"}, "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}):  # fmt: skip
        assert told_of(strange) == strange.get("title", "")


def test_numbers_and_days_by_language() -> None:
    """As they are read, in sentences and on the axes."""
    assert units.number(1234567.4) == "1,234,567" and units.number(0.126) == "0.13"
    assert (
        units.number(-3) == "−3" and units.number(-0.001) == "0" and units.number(12, "%") == "12%"
    )
    assert units.number(1234.5, "CNY") == "¥1,234.50" and units.number(2, "h") == "2 h"
    day = date(2026, 3, 1)
    said: dict[str, list[str]] = {}
    for language in ("en", "zh-CN"):
        with in_lang(language):
            said[language] = [units.day(day, grain) for grain in ("day", "week", "month", "year")]
    assert said["en"] == ["Mar 1, 2026", "week of Mar 1, 2026", "Mar 2026", "2026"]
    assert said["zh-CN"] == ["2026年3月1日", "2026年3月1日那一周", "2026年3月", "2026年"]
    assert units.grain_of([date(2026, 1, 5), date(2026, 1, 12)]) == "week"
    with in_lang("zh-CN"):
        assert "万" in units.of_numbers() and "月" in units.of_days("month")
    # A day lies where the person's calendar has it, whatever clock the drawing program has.
    assert units.place(date(1970, 1, 2)) == 86_400_000
    assert units.place(datetime(1970, 1, 1, 16, tzinfo=UTC)) == 86_400_000  # midnight in Shanghai


def test_columns_have_titles() -> None:
    """Of the records that a frame was read from; else of our few names; else as they are."""
    from pgc_lib.areas.money.transaction import Transaction

    frame = pl.DataFrame(schema=dict.fromkeys(("id", "day", "amount", "payee", "category", "note")))
    assert spec_of(frame) is Transaction.spec and spec_of(spending()) is None
    with in_lang("zh-CN"):
        assert title_of("payee", frame) == Transaction.spec.fields["payee"].title != "payee"
        assert title_of("period") == "周期" or title_of("period") != "period"
    assert title_of("my_own") == "my own"


def test_a_chart_within_a_part() -> None:
    """Charts are children of whatever draws pages."""
    from pgc_lib.notebook.live import Part, tag

    class Page(Part):
        def draw(self) -> Any:
            return tag.section(KINDS["bars"]())

    assert "pgc-chart-wide" in Page().html and "&lt;svg" not in Page().html
