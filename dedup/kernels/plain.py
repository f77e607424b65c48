"""ASCII text into token places, as `tokens.tokenize` tells them, at a third of the time.

Most of a feed is ASCII. Of such a text the runs of letters and digits are found without a branch, and the few
that an apostrophe, a dot or a comma joins are put together after.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, jit
from dedup.kernels.tokens import APOSTROPHE, COMMA, DIGIT, DOT, I32, LETTER, SEPARATOR, SIGN, U8, U32

I64 = NDArray[np.int64]

_WORD, _NUMBER = 1, 2  # beside 4 times a byte's class: whether it is of a word, and whether it is a digit
_CLASS = 2  # bits by which the class is moved


@jit
def ascii_classes(entries: U32) -> U8:
    """Of each byte its class in the fold table, times 4, and what it is of (uint8)."""
    out = np.zeros(256, np.uint8)
    for c in range(128):
        kind = (entries[c] >> np.uint32(21)) & np.uint32(15)
        out[c] = kind << np.uint32(_CLASS) | np.uint32((kind == LETTER or kind == DIGIT) * _WORD)
        out[c] |= (kind == DIGIT) * _NUMBER
    return out


@bare
def code_points(data: U8, low: int, high: int) -> int:
    """How many code points `data[low:high]` has: bytes that continue none."""
    n = np.int32(0)
    for at in range(low, high):
        n = np.int32(n + (data[np.uint64(at)] & 0xC0 != 0x80))
    return np.int64(n)


@bare
def find_runs(data: U8, low: int, high: int, classes: U8, bounds: I32) -> int:
    """Write where runs of letters and digits start and end, from `low` on, and return how many there are.

    Behind each bound is how many digits stand before it.
    """
    n = np.uint64(0)
    digits = np.int32(0)
    before = np.uint8(0)
    for at in range(low, high):
        known = classes[data[np.uint64(at)]]
        bounds[n] = at - low
        bounds[n + np.uint64(1)] = digits
        n += np.uint64(((known ^ before) & np.uint8(_WORD)) << np.uint8(1))
        digits = np.int32(digits + (known >> np.uint8(1) & np.uint8(1)))
        before = known
    if before & np.uint8(_WORD):
        bounds[n] = high - low
        bounds[n + np.uint64(1)] = digits
        n += np.uint64(2)
    return np.int64(n >> np.uint64(2))


@bare
def ascii_places(data: U8, low: int, high: int, classes: U8, bounds: I32, places: tuple[I32, I32, U8]) -> int:
    """Write where the tokens of ASCII bytes `low:high` start and end, and whether each has a digit.

    `bounds`: room for twice as many as there are bytes, and four. Returns how many tokens there are.
    """
    starts, ends, numbers = places
    n = 0
    run = 0  # letters since the token's start or its last vanished dot, as far as that was one alone
    last_end = -2
    for i in range(find_runs(data, low, high, classes, bounds)):
        start, end = bounds[4 * i], bounds[4 * i + 2]
        number = bounds[4 * i + 3] != bounds[4 * i + 1]
        mark = SEPARATOR
        if start:
            mark = np.int64(classes[data[np.uint64(low + start - 1)]] >> np.uint8(_CLASS))
        if mark != SEPARATOR:
            first = np.int64(classes[data[np.uint64(low + start)]] >> np.uint8(_CLASS))
            if start == last_end + 1:
                joins = False
                if mark == APOSTROPHE:
                    joins = first == LETTER
                elif mark == DOT or mark == COMMA:
                    last = np.int64(classes[data[np.uint64(low + last_end - 1)]] >> np.uint8(_CLASS))
                    joins = last == DIGIT and first == DIGIT
                    if mark == DOT and run == 1 and last == LETTER and end - start == 1 and first == LETTER:
                        joins = True
                        run = 0
                if joins:
                    ends[n - 1] = end
                    numbers[n - 1] |= number
                    run += end - start
                    last_end = end
                    continue
            elif mark == SIGN and first == DIGIT:
                start -= 1
        starts[n], ends[n], numbers[n] = start, end, number
        run = end - bounds[4 * i]
        last_end = end
        n += 1
    return n
