"""The texts of a feed as the kernels read them: UTF-8 bytes and offsets, in place in Arrow's buffers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.kernels.lines import add_sizes, put_cells

_BLOCK_BYTES = 4 << 20  # per unit of work: large enough to amortise a call, small enough for two threads
_IN_VIEW = 12  # bytes of text that an Arrow view holds itself


@dataclass(frozen=True)
class Block:
    """Some consecutive texts: text i is `data[offsets[i]:offsets[i + 1]]`."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return self.offsets.size - 1

    def rebased(self) -> Block:
        """The same texts, their offsets from 0 on."""
        first, last = self.offsets[0], self.offsets[-1]
        return Block(self.data[first:last], self.offsets - first)

    def to_arrow(self) -> pa.LargeStringArray:
        """The same texts, in place."""
        return pa.LargeStringArray.from_buffers(
            len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.data)
        )


class Texts:
    """Some `rows` of a column of texts, all by default; nothing is copied until some are taken.

    They lie in blocks of some megabytes.
    """

    def __init__(self, column: pa.ChunkedArray, rows: NDArray[np.int64] | None = None) -> None:
        self._rows = None if rows is None or rows.size == len(column) else rows
        self._blocks = [block for chunk in column.chunks if len(chunk) for block in _cut(block_of(chunk))]
        self._starts = np.cumsum([0, *map(len, self._blocks)])

    def __len__(self) -> int:
        return int(self._starts[-1]) if self._rows is None else self._rows.size

    def octets(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bytes of the given texts."""
        sizes = np.empty(rows.size, np.int64)
        for block, places, within in self.by_chunk(rows):
            sizes[places] = block.offsets[within + 1] - block.offsets[within]
        return sizes

    def blocks(self) -> list[Block]:
        """All texts of the column, in order."""
        return self._blocks

    def by_chunk(
        self, rows: NDArray[np.int64]
    ) -> Iterator[tuple[Block, NDArray[np.int64], NDArray[np.int64]]]:
        """Each block that holds some of `rows`, which of `rows` those are, and where it has them."""
        rows = rows if self._rows is None else self._rows[rows]
        number = np.searchsorted(self._starts, rows, "right") - 1
        order = np.argsort(number, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
            if places.size:
                block = int(number[places[0]])
                yield self._blocks[block], places, rows[places] - self._starts[block]

    def views(self, rows: NDArray[np.int64]) -> pa.StringViewArray:
        """The given texts, in place."""
        views = np.empty((rows.size, 4), np.int32)
        buffers: list[pa.Buffer] = []
        for block, places, within in self.by_chunk(rows):
            some = block.rebased().to_arrow().cast(pa.string_view()).buffers()
            views[places] = np.frombuffer(some[1], np.int32).reshape(-1, 4)[within]
            # A view is a length, four bytes, the number of a buffer and the place in it, or 12 bytes of text.
            views[places, 2] += np.where(views[places, 0] > _IN_VIEW, len(buffers), 0).astype(np.int32)
            buffers += filter(None, some[2:])
        return pa.Array.from_buffers(pa.string_view(), rows.size, [None, pa.py_buffer(views), *buffers])

    def take(self, rows: NDArray[np.int64]) -> Block:
        """The given texts, copied."""
        return block_of(self.views(rows).cast(pa.large_string()))


def text_digest(octets: bytes | memoryview) -> bytes:
    """What tells texts apart where they are not at hand: BLAKE2b of the UTF-8, 16 bytes."""
    return hashlib.blake2b(octets, digest_size=16).digest()


def block_of(array: pa.LargeStringArray) -> Block:
    """An Arrow array as a block, in place; an absent text is an empty one."""
    if array.null_count:
        array = array.fill_null("")
    _, offsets, data = array.buffers()
    octets, places = np.frombuffer(data or b"", np.uint8), np.frombuffer(offsets, np.int64)
    # Some of Arrow's buffers may be written to and some not; for numba those are two types, each to compile.
    octets.flags.writeable = places.flags.writeable = False
    return Block(octets, places[array.offset : array.offset + len(array) + 1])


Cells = tuple[Block, NDArray[np.int32]]
"""Texts, and which of them each row of a column has."""


def lines_of(columns: Sequence[Cells], mark: str, last: str) -> memoryview:
    """The cells of every row, a mark behind each and another behind the last one: UTF-8."""
    sizes = np.full(columns[0][1].size, len(columns), np.int64)
    for texts, numbers in columns:
        add_sizes(texts.offsets, numbers, sizes)
    ends = np.cumsum(sizes)
    places, out = ends - sizes, np.empty(ends[-1], np.uint8)
    for column, (texts, numbers) in enumerate(columns, start=1):
        put_cells(
            texts.data, texts.offsets, numbers, ord(mark if column < len(columns) else last), places, out
        )
    return out.data


def _cut(chunk: Block) -> Iterator[Block]:
    start = 0
    while start < len(chunk):
        end = int(np.searchsorted(chunk.offsets, chunk.offsets[start] + _BLOCK_BYTES))
        end = min(max(end, start + 1), len(chunk))
        yield Block(chunk.data, chunk.offsets[start : end + 1])
        start = end
