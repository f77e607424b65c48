"""Articles into their rarest words, and lists of articles into whether those have to do with each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, number_in
from dedup.kernels.jit import jit
from dedup.kernels.rows import sort
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NONE = np.uint32(0xFFFFFFFF)


@jit
def find_keywords(
    tokens: U32,
    spans: I64,
    articles: I64,
    words: tuple[GramSet, I32, int],
    limits: tuple[int, int],
    out: tuple[U32, NDArray[np.float64]],
) -> None:
    """Write the rarest distinct tokens of each article to `out[0]` (articles x most), ascending.

    `words`: tokens, in how many articles each was seen, and in how many they were looked for. Tokens seen in
    fewer articles than `limits[0]`, or in more than `limits[1]`, are no keywords. Unused places hold
    2**32 - 1. `out[1]`: how many of them any other article has by chance.
    """
    known, counts, total = words
    keywords, chance = out
    keywords[:] = _NONE
    ranks = np.empty(keywords.shape[1], np.int64)
    for row in range(articles.size):
        best = keywords[row]
        n = 0
        for at in range(spans[articles[row], 0], spans[articles[row], 1]):
            number = number_in(tokens[at], known)
            count = np.int64(counts[number]) if number >= 0 else 0
            if count < limits[0] or count > limits[1]:
                continue
            rank = count << 32 | np.int64(tokens[at])  # of equally rare ones every article takes the same
            place = n
            while place and ranks[place - 1] > rank:
                place -= 1
            if place == best.size or (place and ranks[place - 1] == rank):
                continue
            n = min(n + 1, best.size)
            for later in range(n - 1, place, -1):
                best[later], ranks[later] = best[later - 1], ranks[later - 1]
            best[place], ranks[place] = tokens[at], rank
        chance[row] = 0.0
        for rank in ranks[:n]:
            chance[row] += (rank >> 32) / total
        sort(best, best.size)


@jit
def are_unrelated(
    lists: I32,
    starts: I64,
    known: tuple[U32, NDArray[np.float64]],
    own: tuple[U32, I64],
    limits: tuple[int, float, float],
    out: Flags,
) -> None:
    """Write to `out` whether at least `limits[0]` articles of each list have nothing to do with each other.

    List i is `lists[starts[i]:starts[i + 1]]`, rows of `known`: keywords, each row ascending, and how many of
    them are shared by chance. `own`: what each list's articles are known to share, tokens, ascending, from
    `own[1]` on. Two articles are related where they share `limits[1]` other keywords and `limits[2]` times
    what either would by chance. Each article that is related to none of those taken is taken.
    """
    least, related, times = limits
    keywords, chance = known
    taken = np.empty(least, np.int64)
    for which in range(starts.size - 1):
        number = 0
        less = own[0][own[1][which] : own[1][which + 1]]
        for row in lists[starts[which] : starts[which + 1]]:
            is_new = True
            for other in taken[:number]:
                most = related + times * max(chance[row], chance[other])
                is_new &= shared_keywords(keywords[row], keywords[other], less) < most
            if is_new:
                taken[number] = row
                number += 1
            if number == least:
                break
        out[which] = number == least


@jit
def shared_keywords(a: U32, b: U32, less: U32) -> int:
    """How many keywords two ascending rows share that are not in `less`, ascending too."""
    i = j = k = n = 0
    while i < a.size and j < b.size and a[i] != _NONE and b[j] != _NONE:
        if a[i] < b[j]:
            i += 1
        elif a[i] > b[j]:
            j += 1
        else:
            while k < less.size and less[k] < a[i]:
                k += 1
            n += k == less.size or less[k] != a[i]
            i += 1
            j += 1
    return n
