"""How things look: every record, collection, listing and frame, paged where it is large, text in a terminal, data never markup."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.lib.pretty import pretty as _pretty

from pgc_lib.core.shown import Listing, plain_table, table, text_of
from pgc_lib.errors import Unavailable
from pgc_lib.i18n import in_lang
from pgc_lib.notebook.display import register
from pgc_lib.notebook.display.cells import key_of
from pgc_lib.notebook.display.pandas_frames import as_polars
from pgc_lib.notebook.display.sheet import Sheet
from pgc_lib.notebook.display.sources import OfCollection, OfFrame, OfList
from tests.support.lab import House, Person

HOSTILE = "<script>alert(1)</script>"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with in_lang("en"):
        yield


@pytest.fixture
def lab(house: House, person: Person) -> Any:
    """The lab of a new person with forty payments."""
    found = house.lab(person())
    rows = [{"day": date(2026, 1, 1 + n % 28), "amount": n - 20, "payee": f"shop {n:02}", "category": "food" if n % 2 else "fun"} for n in range(40)]  # fmt: skip
    found.finance.transactions.add_many(rows)
    return found


def shell(*, kernel: bool = True) -> Any:
    """What registering needs of a shell."""
    made = SimpleNamespace(display_formatter=DisplayFormatter(), kernel=object() if kernel else None)  # fmt: skip
    register(made)
    return made


def pretty(thing: Any) -> str:
    """As IPython writes it into a terminal."""
    return str(_pretty(thing))  # type: ignore[no-untyped-call]


def shown(thing: Any, *, kernel: bool = True) -> dict[str, Any]:
    data, _metadata = shell(kernel=kernel).display_formatter.format(thing)
    return dict(data)


def frame(n: int = 1000) -> pl.DataFrame:
    return pl.DataFrame({"day": [date(2026, 1, 1)] * n, "name": [f"row {i}" for i in range(n)], "amount": [i * 1.5 for i in range(n)]})  # fmt: skip


def test_a_small_frame_is_a_plain_table() -> None:
    """No widget for what fits on a page; titles in the person's language, beside their values."""
    bundle = shown(frame(3))
    assert set(bundle) == {"text/html", "text/plain"} and "3 rows" in bundle["text/html"]
    assert "<th style='text-align:right'>Amount</th>" in bundle["text/html"]
    assert bundle["text/plain"] == str(frame(3))
    with in_lang("zh-CN"):
        assert ">金额</th>" in shown(frame(3))["text/html"]


def test_a_large_frame_is_a_sheet_of_one_page() -> None:
    """A hundred thousand rows: twenty of them are drawn, in the browser and in the saved notebook."""
    bundle = shown(frame(100_000))
    assert WIDGET in bundle and bundle["text/plain"] == str(frame(100_000))
    html = bundle["text/html"]
    assert html.count("<tr>") == 21 and "1–20 of 100,000" in html and len(html) < 8_000
    assert "data-pgc-act" not in html, "nothing to click where no kernel is"
    assert WIDGET not in shown(frame(100_000), kernel=False)


def test_a_frame_of_pandas_looks_the_same() -> None:
    """Paged, sorted, in the person's language; its index where it says something, its several headings on one line."""
    bundle = shown(pd.DataFrame(frame(1000).to_dict(as_series=False)))
    assert WIDGET in bundle and "1–20 of 1,000" in bundle["text/html"] and "Amount" in bundle["text/html"]  # fmt: skip
    with in_lang("zh-CN"):
        small = shown(pd.DataFrame({"amount": [1.5, None], "name": ["a", HOSTILE]}))
        assert ">金额</th>" in small["text/html"] and "<script" not in small["text/html"]
    grouped = pd.DataFrame({"category": ["b", "a"], "amount": [1, 2]}).groupby("category").agg(["sum", "max"])  # fmt: skip
    html = shown(grouped)["text/html"]
    assert "Category" in html and "amount · sum" in html and html.index(">a<") < html.index(">b<")
    sheet = Sheet(OfFrame(as_polars(pd.DataFrame({"n": range(30)}, index=pd.date_range("2026-01-01", periods=30)))))  # fmt: skip
    sheet.do("sort", by="n")
    sheet.do("sort", by="n")
    assert "2026-01-30" in sheet.html


def test_any_frame_of_pandas_is_shown() -> None:
    """Mixed, nested, categorical, of times with zones and of nothing; names that are numbers, twice there, or tuples."""
    strange = pd.DataFrame({
        "mixed": [1, "a", None, {"x": 1}, object], "kind": pd.Categorical(["a", "b", None, "a", "a"]),
        "at": pd.date_range("2026-01-01", periods=5, tz="Asia/Shanghai"), "list": [[1], [2], None, [], [3]],
        "span": pd.to_timedelta([1, 2, 3, 4, None], unit="h"), "period": pd.period_range("2026-01", periods=5, freq="M"),
        7: [1 + 2j] * 5,
    })  # fmt: skip
    strange.insert(0, "mixed", [pd.NA] * 5, allow_duplicates=True)
    html = shown(strange)["text/html"]
    assert "mixed (2)" in html and "5 rows" in html
    assert shown(pd.concat([strange] * 5))["text/html"]
    assert "text/plain" in shown(pd.DataFrame())


def test_a_sheet_is_paged_sorted_and_searched() -> None:
    """In Python; the browser gets the page that it asked for."""
    sheet = Sheet(OfFrame(frame(105)))
    sheet.do("on")
    assert "21–40 of 105" in sheet.html and "row 20<" in sheet.html and "row 19<" not in sheet.html
    sheet.do("end")
    sheet.do("on")
    assert "101–105 of 105" in sheet.html
    sheet.do("back")
    assert "81–100 of 105" in sheet.html
    sheet.do("sort", by="amount")
    assert "1–20 of 105" in sheet.html and 'aria-sort="ascending"' in sheet.html
    sheet.do("sort", by="amount")
    assert "row 104<" in sheet.html and 'aria-sort="descending"' in sheet.html
    sheet.do("sort", by="amount")
    assert "row 0<" in sheet.html and 'aria-sort="ascending"' not in sheet.html
    sheet.do("find", value="ROW 10")
    assert "6 rows" in sheet.html and "row 104<" in sheet.html
    sheet.do("find", value="nowhere")
    assert "No row holds “nowhere”." in sheet.html
    sheet.do("find", value="")
    sheet.do("resize", value="100")
    assert "1–100 of 105" in sheet.html


def test_what_a_page_sends_is_judged() -> None:
    """Other columns, sizes and pages than there are do nothing."""
    sheet = Sheet(OfFrame(frame(50)))
    for act, values in (("sort", {"by": "nothing"}), ("resize", {"value": "1000000"}), ("resize", {"value": "x"}), ("back", {}), ("draw", {})):  # fmt: skip
        sheet.do(act, **values)
    assert sheet.view.order == "" and sheet.view.size == 20 and sheet.view.page == 0
    sheet.do("find", value="[")
    assert "No row holds “[”." in sheet.html, "words are words, no pattern"


def test_a_collection_is_paged_by_its_keys(lab: Any) -> None:
    """Read from the database page by page, sorted and searched there."""
    bundle = shown(lab.finance.transactions)
    assert "1–20 of 40" in bundle["text/html"] and "Payee" in bundle["text/html"]
    assert "shop" in bundle["text/plain"] and "more rows" in bundle["text/plain"]
    sheet = Sheet(OfCollection(lab.finance.transactions), size=10)
    seen: list[str] = []
    for _page in range(4):
        seen += [str(row[3]) for row in sheet.source.rows(sheet.view)]
        sheet.do("on")
    assert len(set(seen)) == 40
    sheet.do("back")
    assert "21–30 of 40" in sheet.html
    sheet.do("sort", by="payee")
    assert "shop 00" in sheet.html
    sheet.do("find", value="SHOP 1")
    assert "10 rows" in sheet.html and "shop 19" in sheet.html and "shop 20" not in sheet.html
    lab.finance.transactions.add(day="2026-02-01", amount=-1, payee="shop 1x")
    sheet.do("first")
    assert "of 11" in sheet.html


def test_a_database_that_is_away_is_two_sentences(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Looking at a collection never ends in a traceback."""

    def away(*_a: Any, **_k: Any) -> int:
        raise Unavailable("The database is away.", next_step="Try again.")

    monkeypatch.setattr(type(lab.finance.transactions), "count", away)
    bundle = shown(lab.finance.transactions)
    assert bundle["text/plain"] == "The database is away.\n→ Try again."
    assert "Try again." in bundle["text/html"]
    assert "The database is away." in Sheet(OfCollection(lab.finance.transactions)).html


def test_a_listing_shows_its_pages_and_its_text(lab: Any) -> None:
    """Short ones as before; long ones paged; either as text in a terminal."""
    found = lab.finance.transactions.find(order="payee")
    assert WIDGET in shown(found) and "1–20 of 40" in shown(found)["text/html"]
    short = lab.finance.transactions.find(limit=2, order="payee")
    assert "<table>" in shown(short)["text/html"] and WIDGET not in shown(short)
    text = pretty(short)
    assert "shop 00" in text and "Payee" in text and "Transaction(" not in text
    assert "… and 20 more." in pretty(found)
    sheet = Sheet(OfList(found))
    sheet.do("sort", by="Amount")
    assert "shop 00" in sheet.html
    sheet.do("find", value="shop 3")
    assert "10 rows" in sheet.html
    assert "Nothing." in pretty(Listing())


def test_what_records_refer_to_is_called_by_name(lab: Any) -> None:
    """In a listing, in a part of it, in a table of a collection and in a terminal; what is gone keeps its identifier."""
    guitar, piano = (lab.skills.add(name=name) for name in ("Guitar", "Piano"))
    lab.skills.practice.add(skill=guitar.id, day="2026-01-02", hours=1)
    lab.skills.practice.add(skill=piano.id, day="2026-01-03", hours=2)
    lab.graph.connect(guitar, "needs", piano)
    found = lab.skills.practice.find(order="day")
    for listing in (found, found[:1], lab.graph.edges.find()):
        data = shown(listing)
        assert "Guitar" in data["text/html"] and "Guitar" in data["text/plain"]
        assert guitar.id.hex[:8] not in data["text/html"].replace("-", "")
    assert "Piano" in Sheet(OfCollection(lab.skills.practice)).html
    lab.skills.remove(piano)
    assert "Guitar" in shown(lab.graph.edges.find())["text/html"]


def test_a_listing_with_a_look_of_its_own_keeps_it() -> None:
    """A subclass that says more than its lines is not replaced."""

    class Told(Listing[Any]):
        def _repr_html_(self) -> str:
            return "<p>mine</p>"

    class One:
        def _shown_(self) -> dict[str, Any]:
            return {"a": 1}

    assert shown(Told([One()] * 30))["text/html"] == "<p>mine</p>"


def test_a_record_is_a_card(lab: Any) -> None:
    """Its name, its kind, its fields by their titles; what is sealed stays sealed; text in a terminal."""
    kept = lab.finance.transactions.find(limit=1, order="payee")[0]
    html = shown(kept)["text/html"]
    assert "shop 00" in html and "Payee" in html and "added" in html
    mood = lab.wellbeing.log(4, note="secret words", tags=["work"])
    for text in (shown(mood)["text/html"], shown(mood)["text/plain"], pretty(mood)):
        assert "secret" not in text and "••••••" in text
    assert "Mood" in pretty(mood) and "MoodRecord" not in pretty(mood)
    with in_lang("zh-CN"):
        assert "心情" in shown(mood)["text/html"]


def test_data_are_never_markup(lab: Any) -> None:
    """In cells, titles, cards, captions and search fields."""
    hostile = pl.DataFrame({HOSTILE: [HOSTILE] * 30, "b": [[HOSTILE]] * 30, "c": [{"x": HOSTILE}] * 30})  # fmt: skip
    assert "<script" not in shown(hostile)["text/html"]
    assert "<script" not in shown(hostile.head(2))["text/html"]
    sheet = Sheet(OfFrame(hostile), title=HOSTILE)
    sheet.do("find", value=HOSTILE)
    assert "<script" not in sheet.html
    kept = lab.finance.add(day="2026-01-01", amount=-1, payee=HOSTILE, note=HOSTILE)
    assert "<script" not in shown(kept)["text/html"]
    assert "<script" not in shown(lab.finance.transactions)["text/html"]


def test_any_type_of_column_is_shown() -> None:
    """Nested, binary, empty, all null, durations, infinite numbers, and more columns than a page has."""
    strange = pl.DataFrame({
        "binary": [b"\xff\x00"] * 25, "nothing": [None] * 25, "list": [[1, 2]] * 25, "struct": [{"a": 1}] * 25,
        "number": [float("inf"), float("nan")] + [0.1 + 0.2] * 23, "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 25,
        "long": ["x" * 5000] * 25,
    })  # fmt: skip
    html = shown(strange)["text/html"]
    assert "inf" in html and "0.3<" in html and "2026-01-01 08:00" in html and "x" * 300 not in html
    assert str(shown(strange.head(2))["text/html"])
    wide = pl.DataFrame({f"c{n}": [1] for n in range(300)})
    assert "260 columns are not shown" in shown(wide)["text/html"]
    assert "text/plain" in shown(pl.DataFrame()) and "0 rows" in shown(frame(0))["text/html"]
    sheet = Sheet(OfFrame(strange))
    for by in strange.columns:
        sheet.do("sort", by=by)
        assert "1–20 of 25" in sheet.html, by


def test_choices_are_words(lab: Any) -> None:
    """What a definition keeps as `refund` a person reads as a word; every record's own columns come last."""
    lab.finance.add(day="2026-03-01", amount=5, payee="zz", nature="refund")
    html = shown(lab.finance.transactions.frame(order="-day", limit=5))["text/html"]
    assert "money back" in html and ">refund<" not in html
    assert html.index("Identifier") > html.index("Payee")


def test_numbers_and_tables_as_text() -> None:
    """Six digits that say something; columns under one another, Chinese ones too."""
    assert [text_of(value) for value in (0.1 + 0.2, 1234.5678, 2.0, 1e-9, -0.5, 1e20)] == ["0.3", "1,234.57", "2", "1e-09", "-0.5", "1e+20"]  # fmt: skip
    drawn = plain_table(["名称", "数"], [["中文", "1"], ["abc", "12"]], [False, True])
    assert drawn.splitlines() == ["名称  数", "────  ──", "中文   1", "abc   12"]
    assert "…" in plain_table(["a"], [["很长的文字" * 20]])
    html = table(["a", "b"], [["x", 1], ["y", None]])
    assert "<th style='text-align:left'>a</th><th style='text-align:right'>b</th>" in html
    assert sorted([None, 3, "b", 1.5, "", "A"], key=key_of) == [1.5, 3, "A", "b", None, ""]


def test_a_sheet_in_a_terminal() -> None:
    """The first rows as text, and how many more there are."""
    text = repr(Sheet(OfFrame(frame(30)), title="Rows"))
    assert text.startswith("Rows\n") and "row 9" in text and "row 10" not in text
    assert text.endswith("… and 20 more rows.")
