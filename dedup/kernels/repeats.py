"""Blocks of one article that stand in it more than once.

Runs that stand earlier chain into blocks as anchors do into passages, blocks take in the short runs at their
ends, and those that are rhythms are dropped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import Links, Runs, link, next_run, walk
from dedup.kernels.earlier import find_earlier
from dedup.kernels.index import new_index
from dedup.kernels.jit import bare, jit
from dedup.kernels.rhythms import BLOCK, ECHOES, FAINT, GRADE, RUN, SWAPPED, TOLD, drop_rhythms, echoes
from dedup.kernels.rows import copy_rows, grown, order_of, reorder
from dedup.kernels.sketch import kgrams
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

_NEIGHBOURS = 8  # anchors before a chain that are asked whether they end a block


@bare
def widen(tokens: U32, anchors: I32, last: int, n: int, links: Links, limits: tuple[int, int]) -> int:
    """Lengthen the chain that ends in anchor `last` by the short runs at its ends; returns its new last one.

    Words changed near an end, or words that stood elsewhere before, part them from the chain. The runs are
    written behind the `n` anchors there are; `links` are as in `walk`; `limits` are the fewest tokens of a
    block and where the next one's later place starts. A run is longer than what is passed over for it, and
    shorter than a block; an end stops at the next block and grows by no more than the chain's tokens, which
    keeps the work linear.
    """
    scores, before, used, gap = links
    fewest, stop = limits
    first = last
    reach = anchors[last, 2]
    while before[first] >= 0 and not used[before[first]]:
        first = before[first]
        reach += anchors[first, 2]
    start, later = anchors[first, 0], anchors[first, 1]
    end, later_end = anchors[last, 0] + anchors[last, 2], anchors[last, 1] + anchors[last, 2]
    ahead = tokens[: min(later_end + reach, stop)]
    while end < later:
        u, v, length = next_run(tokens[:later], ahead, end, later_end, 1, gap)
        if length == 0 or length >= fewest or length <= max(u - end, v - later_end):
            break
        anchors[n, 0], anchors[n, 1], anchors[n, 2] = u, v, length
        before[n], used[n] = last, 0
        last = n
        n += 1
        end, later_end = u + length, v + length
    low = max(0, start - reach)
    floor = min(end, later)  # the first place ends here, and the later one starts behind it
    for i in range(first - 1, max(-1, first - 1 - _NEIGHBOURS), -1):
        if scores[i] >= fewest:
            floor = max(floor, anchors[i, 1] + anchors[i, 2])
    while low < start and floor < later:
        u, v, length = next_run(tokens[low:start], tokens[floor:later], start - low, later - floor, -1, gap)
        passed = max(start - low - u, later - floor - v) - length
        if length == 0 or length >= fewest or length <= passed:
            break
        start, later = u + low, v + floor
        anchors[n, 0], anchors[n, 1], anchors[n, 2] = start, later, length
        before[n], used[n] = -1, 0
        before[first] = n
        first = n
        n += 1
    return last


@bare
def to_block(runs: Runs, n: int, limits: tuple[int, float], out: I32) -> int:
    """Write a chain's block to `out` (`rhythms.BLOCK` figures but for echoes), less what would overlap.

    `limits` are the fewest equal tokens over those that differ, and the least share of equal ones. Returns
    the grade.
    """
    fewest, least_share = limits
    later = runs[n - 1, 1]
    out[0] = out[1] = runs[n - 1, 0]
    out[2] = out[3] = later
    equal, run, longest, swapped = 0, 0, 0, 0
    for row in range(n - 1, -1, -1):  # the last one comes first
        size = min(runs[row, 2], later - runs[row, 0])
        if size <= 0:
            break
        x, y = runs[row, 0] - out[1], runs[row, 1] - out[3]
        run = run + size if x == 0 and y == 0 else size
        longest = max(longest, run)
        swapped += min(x, y)
        equal += size
        out[1], out[3] = runs[row, 0] + size, runs[row, 1] + size
    out[4], out[RUN], out[SWAPPED], out[ECHOES] = equal, longest, swapped, 0
    longer = max(out[1] - out[0], out[3] - out[2])
    out[GRADE] = 0
    if 2 * equal - longer >= fewest and equal >= least_share * longer:
        out[GRADE] = TOLD
    elif 3 * equal >= 2 * fewest and 2 * equal >= longer:
        out[GRADE] = FAINT
    return out[GRADE]


@jit
def apart(blocks: I32) -> int:
    """Sort blocks by later place and keep, of two that overlap, the higher grade, then the larger.

    Returns how many are left.
    """
    later = np.empty(blocks.shape[0], np.int64)
    for i in range(later.size):
        later[i] = blocks[i, 2]
    reorder(blocks, order_of(later))
    kept = 0
    for i in range(blocks.shape[0]):
        if kept and blocks[i, 2] < blocks[kept - 1, 3]:
            if (blocks[i, GRADE], blocks[i, 4]) > (blocks[kept - 1, GRADE], blocks[kept - 1, 4]):
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
    runs = np.empty((most, 3), np.int32)
    scratch = (np.zeros((gap + 1, gap + 1), np.uint8), np.zeros(most, np.int32))
    blocks = np.empty((64, BLOCK), np.int32)
    counts = np.zeros(spans.shape[0], np.int32)
    kept = 0
    for article in range(spans.shape[0]):
        own = tokens[spans[article, 0] : spans[article, 1]]
        n = find_earlier(
            own, grams, kgrams(own, kgram, grams), index, article, (kgram, fewest), source, anchors
        )
        link(anchors, n, 1, gap, scores, before)
        for i in range(n):
            used[i] = 0
        begun = kept
        links = (scores, before, used, gap)
        for end in range(n - 1, -1, -1):
            if used[end]:
                continue
            stop = blocks[kept - 1, 2] if kept > begun else own.size
            last = widen(own, anchors, end, n, links, (fewest, stop))
            size = walk(own, own, anchors, last, links, scratch, runs)
            blocks = grown(blocks, kept, 1)
            block = blocks[kept]
            if to_block(runs, size, (fewest, least_share), block) == 0:
                continue
            if block[GRADE] == TOLD and block[RUN] < 2 * fewest:
                block[ECHOES] = echoes(own, source, block[0], block[1], (kgram, fewest))
            kept += 1
        kept = begun + apart(blocks[begun:kept])
        kept = begun + drop_rhythms(blocks[begun:kept], 2 * fewest)
        counts[article] = kept - begun
    return blocks[:kept, :5].copy(), counts
