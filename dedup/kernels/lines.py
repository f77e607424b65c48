"""Cells of a table into lines of text: column after column, each cell with the mark behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare
from dedup.kernels.tokens import I32, U8

I64 = NDArray[np.int64]


@bare
def add_sizes(offsets: I64, numbers: I32, sizes: I64) -> None:
    """Add to `sizes[i]` the bytes of cell `numbers[i]`, which are from `offsets[n]` to `offsets[n + 1]`."""
    for row in range(numbers.size):
        number = np.uint64(numbers[row])
        sizes[np.uint64(row)] += offsets[number + np.uint64(1)] - offsets[number]


@bare
def put_cells(data: U8, offsets: I64, numbers: I32, mark: int, places: I64, out: U8) -> None:
    """Write cell `numbers[i]` and the mark to `out` from `places[i]` on, and move that place behind them."""
    for row in range(numbers.size):
        number = np.uint64(numbers[row])
        first = np.uint64(offsets[number])
        size = np.uint64(offsets[number + np.uint64(1)]) - first
        place = np.uint64(places[np.uint64(row)])
        for i in range(size):
            out[place + np.uint64(i)] = data[first + np.uint64(i)]
        out[place + size] = mark
        places[np.uint64(row)] = np.int64(place + size) + 1
