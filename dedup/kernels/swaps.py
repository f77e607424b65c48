"""Two articles into what is swapped between them: names and numbers that the other one has nowhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import next_run
from dedup.kernels.index import Index, Place, add_all, holds, longest, new_index, slot_mask
from dedup.kernels.jit import jit
from dedup.kernels.kinds import LOWER, NAME, NUMBER, PLAIN
from dedup.kernels.tokens import I32, U8, U32

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

NAMES, NAMES_IN, NAMES_FIRST, NUMBERS, NUMBERS_IN = range(5)
"""Columns of swaps, for each side: distinct names that the other side has nowhere, those of them that are
swapped, those of them among the first tokens, distinct numbers, and those that are swapped. A name or number
is swapped where passages leave the same gap on both sides, and each side has one there that the other has
nowhere."""

COLUMNS = 5


@jit
def has_kind(gone: U8, start: int, end: int, kind: int) -> bool:
    """Whether one of the tokens `start:end` is of this kind."""
    for i in range(start, end):  # noqa: SIM110 - numba has no generators in any()
        if gone[i] == kind:
            return True
    return False


@jit
def mark_slot(slot: tuple[int, int, int, int], gone: tuple[U8, U8], swapped: tuple[Flags, Flags]) -> None:
    """Mark the names, and the numbers, of a gap (start, end on either side) that has some on both sides.

    `gone`: the kinds of the tokens that the other side has nowhere, else `PLAIN`.
    """
    a_start, a_end, b_start, b_end = slot
    for kind in (NAME, NUMBER):
        if has_kind(gone[0], a_start, a_end, kind) and has_kind(gone[1], b_start, b_end, kind):
            for i in range(a_start, a_end):
                swapped[0][i] |= gone[0][i] == kind
            for j in range(b_start, b_end):
                swapped[1][j] |= gone[1][j] == kind


@jit
def mark_between(
    passages: I32,
    row: int,
    sizes: tuple[int, int],
    limits: tuple[int, int],
    gone: tuple[U8, U8],
    swapped: tuple[Flags, Flags],
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
        mark_slot((a_end, a_start, b_end, b_start), gone, swapped)
        return
    if not is_first:
        mark_slot((a_end, min(sizes[0], a_end + edge), b_end, min(sizes[1], b_end + edge)), gone, swapped)
    if not is_last:
        mark_slot((max(0, a_start - edge), a_start, max(0, b_start - edge), b_start), gone, swapped)


@jit
def mark_inside(
    a: U32, b: U32, passage: I32, gap: int, gone: tuple[U8, U8], swapped: tuple[Flags, Flags]
) -> None:
    """Mark what is swapped in the gaps of a passage: from where it differs to the next equal run."""
    i, a_end, j, b_end = passage[0], passage[1], passage[2], passage[3]
    while i < a_end and j < b_end:
        if a[i] == b[j]:
            i += 1
            j += 1
            continue
        x, y, n = next_run(a[:a_end], b[:b_end], i, j, 1, gap)
        if not n:
            x, y = a_end, b_end
        mark_slot((i, x, j, y), gone, swapped)
        i, j = x, y


@jit
def own_names(tokens: U32, kinds: U8, index: Index, stamp: int, out: I32) -> int:
    """Write where the names and numbers of an article stand, less names that it also has in small letters.

    `index` is room for a set. Where there are more names than words in small letters, the text tells no names
    (it is set in capitals, or is no prose), and only numbers are left. Returns how many places.
    """
    place_of = (stamp, slot_mask(tokens.size))
    lower = np.empty(tokens.size, np.uint32)
    lowers = 0
    names = 0
    for i in range(tokens.size):
        names += kinds[i] == NAME
        if kinds[i] == LOWER:
            lower[lowers] = tokens[i]
            lowers += 1
    add_all(index, lower, lowers, place_of)
    n = 0
    for i in range(tokens.size):
        if kinds[i] == NUMBER or (
            kinds[i] == NAME and names <= lowers and not holds(index, tokens[i], place_of)
        ):
            out[n] = i
            n += 1
    return n


@jit
def find_gone(tokens: U32, kinds: U8, places: I32, other: tuple[Index, Place], out: U8) -> None:
    """Write the kinds of the names and numbers at `places` that the other side has nowhere, else `PLAIN`."""
    out[:] = PLAIN
    for i in places:
        if not holds(other[0], tokens[i], other[1]):
            out[i] = kinds[i]


@jit
def count_side(
    article: tuple[U32, U8, Flags, U8, Flags],
    places: I32,
    room: tuple[U32, Index],
    limits: tuple[int, int],
    out: I32,
) -> None:
    """Write one side's columns to `out`.

    `article`: tokens, kinds, which are boilerplate, the kinds of those gone, which are swapped; `places`: of
    its names and numbers; `limits`: how many tokens are the first ones (boilerplate not counted), and the
    first unused stamp of `room`'s set.
    """
    tokens, kinds, boilerplate, gone, swapped = article
    lists, index = room
    first, stamp = limits
    found = np.zeros(COLUMNS, np.int32)
    own = 0
    before = 0
    for i in places:
        while before < i:
            own += not boilerplate[before]
            before += 1
        if boilerplate[i]:
            continue
        is_number = kinds[i] == NUMBER
        is_name = gone[i] == NAME
        for column, is_in in (
            (NAMES, is_name),
            (NAMES_IN, is_name and swapped[i]),
            (NAMES_FIRST, is_name and own < first),
            (NUMBERS, is_number),
            (NUMBERS_IN, is_number and swapped[i]),
        ):
            if is_in:
                lists[column, found[column]] = tokens[i]
                found[column] += 1
    mask = slot_mask(places.size)
    for column in range(COLUMNS):
        out[column] = add_all(index, lists[column], found[column], (stamp + column, mask))


@jit
def count_swaps(
    texts: tuple[U32, Flags, U8],
    spans: I64,
    pairs: tuple[I64, I64],
    passages: tuple[I32, I64],
    limits: tuple[int, int, int],
) -> I32:
    """What is swapped between articles `left[i]` and `right[i]`: int32, pairs x 2 x `COLUMNS`.

    `texts`: tokens, which are boilerplate, and their kinds; `spans` as in `align.compare_pairs`. `passages`:
    of the pairs, and where each pair's start. `limits`: tokens beside a passage that belong to its sentence,
    the tokens that are the first ones of an article, and the widest gap of a passage.
    """
    tokens, boilerplate, kinds = texts
    edge, headed, gap = limits
    most = max(longest(spans, pairs[0]), longest(spans, pairs[1]))
    sets = (new_index(most), new_index(most))
    lower = new_index(most)
    room = (np.empty((COLUMNS, most), np.uint32), new_index(most))
    gone = (np.empty(most, np.uint8), np.empty(most, np.uint8))
    swapped = (np.empty(most, np.bool_), np.empty(most, np.bool_))
    places = (np.empty(most, np.int32), np.empty(most, np.int32))
    counts = np.zeros(2, np.int64)
    stamps = np.zeros(2, np.int64)  # of each side's set
    out = np.zeros((pairs[0].size, 2, COLUMNS), np.int32)
    for p in range(pairs[0].size):
        for side in range(2):
            article = pairs[side][p]
            first, last = spans[article]
            swapped[side][: last - first] = False
            if side == 0 and p > 0 and article == pairs[0][p - 1]:
                continue
            own = tokens[first:last]
            stamps[side] = p
            add_all(sets[side], own, own.size, (p, slot_mask(own.size)))
            counts[side] = own_names(own, kinds[first:last], lower, 2 * p + side, places[side])
        for side in range(2):
            first, last = spans[pairs[side][p]]
            there = spans[pairs[1 - side][p]]
            other = (sets[1 - side], (stamps[1 - side], slot_mask(there[1] - there[0])))
            some = places[side][: counts[side]]
            find_gone(tokens[first:last], kinds[first:last], some, other, gone[side][: last - first])
        a = tokens[spans[pairs[0][p], 0] : spans[pairs[0][p], 1]]
        b = tokens[spans[pairs[1][p], 0] : spans[pairs[1][p], 1]]
        rows = passages[0][passages[1][p] : passages[1][p + 1]]
        for row in range(rows.shape[0]):
            mark_inside(a, b, rows[row], gap, gone, swapped)
        for row in range(rows.shape[0] + 1):
            mark_between(rows, row, (a.size, b.size), (edge, gap), gone, swapped)
        for side in range(2):
            first, last = spans[pairs[side][p]]
            whole = (
                tokens[first:last],
                kinds[first:last],
                boilerplate[first:last],
                gone[side],
                swapped[side],
            )
            stamp = COLUMNS * (2 * p + side)
            count_side(whole, places[side][: counts[side]], room, (headed, stamp), out[p, side])
    return out


@jit
def count_own(
    tokens: U32, spans: I64, pairs: tuple[I64, I64], passages: tuple[I32, I64], covered: Flags
) -> I32:
    """How many distinct tokens of either article stand outside of passages and in the other nowhere.

    Returns int32, pairs x 2; `covered`: bool, room for the tokens of the longest article. The rest is as in
    `count_swaps`.
    """
    most = covered.size
    sets = (new_index(most), new_index(most))
    found = new_index(most)
    out = np.zeros((pairs[0].size, 2), np.int32)
    for p in range(pairs[0].size):
        rows = passages[0][passages[1][p] : passages[1][p + 1]]
        for side in range(2):
            own = tokens[spans[pairs[side][p], 0] : spans[pairs[side][p], 1]]
            add_all(sets[side], own, own.size, (p, slot_mask(own.size)))
        for side in range(2):
            own = tokens[spans[pairs[side][p], 0] : spans[pairs[side][p], 1]]
            there = spans[pairs[1 - side][p]]
            other = (p, slot_mask(there[1] - there[0]))
            covered[: own.size] = False
            for row in range(rows.shape[0]):
                covered[rows[row, 2 * side] : rows[row, 2 * side + 1]] = True
            place_of = (2 * p + side, slot_mask(own.size))
            for i in range(own.size):
                if not covered[i] and not holds(sets[1 - side], own[i], other):
                    out[p, side] += add_all(found, own[i : i + 1], 1, place_of)
    return out
