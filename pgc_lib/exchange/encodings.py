"""Texts of any encoding as blocks of UTF-8, each ending where a line ends, so that a file of any size can be read.

What bills come in is told from their bytes: a mark at the beginning, UTF-8 if it is valid, and otherwise whichever of
the legacy encodings makes words of it. A byte that is no character becomes �, and its row is listed as wrong.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

BLOCK = 32 << 20
_SAMPLE = 1 << 20
_LONGEST_LINE = 16 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIMPLIFIED = frozenset("的一年月日时间金额收支交易付款账户卡号摘要余额备注商品说明银行对方名称")
_TRADITIONAL = frozenset("的一年月日時間金額收支交易付款帳戶卡號摘要餘額備註商品說明銀行對方名稱")
_BEHIND_QUOTES = re.compile(rb'"\t+(?=[,;|\r\n])')
"""Wallets put a tab behind a quoted number, to keep spreadsheets from rounding it."""


def encoding_of(path: Path) -> str:
    """The encoding of a text file."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
        for mark, name in _MARKS:
            if sample.startswith(mark):
                return name
        if not sample.isascii():
            return _told_by(sample)
        # A long beginning without any special character says nothing about what follows.
        while more := file.read(_SAMPLE):
            if not more.isascii():
                return _told_by(more[re.search(rb"[\x80-\xff]", more).start() :])  # type: ignore[union-attr]
    return "utf-8"


def _told_by(sample: bytes) -> str:
    if _fits(sample, "utf-8"):
        return "utf-8"
    if sample.count(b"\0") > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(b"\0") >= sample[::2].count(b"\0") else "utf-16-be"
    high = len(re.findall(rb"[\x80-\xff]", sample))
    lonely = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    # European letters stand alone between plain ones; Chinese characters are pairs of bytes.
    if lonely > high / 2:
        return "cp1252"
    scores = {
        "gb18030": _words(sample, "gb18030", _SIMPLIFIED),
        "big5": _words(sample, "big5", _TRADITIONAL),
    }
    return max(scores, key=lambda name: scores[name])


def _fits(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _words(sample: bytes, encoding: str, known: frozenset[str]) -> float:
    text = sample[: 1 << 16].decode(encoding, errors="replace")
    return sum(letter in known for letter in text) - 3.0 * text.count("\ufffd")


def blocks(path: Path, encoding: str, size: int = BLOCK) -> Iterator[bytes]:
    """The text in UTF-8, about `size` bytes at a time, each block ending behind a line outside quotes."""
    rest = b""
    limit = max(_LONGEST_LINE, 4 * size)
    for piece in _utf8(path, encoding, size):
        rest += piece
        if len(rest) < size:
            continue
        end = _line_end(rest)
        if end == 0:
            if len(rest) > limit:
                raise Invalid(
                    _("This file is no table: {path}", path=path.name),
                    [
                        Problem(
                            path.name, _("one of its lines is longer than {n} MB", n=limit >> 20)
                        )
                    ],
                    next_step=_("Check that it is the file you meant, and save it as CSV again."),
                )
            continue
        yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def head(path: Path, encoding: str, size: int) -> str:
    """The beginning of the text."""
    with path.open("rb") as file:
        sample = file.read(size)
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample).lstrip("\ufeff")


def _utf8(path: Path, encoding: str, size: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    plain = encoding in ("utf-8", "utf-8-sig")
    carried = first = True
    tail = b""
    with path.open("rb") as file:
        while True:
            raw = file.read(size)
            if plain:
                piece = raw.removeprefix(codecs.BOM_UTF8) if first else raw
            else:
                piece = decoder.decode(raw, final=not raw).encode("utf-8", errors="replace")
            if first:
                # A text of carriage returns alone, as very old programs write it.
                carried = b"\r" in piece and b"\n" not in piece
                first = False
            if carried:
                piece = piece.replace(b"\r", b"\n")
            tail += piece
            if not raw:
                if tail:
                    yield tail
                return
            # What begins with a quote may go on behind the end of the piece.
            cut = tail.rfind(b"\n") + 1
            if cut and b'"\t' in tail:
                yield _BEHIND_QUOTES.sub(b'"', tail[:cut])
                tail = tail[cut:]
            elif cut or len(tail) > _LONGEST_LINE:
                yield tail
                tail = b""


def _line_end(text: bytes) -> int:
    """Behind the last line that ends outside quotes; 0 where there is none."""
    end = text.rfind(b"\n") + 1
    odd = text.count(b'"', 0, end) % 2 == 1
    tries = 0
    while odd and end and tries < 1000:
        before = text.rfind(b"\n", 0, end - 1) + 1
        odd ^= text.count(b'"', before, end) % 2 == 1
        end = before
        tries += 1
    # A stray quote somewhere: cut at a line all the same; the reader goes line by line there.
    return end or text.rfind(b"\n") + 1
