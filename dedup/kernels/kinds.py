"""UTF-8 text into the places of names and numbers among its tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, number_in
from dedup.kernels.index import Index, add_all, holds, longest, new_index, slot_mask
from dedup.kernels.jit import bare, jit
from dedup.kernels.plain import ascii_classes, ascii_places, code_points
from dedup.kernels.tokens import I32, U8, U32, decode, tokenize

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PLAIN, NAME, NUMBER, LOWER = range(4)
"""Kinds of tokens. `LOWER` starts with a letter that has a capital, and is not one; `NAME` starts with a
capital inside a sentence; what starts a sentence with a capital is `PLAIN`, for it may be any word. `NUMBER`
has a digit from 0 to 9."""

FRESH, LEADING = 4, 8
"""Flags beside `NAME` and `NUMBER`: the first of its kind and token outside of boilerplate; such a name among
the first tokens."""

_STOPS = (ord("."), ord("!"), ord("?"), ord(":"), ord(";"), ord("\n"), ord("\r"))
_PASSED = (ord(" "), ord("\t"), ord('"'), ord("'"), ord("("), ord("["), ord("*"), ord("-"))
_ZERO, _NINE = ord("0"), ord("9")
_IN_ASCII = 0x80


@bare
def write_kinds(
    data: U8, span: tuple[int, int], places: tuple[I32, I32], cases: tuple[Flags, Flags], out: U8
) -> None:
    """Write the kinds of the tokens (start, end) of the text in bytes `span`.

    A sentence or line starts behind a stop; spaces, quotes, brackets and dashes behind it are passed over,
    and all beyond ASCII that is no word.
    """
    starts, ends = places
    capitals, smalls = cases
    octet, high = span
    place = 0
    for i in range(starts.size):
        start, end = starts[i], ends[i]
        begins = i == 0
        kind = PLAIN
        while place < end:
            code, size = np.int64(data[octet]), 1
            if code >= _IN_ASCII:
                code, size = decode(data, octet, high)
            if place < start:
                if code < _IN_ASCII and code not in _PASSED:
                    begins = code in _STOPS
            elif _ZERO <= code <= _NINE:
                kind = NUMBER
            elif place == start and code < capitals.size:
                if smalls[code]:
                    kind = LOWER
                elif capitals[code] and not begins:
                    kind = NAME
            octet += size
            place += 1
        out[i] = kind


@bare
def write_ascii_kinds(
    data: U8, low: int, n: int, places: tuple[I32, I32, U8], cases: tuple[Flags, Flags], out: U8
) -> None:
    """The same for the `n` tokens of an ASCII text that starts at byte `low`, by `plain.ascii_places`."""
    starts, ends, numbers = places
    capitals, smalls = cases
    behind = low  # the token before
    for i in range(n):
        start = low + starts[i]
        first = data[np.uint64(start)]
        kind = LOWER if smalls[first] else PLAIN
        if capitals[first]:
            at = start - 1
            while at >= behind and data[np.uint64(at)] in _PASSED:
                at -= 1
            begins = data[np.uint64(at)] in _STOPS if at >= behind else i == 0
            kind = PLAIN if begins else NAME
        out[i] = NUMBER if numbers[i] else kind
        behind = low + ends[i]


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
    most = 1
    for row in rows:
        most = max(most, offsets[row + 1] - offsets[row])
    tokens, bounds = np.empty(most, np.uint32), np.empty(2 * most + 4, np.int32)
    starts, ends = np.empty(most, np.int32), np.empty(most, np.int32)
    digits, classes = np.empty(most, np.uint8), ascii_classes(table[0])
    for r in range(rows.size):
        low, high = offsets[rows[r]], offsets[rows[r] + 1]
        own = out[begins[r] :]
        if code_points(data, low, high) == high - low:
            n = ascii_places(data, low, high, classes, bounds, (starts, ends, digits))
            write_ascii_kinds(data, low, n, (starts, ends, digits), cases, own)
        else:
            n = tokenize(data, low, high, table[0], table[1], tokens, starts, ends)
            write_kinds(data, (low, high), (starts[:n], ends[:n]), cases, own)


@jit
def tell_names(
    texts: tuple[U32, Flags],
    spans: I64,
    articles: I64,
    words: tuple[U8, GramSet, GramSet],
    limits: tuple[float, int],
    kinds: U8,
) -> None:
    """Make `PLAIN` of all in `kinds` (one per token) but numbers and real names; tell the `FRESH` ones.

    `texts`: tokens, and which are boilerplate. `words`: small words, of which a text in a language that
    writes nouns with capitals has at least a share, and so no names; words with a capital that are none, such
    as days; before these, for the last bits of a token, whether it may be one of them. `limits`: that share,
    and how many tokens are the first ones. What stands in small letters too is no name. An article of more
    names than words in small letters tells none (it is set in capitals, or is no prose).
    """
    tokens, boilerplate = texts
    share, first = limits
    most = longest(spans, articles)
    sets = (new_index(most), new_index(most), new_index(most))  # of small letters, names and numbers
    for r in range(articles.size):
        start, end = spans[articles[r], 0], spans[articles[r], 1]
        own = (tokens[start:end], kinds[start:end])
        tells = drop_words(own[0], own[1], words, share)
        drop_small(own[0], own[1], (sets[0], r), tells)
        tell_fresh(own[0], own[1], boilerplate[start:end], (sets[1], sets[2], r), first)


@bare
def drop_words(tokens: U32, kinds: U8, words: tuple[U8, GramSet, GramSet], share: float) -> bool:
    """Make `PLAIN` of names that are words which name nobody; returns whether the article tells names."""
    hints, small, plain = words
    found = 0
    names = 0
    lowers = 0
    for i in range(tokens.size):
        if hints[tokens[i] & np.uint32(hints.size - 1)]:
            found += number_in(tokens[i], small) >= 0
            if kinds[i] == NAME and number_in(tokens[i], plain) >= 0:
                kinds[i] = PLAIN
        names += kinds[i] == NAME
        lowers += kinds[i] == LOWER
    return found < share * tokens.size and names <= lowers


@bare
def drop_small(tokens: U32, kinds: U8, room: tuple[Index, int], tells: bool) -> None:
    """Make `PLAIN` of words in small letters, and of names that are among these, or of all unless `tells`."""
    index, stamp = room
    place_of = (stamp, slot_mask(tokens.size))
    for i in range(tokens.size):
        if tells and kinds[i] == LOWER:
            add_all(index, tokens[i : i + 1], 1, place_of)
    for i in range(tokens.size):
        if kinds[i] == LOWER or (kinds[i] == NAME and not (tells and not holds(index, tokens[i], place_of))):
            kinds[i] = PLAIN


@bare
def tell_fresh(
    tokens: U32, kinds: U8, boilerplate: Flags, room: tuple[Index, Index, int], first: int
) -> None:
    """Tell the `FRESH` names and numbers, and those among the `first` tokens outside of boilerplate."""
    place_of = (room[2], slot_mask(tokens.size))
    own = 0
    for i in range(tokens.size):
        if boilerplate[i]:
            continue
        if kinds[i] == NAME and add_all(room[0], tokens[i : i + 1], 1, place_of):
            kinds[i] = NAME | FRESH | (LEADING if own < first else 0)
        elif kinds[i] == NUMBER and add_all(room[1], tokens[i : i + 1], 1, place_of):
            kinds[i] = NUMBER | FRESH
        own += 1
