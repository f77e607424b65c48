"""Tokens outside of boilerplate: the longest stretch of an article, and how many stand around a place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import jit
from dedup.kernels.tokens import I32

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@jit
def longest_outside(inside: Flags, spans: I64) -> I32:
    """The longest run of tokens outside of boilerplate in each span (int32).

    `inside`: bool, one per token, whether boilerplate covers it.
    """
    out = np.zeros(spans.shape[0], np.int32)
    for i in range(spans.shape[0]):
        run = 0
        for at in range(spans[i, 0], spans[i, 1]):
            run = 0 if inside[at] else run + 1
            out[i] = max(out[i], run)
    return out


@jit
def outside_around(inside: Flags, spans: I64, places: I32) -> I32:
    """How many tokens outside of boilerplate stand before, in and behind each place (int32, x 3).

    `places`: int32, x 2: first token, and token behind the last, counted from the start of the span.
    """
    out = np.zeros((spans.shape[0], 3), np.int32)
    for i in range(spans.shape[0]):
        low, high = spans[i, 0], spans[i, 1]
        first, last = low + places[i, 0], low + places[i, 1]
        for column, start, end in ((0, low, first), (1, first, last), (2, last, high)):
            number = 0
            for at in range(start, end):
                number += not inside[at]
            out[i, column] = number
    return out
