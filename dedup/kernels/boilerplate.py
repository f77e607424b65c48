"""Runs of tokens that recur: the grams that several groups of articles hold, and where those stand.

A gram is the hash of some consecutive tokens. Sets of grams are two arrays: the values, and a hash table of
where each stands among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.index import longest, slot_mask
from dedup.kernels.jit import inlined, jit
from dedup.kernels.rows import grown
from dedup.kernels.sketch import kgrams
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)

GramSet = tuple[U32, I32]
"""Values, and for each slot of a hash table the number of the value that it holds, or -1."""


@jit
def gram_set(values: U32) -> GramSet:
    """A set of values."""
    slots = np.full(slot_mask(values.size) + 1, -1, np.int32)
    for number in range(values.size):
        slot = np.int64(values[number]) & (slots.size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = number
    return values, slots


@inlined
def number_in(key: np.uint32, grams: GramSet) -> int:
    """The number of a value in its set, or -1."""
    values, slots = grams
    slot = np.int64(key) & (slots.size - 1)
    while slots[slot] >= 0 and values[slots[slot]] != key:
        slot = (slot + 1) & (slots.size - 1)
    return np.int64(slots[slot])


@jit
def recurring(entries: U64, groups: I32, least: int) -> tuple[U32, I32]:
    """From sorted key << 32 | article, the keys that articles of at least `least` groups hold, ascending.

    `groups`: int32 group per article. The second array tells how many groups hold each.
    """
    seen = np.full(groups.size, -1, np.int64)
    out = np.empty(entries.size, np.uint32)
    counts = np.empty(entries.size, np.int32)
    n = 0
    start = 0
    while start < entries.size:
        end = start
        number = 0
        while end < entries.size and entries[end] >> _HALF == entries[start] >> _HALF:
            group = groups[np.int64(entries[end] & _LOW)]
            if seen[group] != start:
                seen[group] = start
                number += 1
            end += 1
        if number >= least:
            out[n] = np.uint32(entries[start] >> _HALF)
            counts[n] = number
            n += 1
        start = end
    return out[:n].copy(), counts[:n].copy()


@jit
def grams_near(
    tokens: U32, spans: I64, articles: I64, grams: GramSet, sizes: tuple[int, int], reach: tuple[int, int]
) -> U64:
    """gram << 32 | article for the grams of `sizes[1]` tokens beside those of `sizes[0]` tokens in the set.

    Beside is from `reach[0]` tokens before such a gram to `reach[1]` behind it. Not sorted.
    """
    size, wanted = sizes
    before, behind = reach
    most = longest(spans, articles)
    known, hashed = np.empty(most, np.uint32), np.empty(most, np.uint32)
    out = np.empty(1024, np.uint64)
    found = 0
    for article in articles:
        own = tokens[spans[article, 0] : spans[article, 1]]
        n = kgrams(own, size, known)
        last = kgrams(own, wanted, hashed)
        nearest = 0  # the first gram not yet written
        for i in range(n):
            if number_in(known[i], grams) < 0:
                continue
            for j in range(max(nearest, i - before), min(last, i + behind + 1)):
                if found == out.size:
                    longer = np.empty(2 * found, np.uint64)
                    longer[:found] = out
                    out = longer
                out[found] = np.uint64(hashed[j]) << _HALF | np.uint64(article)
                found += 1
                nearest = j + 1
    return out[:found]


@inlined
def root_of(parents: I32, number: int) -> int:
    """The root of a union-find tree, whose paths it halves (Tarjan, van Leeuwen 1984)."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@jit
def link_grams(
    tokens: U32,
    spans: I64,
    articles: I64,
    sets: tuple[GramSet, GramSet],
    counts: tuple[I32, I32],
    size: int,
    parents: I32,
) -> None:
    """Unite grams of `size` tokens that follow each other more often than not.

    `sets`: the grams, and those of one token more, which hold two of them; `counts`: how many groups hold
    each. `parents`: int32, one per gram; the smaller number is the root. Where a text goes on in many ways
    it ends: otherwise phrases would chain up what has nothing in common.
    """
    grams, links = sets
    most = longest(spans, articles)
    known, longer = np.empty(most, np.uint32), np.empty(most, np.uint32)
    for article in articles:
        own = tokens[spans[article, 0] : spans[article, 1]]
        kgrams(own, size, known)
        for i in range(kgrams(own, size + 1, longer)):
            link = number_in(longer[i], links)
            first, second = number_in(known[i], grams), number_in(known[i + 1], grams)
            if link < 0 or first < 0 or second < 0:
                continue
            if 2 * counts[1][link] > max(counts[0][first], counts[0][second]):
                a, b = root_of(parents, first), root_of(parents, second)
                parents[max(a, b)] = min(a, b)


@jit
def find_runs(tokens: U32, spans: I64, articles: I64, grams: GramSet, blocks: I32, size: int) -> I32:
    """Where blocks stand: int32, x 4: block, article, first token, token behind the last.

    `blocks`: int32, the block of each gram, -1 for none. A run is as long as grams of one block follow each
    other; runs are in order of article and place.
    """
    known = np.empty(longest(spans, articles), np.uint32)
    out = np.empty((256, 4), np.int32)
    found = 0
    for article in articles:
        open_block = np.int32(-1)
        for i in range(kgrams(tokens[spans[article, 0] : spans[article, 1]], size, known)):
            number = number_in(known[i], grams)
            block = blocks[number] if number >= 0 else np.int32(-1)
            if block >= 0 and block == open_block:
                out[found - 1, 3] = i + size
            elif block >= 0:
                out = grown(out, found, 1)
                out[found, 0], out[found, 1], out[found, 2], out[found, 3] = block, article, i, i + size
                found += 1
            open_block = block
    return out[:found].copy()


@jit
def prints_outside(
    tokens: U32, spans: I64, prints: U32, print_spans: I64, sizes: tuple[int, int], inside: Flags, out: U32
) -> I64:
    """Copy to `out` the fingerprints that stand nowhere inside blocks, and return where each article's are.

    `inside`: bool, one per token of `tokens`, whether a block covers it; `sizes`: tokens of a fingerprint,
    and the most tokens of an article. One that stands outside too is left out: it would still recur.
    """
    size, most = sizes
    hashed = np.empty(most, np.uint32)
    kept = np.empty((print_spans.shape[0], 2), np.int64)
    n = 0
    for article in range(print_spans.shape[0]):
        first, last = spans[article]
        kgrams(tokens[first:last], size, hashed)
        dropped = 0
        covered = 0  # tokens of a block that end with the gram's last one
        for i in range(last - first):
            covered = covered + 1 if inside[first + i] else 0
            if covered >= size:
                hashed[dropped] = hashed[i + 1 - size]
                dropped += 1
        furniture = gram_set(hashed[:dropped])
        kept[article, 0] = n
        for i in range(print_spans[article, 0], print_spans[article, 1]):
            if number_in(prints[i], furniture) < 0:
                out[n] = prints[i]
                n += 1
        kept[article, 1] = n
    return kept


@jit
def count_inside(inside: Flags, spans: I64) -> I32:
    """How many tokens of each span boilerplate covers (int32)."""
    out = np.zeros(spans.shape[0], np.int32)
    for i in range(spans.shape[0]):
        for at in range(spans[i, 0], spans[i, 1]):
            out[i] += inside[at]
    return out
