"""The chains of two articles' anchors into passages, longest first, each telling something new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import Runs, Scratch, link, walk
from dedup.kernels.jit import bare, jit
from dedup.kernels.rows import grown, order_of, reorder, sort
from dedup.kernels.tokens import I32, U8, U32

I64 = NDArray[np.int64]

Flags = NDArray[np.bool_]

LEFT, RIGHT, PASSAGES, LONGEST, BOTH, EITHER, WHOLE_LEFT, WHOLE_RIGHT = range(8)
"""Columns of figures: covered tokens outside of boilerplate in left and right, passages, the longest one,
shingles in both and in either, all covered tokens in left and right."""

_HIGH, _LOW = 0x7FFFFFFF, 0xFFFFFFFF  # what scores are taken from, and the half of a sort key with a place

Seen = tuple[Flags, Flags, Flags]
"""Covered tokens on both sides, and the tokens of b that start a shingle which a has outside of boilerplate,
for sure."""

Room = tuple[I32, I32, U8, Runs, Scratch, Seen]
"""Chain scores, predecessors, used flags, aligned runs, what aligning needs, and what is covered."""

_MOVES = 8  # of one anchor, as a mean, up to which they are put in order one by one


@jit
def order_anchors(anchors: I32, n: int) -> None:
    """Sort the first `n` anchors by their place in a, then in b; equal ones stay as they stand.

    They come in few ascending rows, so that each one moves by a few places, or they are sorted in full.
    """
    moves = _MOVES * n
    for i in range(1, n):
        x, y, size = anchors[i, 0], anchors[i, 1], anchors[i, 2]
        j = i
        while j and (anchors[j - 1, 0] > x or (anchors[j - 1, 0] == x and anchors[j - 1, 1] > y)):
            anchors[j, 0], anchors[j, 1], anchors[j, 2] = (
                anchors[j - 1, 0],
                anchors[j - 1, 1],
                anchors[j - 1, 2],
            )
            j -= 1
        anchors[j, 0], anchors[j, 1], anchors[j, 2] = x, y, size
        moves -= i - j
        if moves < 0:
            sort_anchors(anchors, n)
            break


@jit
def sort_anchors(anchors: I32, n: int) -> None:
    """The same for anchors in any order."""
    keys = np.empty(n, np.int64)
    for i in range(n):
        keys[i] = np.int64(anchors[i, 0]) << 32 | anchors[i, 1]
    reorder(anchors, order_of(keys))


@bare
def mark(seen: Flags, inside: Flags, start: int, size: int) -> tuple[int, int]:
    """Mark one side's run of `size` aligned tokens as covered.

    Returns how many were not covered before, and how many of those are not `inside` boilerplate.
    """
    new = np.int32(0)  # half as many vectors as in 64 bits; and no slices, which count the users of an array
    outside = np.int32(0)
    for t in range(size):
        place = np.uint64(start + t)
        new = np.int32(new + (not seen[place]))
        outside = np.int32(outside + (not (seen[place] | inside[place])))
        seen[place] = True
    return new, outside


@bare
def count_new(seen: Flags, start: int, size: int) -> int:
    """How many tokens of a run are not covered."""
    new = np.int32(0)
    for t in range(size):
        new = np.int32(new + (not seen[np.uint64(start + t)]))
    return new


@bare
def is_news(runs: Runs, n: int, seen: Seen, least: int) -> bool:
    """Whether the aligned tokens cover at least `least` tokens, on either side, not covered before."""
    seen_a, seen_b, _ = seen
    new_a = 0
    new_b = 0
    for row in range(n):
        i, j, size = runs[row, 0], runs[row, 1], runs[row, 2]
        new_a += count_new(seen_a, i, size)
        new_b += count_new(seen_b, j, size)
        if new_a >= least or new_b >= least:
            return True
    return False


@bare
def end_of_row(runs: Runs, first: int, inside: Flags, least: int) -> int:
    """Where the row ends that starts with run `first`; the last run comes first.

    It ends before `least` tokens or more that are boilerplate where the row's other such ones are not, or the
    other way round. Fewer cut nothing. No run is boilerplate in part.
    """
    cut = first
    is_known = False
    state = False
    while cut >= 0:
        own = inside[runs[cut, 0]]
        end = cut
        size = 0
        while end >= 0 and inside[runs[end, 0]] == own:
            size += runs[end, 2]
            end -= 1
        if size >= least:
            if is_known and own != state:
                break
            is_known = True
            state = own
        cut = end
    return cut + 1


@bare
def cover(runs: Runs, row: int, inside: tuple[Flags, Flags], seen: Seen, shingle: int, figures: I32) -> int:
    """Mark a run as covered, add its tokens to `figures`, and return how many are new on either side."""
    a_inside, b_inside = inside
    seen_a, seen_b, sure = seen
    i, j, size = runs[row, 0], runs[row, 1], runs[row, 2]
    new_a, outside_a = mark(seen_a, a_inside, i, size)
    new_b, outside_b = mark(seen_b, b_inside, j, size)
    if not a_inside[i]:
        for t in range(size - shingle + 1):
            sure[np.uint64(j + t)] = True
    figures[LEFT] += outside_a
    figures[RIGHT] += outside_b
    figures[WHOLE_LEFT] += new_a
    figures[WHOLE_RIGHT] += new_b
    return new_a + new_b


@bare
def add_rows(
    runs: Runs,
    n: int,
    inside: tuple[Flags, Flags],
    seen: Seen,
    limits: tuple[int, int],
    rows: I32,
    used: int,
    figures: I32,
) -> int:
    """Write a chain's `n` aligned runs as passages, cut where boilerplate of a starts or ends.

    `limits` are the fewest tokens that cut, and those of a shingle. They follow the `used` rows; what covers
    nothing new on either side is left out. Adds to `figures` and returns the rows used.
    """
    least, shingle = limits
    first = n - 1
    while first >= 0:
        last = end_of_row(runs, first, inside[0], least)
        new = 0
        size = 0
        for row in range(last, first + 1):
            new += cover(runs, row, inside, seen, shingle, figures)
            size += runs[row, 2]
        if new:
            rows[used, 0], rows[used, 1] = runs[first, 0], runs[last, 0] + runs[last, 2]
            rows[used, 2], rows[used, 3] = runs[first, 1], runs[last, 1] + runs[last, 2]
            rows[used, 4] = size
            used += 1
            figures[PASSAGES] += 1
            figures[LONGEST] = max(figures[LONGEST], size)
        first = last - 1
    return used


@jit
def ends_of_chains(n: int, links: tuple[I32, I32, U8]) -> I64:
    """The anchors that nothing follows, those of the best chains first; of equal ones in their order.

    Another one is walked with the one that follows it, whose chain is better by at least a token.
    """
    scores, before, used = links
    for i in range(n):
        used[i] = 1
    found = n
    for i in range(n):
        if before[i] >= 0:
            found -= used[before[i]]
            used[before[i]] = 0
    ends = np.empty(found, np.int64)
    found = 0
    for i in range(n):
        if used[i]:
            ends[found] = np.int64(_HIGH - scores[i]) << 32 | i
            found += 1
        used[i] = 0
    sort(ends, found)
    return ends


@jit
def find_passages(
    texts: tuple[U32, U32, Flags, Flags],
    anchors: I32,
    n: int,
    limits: tuple[int, int, int],
    room: Room,
    rows: I32,
    kept: int,
    figures: I32,
) -> I32:
    """Chain `n` sorted anchors and write the passages (start, end in a and in b, equal tokens) to `rows`.

    `texts`: the tokens of a and of b, and which of them are boilerplate. `limits` are the widest gap, the
    fewest new tokens of a chain, and the tokens of a shingle. The longest chains come first; one that covers
    nothing new on either side is left out; the others are cut where boilerplate starts or ends. The passages
    follow the `kept` rows; returns the rows, with more room where it was needed. Adds the passages, the
    longest one and the covered tokens to `figures`.
    """
    a, b, a_inside, b_inside = texts
    gap, least, shingle = limits
    scores, before, used, runs, scratch, seen = room
    seen[0][: a.size] = False
    seen[1][: b.size] = False
    seen[2][: b.size] = False
    link(anchors, n, 0, gap, scores, before)
    for end in ends_of_chains(n, (scores, before, used)):
        size = walk(a, b, anchors, end & _LOW, (scores, before, used, gap), scratch, runs)
        if is_news(runs, size, seen, least):
            rows = grown(rows, kept, size)
            kept = add_rows(runs, size, (a_inside, b_inside), seen, (least, shingle), rows, kept, figures)
    return rows


@jit
def new_room(most: int, gap: int) -> Room:
    """Scratch for chaining the anchors of two articles of at most `most` tokens."""
    return (
        np.empty(2 * most, np.int32),
        np.empty(2 * most, np.int32),
        np.empty(2 * most, np.uint8),
        np.empty((most, 3), np.int32),
        (np.zeros((gap + 1, gap + 1), np.uint8), np.zeros(most, np.int32)),
        (np.empty(most, np.bool_), np.empty(most, np.bool_), np.empty(most, np.bool_)),
    )
