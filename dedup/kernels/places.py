"""Token spans into character spans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import jit
from dedup.kernels.tokens import I32, U8, U32, decode, tokenize

I64 = NDArray[np.int64]

WHITE = np.uint32(1 << 29)  # of the fold table


@jit
def locate(
    data: U8,
    offsets: I64,
    rows: I64,
    table: tuple[U32, U32],
    begins: I64,
    spans: I32,
    out: tuple[I64, I64, I32],
) -> None:
    """Find token spans in the texts `data[offsets[row]:offsets[row + 1]]` of `rows`.

    The spans (int32, n x 2: first token, token behind the last) of text `rows[i]` are
    `spans[begins[i]:begins[i + 1]]`.
    Fills `out` = starts and ends (int64, Python string indices) and tails (int32, n x width): the code points
    that follow each span up to the next token or white space, then zeros.
    """
    entries, multi = table
    starts, ends, tails = out
    room = 1
    for row in rows:
        room = max(room, offsets[row + 1] - offsets[row])
    tokens = np.empty(room, np.uint32)
    token_starts, token_ends = np.empty(room, np.int32), np.empty(room, np.int32)
    octets = np.empty(room + 1, np.int32)  # where each code point starts
    for i in range(rows.size):
        low, high = offsets[rows[i]], offsets[rows[i] + 1]
        n = tokenize(data, low, high, entries, multi, tokens, token_starts, token_ends)
        length = 0
        for at in range(low, high):
            if data[at] & 0xC0 != 0x80:  # no continuation of the code point before
                octets[length] = at - low
                length += 1
        for span in range(begins[i], begins[i + 1]):
            first, behind = spans[span, 0], spans[span, 1]
            starts[span] = token_starts[first]
            end = token_ends[behind - 1]
            ends[span] = end
            limit = min(length, token_starts[behind]) if behind < n else length  # less only in broken UTF-8
            for t in range(tails.shape[1]):
                tails[span, t] = 0
            for t in range(min(tails.shape[1], limit - end)):
                code = decode(data, low + octets[end + t], high)[0]
                if entries[code] & WHITE:
                    break
                tails[span, t] = code
