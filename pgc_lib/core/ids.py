"""Identifiers: UUID version 7, so that they sort by time and keep B-trees dense.

The standard library has them from Python 3.14; until then these few lines do.
"""

import os
import time
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    import polars as pl


def new_id() -> UUID:
    """A new identifier; its first 48 bits are milliseconds since 1970."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | tail
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def new_ids(n: int) -> "pl.Series":
    """Many new identifiers in their order, as 32 hexadecimal digits.

    Made at once: a database asks the kernel's generator for every single one, a quarter of what keeping a row takes.
    """
    import numpy as np
    import polars as pl
    import pyarrow as pa

    random = np.frombuffer(os.urandom(16 * n), dtype=np.uint64).reshape(n, 2)
    order = np.sort(random[:, 0])
    milliseconds = np.uint64(time.time_ns() // 1_000_000)
    high = milliseconds << np.uint64(16) | np.uint64(0x7000) | order >> np.uint64(52)
    low = (order & np.uint64((1 << 52) - 1)) << np.uint64(10) | random[:, 1] >> np.uint64(54)
    octets = np.stack([high, low | np.uint64(1 << 63)], axis=1).astype(">u8").tobytes()
    fixed = pa.Array.from_buffers(pa.binary(16), n, [None, pa.py_buffer(octets)])
    return pl.Series("id", fixed.cast(pa.binary())).bin.encode("hex")
