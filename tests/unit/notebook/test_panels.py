"""What the home dashboard says: exact sums, one's own records only, and every text shown as text."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.core.session import Session
from pgc_lib.core.zone import zone
from pgc_lib.errors import NotFound, Unavailable
from pgc_lib.i18n import in_lang
from pgc_lib.notebook.panels import markup, words
from pgc_lib.notebook.panels.facts import WEEKS, day_of, gather, months_of, weeks_of
from pgc_lib.notebook.panels.home import Home, whole
from pgc_lib.notebook.panels.link import Link
from pgc_lib.notebook.panels.reports import page_of, reader, reports
from tests.support.lab import House, share

TODAY = date(2026, 3, 31)


@pytest.fixture
def lab(house: House, person: Callable[..., Session]) -> Any:
    """The lab of a new person."""
    return house.lab(person())


def test_a_month_is_summed_exactly(lab: Any) -> None:
    """To the last digit, by currency, beside as many days of a shorter month, and nothing from tomorrow."""
    for day, amount, category, currency in (
        ("2026-03-01", "-0.1000", "a", "CNY"),
        ("2026-03-31", "-0.2000", "a", "CNY"),
        ("2026-03-31", "-99999999999999.9999", "b", "CNY"),
        ("2026-03-02", "10", "pay", "CNY"),
        ("2026-02-28", "-7", "a", "CNY"),
        ("2026-04-01", "-1000", "a", "CNY"),
        ("2026-01-31", "-1000", "a", "CNY"),
        ("2026-03-03", "-5", "a", "USD"),
    ):
        lab.finance.add(day=day, amount=amount, category=category, currency=currency)
    yuan, dollars = months_of(lab, TODAY)
    assert yuan.spent == Decimal("100000000000000.2999")
    assert (yuan.income, yuan.spent_before, yuan.income_before) == (10, 7, 0)
    assert [(each.name, each.before) for each in yuan.categories] == [("b", 0), ("a", 7)]
    assert (dollars.currency, dollars.spent) == ("USD", 5)
    assert "¥100,000,000,000,000.2999" in markup.money([yuan, dollars], TODAY)


def test_weeks_begin_on_monday_where_the_person_lives(lab: Any) -> None:
    """A minute past midnight on Monday belongs to the new week, whatever UTC says."""
    monday = datetime(2026, 3, 30, 0, 1, tzinfo=zone())
    for done_at in (monday, monday - timedelta(minutes=2)):
        lab.todos.add(title="x", done=True, done_at=done_at)
    lab.finance.add(day="2026-03-30", amount="-12.5")
    weeks = weeks_of(lab, TODAY, "CNY")
    assert len(weeks) == WEEKS and weeks[-1].first == date(2026, 3, 30)
    assert [week.done for week in weeks[-2:]] == [1, 1]
    assert weeks[-1].left == Decimal("-12.5")


def test_only_my_own_counts(house: House, person: Callable[..., Session]) -> None:
    """What someone shares with me is not my day and not my money."""
    mama, papa = person("mama"), person("papa")
    mine, hers = house.lab(papa), house.lab(mama)
    hers.todos.add(title="hers", due=TODAY)
    hers.finance.add(day=TODAY, amount=-5)
    for area in ("todos", "finance", "reports"):
        share(mama, papa, area)
    assert mine.todos.count() == 1  # seen, and still not counted
    facts = gather(mine, 12)
    assert not facts.ever and not facts.months and not day_of(mine, TODAY, 12).due
    with in_lang("en"):
        page = whole(facts)
    assert page.count("pgc-empty") == 4 and "hers" not in page


def test_many_are_counted_and_few_are_read(lab: Any) -> None:
    """A page of to-dos, the number of all."""
    lab.todos.add_many([{"title": f"t{n}", "due": date(2026, 3, 1)} for n in range(300)])
    lab.todos.add(title="today", due=TODAY)
    day = day_of(lab, TODAY, 12)
    assert (len(day.due), day.waiting, day.late) == (12, 301, 300)
    with in_lang("en"):
        assert "Show more (289 are left)" in markup.todos(day)


def test_texts_are_text(lab: Any) -> None:
    """Markup, control characters and line breaks of a title never reach the page as such."""
    title = "<script>x</script>\n\x1b[31m'\"&"
    todo = lab.todos.add(title=title, due=TODAY, project="<b>")
    lab.finance.add(day=TODAY, amount=-1, category="<i>'")
    day = day_of(lab, TODAY, 12)
    html = markup.todos(day) + markup.money(months_of(lab, TODAY), TODAY)
    html += markup.toast(title, "1") + markup.entry({"title": title}, {"title": "<u>"}, TODAY)
    for bad in ("<script", "<b>", "<i>'", "<u>", "\x1b"):
        assert bad not in html.replace("<b style", "")
    lab.todos.remove(todo.id)


def test_days_are_said() -> None:
    """Near days by name; far ones with their year."""
    with in_lang("en"):
        assert words.day(TODAY, TODAY) == "today"
        assert words.day(TODAY - timedelta(400), TODAY) == "Feb 24, 2025"
    with in_lang("zh-CN"):
        assert words.day(TODAY + timedelta(1), TODAY) == "明天"
        assert words.day(TODAY - timedelta(400), TODAY) == "2025年2月24日"
        assert words.weekday(TODAY) == "星期二"


def test_reports_are_told(lab: Any, tmp_path: Path) -> None:
    """The newest first; a failed one with its cell and error as text; a page only from the person's own folder."""
    now = datetime.now(UTC)
    good = lab.reports.runs.add(
        name="weekly_review", state="done", started_at=now, page="reports/a.html"
    )
    lab.reports.runs.add(
        name="<b>", state="failed", started_at=now - timedelta(1), failed_cell=0, error="a\n<i>why"
    )
    outside = lab.reports.runs.add(name="x", started_at=now - timedelta(2), page="../secret.html")
    link = lab.reports.runs.add(name="x", started_at=now - timedelta(3), page="reports/link.html")
    with in_lang("en"):
        html = reports(gather(lab, 1).runs, now.astimezone(zone()).date())
    assert html.index("Weekly review") < html.index("&lt;b&gt;")
    assert "Cell 0 · &lt;i&gt;why" in html and "<i>" not in html
    workspace = tmp_path / "lab"
    (workspace / "reports").mkdir(parents=True)
    (workspace / "reports" / "a.html").write_text("<h1>写好了</h1>", encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (workspace / "reports" / "link.html").symlink_to(tmp_path / "secret.html")
    assert page_of(lab, workspace, good.id)[1] == "<h1>写好了</h1>"
    for run in (outside, link):
        with pytest.raises(NotFound):
            page_of(lab, workspace, run.id)
    shown = reader("t", "<h1>'</h1><script>x</script>")
    assert (
        "<script>" not in shown
        and "allow-scripts" not in shown
        and "default-src &#x27;none&#x27;" in shown
    )


def test_deeds_are_done_once_and_fail_in_words() -> None:
    """A deed that is sent again is not done again; an unexpected error is a sentence, and the next deed works."""
    done: list[Any] = []
    said: list[str] = []

    def fails(_deed: Any) -> None:
        raise RuntimeError("secret detail")

    link = Link({"do": lambda deed: done.append(deed["n"]), "fail": fails}, said.append)
    link._field.value = '{"page": "p", "deeds": [{"n": 1, "act": "do"}, {"n": 2, "act": "fail"}]}'
    link._field.value = '{"page": "p", "deeds": [{"n": 2, "act": "fail"}, {"n": 3, "act": "do"}]}'
    link._field.value = "not JSON"
    link._field.value = '{"page": "p", "deeds": [{"n": 4, "act": "unknown"}, 7]}'
    assert done == [1, 3] and len(said) == 1
    assert (
        "RuntimeError" in said[0] and "secret detail" not in said[0] and "Traceback" not in said[0]
    )
    assert "data-ack='4'" in link._answer.value


def test_a_lab_that_is_away_is_opened_again(lab: Any) -> None:
    """Reading is tried again; writing is not done twice, and the next try finds a new lab."""
    opened: list[int] = []

    def open_lab() -> Any:
        opened.append(1)
        return lab

    home = Home(open_lab)
    tries: list[int] = []

    def away_at_first(_lab: Any) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("away", next_step="later")
        return 7

    assert home.with_lab(away_at_first) == 7 and len(opened) == 2
    tries.clear()
    with pytest.raises(Unavailable):
        home.with_lab(away_at_first, again=False)
    assert home.with_lab(away_at_first, again=False) == 7 and len(opened) == 3


def test_a_lab_that_cannot_be_opened_says_why() -> None:
    """The page is there and says what to do."""

    def fails() -> Any:
        raise Unavailable("The database is <away>.", next_step="Run `pgc doctor`.")

    with in_lang("zh-CN"):
        text = Home(fails).text()
    assert "The database is &lt;away&gt;." in text and "pgc doctor" in text
    assert text._repr_mimebundle_()[1] == {"pgc": True}
