"""UTF-8 text into the places of names and numbers among its tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, number_in
from dedup.kernels.jit import jit
from dedup.kernels.tokens import ALONE, DIGIT, LETTER, U8, U32, decode, tokenize

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PLAIN, NAME, NUMBER, LOWER = range(4)
"""Kinds of tokens. `LOWER` starts with a letter that has a capital, and is not one; `NAME` starts with a
capital inside a sentence; what starts a sentence with a capital is `PLAIN`, for it may be any word. `NUMBER`
has a digit from 0 to 9."""

_STOPS = (ord("."), ord("!"), ord("?"), ord(":"), ord(";"), ord("\n"), ord("\r"))
_PASSED = (ord(" "), ord("\t"), ord('"'), ord("'"), ord("("), ord("["), ord("*"), ord("-"))


@jit
def starts_sentence(data: U8, low: int, at: int, entries: U32) -> bool:
    """Whether a sentence or line starts at byte `at`.

    Spaces, quotes, brackets and dashes before it are passed over, and all beyond ASCII that is no word.
    """
    while at > low:
        end = at
        at -= 1
        while at > low and data[at] & 0xC0 == 0x80:  # to the start of the code point
            at -= 1
        code = decode(data, at, end)[0]
        kind = (entries[code] >> np.uint32(21)) & np.uint32(15)
        if kind == LETTER or kind == DIGIT or kind == ALONE:
            return False
        if code < 0x80 and code not in _PASSED:
            return code in _STOPS
    return True


@jit
def find_kinds(
    data: U8,
    offsets: I64,
    rows: I64,
    table: tuple[U32, U32],
    cases: tuple[Flags, Flags],
    begins: I64,
    out: U8,
) -> None:
    """Write the kinds of the tokens of the texts of `rows` to `out` (uint8), text i's from `begins[i]` on.

    `cases`: whether each code point is a capital letter, and whether it has one; code points behind the
    end of these have no case.
    """
    capitals, smalls = cases
    most = 1
    for row in rows:
        most = max(most, offsets[row + 1] - offsets[row])
    tokens = np.empty(most, np.uint32)
    starts, ends = np.empty(most, np.int32), np.empty(most, np.int32)
    for r in range(rows.size):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        n = tokenize(data, low, high, table[0], table[1], tokens, starts, ends)
        octet = low
        place = 0
        for i in range(n):
            while place < starts[i]:
                octet += decode(data, octet, high)[1]
                place += 1
            first = octet
            code = decode(data, octet, high)[0]
            kind = PLAIN
            if code < capitals.size and capitals[code]:
                kind = PLAIN if starts_sentence(data, low, first, table[0]) else NAME
            elif code < smalls.size and smalls[code]:
                kind = LOWER
            while place < ends[i]:
                code, size = decode(data, octet, high)
                if ord("0") <= code <= ord("9"):
                    kind = NUMBER
                octet += size
                place += 1
            out[begins[r] + i] = kind


@jit
def drop_names(
    tokens: U32, spans: I64, articles: I64, words: tuple[GramSet, GramSet], share: float, kinds: U8
) -> None:
    """Make `PLAIN` of names in `kinds` (one per token) that name nobody.

    `words`: small words, of which a text in a language that writes nouns with capitals has at least `share`,
    and so no names; and words with a capital that are none, such as days.
    """
    small, plain = words
    for article in articles:
        first, last = spans[article, 0], spans[article, 1]
        found = 0
        for at in range(first, last):
            found += number_in(tokens[at], small) >= 0
        has_none = found >= share * (last - first)
        for at in range(first, last):
            if kinds[at] == NAME and (has_none or number_in(tokens[at], plain) >= 0):
                kinds[at] = PLAIN
