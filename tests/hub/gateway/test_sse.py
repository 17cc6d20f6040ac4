"""Events out of a provider's bytes, however they were torn."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.gateway.sse import MOST_BYTES, Event, Garbage, Splitter, parsed

STREAM = (
    b': queued\n\ndata: {"a": "\xe4\xbd\xa0\xe5\xa5\xbd"}\n\nevent: x\nid: 7\ndata: {"b":\ndata: 2}\n\n'
    b'data: {"c": 3}\r\n\r\ndata:{"d": 4}\r\rdata: [DONE]\n\n'
)


def split(*pieces: bytes) -> list[Event]:
    splitter = Splitter()
    found = [event for piece in pieces for event in splitter.feed(piece)]
    assert not splitter.torn
    return found


def test_what_is_in_a_stream() -> None:
    """Comments, fields, several lines of data, every kind of line end, and the last word."""
    events = split(STREAM)
    assert [event.value for event in events] == [
        None,
        {"a": "你好"},
        {"b": 2},
        {"c": 3},
        {"d": 4},
        None,
    ]
    assert [event.done for event in events] == [False] * 5 + [True]
    assert b"".join(event.raw for event in events) == STREAM


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_does_not_matter_where_it_is_torn(cuts: list[int]) -> None:
    """Not a byte is lost or said twice, and the same is understood."""
    places = [0, *sorted(cuts), len(STREAM)]
    events = split(*(STREAM[a:b] for a, b in pairwise(places)))
    assert b"".join(event.raw for event in events) == STREAM
    assert [event.value for event in events if event.value] == [
        {"a": "你好"},
        {"b": 2},
        {"c": 3},
        {"d": 4},
    ]
    assert events[-1].done


def test_an_event_without_an_end_is_known() -> None:
    """It is not passed on, and the stream did not end well."""
    splitter = Splitter()
    (event,) = splitter.feed(b'data: {"a": 1}\n\ndata: {"b"')
    assert event.value == {"a": 1}
    assert splitter.torn


@pytest.mark.parametrize(
    "raw",
    [b"<html>\n\n", b"data: {\n\n", b"data: [1]\n\n", b"data: 7\n\n", b"data: \xff\n\n", b"\0\n\n"],
)
def test_garbage_is_called_so(raw: bytes) -> None:
    """A proxy's error page, half an object, something that is no object."""
    with pytest.raises(Garbage):
        parsed(raw)


def test_an_endless_event_is_given_up() -> None:
    """A provider cannot fill the memory."""
    splitter = Splitter()
    with pytest.raises(Garbage):
        for _piece in range(MOST_BYTES // 2**20 + 1):
            assert not list(splitter.feed(b"data" * 2**18))
