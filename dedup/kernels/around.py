"""Character spans of texts into the characters around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare
from dedup.kernels.tokens import I32, U8, decode

I64 = NDArray[np.int64]

_STRIDE = 64  # octets that are passed over at a time: as vectors, 0.1 ns each instead of 1 ns


@bare
def around(data: U8, offsets: I64, rows: I64, spans: tuple[I32, I32], out: I32) -> None:
    """Write the code points before and behind each span to `out` (int32, spans x 2 x width), nearest first.

    Span i is `spans[0][i]:spans[1][i]` (Python string indices) of the UTF-8 text
    `data[offsets[rows[i]]:offsets[rows[i] + 1]]`. Where the text has no more characters, -1.
    """
    starts, ends = spans
    width = out.shape[2]
    out[:] = -1
    for i in range(rows.size):
        at, high = offsets[rows[i]], offsets[rows[i] + 1]
        place = 0
        while at + _STRIDE <= high:
            n = 0
            for octet in data[at : at + _STRIDE]:
                n += octet & 0xC0 != 0x80  # no continuation of the code point before
            if place + n > starts[i] - width:
                break
            place += n
            at += _STRIDE
        while at < high and place < ends[i] + width:
            if data[at] & 0xC0 != 0x80:
                if starts[i] - width <= place < starts[i]:
                    out[i, 0, starts[i] - 1 - place] = decode(data, at, high)[0]
                elif place >= ends[i]:
                    out[i, 1, place - ends[i]] = decode(data, at, high)[0]
                place += 1
            at += 1
