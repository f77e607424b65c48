"""UTF-8 text into token hashes and token places, one article at a time, in place.

Rules (the plain twin in the tests decides): a token is a run of letters, digits and kept marks after
folding, or one character of a script without spaces with its marks. An apostrophe vanishes between
letters, a dot between single letters (U.S. is us), and inside a number the sign in front and the dots
and commas between digits belong to the token.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, inlined, jit

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
I32 = NDArray[np.int32]

# The classes of the fold table, by its own numbers (a test holds the two together).
SEPARATOR, LETTER, DIGIT, MARK, IGNORED, ALONE, APOSTROPHE, DOT, COMMA, SIGN = range(10)

_HASH_START = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits, over code points instead of bytes
_HASH_PRIME = np.uint64(0x100000001B3)
_MARK_PRIME = np.uint64(
    0x9FB21C651E98DF25
)  # marks are added: composed and decomposed text may order them otherwise
_MIX = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finaliser, first half
_SHIFT = np.uint64(32)
_MANY = 99  # letters in a run that is no single letter


@inlined
def decode(data: U8, at: int, end: int) -> tuple[int, int]:
    """The code point at byte `at` and its length in bytes; a broken byte is one separator."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        if first >= 0xC0 and at + 1 < end:
            return (first & 0x1F) << 6 | (data[at + 1] & 0x3F), 2
    elif first < 0xF0:
        if at + 2 < end:
            return (first & 0x0F) << 12 | np.int64(data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F), 3
    elif at + 3 < end:
        high = (first & 0x07) << 18 | np.int64(data[at + 1] & 0x3F) << 12
        return min(high | np.int64(data[at + 2] & 0x3F) << 6 | (data[at + 3] & 0x3F), 0x10FFFF), 4
    return 0, 1


@bare
def letters_ahead(data: U8, at: int, end: int, entries: U32) -> int:
    """What follows at `at`: 0 no word character, 1 a single letter that drops marks, 2 any other."""
    found = 0
    while at < end:
        code, size = decode(data, at, end)
        entry = entries[code]
        kind = (entry >> np.uint32(21)) & np.uint32(15)
        at += size
        if kind == MARK or kind == IGNORED:
            continue
        if kind != LETTER and kind != DIGIT:
            return found
        if found or kind == DIGIT or not (entry >> np.uint32(30)) & np.uint32(1):
            return 2
        found = 1
    return found


@bare
def class_ahead(data: U8, at: int, end: int, entries: U32) -> int:
    """The class of the next code point at or after `at` that is neither a mark nor ignored."""
    while at < end:
        code, size = decode(data, at, end)
        kind = (entries[code] >> np.uint32(21)) & np.uint32(15)
        if kind != MARK and kind != IGNORED:
            return np.int64(kind)
        at += size
    return SEPARATOR


@inlined
def fold_into(hashed: np.uint64, entry: np.uint32, multi: U32) -> np.uint64:
    """The running token hash with one more code point's fold; the order of marks leaves no trace in it."""
    value = entry & np.uint32(0x1FFFFF)
    length = (entry >> np.uint32(25)) & np.uint32(15)
    if length == 0:
        if (entry >> np.uint32(21)) & np.uint32(15) == MARK:
            return hashed + np.uint64(value) * _MARK_PRIME
        return (hashed ^ np.uint64(value)) * _HASH_PRIME
    for i in range(value, value + length):
        if multi[i] >> np.uint32(31):
            hashed += np.uint64(multi[i] & np.uint32(0x1FFFFF)) * _MARK_PRIME
        else:
            hashed = (hashed ^ np.uint64(multi[i])) * _HASH_PRIME
    return hashed


@jit
def ascii_tables(entries: U32) -> tuple[U8, NDArray[np.bool_], NDArray[np.bool_]]:
    """The fold of each ASCII letter, else 0; what says nothing between tokens; what ends a longer word.

    For each byte, uint8, bool and bool.
    """
    fold = np.zeros(256, np.uint8)
    gap = np.zeros(256, np.bool_)
    closes = np.zeros(256, np.bool_)
    for c in range(128):
        kind = (entries[c] >> np.uint32(21)) & np.uint32(15)
        if kind == LETTER:
            fold[c] = entries[c] & np.uint32(0x7F)
        gap[c] = kind == SEPARATOR or kind == DOT or kind == COMMA or kind == APOSTROPHE
        closes[c] = kind == SEPARATOR or kind == DOT or kind == COMMA
    return fold, gap, closes


@jit
def tokenize(
    data: U8, lo: int, hi: int, entries: U32, multi: U32, tokens: U32, starts: I32, ends: I32
) -> int:
    """Write the tokens of UTF-8 bytes `lo:hi` and return how many.

    `tokens`: uint32 hashes; `starts`, `ends`: int32 places as Python string indices. Each array must
    hold `hi - lo` items.
    """
    fold, gap, closes = ascii_tables(entries)
    n = 0
    at = lo
    to_place = (
        -lo
    )  # a byte's place is its number and this: less by one for each byte that continues a character
    hashed = _HASH_START
    is_open = False
    alone = False
    drops = False
    last = SEPARATOR
    run = 0  # letters since the token's start or its last vanished dot
    sign_entry = np.uint32(0)
    sign_place = -2
    while True:
        # Most of all text is words of ASCII letters and what parts them: 16 ns a token, and 40 without this.
        # An index that may be negative costs a third more.
        while not is_open and at < hi:
            folded = fold[data[np.uint64(at)]]
            if folded == 0:
                if not gap[data[np.uint64(at)]]:
                    break
                at += 1
                continue
            first = at
            hashed = _HASH_START
            while folded != 0:
                hashed = (hashed ^ np.uint64(folded)) * _HASH_PRIME
                at += 1
                folded = fold[data[np.uint64(at)]] if at < hi else np.uint8(0)
            starts[np.uint64(n)] = first + to_place
            ends[np.uint64(n)] = at + to_place
            run = at - first
            if at == hi or (closes[data[np.uint64(at)]] and run > 1):
                tokens[np.uint64(n)] = np.uint32((hashed * _MIX) >> _SHIFT)
                n += 1
                at += 1  # what closed it
            else:
                is_open = True
                alone = False
                last = LETTER
                drops = True  # every ASCII letter does
        if at >= hi:
            break
        code, size = decode(data, at, hi)
        place = at + to_place
        at += size
        to_place += 1 - size
        entry = entries[code]
        kind = (entry >> np.uint32(21)) & np.uint32(15)
        if kind == LETTER or kind == DIGIT:
            if not is_open or alone:
                if is_open:
                    tokens[n] = np.uint32((hashed * _MIX) >> _SHIFT)
                    n += 1
                is_open = True
                alone = False
                hashed = _HASH_START
                starts[n] = place
                run = 0
                if kind == DIGIT and sign_place == place - 1:
                    starts[n] = sign_place
                    hashed = fold_into(hashed, sign_entry, multi)
            hashed = fold_into(hashed, entry, multi)
            ends[n] = place + 1
            last = kind
            drops = (entry >> np.uint32(30)) & np.uint32(1) != 0
            run += 1 if kind == LETTER and drops else _MANY
            continue
        if kind == IGNORED:
            continue
        if kind == MARK:
            if is_open:
                if not drops:
                    hashed = fold_into(hashed, entry, multi)
                ends[n] = place + 1
            continue
        if is_open and not alone and kind != SEPARATOR and kind != ALONE:
            if kind == APOSTROPHE:
                if class_ahead(data, at, hi, entries) == LETTER:
                    continue
            elif kind != SIGN:
                if last == DIGIT and class_ahead(data, at, hi, entries) == DIGIT:
                    hashed = fold_into(hashed, entry, multi)
                    continue
                if kind == DOT and run == 1 and letters_ahead(data, at, hi, entries) == 1:
                    run = 0
                    continue
        if kind == SIGN and not is_open:
            sign_entry = entry
            sign_place = place
        if is_open:
            tokens[n] = np.uint32((hashed * _MIX) >> _SHIFT)
            n += 1
            is_open = False
        if kind == ALONE:
            is_open = True
            alone = True
            drops = False
            hashed = fold_into(_HASH_START, entry, multi)
            starts[n] = place
            ends[n] = place + 1
            last = ALONE
    if is_open:
        tokens[n] = np.uint32((hashed * _MIX) >> _SHIFT)
        n += 1
    return n
