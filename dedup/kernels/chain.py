"""Anchors into passages: equal runs along one diagonal band, chained over small gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import jit
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

SHORT_RUN = 4  # tokens from which a run beside an anchor belongs to its passage
_LOOK_BACK = 32  # anchors before one that are tried as its predecessor

Matches = tuple[I32, I32]
"""Aligned equal tokens: their places on either side."""


@jit
def step_over(anchors: I32, i: int, j: int, gap: int) -> int:
    """How many tokens anchor `j` gives up to follow anchor `i` in one passage, or -1 where it cannot."""
    a_gap = anchors[j, 0] - (anchors[i, 0] + anchors[i, 2])
    b_gap = anchors[j, 1] - (anchors[i, 1] + anchors[i, 2])
    over = max(0, -a_gap, -b_gap)
    if over >= anchors[j, 2] or a_gap + over > gap or b_gap + over > gap:
        return -1
    return over


@jit
def occurs(tokens: U32, start: int, end: int, token: np.uint32) -> bool:
    """Whether `token` is in `tokens[start:end]`; without an early way out, so that it compiles to vectors."""
    hits = 0
    for i in range(start, end):
        hits += tokens[i] == token
    return hits > 0


@jit
def next_run(a: U32, b: U32, i: int, j: int, step: int, gap: int) -> tuple[int, int, int]:
    """The nearest run of `SHORT_RUN` or more equal tokens within `gap` tokens of `a[i]` and `b[j]`.

    `step` is 1 to look forward, from `i` and `j` on, and -1 to look back, from before them. Returns where the
    run starts in a and in b, and its tokens, 0 where there is none. Nearest is the fewest tokens passed over
    on both sides together, then on a's. Every run covers a place of `a` that `SHORT_RUN` divides, so only
    those are looked up in `b`.
    """
    back = step < 0
    rows = min(gap + SHORT_RUN, i if back else a.size - i)
    cols = min(gap + SHORT_RUN, j if back else b.size - j)
    i -= back
    j -= back
    low = j - cols + 1 if back else j
    nearest, nearest_x = 2 * gap + 1, 0
    best = (0, 0, 0)
    for row in range(SHORT_RUN - 1, rows, SHORT_RUN):
        if not occurs(b, low, low + cols, a[i + step * row]):
            continue
        for col in range(cols):
            if a[i + step * row] != b[j + step * col]:
                continue
            x, y = row, col  # where the run starts
            while x and y and a[i + step * (x - 1)] == b[j + step * (y - 1)]:
                x -= 1
                y -= 1
            if x > gap or y > gap or x + y > nearest or (x + y == nearest and x >= nearest_x):
                continue
            n = row - x + 1
            u, v = i + step * (row + 1), j + step * (col + 1)
            while 0 <= u < a.size and 0 <= v < b.size and a[u] == b[v]:
                n += 1
                u += step
                v += step
            if n >= SHORT_RUN:
                nearest, nearest_x = x + y, x
                best = (u + 1, v + 1, n) if back else (u - n, v - n, n)
    return best


@jit
def add_short_runs(a: U32, b: U32, anchors: I32, n: int, kgram: int, gap: int) -> int:
    """Follow each of `n` sorted anchors both ways over short runs, where no other anchor is within reach.

    Returns the new count. In a text with every seventh word changed few runs reach `kgram` tokens, yet beside
    one that does, on its diagonal band, runs of `SHORT_RUN` are no chance (of 3 they make templates near):
    with 15 % of words edited this raises the share of pairs found near from 76 % to 99.6 %.
    """
    most = min(2 * max(a.size, b.size), anchors.shape[0])  # the pair's own, whatever room others need
    found = n
    for anchor in range(n):
        for step in (1, -1):
            i, j = anchors[anchor, 0], anchors[anchor, 1]
            if step > 0:
                if anchor + 1 < n and step_over(anchors, anchor, anchor + 1, gap) >= 0:
                    continue
                i += anchors[anchor, 2]
                j += anchors[anchor, 2]
            elif anchor and step_over(anchors, anchor - 1, anchor, gap) >= 0:
                continue
            while found < most:
                u, v, length = next_run(a, b, i, j, step, gap)
                if length == 0 or length >= kgram:  # so long a run is an anchor already
                    break
                anchors[found, 0], anchors[found, 1], anchors[found, 2] = u, v, length
                found += 1
                i, j = (u + length, v + length) if step > 0 else (u, v)
    return found


@jit
def link(anchors: I32, n: int, gap: int, scores: I32, before: I32) -> None:
    """For each of `n` sorted anchors write its best chain's equal tokens, and its predecessor in it."""
    for j in range(n):
        scores[j] = anchors[j, 2]
        before[j] = -1
        for i in range(j - 1, max(-1, j - 1 - _LOOK_BACK), -1):
            over = step_over(anchors, i, j, gap)
            if over >= 0 and scores[i] + anchors[j, 2] - over > scores[j]:
                scores[j] = scores[i] + anchors[j, 2] - over
                before[j] = i


@jit
def align_gap(a: U32, b: U32, span: tuple[int, int, int, int], matches: Matches, n: int) -> int:
    """Add the longest common subsequence of `a[i:j]` and `b[k:l]`, last match first; returns the count."""
    i, j, k, l = span  # noqa: E741 - the four ends of two ranges
    rows, cols = j - i, l - k
    best = np.zeros((rows + 1, cols + 1), np.uint8)  # lengths up to the gap of 64
    for r in range(1, rows + 1):
        for c in range(1, cols + 1):
            if a[i + r - 1] == b[k + c - 1]:
                best[r, c] = best[r - 1, c - 1] + 1
            else:
                best[r, c] = max(best[r - 1, c], best[r, c - 1])
    r, c = rows, cols
    while r and c:
        if a[i + r - 1] == b[k + c - 1]:
            r -= 1
            c -= 1
            matches[0][n] = i + r
            matches[1][n] = k + c
            n += 1
        elif best[r - 1, c] >= best[r, c - 1]:
            r -= 1
        else:
            c -= 1
    return n


@jit
def walk(
    a: U32, b: U32, anchors: I32, last: int, links: tuple[I32, I32, U8, int], matches: Matches
) -> tuple[int, int, int]:
    """Walk the chain that ends in anchor `last` back to its start, or to an anchor already used.

    `links` are scores, predecessors, used flags and the widest gap. Writes the aligned equal tokens to
    `matches`, last first; returns how many, and where the passage starts in `a` and in `b`.
    """
    _, before, used, gap = links
    n = 0
    j = last
    while True:
        i = before[j]
        if i >= 0 and used[i]:
            i = -1
        over = step_over(anchors, i, j, gap) if i >= 0 else 0
        for t in range(anchors[j, 2] - 1, over - 1, -1):
            matches[0][n] = anchors[j, 0] + t
            matches[1][n] = anchors[j, 1] + t
            n += 1
        used[j] = 1
        if i < 0:
            return n, anchors[j, 0], anchors[j, 1]
        a_end = anchors[i, 0] + anchors[i, 2]
        b_end = anchors[i, 1] + anchors[i, 2]
        if a_end < anchors[j, 0] + over and b_end < anchors[j, 1] + over:
            n = align_gap(a, b, (a_end, anchors[j, 0] + over, b_end, anchors[j, 1] + over), matches, n)
        j = i
