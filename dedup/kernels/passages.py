"""The chains of two articles' anchors into passages, longest first, each telling something new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import link, walk
from dedup.kernels.jit import jit
from dedup.kernels.rows import grown, order_of, reorder
from dedup.kernels.tokens import I32, U8, U32

I64 = NDArray[np.int64]

Flags = NDArray[np.bool_]

LEFT, RIGHT, PASSAGES, LONGEST, BOTH, EITHER, WHOLE_LEFT, WHOLE_RIGHT = range(8)
"""Columns of figures: covered tokens outside of boilerplate in left and right, passages, the longest one,
shingles in both and in either, all covered tokens in left and right."""

Room = tuple[I32, I32, U8, tuple[I32, I32], tuple[I64, I64]]
"""Chain scores, predecessors, used flags, aligned tokens, and the stamps of covered tokens on both sides."""


@jit
def order_anchors(anchors: I32, n: int) -> None:
    """Sort the first `n` anchors by their place in a, then in b."""
    keys = np.empty(n, np.int64)
    is_sorted = True
    for i in range(n):
        keys[i] = np.int64(anchors[i, 0]) << 32 | anchors[i, 1]
        is_sorted &= i == 0 or keys[i - 1] <= keys[i]
    if not is_sorted:
        reorder(anchors, order_of(keys))


@jit
def mark(matches: I32, run: tuple[int, int], seen: I64, stamp: int, inside: Flags) -> tuple[int, int]:
    """Mark one side's aligned tokens `run[0]:run[1]` as covered.

    Returns how many were not covered before, and how many of those are not `inside` boilerplate.
    """
    new = 0
    outside = 0
    for t in range(run[0], run[1]):
        if seen[matches[t]] != stamp:
            seen[matches[t]] = stamp
            new += 1
            outside += not inside[matches[t]]
    return new, outside


@jit
def is_news(matches: tuple[I32, I32], n: int, seen: tuple[I64, I64], stamp: int, least: int) -> bool:
    """Whether the aligned tokens cover at least `least` tokens, on either side, not covered before."""
    new_a = 0
    new_b = 0
    for t in range(n):
        new_a += seen[0][matches[0][t]] != stamp
        new_b += seen[1][matches[1][t]] != stamp
        if new_a >= least or new_b >= least:
            return True
    return False


@jit
def end_of_row(matches: I32, first: int, inside: Flags, least: int) -> int:
    """Where the row ends that starts at aligned token `first`; the last token comes first.

    It ends before a run of `least` tokens or more that is boilerplate where the row's other such runs are
    not, or the other way round. Shorter runs cut nothing.
    """
    cut = first
    is_known = False
    state = False
    while cut >= 0:
        own = inside[matches[cut]]
        end = cut
        while end >= 0 and inside[matches[end]] == own:
            end -= 1
        if cut - end >= least:
            if is_known and own != state:
                break
            is_known = True
            state = own
        cut = end
    return cut + 1


@jit
def add_rows(
    matches: tuple[I32, I32],
    n: int,
    inside: tuple[Flags, Flags],
    seen: tuple[I64, I64],
    limits: tuple[int, int],
    rows: I32,
    used: int,
    figures: I32,
) -> int:
    """Write a chain's `n` aligned tokens as passages, cut where boilerplate of a starts or ends.

    `limits` are the shortest run of tokens that cuts, and the pair's stamp. They follow the `used` rows; what
    covers nothing new on either side is left out. Adds to `figures` and returns the rows used.
    """
    least, stamp = limits
    first = n - 1
    while first >= 0:
        last = end_of_row(matches[0], first, inside[0], least)
        new_a, outside_a = mark(matches[0], (last, first + 1), seen[0], stamp, inside[0])
        new_b, outside_b = mark(matches[1], (last, first + 1), seen[1], stamp, inside[1])
        figures[LEFT] += outside_a
        figures[RIGHT] += outside_b
        figures[WHOLE_LEFT] += new_a
        figures[WHOLE_RIGHT] += new_b
        if new_a or new_b:
            rows[used, 0], rows[used, 1] = matches[0][first], matches[0][last] + 1
            rows[used, 2], rows[used, 3] = matches[1][first], matches[1][last] + 1
            rows[used, 4] = first + 1 - last
            used += 1
            figures[PASSAGES] += 1
            figures[LONGEST] = max(figures[LONGEST], first + 1 - last)
        first = last - 1
    return used


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
    fewest new tokens of a chain, and the stamp of this pair. The longest chains come first; one that covers
    nothing new on either side is left out; the others are cut where boilerplate starts or ends. The passages
    follow the `kept` rows; returns the rows, with more room where it was needed. Adds the passages, the
    longest one and the covered tokens to `figures`.
    """
    a, b, a_inside, b_inside = texts
    gap, least, stamp = limits
    scores, before, used, matches, seen = room
    link(anchors, n, gap, scores, before)
    falling = np.empty(n, np.int64)
    for i in range(n):
        used[i] = 0
        falling[i] = -scores[i]
    for last in order_of(falling):
        if used[last]:
            continue
        size, _, _ = walk(a, b, anchors, last, (scores, before, used, gap), matches)
        if is_news(matches, size, seen, stamp, least):
            rows = grown(rows, kept, size // least + 1)
            kept = add_rows(matches, size, (a_inside, b_inside), seen, (least, stamp), rows, kept, figures)
    return rows


@jit
def new_room(most: int) -> Room:
    """Scratch for chaining the anchors of two articles of at most `most` tokens."""
    return (
        np.empty(2 * most, np.int32),
        np.empty(2 * most, np.int32),
        np.empty(2 * most, np.uint8),
        (np.empty(2 * most, np.int32), np.empty(2 * most, np.int32)),
        (np.full(most, -1, np.int64), np.full(most, -1, np.int64)),
    )
