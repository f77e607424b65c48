"""Blocks of one article that stand in it more than once.

The article is read from left to right, and at each place the longest equal run among the nearest earlier
places of the same k-gram is taken (Lempel, Ziv 1977). Runs chain into blocks as anchors do into passages.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import link, walk
from dedup.kernels.index import MOST_PLACES, Index, first_place, new_index, put_first, run_length, slot_mask
from dedup.kernels.jit import jit
from dedup.kernels.rows import copy_rows, grown, order_of, reorder
from dedup.kernels.sketch import kgrams
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]


@jit
def longest_earlier(tokens: U32, i: int, place: int, before: I32, nearest: int) -> tuple[int, int, int]:
    """The longest run at `i` that also stands at `place` or before, and where; then a rhythm's length.

    A stretch that repeats at a distance under `nearest`, over two periods or more, is a rhythm: a refrain,
    a table, 10 MB of one word. The two places of a run never overlap, so that of a text that stands many
    times in a row one period is the run.
    """
    best = 0
    best_place = 0
    for _ in range(MOST_PLACES):
        if place < 0:
            break
        period = i - place
        length = run_length(tokens, i, tokens, place)
        if period < nearest:
            if length >= period:
                return 0, 0, length
        elif length >= period:
            return period, place, 0
        elif length >= best:
            best = length
            best_place = place
        place = before[place]
    return best, best_place, 0


@jit
def add_anchors(source: I32, place: int, i: int, length: int, kgram: int, anchors: I32, n: int) -> int:
    """Add the run `length` at `place` and `i` as anchors, each piece from where its tokens stood first.

    `source` holds, for each token read, the earlier place it was found equal to, or -1.
    """
    t = 0
    while t < length:
        first = source[place + t]
        end = t + 1
        if first < 0:
            while end < length and source[place + end] < 0:
                end += 1
            first = place + t
        else:
            while end < length and source[place + end] == first + end - t:
                end += 1
        if end - t >= kgram or end - t == length:
            anchors[n, 0], anchors[n, 1], anchors[n, 2] = first, i + t, end - t
            n += 1
            for u in range(end - t):
                source[i + t + u] = first + u
        t = end
    return n


@jit
def find_earlier(
    tokens: U32,
    grams: U32,
    n: int,
    index: Index,
    stamp: int,
    limits: tuple[int, int],
    source: I32,
    anchors: I32,
) -> int:
    """Write the anchors (first place, later place, tokens) of an article with itself and return how many.

    `limits` are the k-gram length and the least distance between two places of a block.
    """
    kgram, nearest = limits
    place_of = (stamp, slot_mask(n))
    source[: tokens.size] = -1
    found = 0
    filled = 0
    i = 0
    while i < n:
        while filled < i:  # the places before this one, the latest first
            put_first(index, grams[filled], filled, place_of)
            filled += 1
        last = first_place(index, grams[i], place_of)
        step = 1
        if last >= 0:
            length, place, rhythm = longest_earlier(tokens, i, last, index[2], nearest)
            if length >= kgram:
                found = add_anchors(source, place, i, length, kgram, anchors, found)
            step = max(1, length, rhythm)
        i += step
    return found


@jit
def to_block(matches: tuple[I32, I32], n: int, out: I32) -> int:
    """Write a chain's block to `out` as `find_repeats` gives it, less what would overlap."""
    later = matches[1][n - 1]
    equal = 0
    for t in range(n - 1, -1, -1):  # matches come last first
        if matches[0][t] < later:
            out[1] = matches[0][t] + 1
            out[3] = matches[1][t] + 1
            equal += 1
    out[0] = matches[0][n - 1]
    out[2] = later
    out[4] = equal
    return equal


@jit
def apart(blocks: I32) -> int:
    """Sort blocks by their later place and, where two overlap, keep the larger; returns how many are left."""
    later = np.empty(blocks.shape[0], np.int64)
    for i in range(later.size):
        later[i] = blocks[i, 2]
    reorder(blocks, order_of(later))
    kept = 0
    for i in range(blocks.shape[0]):
        if kept and blocks[i, 2] < blocks[kept - 1, 3]:
            if blocks[i, 4] > blocks[kept - 1, 4]:
                copy_rows(blocks[i : i + 1], 1, blocks, kept - 1)
            continue
        copy_rows(blocks[i : i + 1], 1, blocks, kept)
        kept += 1
    return kept


@jit
def find_repeats(tokens: U32, spans: I64, limits: tuple[int, int, int, float]) -> tuple[I32, I32]:
    """The repeated blocks of the articles whose tokens are `tokens[spans[i, 0]:spans[i, 1]]`.

    `limits` are the k-gram length, the widest gap, the fewest equal tokens of a block over those that
    differ, which is also the least distance between its places, and the least share of the longer place
    that is equal. Returns the blocks (int32, x 5: first start, first end, later start, later end, equal
    tokens; in tokens; article after article, by later start) and how many each article has (int32).
    """
    kgram, gap, fewest, least_share = limits
    most = 1
    for article in range(spans.shape[0]):
        most = max(most, spans[article, 1] - spans[article, 0])
    index = new_index(most)
    grams = np.empty(most, np.uint32)
    source = np.empty(most, np.int32)
    anchors = np.empty((most, 3), np.int32)
    scores, before, used = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.uint8)
    matches = (np.empty(most, np.int32), np.empty(most, np.int32))
    blocks = np.empty((64, 5), np.int32)
    counts = np.zeros(spans.shape[0], np.int32)
    kept = 0
    for article in range(spans.shape[0]):
        own = tokens[spans[article, 0] : spans[article, 1]]
        n = find_earlier(
            own, grams, kgrams(own, kgram, grams), index, article, (kgram, fewest), source, anchors
        )
        link(anchors, n, gap, scores, before)
        for i in range(n):
            used[i] = 0
        begun = kept
        for end in range(n - 1, -1, -1):
            if used[end]:
                continue
            size, _, _ = walk(own, own, anchors, end, (scores, before, used, gap), matches)
            blocks = grown(blocks, kept, 1)
            block = blocks[kept]
            equal = to_block(matches, size, block)
            longer = max(block[1] - block[0], block[3] - block[2])
            if 2 * equal - longer >= fewest and equal >= least_share * longer:
                kept += 1
        kept = begun + apart(blocks[begun:kept])
        counts[article] = kept - begun
    return blocks[:kept].copy(), counts
