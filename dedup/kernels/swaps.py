"""Two articles into what is swapped between them: names and numbers that the other one has nowhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import SHORT_RUN
from dedup.kernels.index import Index, Place, add_all, entry_of, longest, new_index, slot_mask
from dedup.kernels.jit import bare, jit
from dedup.kernels.kinds import FRESH, LEADING, NAME, NUMBER
from dedup.kernels.tokens import I32, U8, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

NAMES, NAMES_IN, NAMES_FIRST, NUMBERS, NUMBERS_IN = range(5)
"""Columns of swaps, for each side: distinct names that the other side has nowhere, those of them that are
swapped, those of them among the first tokens, distinct numbers, and those that are swapped. A name or number
is swapped where passages leave the same gap on both sides, and each side has one there that the other has
nowhere."""

COLUMNS = 5

ROOM = 4  # times the usual table: one slot of twenty is taken, and that costs a look at all tokens

Table = tuple[U64, Place]
"""Of each slot the last token of an article that falls there, as `index.entry_of` has it; stamp and mask."""

Gone = tuple[I32, U8, Flags]
"""Of one side what the other has nowhere: the places, ascending, their kinds, and which are swapped."""


@bare
def occurs(tokens: U32, start: int, end: int, token: np.uint32) -> bool:
    """Whether `token` is in `tokens[start:end]`; without an early way out, so that it compiles to vectors."""
    hits = 0
    for i in range(start, end):
        hits += tokens[i] == token
    return hits > 0


@bare
def put(tokens: U32, kinds: U8, table: Table, places: I32) -> int:
    """Put an article into a table, and write where its names and numbers stand; returns how many.

    No token looks for a free slot: whether it must is guessed wrong for one of six, and a wrong guess takes
    longer than all else (1.2 ns a token so, and 5 ns with looking).
    """
    slots, place_of = table
    n = 0
    for i in range(tokens.size):
        slots[np.int64(tokens[i]) & place_of[1]] = entry_of(tokens[i], place_of)
        places[n] = i
        n += kinds[i] != 0
    return n


@jit
def find_gone(tokens: U32, kinds: U8, places: I32, other: tuple[U32, Table], out: Gone) -> Gone:
    """Those of `places` whose tokens the other side has nowhere, none of them swapped; `out`: room for them.

    Another token in the slot says nothing: the few that meet one are looked for in all the other's tokens.
    """
    slots, place_of = other[1]
    some = 0
    for i in places:
        out[0][some] = i
        some += slots[np.int64(tokens[i]) & place_of[1]] != entry_of(tokens[i], place_of)
    n = 0
    for k in range(some):
        i = out[0][k]
        is_met = slots[np.int64(tokens[i]) & place_of[1]] >> np.uint64(32) == np.uint64(place_of[0])
        if is_met and occurs(other[0], 0, other[0].size, tokens[i]):
            continue
        out[0][n] = i
        out[1][n] = kinds[i]
        out[2][n] = False
        n += 1
    return out[0][:n], out[1][:n], out[2][:n]


@bare
def kinds_between(gone: Gone, start: int, end: int) -> tuple[int, int, int]:
    """The first of those gone in `start:end`, the first behind, and whether they are `NAME | NUMBER`."""
    low, high = 0, gone[0].size
    while low < high:
        middle = (low + high) >> 1
        if gone[0][middle] < start:
            low = middle + 1
        else:
            high = middle
    kinds = 0
    while high < gone[0].size and gone[0][high] < end:
        kinds |= gone[1][high]
        high += 1
    return low, high, kinds & (NAME | NUMBER)


@bare
def mark_slot(slot: tuple[int, int, int, int], gone: tuple[Gone, Gone]) -> None:
    """Mark the names, and the numbers, of a gap (start, end on either side) that has some on both sides."""
    a_start, a_end, a_kinds = kinds_between(gone[0], slot[0], slot[1])
    b_start, b_end, b_kinds = kinds_between(gone[1], slot[2], slot[3])
    common = a_kinds & b_kinds
    if common:
        for i in range(a_start, a_end):
            gone[0][2][i] |= gone[0][1][i] & common != 0
        for j in range(b_start, b_end):
            gone[1][2][j] |= gone[1][1][j] & common != 0


@bare
def mark_between(
    passages: I32, row: int, sizes: tuple[int, int], limits: tuple[int, int], gone: tuple[Gone, Gone]
) -> None:
    """Mark what is swapped between passage `row` and the one before it, or beside them if it does not follow.

    It follows where it starts at most `gap` tokens behind on both sides. `sizes`: of a and b; `limits`: the
    tokens beside a passage that belong to it, and that gap.
    """
    edge, gap = limits
    is_first, is_last = row == 0, row == passages.shape[0]
    a_end, b_end = (0, 0) if is_first else (passages[row - 1, 1], passages[row - 1, 3])
    a_start, b_start = sizes if is_last else (passages[row, 0], passages[row, 2])
    if not is_first and not is_last and 0 <= a_start - a_end <= gap and 0 <= b_start - b_end <= gap:
        mark_slot((a_end, a_start, b_end, b_start), gone)
        return
    if not is_first:
        mark_slot((a_end, min(sizes[0], a_end + edge), b_end, min(sizes[1], b_end + edge)), gone)
    if not is_last:
        mark_slot((max(0, a_start - edge), a_start, max(0, b_start - edge), b_start), gone)


@bare
def next_equal(a: U32, b: U32, i: int, j: int, gap: int) -> tuple[int, int]:
    """Where the nearest run of `SHORT_RUN` equal tokens starts within `gap` tokens of `a[i]` and `b[j]`.

    Nearest as in `chain.next_run`: the fewest tokens passed over on both sides, then on a's. Both ends where
    there is none.
    """
    rows, cols = min(gap, a.size - i - SHORT_RUN), min(gap, b.size - j - SHORT_RUN)
    for passed in range(rows + cols + 1):
        for x in range(max(0, passed - cols), min(passed, rows) + 1):
            u, v = i + x, j + passed - x
            n = 0
            while n < SHORT_RUN and a[u + n] == b[v + n]:
                n += 1
            if n == SHORT_RUN:
                return u, v
    return a.size, b.size


@bare
def mark_inside(a: U32, b: U32, passage: I32, gap: int, gone: tuple[Gone, Gone]) -> None:
    """Mark what is swapped in the gaps of a passage: from where it differs to the next equal run."""
    i, a_end, j, b_end = passage[0], passage[1], passage[2], passage[3]
    if not kinds_between(gone[0], i, a_end)[2] & kinds_between(gone[1], j, b_end)[2]:
        return  # of three passages two have nothing to swap
    while i < a_end and j < b_end:
        if a[i] == b[j]:
            i += 1
            j += 1
            continue
        x, y = next_equal(a[:a_end], b[:b_end], i, j, gap)
        mark_slot((i, x, j, y), gone)
        i, j = x, y


@bare
def count_side(
    tokens: U32, boilerplate: Flags, gone: Gone, room: tuple[tuple[U32, U32], Index], stamp: int, out: I32
) -> None:
    """Write one side's columns of what is gone to `out`; `stamp`: the first unused one of `room`'s set."""
    places, kinds, swapped = gone
    lists, index = room
    names = 0
    numbers = 0
    for k in range(places.size):
        out[NAMES] += kinds[k] & (NAME | FRESH) == NAME | FRESH
        out[NAMES_FIRST] += kinds[k] & LEADING != 0
        if swapped[k] and not boilerplate[places[k]]:
            is_name = kinds[k] & NAME
            lists[0][names] = tokens[places[k]]
            lists[1][numbers] = tokens[places[k]]
            names += is_name
            numbers += 1 - is_name
    out[NAMES_IN] = add_all(index, lists[0], names, (stamp, slot_mask(names)))
    out[NUMBERS_IN] = add_all(index, lists[1], numbers, (stamp + 1, slot_mask(numbers)))


@bare
def count_numbers(kinds: U8) -> int:
    """How many distinct numbers an article has."""
    n = 0
    for kind in kinds:
        n += kind & (NUMBER | FRESH) == NUMBER | FRESH
    return n


@jit
def new_gone(most: int) -> Gone:
    """Room for what is gone from an article of `most` tokens."""
    return np.empty(most, np.int32), np.empty(most, np.uint8), np.empty(most, np.bool_)


@jit
def count_swaps(
    texts: tuple[U32, Flags, U8],
    spans: I64,
    pairs: tuple[I64, I64],
    passages: tuple[I32, I64],
    limits: tuple[int, int],
) -> I32:
    """What is swapped between articles `left[i]` and `right[i]`: int32, pairs x 2 x `COLUMNS`.

    `texts`: tokens, which are boilerplate, and their kinds as `kinds.tell_names` leaves them; `spans` as in
    `align.compare_pairs`. `passages`: of the pairs, and where each pair's start. `limits`: tokens beside a
    passage that belong to its sentence, and the widest gap of a passage.
    """
    tokens, boilerplate, kinds = texts
    edge, gap = limits
    most = max(longest(spans, pairs[0]), longest(spans, pairs[1])) + 1
    slots = (new_index(ROOM * most)[0], new_index(ROOM * most)[0])
    places = (np.empty(most, np.int32), np.empty(most, np.int32))
    rooms = (new_gone(most), new_gone(most))
    room = ((np.empty(most, np.uint32), np.empty(most, np.uint32)), new_index(most))
    left = (0, 0)
    named = 0
    out = np.zeros((pairs[0].size, 2, COLUMNS), np.int32)
    for p in range(pairs[0].size):
        first, last = spans[pairs[0][p], 0], spans[pairs[0][p], 1]
        a, a_kinds, a_inside = tokens[first:last], kinds[first:last], boilerplate[first:last]
        if p == 0 or pairs[0][p] != pairs[0][p - 1]:
            left = (p, slot_mask(ROOM * a.size))
            named = put(a, a_kinds, (slots[0], left), places[0])
        first, last = spans[pairs[1][p], 0], spans[pairs[1][p], 1]
        b, b_kinds, b_inside = tokens[first:last], kinds[first:last], boilerplate[first:last]
        right = (p, slot_mask(ROOM * b.size))
        n = put(b, b_kinds, (slots[1], right), places[1])
        a_gone = find_gone(a, a_kinds, places[0][:named], (b, (slots[1], right)), rooms[0])
        b_gone = find_gone(b, b_kinds, places[1][:n], (a, (slots[0], left)), rooms[1])
        gone = (a_gone, b_gone)
        rows = passages[0][passages[1][p] : passages[1][p + 1]]
        for row in range(rows.shape[0]):
            mark_inside(a, b, rows[row], gap, gone)
        for row in range(rows.shape[0] + 1):
            mark_between(rows, row, (a.size, b.size), (edge, gap), gone)
        count_side(a, a_inside, a_gone, room, 4 * p, out[p, 0])
        count_side(b, b_inside, b_gone, room, 4 * p + 2, out[p, 1])
        out[p, 0, NUMBERS] = count_numbers(a_kinds)
        out[p, 1, NUMBERS] = count_numbers(b_kinds)
    return out


@bare
def outside(tokens: U32, gone: Gone, passages: I32, side: int, out: U32) -> int:
    """Write those gone that stand outside of passages to `out`; returns how many."""
    places, _, inside = gone
    for row in range(passages.shape[0]):
        start, end, _ = kinds_between(gone, passages[row, 2 * side], passages[row, 2 * side + 1])
        inside[start:end] = True
    n = 0
    for k in range(places.size):
        out[n] = tokens[places[k]]
        n += not inside[k]
    return n


@jit
def count_own(tokens: U32, spans: I64, pairs: tuple[I64, I64], passages: tuple[I32, I64]) -> I32:
    """How many distinct tokens of either article stand outside of passages and in the other nowhere.

    Returns int32, pairs x 2; the rest is as in `count_swaps`.
    """
    most = max(longest(spans, pairs[0]), longest(spans, pairs[1])) + 1
    slots = (new_index(ROOM * most)[0], new_index(ROOM * most)[0])
    kinds, everywhere, gone = np.full(most, NAME, np.uint8), np.arange(most).astype(np.int32), new_gone(most)
    values, index = np.empty(most, np.uint32), new_index(most)
    out = np.zeros((pairs[0].size, 2), np.int32)
    for p in range(pairs[0].size):
        rows = passages[0][passages[1][p] : passages[1][p + 1]]
        for side in range(2):
            own = tokens[spans[pairs[side][p], 0] : spans[pairs[side][p], 1]]
            put(own, kinds, (slots[side], (p, slot_mask(ROOM * own.size))), everywhere)
        for side in range(2):
            own = tokens[spans[pairs[side][p], 0] : spans[pairs[side][p], 1]]
            other = tokens[spans[pairs[1 - side][p], 0] : spans[pairs[1 - side][p], 1]]
            table = (slots[1 - side], (p, slot_mask(ROOM * other.size)))
            some = find_gone(own, kinds, everywhere[: own.size], (other, table), gone)
            n = outside(own, some, rows, side, values)
            out[p, side] = add_all(index, values, n, (2 * p + side, slot_mask(n)))
    return out
