"""The bytes of Anki's newer packages: Zstandard around them, Protocol Buffers within; no more of either than is needed."""

import io
from collections.abc import Iterator
from typing import IO, Any

_ZSTD = b"\x28\xb5\x2f\xfd"


def unpacked(packed: IO[bytes], most: int) -> Iterator[bytes]:
    """The bytes of a member piece by piece, those under Zstandard unpacked."""
    first = packed.read(4)
    if first != _ZSTD:
        yield first
        while piece := packed.read(1 << 20):
            yield piece
        return
    import pyarrow as pa

    whole = io.BytesIO(first + packed.read(most))
    with pa.CompressedInputStream(pa.PythonFile(whole, mode="r"), "zstd") as stream:
        while piece := stream.read(1 << 20):
            yield piece


def raw(value: Any) -> bytes:
    """A value of SQLite as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


def wire(said: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a Protocol Buffers message: each with its number, as a number or bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = said[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 63:
                return value

    while at < len(said):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1 | 5 as fixed:
                at += 8 if fixed == 1 else 4
            case 2:
                length = varint()
                if at + length > len(said):
                    raise ValueError("cut off")
                yield key >> 3, said[at : at + length]
                at += length
            case _:
                raise ValueError("no Protocol Buffers")


def numbers(said: bytes) -> dict[int, int]:
    """The fields of a message that are numbers."""
    return {number: value for number, value in wire(said) if isinstance(value, int)}


def strings(said: bytes) -> dict[int, str]:
    """The fields of a message that are texts."""
    return {
        number: value.decode(errors="replace")
        for number, value in wire(said)
        if isinstance(value, bytes)
    }


def media_entries(said: bytes) -> dict[str, str]:
    """The list of media of newer packages: the n-th entry is the member n."""
    entries = [value for number, value in wire(said) if number == 1 and isinstance(value, bytes)]
    return {str(n): strings(entry).get(1, "") for n, entry in enumerate(entries)}
