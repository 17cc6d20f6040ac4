"""Identifiers sort by the time at which they were made, one by one or many at once."""

from uuid import UUID

from pgc_lib.core.ids import new_id, new_ids


def test_many_identifiers_are_like_single_ones() -> None:
    """Version 7, each one different, in their order, between one made before and one made after them."""
    before = new_id()
    many = [UUID(each) for each in new_ids(5_000)]
    assert many == sorted(many) and len(set(many)) == 5_000
    assert {(each.version, each.variant) for each in many} == {(before.version, before.variant)}
    moments = {each.int >> 80 for each in many}
    assert len(moments) == 1 and before.int >> 80 <= moments.pop() <= new_id().int >> 80
    assert new_ids(0).to_list() == []
