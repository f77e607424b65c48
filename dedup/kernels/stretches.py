"""Where grams that recur follow each other, and which of these make one block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, find_known
from dedup.kernels.index import longest
from dedup.kernels.jit import bare, inlined, jit
from dedup.kernels.rows import grown
from dedup.kernels.sketch import kgrams
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

_HALF = np.uint64(32)

Stretches = tuple[I32, I32]
"""Where grams of a set follow each other, x 3 (article, first gram, one behind the last); their numbers."""


@inlined
def root_of(parents: I32, number: int) -> int:
    """The root of a union-find tree, whose paths it halves (Tarjan, van Leeuwen 1984)."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


@bare
def unite(parents: I32, first: int, second: int) -> None:
    """Unite two trees; the smaller number is the root, so that the order of unions leaves no trace."""
    if parents[first] == parents[second]:
        return
    a, b = root_of(parents, first), root_of(parents, second)
    parents[max(a, b)] = min(a, b)


@bare
def unite_all(parents: I32, others: I32) -> None:
    """Unite what is united in another tree over the same numbers."""
    for number in range(others.size):
        if others[number] != number:
            unite(parents, number, others[number])


@jit
def find_stretches(tokens: U32, spans: I64, articles: I64, grams: GramSet, size: int) -> Stretches:
    """Where grams of `size` tokens are in a set, and which."""
    most = longest(spans, articles)
    hashed = np.empty(most, np.uint32)
    places, numbers = np.empty(most, np.int32), np.empty(most, np.int32)
    stretches, known = np.empty((256, 3), np.int32), np.empty((1024, 1), np.int32)
    found = total = 0
    for article in articles:
        n = kgrams(tokens[spans[article, 0] : spans[article, 1]], size, hashed)
        hits = find_known(hashed, n, grams, places, numbers)
        stretches, known = grown(stretches, found, hits), grown(known, total, hits)
        for hit in range(hits):
            known[total + hit, 0] = numbers[hit]
            if hit == 0 or places[hit] != places[hit - 1] + 1:
                stretches[found, 0], stretches[found, 1] = article, places[hit]
                found += 1
            stretches[found - 1, 2] = places[hit] + 1
        total += hits
    return stretches[:found].copy(), known[:total, 0].copy()


@jit
def links_of(tokens: U32, spans: I64, stretches: I32, size: int) -> U64:
    """gram << 32 | article for the grams of `size + 1` tokens that begin with one of some stretches."""
    most = 0
    for _, first, last in stretches:
        most += last - first
    out = np.empty(most, np.uint64)
    hashed = np.empty(most, np.uint32)
    found = 0
    for article, first, last in stretches:
        start, end = spans[article]
        n = kgrams(tokens[start + first : min(end, start + last + size)], size + 1, hashed)
        for i in range(n):
            out[found + i] = np.uint64(hashed[i]) << _HALF | np.uint64(article)
        found += n
    return out[:found]


@jit
def link_grams(
    tokens: U32,
    spans: I64,
    stretches: Stretches,
    links: GramSet,
    counts: tuple[I32, I32],
    size: int,
    parents: I32,
) -> None:
    """Unite grams of `size` tokens that follow each other more often than not.

    `links`: the grams of one token more, which hold two of them; `counts`: how many groups hold each gram,
    and each link. `parents`: int32, one per gram. Where a text goes on in many ways it ends: otherwise
    phrases would chain up what has nothing in common.
    """
    rows, numbers = stretches
    of_gram, of_link = counts
    most = 1
    for _, first, last in rows:
        most = max(most, last - first)
    hashed = np.empty(most, np.uint32)
    places, linked = np.empty(most, np.int32), np.empty(most, np.int32)
    at = 0
    for article, first, last in rows:
        start = spans[article, 0] + first
        n = kgrams(tokens[start : start + last - first - 1 + size], size + 1, hashed)
        for hit in range(find_known(hashed, n, links, places, linked)):
            one, other = numbers[at + places[hit]], numbers[at + places[hit] + 1]
            if 2 * of_link[linked[hit]] > max(of_gram[one], of_gram[other]):
                unite(parents, one, other)
        at += last - first


@jit
def find_runs(stretches: Stretches, blocks: I32, size: int) -> I32:
    """Where blocks stand: int32, x 4: block, article, first token, token behind the last.

    `blocks`: int32, the block of each gram of `size` tokens. A run is as long as grams of one block follow
    each other; runs are in order of article and place.
    """
    rows, numbers = stretches
    out = np.empty((rows.shape[0], 4), np.int32)
    found = 0
    at = 0
    for article, first, last in rows:
        for place in range(first, last):
            block = blocks[numbers[at]]
            at += 1
            if place == first or block != out[found - 1, 0]:
                if found == out.shape[0]:
                    out = grown(out, found, found)
                out[found, 0], out[found, 1], out[found, 2] = block, article, place
                found += 1
            out[found - 1, 3] = place + size
    return out[:found].copy()
