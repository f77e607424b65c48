"""Two articles into their passages and figures.

Anchors are maximal equal runs of at least `kgram` tokens, found by looking every k-gram of one article
up in an index of the other's and taking the longest run at each place. Work is linear in both articles
whatever they hold: each place tries at most `MOST_PLACES` others, and a run found is not looked at again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import add_short_runs
from dedup.kernels.index import (
    MOST_PLACES,
    Index,
    Place,
    add_all,
    entry_of,
    fill_index,
    first_place,
    longest,
    new_index,
    run_length,
    slot_mask,
    slot_of,
)
from dedup.kernels.jit import jit
from dedup.kernels.passages import (
    BOTH,
    EITHER,
    LEFT,
    PASSAGES,
    RIGHT,
    WHOLE_LEFT,
    WHOLE_RIGHT,
    Flags,
    find_passages,
    new_room,
    order_anchors,
)
from dedup.kernels.rows import copy_rows
from dedup.kernels.sketch import kgrams, shingles
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]

Places = tuple[Place, Index, Place, Index, I32]
"""Left and right place and index, and room for the anchors of a second look."""


@jit
def find_anchors(
    query: U32, target: U32, grams: U32, n: int, index: Index, place_of: Place, kgram: int, out: I32
) -> tuple[int, bool]:
    """Write the anchors (place in query, place in target, tokens) of query's `n` k-grams, in query's order.

    Returns how many, and whether a k-gram looked up stands in `target` more than once.
    """
    following = index[2]
    found = 0
    ambiguous = False
    drift = 0  # diagonal of the last anchor: of equally long runs the one nearest to it is taken
    i = 0
    while i < n:
        place = first_place(index, grams[i], place_of)
        if place < 0:
            i += 1
            continue
        best = 0
        best_place = 0
        ambiguous |= following[place] >= 0
        for _ in range(MOST_PLACES):
            if place < 0:
                break
            length = run_length(query, i, target, place)
            if length > best or (length == best and abs(place - i - drift) < abs(best_place - i - drift)):
                best = length
                best_place = place
            place = following[place]
        if best < kgram:
            i += 1
            continue
        back = 0  # a run may start within the one before, which was passed over
        most = min(i - out[found - 1, 0], best_place) if found else 0
        while back < most and query[i - back - 1] == target[best_place - back - 1]:
            back += 1
        out[found, 0] = i - back
        out[found, 1] = best_place - back
        out[found, 2] = best + back
        found += 1
        drift = best_place - i
        i += max(1, best - kgram + 1)
    return found, ambiguous


@jit
def count_both(values: U32, n: int, place_of: Place, index: Index, counted: I32, stamp: int) -> int:
    """How many distinct ones of `values[:n]` the index holds; `counted` has a stamp per slot."""
    slots = index[0]
    both = 0
    for i in range(n):
        entry = entry_of(values[i], place_of)
        slot = slot_of(index, entry, place_of)
        if slots[slot] == entry and counted[slot] != stamp:
            counted[slot] = stamp
            both += 1
    return both


@jit
def shingles_outside(tokens: U32, inside: Flags, size: int, out: U32) -> int:
    """Write the shingles that touch no boilerplate to `out` and return how many."""
    n = shingles(tokens, size, out)
    kept = 0
    last = -1  # the last token of boilerplate
    for i in range(min(size - 1, tokens.size)):
        if inside[i]:
            last = i
    for i in range(n):
        if inside[i + size - 1]:
            last = i + size - 1
        if last < i:
            out[kept] = out[i]
            kept += 1
    return kept


@jit
def distinct_shingles(tokens: U32, inside: Flags, spans: I64, articles: I64, size: int, out: I32) -> None:
    """Write how many distinct shingles of `size` tokens each of the articles has to `out[article]`.

    Shingles that touch a token that is `inside` boilerplate do not count.
    """
    most = longest(spans, articles)
    index = new_index(most)
    shingled = np.empty(most, np.uint32)
    for article in articles:
        first, last = spans[article, 0], spans[article, 1]
        n = shingles_outside(tokens[first:last], inside[first:last], size, shingled)
        out[article] = add_all(index, shingled, n, (article, slot_mask(n)))


@jit
def all_anchors(
    a: U32, b: U32, grams: tuple[U32, int, U32, int], places: Places, lengths: tuple[int, int], anchors: I32
) -> int:
    """Write the anchors (place in a, place in b, tokens) of two articles, sorted, and return how many.

    Looking b's k-grams up in a's index finds them all, unless a k-gram stands in `a` more than once; only
    then is a looked up in b too.
    """
    a_grams, a_count, b_grams, b_count = grams
    left, left_index, right, right_index, spare = places
    kgram, gap = lengths
    n, ambiguous = find_anchors(b, a, b_grams, b_count, left_index, left, kgram, anchors)
    for i in range(n):
        anchors[i, 0], anchors[i, 1] = anchors[i, 1], anchors[i, 0]
    if ambiguous:
        fill_index(right_index, b_grams, b_count, right)
        extra, _ = find_anchors(a, b, a_grams, a_count, right_index, right, kgram, spare)
        copy_rows(spare, extra, anchors, n)
        n += extra
    order_anchors(anchors, n)
    longer = add_short_runs(a, b, anchors, n, kgram, gap)
    if longer > n:
        order_anchors(anchors, longer)
    return longer


@jit
def compare_pairs(
    texts: tuple[U32, Flags],
    spans: I64,
    pairs: tuple[I64, I64],
    known: tuple[I32, Flags],
    sizes: tuple[int, int, int],
    least_share: float,
) -> tuple[I32, I32, I32]:
    """Compare articles `left[i]` and `right[i]` of `pairs`.

    `texts` are all tokens (uint32) and which of them are boilerplate (bool); article j is
    `tokens[spans[j, 0]:spans[j, 1]]`. Sort the pairs by `left`, since its index is kept from one pair to the
    next. `known` are the distinct shingles per article (int32), and whether each pair's signatures are alike
    (bool); `sizes` the shingle and k-gram lengths and the widest gap. Returns the figures (int32, a row per
    pair, columns as in `passages`), the passages (int32, x 5: left start, left end, right start, right end,
    equal tokens; in tokens) of every pair that covers at least `least_share` of a side, with boilerplate or
    without, or has that Jaccard, pair after pair, and how many each pair has (int32, pairs). Shingles in both
    are counted for those pairs, and for the alike.
    """
    tokens, inside = texts
    left, right = pairs
    distinct, alike = known
    shingle, kgram, gap = sizes
    most = max(longest(spans, left), longest(spans, right))
    left_index, right_index, left_set = new_index(most), new_index(most), new_index(most)
    counted = np.full(left_set[0].size, -1, np.int32)
    a_grams, b_grams = np.empty(most, np.uint32), np.empty(most, np.uint32)
    shingled = np.empty(most, np.uint32)
    anchors, spare = np.empty((2 * most, 3), np.int32), np.empty((most, 3), np.int32)
    room = new_room(most)
    figures = np.zeros((left.size, WHOLE_RIGHT + 1), np.int32)
    counts = np.zeros(left.size, np.int32)
    passages = np.empty((4 * left.size + 16, 5), np.int32)
    kept = 0
    a_count = 0
    a_net = 0
    here = (0, 0)
    is_set = False
    for p in range(left.size):
        a = tokens[spans[left[p], 0] : spans[left[p], 1]]
        b = tokens[spans[right[p], 0] : spans[right[p], 1]]
        a_inside = inside[spans[left[p], 0] : spans[left[p], 1]]
        b_inside = inside[spans[right[p], 0] : spans[right[p], 1]]
        if p == 0 or left[p] != left[p - 1]:
            here = (p, slot_mask(a.size))
            a_count = kgrams(a, kgram, a_grams)
            a_net = a.size - a_inside.sum()
            fill_index(left_index, a_grams, a_count, here)
            is_set = False
        there = (p, slot_mask(b.size))
        b_count = kgrams(b, kgram, b_grams)
        b_net = b.size - b_inside.sum()
        places = (here, left_index, there, right_index, spare)
        n = all_anchors(a, b, (a_grams, a_count, b_grams, b_count), places, (kgram, gap), anchors)
        own = figures[p]
        passages = find_passages(
            (a, b, a_inside, b_inside), anchors, n, (gap, kgram, p), room, passages, kept, own
        )
        is_enough = own[LEFT] >= least_share * max(1, a_net) or own[RIGHT] >= least_share * max(1, b_net)
        is_enough |= own[WHOLE_LEFT] >= least_share * a.size or own[WHOLE_RIGHT] >= least_share * b.size
        if is_enough or alike[p]:
            if not is_set:
                add_all(left_set, shingled, shingles_outside(a, a_inside, shingle, shingled), here)
                is_set = True
            some = shingles_outside(b, b_inside, shingle, shingled)
            own[BOTH] = count_both(shingled, some, here, left_set, counted, p)
        own[EITHER] = distinct[left[p]] + distinct[right[p]] - own[BOTH]
        if is_enough or own[BOTH] >= least_share * max(1, own[EITHER]):
            counts[p] = own[PASSAGES]
            kept += own[PASSAGES]
    return figures, passages[:kept].copy(), counts
