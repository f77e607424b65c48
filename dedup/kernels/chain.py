"""Anchors into passages: equal runs along one diagonal band, chained over small gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.grams import pair_slot
from dedup.kernels.jit import bare
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

SHORT_RUN = 4  # tokens from which a run beside an anchor belongs to its passage
ONE = np.uint64(1)  # places of this type cannot be negative: loops over them compile to vectors
_LOOK_BACK = 32  # anchors before one that are tried as its predecessor

Runs = I32
"""Aligned equal runs, the last one first: place in a, place in b, tokens."""

Links = tuple[I32, I32, U8, int]
"""Of a chain's anchors: scores, predecessors, used flags; and the widest gap."""

Scratch = tuple[U8, I32]
"""Room for the lengths of a common subsequence, and where each token's stretch of a starts: none crosses."""


@bare
def step_over(anchors: I32, i: int, j: int, gap: int) -> int:
    """How many tokens anchor `j` gives up to follow anchor `i` in one passage, or -1 where it cannot."""
    a_gap = anchors[j, 0] - (anchors[i, 0] + anchors[i, 2])
    b_gap = anchors[j, 1] - (anchors[i, 1] + anchors[i, 2])
    over = max(0, -a_gap, -b_gap)
    if over >= anchors[j, 2] or a_gap + over > gap or b_gap + over > gap:
        return -1
    return over


@bare
def nearest_run(
    a: U32, b: U32, places: tuple[int, int], step: int, gap: int, known: tuple[U8, int]
) -> tuple[int, int, int]:
    """`next_run` from `places` in a and in b; `known` are the pairs that stand in `a`, and the index's mask.

    Every run covers one of each three pairs of neighbours in `b`, so only those are looked for in `a`, and
    half of them stand nowhere in it.
    """
    pairs, mask = known
    i, j = places
    low, low_b = (i, j) if step > 0 else (0, 0)
    high, high_b = (a.size, b.size) if step > 0 else places
    reach = gap + SHORT_RUN
    first, last = (i, min(i + reach, high)) if step > 0 else (max(0, i - reach), i)
    nearest, nearest_x = 2 * gap + 1, 0
    best = (0, 0, 0)
    for passed in range(SHORT_RUN - 2, reach - 1, SHORT_RUN - 1):
        at = j + passed if step > 0 else j - 2 - passed
        if at < 0 or at + 1 >= b.size:
            break
        if not pairs[pair_slot(b, at, mask)]:
            continue
        one, two = b[at], b[at + 1]
        hits = np.int32(0)
        for t in range(last - 1 - first):
            u = np.uint64(first + t)
            hits = np.int32(hits + ((a[u] == one) & (a[u + ONE] == two)))
        for u in range(first, last - 1 if hits else first):
            if a[u] != one or a[u + 1] != two:
                continue
            off = at - u
            if best[1] - best[0] == off and best[0] <= u < best[0] + best[2]:
                continue
            start, end = u, u + 2
            while start > low and start + off > low_b and a[start - 1] == b[start - 1 + off]:
                start -= 1
            while end < high and end + off < high_b and a[end] == b[end + off]:
                end += 1
            x, y = (start - i, start + off - j) if step > 0 else (i - end, j - end - off)
            if end - start < SHORT_RUN or x > gap or y > gap:
                continue
            if x + y < nearest or (x + y == nearest and x < nearest_x):
                nearest, nearest_x = x + y, x
                best = (start, start + off, end - start)
    return best


_EVERY = np.ones(4, np.uint8)  # the pairs of an index with one slot, taken


@bare
def next_run(a: U32, b: U32, i: int, j: int, step: int, gap: int) -> tuple[int, int, int]:
    """The nearest run of `SHORT_RUN` or more equal tokens within `gap` tokens of `a[i]` and `b[j]`.

    `step` is 1 to look forward, from `i` and `j` on, and -1 to look back, from before them. Returns where the
    run starts in a and in b, and its tokens, 0 where there is none. Nearest is the fewest tokens passed over
    on both sides together, then on a's.
    """
    return nearest_run(a, b, (i, j), step, gap, (_EVERY, 0))


@bare
def add_short_runs(
    a: U32, b: U32, anchors: I32, n: int, lengths: tuple[int, int], known: tuple[U8, int]
) -> int:
    """Follow each of `n` sorted anchors both ways over short runs, where no other anchor is within reach.

    `lengths` are those of a k-gram and of the widest gap; `known` is as in `nearest_run`. Returns the new
    count. In a text with every seventh word changed few runs reach `kgram` tokens, yet beside one that does,
    on its diagonal band, runs of `SHORT_RUN` are no chance (of 3 they make templates near): with 15 % of
    words edited this raises the share of pairs found near from 76 % to 99.6 %.
    """
    kgram, gap = lengths
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
                u, v, length = nearest_run(a, b, (i, j), step, gap, known)
                if length == 0 or length >= kgram:  # so long a run is an anchor already
                    break
                anchors[found, 0], anchors[found, 1], anchors[found, 2] = u, v, length
                found += 1
                i, j = (u + length, v + length) if step > 0 else (u, v)
    return found


@bare
def link(anchors: I32, n: int, side: int, gap: int, scores: I32, before: I32) -> None:
    """For each of `n` anchors, sorted by their place on `side`, write its best chain's equal tokens, and its
    predecessor in it.
    """
    near = 0  # all anchors before this one end too far from the next ones
    for j in range(n):
        scores[j] = anchors[j, 2]
        before[j] = -1
        while near < j and anchors[near, side] + anchors[near, 2] + gap < anchors[j, side]:
            near += 1
        for i in range(j - 1, max(near - 1, j - 1 - _LOOK_BACK), -1):
            over = step_over(anchors, i, j, gap)
            if over >= 0 and scores[i] + anchors[j, 2] - over > scores[j]:
                scores[j] = scores[i] + anchors[j, 2] - over
                before[j] = i


@bare
def add_run(runs: Runs, n: int, i: int, j: int, size: int, since: I32) -> int:
    """Add the run of `size` tokens at `a[i]` and `b[j]`, cut where a stretch of a starts, the last first."""
    while size:
        start = max(i, since[i + size - 1])
        runs[n, 0], runs[n, 1], runs[n, 2] = start, j + start - i, i + size - start
        size = start - i
        n += 1
    return n


@bare
def align_gap(a: U32, b: U32, span: tuple[int, int, int, int], scratch: Scratch, runs: Runs, n: int) -> int:
    """Add the longest common subsequence of `a[i:j]` and `b[k:l]`, last match first; returns the count."""
    i, j, k, l = span  # noqa: E741 - the four ends of two ranges
    rows, cols = j - i, l - k
    best, since = scratch  # lengths up to the gap of 64; the first row and column stay 0
    for r in range(rows):
        for c in range(cols):
            if a[i + r] == b[k + c]:
                best[r + 1, c + 1] = best[r, c] + 1
            else:
                best[r + 1, c + 1] = max(best[r, c + 1], best[r + 1, c])
    r, c = rows, cols
    while r and c and best[r, c]:
        size = 0
        while r and c and a[i + r - 1] == b[k + c - 1]:
            r -= 1
            c -= 1
            size += 1
        if size:
            n = add_run(runs, n, i + r, k + c, size, since)
        elif best[r - 1, c] >= best[r, c - 1]:
            r -= 1
        else:
            c -= 1
    return n


@bare
def walk(a: U32, b: U32, anchors: I32, last: int, links: Links, scratch: Scratch, runs: Runs) -> int:
    """Walk the chain that ends in anchor `last` back to its start, or to an anchor already used.

    Writes the aligned equal runs to `runs`, last first, and returns how many.
    """
    _, before, used, gap = links
    n = 0
    j = last
    while True:
        i = before[j]
        if i >= 0 and used[i]:
            i = -1
        over = step_over(anchors, i, j, gap) if i >= 0 else 0
        start, b_start = anchors[j, 0] + over, anchors[j, 1] + over
        n = add_run(runs, n, start, b_start, anchors[j, 2] - over, scratch[1])
        used[j] = 1
        if i < 0:
            return n
        a_end = anchors[i, 0] + anchors[i, 2]
        b_end = anchors[i, 1] + anchors[i, 2]
        if a_end < start and b_end < b_start:
            n = align_gap(a, b, (a_end, start, b_end, b_start), scratch, runs, n)
        j = i
