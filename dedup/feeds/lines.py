"""Blocks of bytes to blocks of whole lines in UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator

from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.sources import Source

MARK = codecs.BOM_UTF8
"""The byte order mark of UTF-8."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

NOT_UTF8 = "; if it is in another encoding, name it: --encoding cp1252"
"""The mend, after what is told of bytes that are not UTF-8."""

OVERLONG = f"it is over {at.MOST_BYTES >> 20} MB long, which no article is; split it"


def mark_of(source: Source) -> bytes:
    """The byte order mark a source starts with, or nothing."""
    try:
        return MARK if next(source.blocks(), b"").startswith(MARK) else b""
    except Damaged:
        return b""


def is_utf_16(start: bytes) -> bool:
    """Whether bytes that start so say that they are UTF-16."""
    return start.startswith(_UTF_16)


def in_utf8(blocks: Iterator[bytes], encoding: str | None = None) -> Iterator[bytes]:
    """The same text in UTF-8, without a byte order mark; a mark at the start wins over `encoding`.

    Bytes that the encoding has no character for stay as they are, for the reader to reject.
    """
    start = b""
    for block in blocks:
        start += block
        if len(start) >= len(MARK):
            break
    if is_utf_16(start):
        yield from _decoded(start, blocks, "utf-16", "replace")
    elif start.startswith(MARK) or encoding is None:
        if start := start.removeprefix(MARK):
            yield start
        yield from blocks
    else:
        yield from _decoded(start, blocks, encoding, "surrogateescape")


def _decoded(start: bytes, blocks: Iterator[bytes], encoding: str, errors: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    if made := decoder.decode(start).encode("utf-8", errors):
        yield made
    for block in blocks:
        if made := decoder.decode(block).encode("utf-8", errors):
            yield made
    if made := decoder.decode(b"", True).encode("utf-8", errors):
        yield made


def whole_lines(blocks: Iterator[bytes], too_long: Callable[[], None] | None = None) -> Iterator[bytes]:
    """The same bytes, each block cut after its last newline; a byte order mark at the start is left out.

    `too_long` is told of every line of more than `MOST_BYTES`, which is left out; without it such a line is
    `Damaged`. Where the input breaks off, the `Damaged` that is raised carries the unfinished line as `tail`.
    """
    pending: list[bytes] = []
    held = 0
    is_left_out = False
    for block in in_utf8(_tail_noted(blocks, pending)):
        start = block.find(b"\n") + 1 if is_left_out else 0
        if is_left_out and not start:
            continue
        cut = block.rfind(b"\n") + 1
        is_left_out = False
        if start < cut:
            yield b"".join([*pending, memoryview(block)[start:cut]])
            pending.clear()
            held = 0
        if cut < len(block):
            pending.append(block[cut:])
            held += len(block) - cut
        if held > at.MOST_BYTES:
            pending.clear()
            held, is_left_out = 0, True
            if too_long is None:
                raise Damaged(f"a line of it goes on for over {at.MOST_BYTES >> 20} MB")
            too_long()
    if pending:
        yield b"".join(pending)


def _tail_noted(blocks: Iterator[bytes], pending: list[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except Damaged as damage:
        damage.tail = b"".join(pending)
        raise
