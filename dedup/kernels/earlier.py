"""The earlier place of every run of an article that stands in it before, read from left to right.

At each place the longest equal run among the nearest earlier places of the same k-gram is taken (Lempel, Ziv
1977).
"""

from __future__ import annotations

from dedup.kernels.index import MOST_PLACES, Index, first_place, put_first, run_length, slot_mask
from dedup.kernels.jit import bare
from dedup.kernels.tokens import I32, U32


@bare
def longest_earlier(tokens: U32, i: int, place: int, before: I32, nearest: int) -> tuple[int, int, int]:
    """The longest run at `i` that also stands at `place` or before, and where; then a rhythm's length.

    What stands less than `nearest` tokens before, and less than that before there again, is a rhythm: 10 MB
    of one word, a chant, a table of short lines. The two places of a run never overlap, so that of a text
    that stands many times in a row one period is the run; no more is compared, which keeps the work linear.
    """
    best = 0
    best_place = 0
    near = 0
    steps = 0
    later = i
    for tried in range(MOST_PLACES):
        if place < 0:
            break
        period = i - place
        steps += steps == tried and later - place < nearest
        if period < nearest:
            length = run_length(tokens, i, tokens, place)
            if length >= period:
                return 0, 0, length
            near = max(near, length)
        else:
            length = run_length(tokens[: i + period], i, tokens, place)
            if length == period:
                return length, place, 0
            if length >= best:
                best = length
                best_place = place
        later = place
        place = before[place]
    return (0, 0, near) if steps > 1 and near >= best else (best, best_place, 0)


@bare
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


@bare
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

    `limits` are the k-gram length and the least distance between two places of a block. `source` is left
    with the earlier place of every token found equal to one, or -1.
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
