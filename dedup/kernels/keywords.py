"""Articles into their rarest words, and lists of articles into whether those have to do with each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.boilerplate import GramSet, find_known
from dedup.kernels.index import longest, new_index, slot_mask
from dedup.kernels.jit import bare, jit
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_HALF = np.uint64(32)
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
    """Write the rarest distinct tokens of each article to `out[0]` (articles x most), in any order.

    `words`: tokens, in how many articles each was seen, and in how many they were looked for. Tokens seen in
    fewer articles than `limits[0]`, or in more than `limits[1]`, are no keywords. Unused places hold
    2**32 - 1. `out[1]`: how many of them any other article has by chance.
    """
    known, counts, total = words
    least, most = limits
    keywords, chance = out
    keywords[:] = _NONE
    room = longest(spans, articles)
    slots = new_index(room)[0]
    own, seen_in = np.empty(room, np.uint32), np.zeros(room, np.int32)
    places, numbers = np.empty(room, np.int32), np.empty(room, np.int32)
    number_of = np.zeros(most + 1, np.int64)  # words that were seen in so many articles
    for row in range(articles.size):
        n = distinct_words(tokens[spans[articles[row], 0] : spans[articles[row], 1]], row, slots, own)
        seen_in[:n] = 0
        for i in range(find_known(own, n, known, places, numbers)):
            seen_in[places[i]] = counts[numbers[i]]
        number_of[:] = 0
        some = 0
        for i in range(n):
            if least <= seen_in[i] <= most:
                own[some], seen_in[some] = own[i], seen_in[i]
                number_of[seen_in[i]] += 1
                some += 1
        chance[row] = take_rarest(own[:some], seen_in, number_of, total, keywords[row])


@bare
def distinct_words(tokens: U32, stamp: int, slots: U64, out: U32) -> int:
    """Write each token once to `out` and return how many; `slots`: of an index, cleared by `stamp`."""
    mask = slot_mask(tokens.size)
    n = 0
    for token in tokens:
        entry = np.uint64(stamp) << _HALF | np.uint64(token)
        slot = np.int64(token) & mask
        while slots[slot] != entry and slots[slot] >> _HALF == np.uint64(stamp):
            slot = (slot + 1) & mask
        if slots[slot] != entry:
            slots[slot] = entry
            out[n] = token
            n += 1
    return n


@bare
def take_rarest(words: U32, seen_in: I32, number_of: I64, total: int, out: U32) -> float:
    """Write the rarest words to `out`, in any order; of equally rare ones every article takes the same.

    `number_of`: how many words were seen in 0, 1, 2… articles. Returns how many are shared by chance.
    """
    chance = 0.0
    left = out.size
    last = 0  # seen in more articles than this there is no room for, and for all seen in fewer there is
    while last < number_of.size:
        for _ in range(min(left, number_of[last])):
            chance += last / total
        if number_of[last] > left:
            break
        left -= number_of[last]
        last += 1
    n = out.size - left
    taken = rest = 0
    for i in range(words.size):
        if seen_in[i] < last:
            out[taken] = words[i]
            taken += 1
        elif seen_in[i] == last:
            words[rest] = words[i]
            rest += 1
    if rest and left:
        least_first(words, rest, left)
        for i in range(left):
            out[n + i] = words[i]
    return chance


@bare
def least_first(values: U32, n: int, number: int) -> None:
    """Put the `number` least of `values[:n]` in front of the others (Hoare 1961)."""
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if number <= j + 1:
            high = j
        elif number > i:
            low = i
        else:
            break


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


@bare
def shared_keywords(a: U32, b: U32, less: U32) -> int:
    """How many keywords two ascending rows share that are not in `less`, ascending too."""
    i = j = k = n = 0
    while i < a.size and j < b.size:
        ours, theirs = a[i], b[j]
        if ours == theirs:
            if ours == _NONE:
                break
            while k < less.size and less[k] < ours:
                k += 1
            n += k == less.size or less[k] != ours
        i += ours <= theirs  # a branch would be guessed wrong every other time
        j += theirs <= ours
    return n
