"""Runs of tokens that recur: the grams that several groups of articles hold, and where those stand.

A gram is the hash of some consecutive tokens. Most of those of a feed are in none of the sets of grams that
are asked for, and a pass over it costs little more than their hashes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.index import add_all, holds, longest, new_index, slot_mask
from dedup.kernels.jit import bare, inlined, jit
from dedup.kernels.rows import enlarged
from dedup.kernels.sketch import kgrams
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)

GramSet = tuple[U32, I32, U64]
"""Values; for each slot of a hash table the number of the value that it holds, or -1; and a bit for each of
8 places or more per value, set where a value is: nine in ten of what is not in the set get no further."""


@jit
def gram_set(values: U32) -> GramSet:
    """A set of values."""
    slots = np.full(slot_mask(values.size) + 1, -1, np.int32)
    bits = np.zeros((slot_mask(max(32, 4 * values.size)) + 1) >> 6, np.uint64)
    for number in range(values.size):
        slot = np.int64(values[number]) & (slots.size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = number
        key = np.int64(values[number])
        bits[key >> 6 & (bits.size - 1)] |= np.uint64(1) << np.uint64(key & 63)
    return values, slots, bits


@inlined
def number_in(key: np.uint32, grams: GramSet) -> int:
    """The number of a value in its set, or -1."""
    values, slots, _ = grams
    slot = np.int64(key) & (slots.size - 1)
    while slots[slot] >= 0 and values[slots[slot]] != key:
        slot = (slot + 1) & (slots.size - 1)
    return np.int64(slots[slot])


@bare
def find_known(hashed: U32, n: int, grams: GramSet, places: I32, numbers: I32) -> int:
    """Write which of `hashed[:n]` are in a set, and their numbers there, and return how many.

    Sets are unpacked out here: in a loop that allocates as well, numba counts references to each array at
    every look-up, and that takes 40 ns a token.
    """
    values, slots, bits = grams
    some = 0
    for i in range(n):
        places[some] = i
        key = np.int64(hashed[i])
        some += np.int64(bits[key >> 6 & (bits.size - 1)] >> np.uint64(key & 63)) & 1
    found = 0
    for j in range(some):
        key = np.int64(hashed[places[j]])
        slot = key & (slots.size - 1)
        while slots[slot] >= 0 and values[slots[slot]] != key:
            slot = (slot + 1) & (slots.size - 1)
        if slots[slot] >= 0:
            places[found], numbers[found] = places[j], slots[slot]
            found += 1
    return found


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
    hashed = np.empty(most, np.uint32)
    places, numbers = np.empty(most, np.int32), np.empty(most, np.int32)
    out = np.empty(1024, np.uint64)
    found = 0
    for article in articles:
        own = tokens[spans[article, 0] : spans[article, 1]]
        hits = find_known(hashed, kgrams(own, size, hashed), grams, places, numbers)
        if hits == 0:
            continue
        last = kgrams(own, wanted, hashed)
        if found + last > out.size:
            out = enlarged(out, found, 2 * (found + last))
        nearest = 0  # the first gram not yet written
        for i in places[:hits]:
            for j in range(max(nearest, i - before), min(last, i + behind + 1)):
                out[found] = np.uint64(hashed[j]) << _HALF | np.uint64(article)
                found += 1
                nearest = j + 1
    return out[:found].copy()


@bare
def cover(starts: I64, ends: I64, inside: Flags) -> None:
    """Set `inside[starts[i]:ends[i]]`."""
    for run in range(starts.size):
        for at in range(starts[run], ends[run]):
            inside[at] = True


@jit
def prints_outside(
    tokens: U32, spans: I64, prints: U32, print_spans: I64, size: int, covered: tuple[Flags, I32], out: U32
) -> I64:
    """Copy to `out` the fingerprints that stand nowhere inside blocks, and return where each article's are.

    `size`: tokens of a fingerprint; `covered`: bool, one per token of `tokens`, whether a block covers it,
    and how many of each article are. A fingerprint that stands outside too is left out: it would still recur.
    """
    inside, numbers = covered
    most = 1
    for article in range(numbers.size):
        if numbers[article] >= size:
            most = max(most, spans[article, 1] - spans[article, 0])
    hashed = np.empty(most, np.uint32)
    furniture = new_index(most)
    kept = np.empty((print_spans.shape[0], 2), np.int64)
    n = 0
    for article in range(print_spans.shape[0]):
        first, last = spans[article]
        dropped = 0
        if numbers[article] >= size:
            kgrams(tokens[first:last], size, hashed)
            run = 0  # tokens of a block that end with the gram's last one
            for i in range(last - first):
                run = run + 1 if inside[first + i] else 0
                if run >= size:
                    hashed[dropped] = hashed[i + 1 - size]
                    dropped += 1
        place_of = (article, slot_mask(dropped))
        add_all(furniture, hashed, dropped, place_of)
        kept[article, 0] = n
        for i in range(print_spans[article, 0], print_spans[article, 1]):
            if dropped == 0 or not holds(furniture, prints[i], place_of):
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
