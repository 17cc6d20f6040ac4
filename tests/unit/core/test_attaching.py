"""Files beside records, through the collection."""

from pathlib import Path

import pytest

from pgc_lib.errors import Denied, NotFound
from tests.support.lab import House, Person, share


def test_a_receipt_goes_with_its_payment(house: House, person: Person, tmp_path: Path) -> None:
    """In by path, out checked; listed with the record; taken away and brought back."""
    lab = house.lab(person())
    paid = lab.finance.add(day="2026-11-20", amount="-38.50", payee="瑞幸咖啡")
    receipt = tmp_path / "发票.pdf"
    receipt.write_bytes(b"%PDF a receipt")
    kept = lab.finance.transactions.attach(paid, str(receipt))
    assert [file.name for file in lab.finance.transactions.attachments(paid)] == ["发票.pdf"]
    assert "发票.pdf" in lab.finance.transactions.attachments(paid.id)._repr_html_()
    with lab.finance.transactions.attached(kept) as stream:
        assert stream.read() == b"%PDF a receipt"
    assert lab.finance.transactions.save_attached(kept, tmp_path / "copy.pdf") == 14
    assert lab.finance.transactions.detach(kept)
    assert lab.finance.transactions.attachments(paid) == []
    assert lab.finance.transactions.restore_attached(kept)
    assert len(lab.finance.transactions.attachments(paid)) == 1


def test_only_who_may_see_the_record_sees_its_files(house: House, person: Person) -> None:
    """Another person finds nothing until the area is granted, and cannot attach with “see” alone."""
    mama, papa = person("mama"), person("papa")
    hers, his = house.lab(mama).finance.transactions, house.lab(papa).finance.transactions
    paid = hers.add(day="2026-11-20", amount="-1", payee="p")
    kept = hers.attach(paid, b"bytes", name="a.txt")
    assert his.attachments(paid.id) == []
    with pytest.raises(NotFound), his.attached(kept):
        pass
    share(mama, papa, "finance", "see")
    with his.attached(kept) as stream:
        assert stream.read() == b"bytes"
    with pytest.raises(Denied):
        his.attach(paid.id, b"mine", name="b.txt")


def test_the_past_takes_no_files(house: House, person: Person) -> None:
    """What was cannot be added to."""
    lab = house.lab(person())
    paid = lab.finance.add(day="2026-11-20", amount="-1", payee="p")
    with pytest.raises(Denied):
        lab.at("2999-01-01").finance.transactions.attach(paid, b"x", name="x")
