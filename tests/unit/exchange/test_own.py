"""A person's own importers: written in a cell, saved with a sample, shown before they run, for nobody else."""

from pathlib import Path

import pytest

from pgc_lib.errors import Denied, Invalid, NotFound
from pgc_lib.exchange import own, registry
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share

SOURCE = '''\
@importer("somewhere", title="Bank of Somewhere", columns=["Fecha", "Concepto", "Cargo"])
def convert(lines, above):
    """A cell of a notebook."""
    return lines.select(
        "__line",
        day=pl.col("Fecha"),
        amount="-" + pl.col("Cargo").str.replace(",", "."),
        currency=pl.lit("EUR"),
        payee="Concepto",
        category=pl.lit(""),
        account=pl.lit("Somewhere"),
        note=pl.lit(""),
        reference=pl.concat_str(pl.lit("somewhere:"), "Fecha", "Concepto", "Cargo"),
    )
'''
SAMPLE = "Banco\nFecha;Concepto;Cargo\n2026-01-02;café;4,50\n"


@pytest.fixture
def lab(house: House, person: Person, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """An empty lab in a process that has seen no importer yet."""
    monkeypatch.setattr(registry, "_own", {})
    monkeypatch.setattr(own, "_trusted", set())
    return house.lab(person())


def test_an_importer_is_saved_with_its_sample_and_shown_before_it_runs(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a later process its columns are known, its text is shown first, and then it reads."""
    kept = lab.imports.save("somewhere", source=SOURCE, sample=SAMPLE)
    assert kept.needed == ["Fecha", "Concepto", "Cargo"]
    assert lab.imports.check() == {"somewhere": "ok"}
    monkeypatch.setattr(own, "_trusted", set())
    path = tmp_path / "x.csv"
    path.write_text(SAMPLE, encoding="utf-8")
    with pytest.raises(own.NotYetShown, match="A cell of a notebook"):
        lab.import_file(path)
    seen = lab.import_file(path)
    assert seen.title == "Bank of Somewhere"
    assert [str(row["amount"]) for row in seen.frame.iter_rows(named=True)] == ["-4.5000"]
    assert lab.imports.source("somewhere") == SOURCE
    assert "def _alipay" in lab.imports.source("alipay"), "a correction can begin with ours"


def test_a_function_of_this_notebook_is_saved_by_its_text(lab: Lab) -> None:
    """As it was written, decorator and all."""
    from pgc_lib.exchange.registry import importer

    @importer("mine", title="Mine", columns=["D", "A"])
    def convert(lines, _above):  # type: ignore[no-untyped-def]
        import polars as pl

        return lines.select("__line", day="D", amount="A", reference=pl.lit("m:") + pl.col("D"))

    kept = lab.imports.save("mine", sample="D,A\n2026-01-01,5\n")
    assert kept.source.startswith('@importer("mine"') and kept.title == "Mine"
    assert convert is not None


@pytest.mark.parametrize(
    ("source", "sample", "reason"),
    [
        ("def f(:", SAMPLE, "SyntaxError"),
        ("x = 1", SAMPLE, "decorated"),
        ("1 / 0", SAMPLE, "ZeroDivisionError"),
        (SOURCE, "a,b\n1,2\n", "its own sample"),
        (SOURCE, SAMPLE.replace("2026-01-02", "soon"), "wrongly"),
        (SOURCE.replace('"Cargo").str', '"Nada").str'), SAMPLE, "fails"),
    ],
)
def test_what_does_not_work_is_not_saved(lab: Lab, source: str, sample: str, reason: str) -> None:
    """With the reason."""
    with pytest.raises(Exception, match=reason):
        lab.imports.save("somewhere", source=source, sample=sample)
    assert lab.imports.importers.count() == 0


def test_nobody_else_can_put_code_where_it_would_run(house: House, person: Person) -> None:
    """Not even with the right to edit: the text is sealed with the person's own key."""
    mine, theirs = person(), person()
    share(mine, theirs, "imports", "edit")
    with pytest.raises(Denied):
        house.lab(theirs).imports.importers.add(
            owner=mine.person, name="evil", title="x", needed=["Fecha"], source=SOURCE
        )
    lab = house.lab(mine)
    lab.imports.save("somewhere", source=SOURCE, sample=SAMPLE)
    assert house.lab(theirs).imports.usable() == []
    with pytest.raises(NotFound):
        house.lab(theirs).imports.source("somewhere")


def test_a_drifted_format_says_where_it_fails(lab: Lab, tmp_path: Path) -> None:
    """A column that an importer needs inside is gone: its name and the way to correct it are told."""
    path = tmp_path / "a.csv"
    path.write_text(
        "支付宝\n交易时间,收/支,金额,交易状态,交易订单号\n2026-01-01 10:00:00,支出,5,交易成功,1\n",
        encoding="utf-8",
    )
    seen = lab.import_file(path)
    assert seen.new == 1, "what is missing without harm is left empty"
    path.write_text(
        "交易时间,交易类型,收/支,金额(元),交易单号\n2026-01-01,x,支出,5,1\n", encoding="utf-8"
    )
    with pytest.raises((Invalid, Exception), match=r"imports\.source"):
        lab.import_file(path)
