"""Blocks of JSON lines to records, by msgspec: a block at once, or line by line where one is broken."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.elements import elements
from dedup.feeds.lines import OVERLONG, in_utf8, whole_lines
from dedup.feeds.sources import Source

DOCUMENTS = ("JSON", "ninjs")
"""Forms that are no lines: an array, or an object over several lines."""

UNREADABLE = (ValueError, RecursionError)
"""What decoding raises: msgspec's errors are ValueErrors, and so is bad UTF-8."""

_BATCH = 4 << 20  # bytes: Arrow takes a millisecond a batch, whatever is in it, as long as 0.3 MB are decoded

Why = Callable[[bytes, Exception], str]
"""Why a line is no record, in words."""


def json_lines(
    source: Source,
    options: FeedOptions,
    too_long: Callable[[], None],
    seen: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """The records of a source in blocks of whole lines, of a document the elements.

    `too_long` is told of each that is longer than a record may be, and left out.
    """
    blocks = in_utf8(source.blocks(at.BLOCK, seen), options.encoding)
    cut = elements if source.form in DOCUMENTS else whole_lines
    return cut(blocks, too_long)


class Lines:
    """Decodes the blocks of one source, and counts its lines."""

    def __init__(self, source: Source, tally: Tally, kind: type[msgspec.Struct], why: Why) -> None:
        self.met = 0
        self._source = source
        self._tally = tally
        self._decoder = msgspec.json.Decoder(kind)
        self._why = why

    def too_long(self) -> None:
        """A line is left out, for it goes on and on."""
        self.met += 1
        self._tally.reject(self._source, self.met, OVERLONG, cut_off=self._source.form in DOCUMENTS)

    def cut_off(self, damage: Damaged) -> None:
        """The source breaks off: nothing after the lines so far can be read."""
        record = self.met + 1 if self.met or damage.tail else None
        self._tally.reject(self._source, record, str(damage), cut_off=True)

    def batches(self, blocks: Iterator[bytes]) -> Iterator[tuple[list[Any], Any]]:
        """Records and their numbers, of some blocks at a time; raises `Damaged` after the last of them."""
        held: list[tuple[list[Any], Any]] = []
        size = 0
        try:
            for block in blocks:
                held.append(self._decoded(block))
                size += len(block)
                if size >= _BATCH:
                    yield _joined(held)
                    held, size = [], 0
        except Damaged:
            yield _joined(held)
            raise
        yield _joined(held)

    def _decoded(self, block: bytes) -> tuple[list[Any], Any]:
        """The records of a block and their numbers; one call where every line is one good object."""
        try:
            records = self._decoder.decode_lines(block)
        except UNREADABLE:
            return self._one_by_one(block)
        if _one_object_a_line(block, len(records)):
            numbers = np.arange(self.met + 1, self.met + 1 + len(records))
            self.met += len(records) - (not block.endswith(b"\n"))
            return records, numbers
        return self._one_by_one(block)

    def _one_by_one(self, block: bytes) -> tuple[list[Any], list[int]]:
        records: list[Any] = []
        numbers: list[int] = []
        for number, line in enumerate(io.BytesIO(block), start=self.met + 1):
            if not line.strip():
                self._tally.counts["blank_lines"] += 1
                continue
            try:
                records.append(self._one(line))
                numbers.append(number)
            except UNREADABLE as error:
                self._tally.reject(self._source, number, self._why(line, error))
        self.met += block.count(b"\n")
        return records, numbers

    def _one(self, line: bytes) -> Any:
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError:
            mended = _without_lone_surrogates(line)
            if mended == line:
                raise
            record = self._decoder.decode(mended)
            self._tally.counts["lone_surrogates"] += 1
            return record


def _joined(parts: list[tuple[list[Any], Any]]) -> tuple[list[Any], Any]:
    records = [record for part, _ in parts for record in part]
    return records, np.concatenate([np.zeros(0, np.int64), *(numbers for _, numbers in parts)])


def _one_object_a_line(block: bytes, records: int) -> bool:
    """Whether each line of a block that msgspec took `records` objects from is exactly one of them.

    msgspec takes `{} {}` in one line, and one object over two lines. If every line starts with `{` and
    ends with `}`, no object goes past its line (after `}` inside an object comes `,`, `]` or `}`), and
    the count leaves one for each.
    """
    start = 0
    for _ in range(records):  # 0.2 us a line: to look at every byte by numpy took six times as long
        end = block.find(b"\n", start)
        end = len(block) if end < 0 else end
        if end <= start or block[start] != _OPENS or block[end - 1] != _CLOSES:
            return False
        start = end + 1
    return start >= len(block)


_OPENS, _CLOSES = b"{}"

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def _without_lone_surrogates(line: bytes) -> bytes:
    """The line with the escapes of half a surrogate pair, which cut-off emojis leave, made U+FFFD."""
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found["lone"] else found[0], line)
