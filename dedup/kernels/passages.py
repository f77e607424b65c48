"""The chains of two articles' anchors into passages, longest first, each telling something new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import link, walk
from dedup.kernels.jit import jit
from dedup.kernels.rows import order_of, reorder
from dedup.kernels.tokens import I32, U8, U32

I64 = NDArray[np.int64]

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
def mark(matches: tuple[I32, I32], n: int, seen: tuple[I64, I64], stamp: int) -> tuple[int, int]:
    """Mark `n` aligned tokens as covered on both sides; returns how many were not covered before."""
    new_a = 0
    new_b = 0
    for t in range(n):
        if seen[0][matches[0][t]] != stamp:
            seen[0][matches[0][t]] = stamp
            new_a += 1
        if seen[1][matches[1][t]] != stamp:
            seen[1][matches[1][t]] = stamp
            new_b += 1
    return new_a, new_b


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
def find_passages(
    a: U32, b: U32, anchors: I32, n: int, limits: tuple[int, int, int], room: Room, out: I32
) -> tuple[int, int, int]:
    """Chain `n` sorted anchors and write the passages (start, end in a and in b, equal tokens) to `out`.

    `limits` are the widest gap, the fewest new tokens of a passage, and the stamp of this pair. The longest
    chains come first; one that covers nothing new on either side is left out. Returns the passages, and the
    tokens covered in `a` and in `b`.
    """
    gap, least, stamp = limits
    scores, before, used, matches, seen = room
    link(anchors, n, gap, scores, before)
    found = 0
    covered_a = 0
    covered_b = 0
    falling = np.empty(n, np.int64)
    for i in range(n):
        used[i] = 0
        falling[i] = -scores[i]
    for last in order_of(falling):
        if used[last]:
            continue
        size, a_start, b_start = walk(a, b, anchors, last, (scores, before, used, gap), matches)
        if not is_news(matches, size, seen, stamp, least):
            continue
        new_a, new_b = mark(matches, size, seen, stamp)
        covered_a += new_a
        covered_b += new_b
        out[found, 0] = a_start
        out[found, 1] = anchors[last, 0] + anchors[last, 2]
        out[found, 2] = b_start
        out[found, 3] = anchors[last, 1] + anchors[last, 2]
        out[found, 4] = size
        found += 1
    return found, covered_a, covered_b


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
