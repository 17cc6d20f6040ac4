"""Identifiers: UUID version 7, so that they sort by time and keep B-trees dense.

The standard library has them from Python 3.14; until then these few lines do.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A new identifier; its first 48 bits are milliseconds since 1970."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | tail
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)
