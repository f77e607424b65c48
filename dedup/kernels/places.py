"""Token spans into character spans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.index import slot_mask
from dedup.kernels.jit import bare, jit
from dedup.kernels.plain import ascii_classes, ascii_places, code_points
from dedup.kernels.tokens import I32, U8, U32, decode, tokenize

I64 = NDArray[np.int64]

WHITE = np.uint32(1 << 29)  # of the fold table


@bare
def tail_number(tail: I32, tails: I32, known: int, slots: I32) -> int:
    """The number of a tail among the first `known` of `tails`, to which it is added where it is new.

    `slots`: int32, a hash table of numbers, 0 where empty: the first tail is in none.
    """
    hashed = np.uint32(0)
    for code in tail:
        hashed = (hashed ^ np.uint32(code)) * np.uint32(0x9E3779B1)
    slot = np.int64(hashed ^ hashed >> np.uint32(15)) & (slots.size - 1)
    while slots[slot]:
        number = slots[slot]
        same = 0
        while same < tail.size and tails[number, same] == tail[same]:
            same += 1
        if same == tail.size:
            return np.int64(number)
        slot = (slot + 1) & (slots.size - 1)
    slots[slot] = known
    for i in range(tail.size):
        tails[known, i] = tail[i]
    return known


@jit
def locate(
    data: U8,
    offsets: I64,
    rows: I64,
    table: tuple[U32, U32],
    begins: I64,
    wanted: tuple[I64, I32],
    out: tuple[I32, I32, I32],
    width: int,
) -> I32:
    """Find token spans in the texts `data[offsets[row]:offsets[row + 1]]` of `rows`.

    `wanted` = order and spans: the spans of text `rows[i]` (int32, n x 2: first token, token behind the last)
    are `spans[order[begins[i]:begins[i + 1]]]`.
    Fills `out` = starts and ends (int32, Python string indices) and tails (int32), where the spans have
    theirs: each tail is a row of what is returned (int32, n x width), the code points that follow a span up
    to the next token or white space, then zeros. The first row is the empty tail. Of two million tails 117
    differ.
    """
    entries, multi = table
    order, spans = wanted
    starts, ends, numbers = out
    room = 1
    for row in rows:
        room = max(room, offsets[row + 1] - offsets[row])
    tokens, bounds = np.empty(room, np.uint32), np.empty(2 * room + 4, np.int32)
    digits, classes = np.empty(room, np.uint8), ascii_classes(entries)
    token_starts, token_ends = np.empty(room, np.int32), np.empty(room, np.int32)
    octets = np.empty(room, np.int32)
    asked = begins[-1] - begins[0]
    slots = np.zeros(slot_mask(asked) + 1, np.int32)
    tails = np.empty((asked + 1, width), np.int32)
    tails[0] = 0
    known = 1
    tail = np.empty(width, np.int32)
    for i in range(rows.size):
        low, high = offsets[rows[i]], offsets[rows[i] + 1]
        length = code_points(data, low, high)
        is_plain = length == high - low  # then code points are bytes: of 38,433 articles all but 722
        if is_plain:
            n = ascii_places(data, low, high, classes, bounds, (token_starts, token_ends, digits))
        else:
            n = tokenize(data, low, high, entries, multi, tokens, token_starts, token_ends)
            number = 0
            for at in range(low, high):
                octets[number] = at - low
                number += data[at] & 0xC0 != 0x80
        for span in order[begins[i] : begins[i + 1]]:
            first, behind = spans[span, 0], spans[span, 1]
            starts[span] = token_starts[first]
            end = token_ends[behind - 1]
            ends[span] = end
            limit = min(length, token_starts[behind]) if behind < n else length  # less only in broken UTF-8
            tail[:] = 0
            for t in range(min(width, limit - end)):
                code = decode(data, low + (end + t if is_plain else octets[end + t]), high)[0]
                if entries[code] & WHITE:
                    break
                tail[t] = code
            numbers[span] = 0
            if width and tail[0]:
                numbers[span] = tail_number(tail, tails, known, slots)
                known = max(known, numbers[span] + 1)
    return tails[:known].copy()
