"""What pages say: exact sums, one's own records only, every text shown as text, and one card's failure is its own."""

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgc_lib.areas.reporting.support import MARK
from pgc_lib.core.session import Session
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import NotFound, Unavailable
from pgc_lib.i18n import in_lang, lang
from pgc_lib.notebook.live import Child, tag
from pgc_lib.notebook.panels import choices, every, words
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.cards.accounts import Balances, Coming, Savings
from pgc_lib.notebook.panels.cards.money import MoneyNow
from pgc_lib.notebook.panels.cards.runs import Written, page_of, reader
from pgc_lib.notebook.panels.cards.spending import Budgets, Pay
from pgc_lib.notebook.panels.cards.today import Today
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.facts import WEEKS, day_of, sums_of, weeks_of
from pgc_lib.notebook.panels.house import House
from pgc_lib.notebook.panels.page import Page
from pgc_lib.notebook.panels.pages.reports import Reviews
from pgc_lib.notebook.panels.pieces import clean, plainly, share
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.spans import CHOICES, between, months_in, span
from tests.support.lab import House as Database
from tests.support.lab import share as grant
from tests.support.provider import Fail, Say, provider

TODAY = date(2026, 3, 31)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Pages in English, and no choice of anybody's is read or kept."""
    monkeypatch.setenv("PGC_LANG", "en")
    monkeypatch.setattr(choices, "_place", lambda: tmp_path / "jupyter" / "pages.json")
    with in_lang("en"):
        yield


@pytest.fixture
def lab(house: Database, person: Callable[..., Session]) -> Any:
    """The lab of a new person."""
    return house.lab(person())


def _loaded(page: Page, kind: type[Card]) -> Any:
    card = page.card(kind)
    assert card is not None
    card.load()
    assert not card.error, card.error
    return card


def _links(card: Card) -> list[dict[str, Any]]:
    """What the figures of a card lead to."""
    found = re.findall(r'data-pgc-act="rows" data-pgc-values="([^"]*)"', str(card.html))
    return [json.loads(html.unescape(each)) for each in found]


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────


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
    page = Page("money", lambda: lab)
    page.span = span("month", TODAY)
    yuan, dollars = sums_of(lab, page.span)
    assert yuan.spent == Decimal("100000000000000.2999")
    assert (yuan.income, yuan.spent_before, yuan.income_before) == (10, 7, 0)
    assert [(each.name, each.before) for each in yuan.categories] == [("b", 0), ("a", 7)]
    assert (dollars.currency, dollars.spent) == ("USD", 5)
    card = _loaded(page, MoneyNow)
    assert "¥100,000,000,000,000.2999" in card.html
    shown = {}
    for values in _links(card):
        card.do("rows", **values)
        assert isinstance(page.sheet.body, Rows)
        shown[values.get("flow") or values["category"], values["currency"]] = page.sheet.body.total
    assert shown[("spending", "CNY")] == 3 and shown[("both", "CNY")] == 4
    assert shown[("a", "CNY")] == 2 and shown[("a", "USD")] == 1


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


def test_only_my_own_counts(house: Database, person: Callable[..., Session]) -> None:
    """What someone shares with me is not my day and not my money."""
    mama, papa = person("mama"), person("papa")
    mine, hers = house.lab(papa), house.lab(mama)
    hers.todos.add(title="hers", due=today())
    hers.finance.add(day=today(), amount=-5, category="hers")
    for area in ("todos", "finance", "reports"):
        grant(mama, papa, area)
    assert mine.todos.count() == 1  # seen, and still not counted
    assert not sums_of(mine, span("month", today())) and not day_of(mine, today(), 12).due
    page = Page("home", lambda: mine)
    for card in page.cards:
        card.load()
    assert "hers" not in page.html and page.html.count('class="pgc-empty"') == 6


def test_many_are_counted_and_few_are_read(lab: Any) -> None:
    """A page of to-dos, the number of all, more on demand."""
    lab.todos.add_many([{"title": f"t{n}", "due": date(2026, 3, 1)} for n in range(300)])
    lab.todos.add(title="today", due=TODAY)
    day = day_of(lab, TODAY, 12)
    assert (len(day.due), day.waiting, day.late) == (12, 301, 300)
    card = _loaded(Page("home", lambda: lab), Today)
    assert "Show more (289 are left)" in card.html
    card.do("more")
    assert card.html.count("<li") == 62


@given(key=st.sampled_from([*CHOICES]), day=st.dates(date(2001, 1, 1), date(2199, 12, 31)))
def test_periods_are_compared_fairly(key: str, day: date) -> None:
    """What is compared lies before, touches nothing of the period, and is never longer."""
    found = span(key, day)
    assert found.first <= found.last <= day
    assert found.before[0] <= found.before[1] < found.first
    assert (found.before[1] - found.before[0]).days + 1 <= found.days
    months = months_in(found)
    assert months[0][0] <= found.first and months[-1][0] <= found.last <= months[-1][1]


def test_a_period_is_chosen_freely(lab: Any) -> None:
    """By two days, whichever is said first; while a year is typed nothing happens; what cannot be is this month."""
    lab.finance.add(day="2026-01-15", amount="-5", category="a")
    page = Page("money", lambda: lab)
    page.do("turn", value="own")
    page.wait()
    assert (
        page.span.own and page.span.first == today().replace(day=1) and 'type="date"' in page.html
    )
    page.do("from_to", end="first", value="2026-02-20")
    page.do("from_to", end="last", value="2026-01-10")
    page.wait()
    assert (page.span.first, page.span.last) == (date(2026, 1, 10), date(2026, 2, 20))
    assert page.span.before == (date(2025, 11, 29), date(2026, 1, 9))
    assert "¥5" in page.card(MoneyNow).html  # type: ignore[union-attr]
    for unfinished in ("0002-01-10", "", "x", "2026-02-30"):
        page.do("from_to", end="first", value=unfinished)
        assert page.span.first == date(2026, 1, 10)
    page.do("turn", value="week")
    page.do("from_to", end="first", value="2026-01-01")
    assert page.span.key == "week" and 'type="date" value="2026-01-01"' not in page.html
    for odd in (
        "own",
        "2026-02-01/2026-01-01",
        "/",
        "2026-01-01/2026-01-02/x",
        "1899-01-01/2026-01-01",
    ):
        assert span(odd, TODAY).key == "month"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(1900, 1, 1), date(2199, 12, 31)))  # fmt: skip
def test_days_of_ones_own_are_compared_with_as_many(one: date, other: date) -> None:
    """The days right before, also at the ends of what can be said."""
    found = span(between(one, other), TODAY)
    assert (found.first, found.last) == (min(one, other), max(one, other))
    assert (found.before[1] - found.before[0]).days + 1 == found.days
    assert found.before[1] == found.first - timedelta(days=1)


def test_what_there_is_leads_to_what_it_is_made_of(lab: Any) -> None:
    """Accounts, their sum, savings goals and what comes: the rows of each add up to the figure, transfers among them."""
    lab.finance.accounts.add(name="card", currency="CNY", opening="100")
    lab.finance.add(day="2026-01-02", amount="-30", account="card", payee="<b>shop")
    lab.finance.add(day="2026-01-03", amount="-50", account="card", nature="transfer", other_account="trip")  # fmt: skip
    lab.finance.goals.add(title="Sea", target="200", account="trip", start="2026-01-01")
    rent = lab.finance.recurring.add(title="rent", rule="FREQ=MONTHLY;BYMONTHDAY=5", start="2026-01-05", amount="-9", account="card")  # fmt: skip
    page = Page("money", lambda: lab)
    shown: dict[str, list[Any]] = {}
    for kind in (Balances, Savings, Coming):
        card = _loaded(page, kind)
        for values in _links(card):
            card.do("rows", **values)
            body = page.sheet.body
            assert isinstance(body, Rows) and "<b>" not in page.sheet.html
            shown[values["of"] + values.get("account", "")] = list(body.lines)
    assert [line[1] for line in shown["whole"]] == [20, 50]
    assert sum(line[3] for line in shown["accountcard"]) == 20
    assert [line[1] for line in shown["accountcard"]][-1] == "Opening balance"
    assert [line[1:4] for line in shown["goal"]] == [["card", "", 50]]
    assert {line[3] for line in shown["order"]} <= {"to come", "not booked"}
    lab.finance.recurring.remove(rent.id)
    card.do("rows", of="order", order=rent.id.hex)
    assert "Nothing is behind it yet" in page.sheet.html


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────


def test_texts_are_text(lab: Any) -> None:
    """Markup, control characters and line breaks of a title never reach the page as such."""
    title = "<script>x</script>\n\x1b[31m'\"&"
    lab.todos.add(title=title, due=today(), project="<b>")
    lab.finance.add(day=today(), amount=-1, category="<i>'", payee=title)
    page = Page("money", lambda: lab)
    shown = [_loaded(Page("home", lambda: lab), Today).html, _loaded(page, MoneyNow).html]
    card = page.card(MoneyNow)
    assert card is not None
    card.do("rows", of="flow", flow="spending", currency="CNY")
    shown.append(page.sheet.html)
    assert "&lt;script&gt;" in shown[2]
    for bad in ("<script", "<b>", "<i>'", "\x1b"):
        assert not [text for text in shown if bad in text]


@given(st.text())
def test_a_persons_text_is_one_line(text: str) -> None:
    """Nothing in it can break the line or draw what is not there."""
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", clean(text))


def test_words_for_notebooks_stay_in_notebooks() -> None:
    """A sentence with code in it is nothing for a family member."""
    assert plainly("You said so. `lab.anchor.confirm(x)` says so again.") == "You said so."
    assert plainly("你确认过。用 `lab.x()` 再确认。之后会再问。") == "你确认过。 之后会再问。"
    assert share(3, 0) == "0" and share(Decimal(5), Decimal(4)) == "100.0"


def test_days_are_said() -> None:
    """Near days by name; far ones with their year."""
    assert words.day(TODAY, TODAY) == "today"
    assert words.day(TODAY - timedelta(400), TODAY) == "Feb 24, 2025"
    assert words.ahead(TODAY + timedelta(12), TODAY) == "Apr 12 · in 12 days"
    with in_lang("zh-CN"):
        assert words.day(TODAY + timedelta(1), TODAY) == "明天"
        assert words.day(TODAY - timedelta(400), TODAY) == "2025年2月24日"
        assert words.weekday(TODAY) == "星期二"


# ── reports ──────────────────────────────────────────────────────────────────────────────────────────


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
    shown = _loaded(Page("home", lambda: lab), Written).html
    assert shown.index("Weekly review") < shown.index("&lt;b&gt;")
    assert "Cell 0 · &lt;i&gt;why" in shown and "<i>" not in shown
    workspace = tmp_path / "lab"
    (workspace / "reports").mkdir(parents=True)
    (workspace / "reports" / "a.html").write_text("<h1>写好了</h1>", encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (workspace / "reports" / "link.html").symlink_to(tmp_path / "secret.html")
    assert page_of(lab, workspace, good.id)[1] == "<h1>写好了</h1>"
    for run in (outside, link):
        with pytest.raises(NotFound):
            page_of(lab, workspace, run.id)
    framed = reader("t", "<h1>'</h1><script>x</script>")
    assert "<script>" not in framed and "allow-scripts" not in framed
    assert "default-src &#39;none&#39;" in framed


# ── the lab under a page ─────────────────────────────────────────────────────────────────────────────


def test_a_lab_that_is_away_is_opened_again(lab: Any) -> None:
    """Reading is tried again; writing is not done twice, and the next try finds a new lab."""
    opened: list[int] = []

    def open_lab() -> Any:
        opened.append(1)
        return lab

    home = House(open_lab)
    tries: list[int] = []

    def away_at_first(_lab: Any) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("away", next_step="later")
        return 7

    assert home.ask(away_at_first) == 7 and len(opened) == 2
    assert home.returned() and not home.returned()  # said once
    tries.clear()
    with pytest.raises(Unavailable):
        home.ask(away_at_first, again=False)
    assert home.ask(away_at_first, again=False) == 7 and len(opened) == 3


def test_a_lab_that_cannot_be_opened_says_why_once() -> None:
    """The page is there and says what to do, once and not on each card; the next try may work."""

    def fails() -> Any:
        raise Unavailable("The database is <away>.", next_step="Run `pgc doctor`.")

    page = Page("home", fails)
    text = page.text()
    assert text.count("The database is &lt;away&gt;.") == 1 and "pgc doctor" in text
    assert 'data-pgc-act="refresh"' in text and "pgc-card" not in text.partition("<main")[2]
    assert text._repr_mimebundle_()[1] == {"pgc": True}


class Broken(Card):
    """Fails until it is mended."""

    title = "Broken"

    def read(self, lab: Any) -> Any:
        if not getattr(lab, "mended", False):
            raise ZeroDivisionError("secret detail")
        return "whole"

    def show(self, found: Any) -> Child:
        return tag.p(found)


def test_one_card_fails_alone(lab: Any) -> None:
    """A card that cannot be read says so in words, the others are read, and it can be tried again."""
    page = Page("home", lambda: lab)
    broken = Broken(page)
    page.columns = [[[broken], [Today(page)]]]
    page.live()
    page.wait()
    assert broken.error and "ZeroDivisionError" in broken.html
    assert "secret detail" not in page.html and "Traceback" not in page.html
    assert page.card(Today).there  # type: ignore[union-attr]
    lab.__dict__["mended"] = True
    broken.do("reload")
    assert "whole" in broken.html and not broken.error


def test_an_unknown_figure_is_refused(lab: Any) -> None:
    """Only what a card says leads to rows does; nothing else of it can be called from a browser."""
    page = Page("home", lambda: lab)
    card = _loaded(page, Today)
    card.do("rows", of="../nothing")
    assert not page.sheet.is_open and "no such thing" in card.said
    card.do("load")
    card.do("tick", id="no id")
    assert "no such thing" in card.said


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*every.PAGES])
def test_every_page_is_whole_and_says_how_to_begin(lab: Any, name: str) -> None:
    """In an empty lab no card fails or is a hole."""
    with in_lang("zh-CN"):
        page = Page(name, lambda: lab)
        page.text()
        page.live()
        page.wait()
        assert not [card.error for card in page.cards if card.error or not card.there]
        shown = str(page.html)
        assert "pgc-trouble" not in shown and "Traceback" not in shown
        here = re.findall(r'<a [^>]*aria-current="page"[^>]*>([^<]*)</a>', shown)
        assert here == [every.title(name)] and page.name == name
        page.close()


def test_every_page_has_a_notebook_of_two_cells() -> None:
    """What Voilà serves is nothing but the page."""
    folder = Path(__file__).parents[3] / "dashboards"
    assert {path.stem for path in folder.glob("*.ipynb")} == {*every.PAGES}
    for path in folder.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert len(cells) == 2 and f'Page("{path.stem}")' in "".join(cells[0]["source"])


def test_pages_live_in_one_kernel(lab: Any) -> None:
    """To go elsewhere, another period, another language: cards change, and the choice of a language is kept."""
    page = Page("home", lambda: lab)
    page.text()
    page.live()
    page.do("go", to="money")
    page.wait()
    assert page.name == "money" and "Where did the money go" in page.html
    page.do("turn", value="year")
    page.wait()
    assert page.span.key == "year" and page.span.first == today().replace(month=1, day=1)
    page.do("go", to="<nowhere>")
    assert page.name == "home"
    page.wait()


def test_a_period_goes_along(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To every page that is about a period, in the links and from an address; what is none is as if nothing was asked."""
    page = Page("home", lambda: lab)
    assert 'href="skills.ipynb"' in str(page.draw())
    page.do("go", to="money")
    page.do("turn", value="quarter")
    page.do("go", to="family")  # no period there
    page.do("go", to="skills")
    assert page.span.key == "quarter" and 'href="money.ipynb?period=quarter"' in page.html
    page.do("turn", value=between(date(2026, 1, 10), date(2026, 2, 20)))
    page.do("go", to="wellbeing")
    page.wait()
    assert page.span.key == "2026-01-10/2026-02-20"
    assert 'data-pgc-period="2026-01-10/2026-02-20"' in page.html
    monkeypatch.setenv("QUERY_STRING", "token=x&period=2026-01-10%2F2026-02-20")
    assert Page("money", lambda: lab).span.first == date(2026, 1, 10)
    for nothing in ("", "period=", "period=ever", "period=%22%3E%3Cscript%3E", "period=12%2F1"):
        monkeypatch.setenv("QUERY_STRING", nothing)
        assert Page("skills", lambda: lab).span.key == "12"


def test_a_language_is_chosen_and_kept(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once in every thread, and at the next start; a broken note is as none."""
    monkeypatch.setenv("PGC_LANG", "en")
    page = Page("home", lambda: lab)
    page.text()
    before = lang()
    page.do("speak", value="zh-CN")
    page.wait()
    assert choices.remembered() == "zh-CN" and before == "en"
    assert "我的一天" in page.html and 'lang="zh-CN"' in page.html
    choices._place().write_text("{broken", encoding="utf-8")
    assert choices.remembered() == ""


def test_a_review_is_read_finalised_and_compared(lab: Any) -> None:
    """From the draft to the final one, whose facts are linked; what a file holds is the report's; nothing in it is markup."""
    lab.todos.complete(lab.todos.add(title="<b>Report"))
    page = Page("reports", lambda: lab)
    card = _loaded(page, Reviews)
    assert "Draft one on" in card.html
    card.do("draft")
    assert "Open the one on" in card.html and lab.reports.written.count() == 1
    card.do("draft")  # shown again, not written again
    assert lab.reports.written.count() == 1
    review: Any = page.sheet.body
    assert "&lt;b&gt;Report" in review.html and f"href='#{review.id}-fact-1'" in review.html
    given: list[Any] = []
    review.download = lambda *file: given.append(file)
    review.do("save", kind_of="md")
    review.do("save", kind_of="exe")
    assert [(name, kind) for name, _content, kind in given] == [
        (f"{review.report.name}.md", "text/markdown")
    ]
    review.do("finalise")
    assert lab.reports.written.find()[0].state == "final" and "next revision" in review.html
    review.do("compare")
    assert "Compared with the period before" in page.sheet.html
    review.do("revise")
    assert review.report.revision == 2 and review.report.state == "draft"


def test_a_review_is_drafted_by_a_model_where_one_is_configured(lab: Any) -> None:
    """What it says of no fact is marked, the words before come back, and what goes wrong is said."""
    lab.todos.complete(lab.todos.add(title="Tell the neighbours"))
    page = Page("reports", lambda: lab)
    assert "Let " not in _loaded(page, Reviews).html
    written = [
        {"section": "accomplishments", "text": "You told the neighbours.", "facts": [1]},
        {"section": "challenges", "text": "You slept 3 hours.", "facts": []},
    ]
    with provider(Say(json.dumps(written)), Fail(400), Fail(400)) as running:
        lab.ai.models.add(name="scripted", base_url=running.url, model="scripted-1")
        card = _loaded(page, Reviews)
        assert "Let scripted draft it" in card.html
        card.do("draft_by_model")
        review: Any = page.sheet.body
        review.work.wait()
        assert "You told the neighbours." in review.html and "A draft by scripted" in review.html
        assert MARK in review.report.challenges and review.report.drafted_by == "scripted"
        assert "Tell the neighbours" in json.dumps(running.requests[0], ensure_ascii=False)
        page.take_back()
        assert (
            "You told the neighbours." not in review.html
            and "A draft by the template" in review.html
        )
        review.do("ask_model")
        review.work.wait()
        assert 'role="alert"' in review.html and "A draft by the template" in review.html
    review.do("finalise")
    assert "Let scripted draft it" not in review.html


def test_a_payment_is_written_down_and_taken_back(lab: Any) -> None:
    """The sign is the direction's; what is wrong stands at its field; other cards know at once; undo takes it back."""
    lab.finance.budgets.add(name="eat", categories=["餐饮"], amount=100, every="1mo", start=today().replace(day=1))  # fmt: skip
    page = Page("money", lambda: lab)
    for card in page.cards:
        card.load()
    pay = page.card(Pay)
    assert pay is not None
    pay.entry.do("add", amount="abc", way="out", payee="店", day=today().isoformat())
    assert pay.entry.problems.keys() == {"amount"} and 'value="店"' in pay.entry.html
    pay.entry.do("add", amount="38.50", way="out", payee="店", category="餐饮", day=today().isoformat())  # fmt: skip
    assert lab.finance.transactions.find()[0].amount == Decimal("-38.50")
    assert "¥38.50" in page.card(MoneyNow).html and "61.50" in page.card(Budgets).html  # type: ignore[union-attr]
    assert 'value="店"' not in pay.entry.html and "over budget" not in page.card(MoneyNow).html  # type: ignore[union-attr]
    page.take_back()
    assert not lab.finance.transactions.count()
    pay.entry.do("add", amount="100.01", way="out", payee="店", category="餐饮", day=today().isoformat())  # fmt: skip
    shown = page.card(MoneyNow).html  # type: ignore[union-attr]
    assert "over budget" in shown and "pgc-over-it" in shown


def test_a_short_form_leaves_typing_alone() -> None:
    """Only what was saved empties its fields; a drawing in between does not."""
    kept: list[dict[str, str]] = []
    entry = Entry("x", lambda: [Field("a", "A"), Field("b", "B", "long")], kept.append)
    assert "data-force" not in entry.html
    entry.do("add", a=" 1 ", b="", c="unasked")
    assert kept == [{"a": "1"}]
    assert "data-force" in entry.html and "data-force" not in entry.html
