"""Two articles into their passages and figures.

Anchors are maximal equal runs of at least `kgram` tokens, found by looking every k-gram of one article
up in an index of the other's and taking the longest run at each place. Work is linear in both articles
whatever they hold: each place tries at most `MOST_PLACES` others, and a run found is not looked at again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.chain import add_short_runs
from dedup.kernels.grams import Grams, clear, fill_grams, first_of, gram_hash, new_grams, next_gram
from dedup.kernels.index import MOST_PLACES, longest, run_length, slot_mask
from dedup.kernels.jit import bare, jit
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
from dedup.kernels.sketch import shingles
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]


@bare
def find_anchors(
    query: U32, target: U32, grams: Grams, mask: int, kgram: int, side: int, out: I32, n: int
) -> tuple[int, bool]:
    """Write the anchors of `query` in `target`, whose k-grams are indexed, in query's order.

    They are (place in a, place in b, tokens); `query` is a if `side` is 0. They follow the `n` rows there
    are. Returns the new count, and whether a k-gram looked up stands in `target` more than once.
    """
    firsts, following, keys, pairs = grams
    found = n
    ambiguous = False
    drift = 0  # diagonal of the last anchor: of equally long runs the one nearest to it is taken
    i = next_gram(query, 0, kgram, pairs, mask)
    while i <= query.size - kgram:
        key = gram_hash(query, i, kgram)
        place = first_of(key, np.int64(firsts[key & mask]), following, keys)
        best = 0
        best_place = 0
        for tried in range(MOST_PLACES):
            if place < 0:
                break
            ambiguous |= tried > 0
            length = run_length(query, i, target, place)
            if length > best or (length == best and abs(place - i - drift) < abs(best_place - i - drift)):
                best = length
                best_place = place
            place = first_of(key, np.int64(following[place]), following, keys)
        if best < kgram:
            i = next_gram(query, i + 1, kgram, pairs, mask)
            continue
        back = 0  # a run may start within the one before, which was passed over
        most = min(i - out[found - 1, side], best_place) if found > n else 0
        while back < most and query[i - back - 1] == target[best_place - back - 1]:
            back += 1
        out[found, side] = i - back
        out[found, 1 - side] = best_place - back
        out[found, 2] = best + back
        found += 1
        drift = best_place - i
        i = next_gram(query, i + best - kgram + 1, kgram, pairs, mask)
    return found, ambiguous


@jit
def distinct_shingles(
    tokens: U32, inside: Flags, spans: I64, articles: I64, size: int, out: tuple[I32, Flags]
) -> None:
    """Write how many distinct shingles of `size` tokens each of the articles has to `out[0][article]`.

    Shingles that touch a token that is `inside` boilerplate do not count. `out[1]` is set where a token
    starts a shingle that counts and that did not stand in its article before.
    """
    counts, fresh = out
    firsts, following, keys, marks = new_grams(longest(spans, articles))
    for article in articles:
        first, last = spans[article, 0], spans[article, 1]
        own, marked = inside[first:last], fresh[first:last]
        marked[:] = False
        mask = slot_mask(own.size)
        clear(firsts, marks, mask)
        n = shingles(tokens[first:last], size, keys)
        distinct = 0
        start = 0  # behind the last token of boilerplate
        for i in range(min(size - 1, own.size)):
            if own[i]:
                start = i + 1
        for i in range(n):
            if own[i + size - 1]:
                start = i + size
            if start > i:
                continue
            key = np.int64(keys[i])
            slot = key & mask
            if marks[key & (4 * mask + 3)] and first_of(key, np.int64(firsts[slot]), following, keys) >= 0:
                continue
            marks[key & (4 * mask + 3)] = 1
            following[i] = firsts[slot]
            firsts[slot] = i
            marked[i] = True
            distinct += 1
        counts[article] = distinct


@bare
def fill_set(tokens: U32, fresh: Flags, size: int, into: Grams) -> int:
    """Put the shingles of an article that are `fresh` into the set and return the mask."""
    firsts, following, keys, marks = into
    mask = slot_mask(tokens.size)
    clear(firsts, marks, mask)
    for i in range(shingles(tokens, size, keys)):
        if fresh[i]:
            key = np.int64(keys[i])
            following[i] = firsts[key & mask]
            firsts[key & mask] = i
            marks[key & (4 * mask + 3)] = 1
    return mask


@bare
def count_both(tokens: U32, fresh: Flags, size: int, of: Grams, mask: int, sure: Flags, shingled: U32) -> int:
    """How many `fresh` shingles of an article the set holds; the `sure` ones are in it without a look."""
    firsts, following, keys, marks = of
    n = max(0, tokens.size - size + 1)
    known = np.int32(0)
    for i in range(n):
        known = np.int32(known + (fresh[i] & sure[i]))
    both = np.int64(known)
    i = 0
    while i < n:
        if sure[i]:
            i += 1
            continue
        end = i + 1
        while end < n and not sure[end]:
            end += 1
        shingles(tokens[i : end + size - 1], size, shingled)
        for t in range(end - i):
            key = np.int64(shingled[t])
            if fresh[i + t] and marks[key & (4 * mask + 3)]:
                both += first_of(key, np.int64(firsts[key & mask]), following, keys) >= 0
        i = end
    return both


@jit
def all_anchors(
    a: U32, b: U32, grams: tuple[Grams, int, Grams], lengths: tuple[int, int], anchors: I32
) -> int:
    """Write the anchors (place in a, place in b, tokens) of two articles, sorted, and return how many.

    `grams`: a's index and its mask, and room for b's. Looking b's k-grams up in a's index finds them all,
    unless a k-gram stands in `a` more than once; only then is a looked up in b too.
    """
    of_a, mask, of_b = grams
    kgram, gap = lengths
    n, ambiguous = find_anchors(b, a, of_a, mask, kgram, 1, anchors, 0)
    if ambiguous:
        n, _ = find_anchors(a, b, of_b, fill_grams(b, kgram, of_b), kgram, 0, anchors, n)
    order_anchors(anchors, n)
    longer = add_short_runs(a, b, anchors, n, (kgram, gap), (of_a[3], mask))
    if longer > n:
        order_anchors(anchors, longer)
    return longer


@bare
def note_stretches(inside: Flags, since: I32) -> None:
    """Write where the stretch of tokens starts that are boilerplate, or are not, as each token is."""
    start = 0
    for t in range(inside.size):
        if t and inside[t] != inside[t - 1]:
            start = t
        since[t] = start


@jit
def compare_pairs(
    texts: tuple[U32, Flags, Flags],
    spans: I64,
    pairs: tuple[I64, I64],
    known: tuple[I32, I32, Flags],
    sizes: tuple[int, int, int],
    least_share: float,
) -> tuple[I32, I32, I32]:
    """Compare articles `left[i]` and `right[i]` of `pairs`.

    `texts` are all tokens (uint32), which of them are boilerplate (bool), and which start a shingle for the
    first time, as `distinct_shingles` marks them; article j is `tokens[spans[j, 0]:spans[j, 1]]`. Sort the
    pairs by `left`, since its index is kept from one pair to the next. `known` are the distinct shingles and
    the tokens outside of boilerplate per article (int32), and whether each pair's signatures are alike
    (bool); `sizes` the shingle and k-gram lengths and the widest gap. Returns the figures (int32, a row per
    pair, columns as in `passages`), the passages (int32, x 5: left start, left end, right start, right end,
    equal tokens; in tokens) of every pair that covers at least `least_share` of a side, with boilerplate or
    without, or has that Jaccard, pair after pair, and how many each pair has (int32, pairs). Shingles in both
    are counted for those pairs, and for the alike.
    """
    tokens, inside, fresh = texts
    left, right = pairs
    distinct, net, alike = known
    shingle, kgram, gap = sizes
    most = max(longest(spans, left), longest(spans, right))
    of_a, of_b = new_grams(most), new_grams(most)
    a_set = new_grams(most)
    shingled = np.empty(most, np.uint32)
    anchors = np.empty((2 * most, 3), np.int32)
    room = new_room(most, gap)
    figures = np.zeros((left.size, WHOLE_RIGHT + 1), np.int32)
    counts = np.zeros(left.size, np.int32)
    passages = np.empty((4 * left.size + 16, 5), np.int32)
    kept = 0
    mask = 0
    set_mask = -1
    for p in range(left.size):
        i, j = left[p], right[p]
        a, b = tokens[spans[i, 0] : spans[i, 1]], tokens[spans[j, 0] : spans[j, 1]]
        a_inside, b_inside = inside[spans[i, 0] : spans[i, 1]], inside[spans[j, 0] : spans[j, 1]]
        if p == 0 or i != left[p - 1]:
            mask = fill_grams(a, kgram, of_a)
            note_stretches(a_inside, room[4][1])
            set_mask = -1
        n = all_anchors(a, b, (of_a, mask, of_b), (kgram, gap), anchors)
        own = figures[p]
        passages = find_passages(
            (a, b, a_inside, b_inside), anchors, n, (gap, kgram, shingle), room, passages, kept, own
        )
        is_enough = own[LEFT] >= least_share * max(1, net[i]) or own[RIGHT] >= least_share * max(1, net[j])
        is_enough |= own[WHOLE_LEFT] >= least_share * a.size or own[WHOLE_RIGHT] >= least_share * b.size
        if is_enough or alike[p]:
            if set_mask < 0:
                set_mask = fill_set(a, fresh[spans[i, 0] : spans[i, 1]], shingle, a_set)
            b_fresh = fresh[spans[j, 0] : spans[j, 1]]
            own[BOTH] = count_both(b, b_fresh, shingle, a_set, set_mask, room[5][2], shingled)
        own[EITHER] = distinct[i] + distinct[j] - own[BOTH]
        if is_enough or own[BOTH] >= least_share * max(1, own[EITHER]):
            counts[p] = own[PASSAGES]
            kept += own[PASSAGES]
    return figures, passages[:kept].copy(), counts
