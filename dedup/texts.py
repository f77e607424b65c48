"""The texts of a feed as the kernels read them: UTF-8 bytes and offsets, in place in Arrow's buffers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_BLOCK_BYTES = 4 << 20  # per unit of work: large enough to amortise a call, small enough for two threads


@dataclass(frozen=True)
class Block:
    """Some consecutive texts: text i is `data[offsets[i]:offsets[i + 1]]`."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return self.offsets.size - 1

    def to_arrow(self) -> pa.LargeStringArray:
        """The same texts, in place."""
        return pa.LargeStringArray.from_buffers(
            len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.data)
        )


class Texts:
    """A column of texts; nothing is copied until some are taken."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._chunks = [block_of(chunk) for chunk in column.chunks if len(chunk)]
        self._starts = np.cumsum([0, *map(len, self._chunks)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def octets(self) -> int:
        """Bytes of all texts."""
        return sum(int(chunk.offsets[-1] - chunk.offsets[0]) for chunk in self._chunks)

    def blocks(self) -> list[Block]:
        """All texts, in order, cut into blocks of some megabytes."""
        return [block for chunk in self._chunks for block in _cut(chunk)]

    def by_chunk(
        self, rows: NDArray[np.int64]
    ) -> Iterator[tuple[Block, NDArray[np.int64], NDArray[np.int64]]]:
        """Each chunk that holds some of `rows`, which of `rows` those are, and where it has them."""
        number = np.searchsorted(self._starts, rows, "right") - 1
        order = np.argsort(number, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
            if places.size:
                chunk = int(number[places[0]])
                yield self._chunks[chunk], places, rows[places] - self._starts[chunk]

    def take(self, rows: NDArray[np.int64]) -> Block:
        """The given texts, copied."""
        chunks = list(self.by_chunk(rows))
        sizes = np.zeros(rows.size, np.int64)
        for chunk, places, within in chunks:
            sizes[places] = chunk.offsets[within + 1] - chunk.offsets[within]
        offsets = np.append(0, np.cumsum(sizes))
        out = np.empty(offsets[-1], np.uint8)
        octets = out.data  # its slices are copied by memcpy, five times as fast as by a kernel's loop
        for chunk, places, within in chunks:
            data = chunk.data.data
            starts, ends = chunk.offsets[within].tolist(), chunk.offsets[within + 1].tolist()
            for place, start, end in zip(offsets[places].tolist(), starts, ends, strict=True):
                octets[place : place + end - start] = data[start:end]
        return Block(out, offsets)


def block_of(array: pa.LargeStringArray) -> Block:
    """An Arrow array as a block, in place; an absent text is an empty one."""
    if array.null_count:
        array = array.fill_null("")
    _, offsets, data = array.buffers()
    octets, places = np.frombuffer(data or b"", np.uint8), np.frombuffer(offsets, np.int64)
    # Some of Arrow's buffers may be written to and some not; for numba those are two types, each to compile.
    octets.flags.writeable = places.flags.writeable = False
    return Block(octets, places[array.offset : array.offset + len(array) + 1])


def _cut(chunk: Block) -> Iterator[Block]:
    start = 0
    while start < len(chunk):
        end = int(np.searchsorted(chunk.offsets, chunk.offsets[start] + _BLOCK_BYTES))
        end = min(max(end, start + 1), len(chunk))
        yield Block(chunk.data, chunk.offsets[start : end + 1])
        start = end
