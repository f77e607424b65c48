"""An index of one article's k-grams and of its pairs of neighbouring tokens.

Most places of another article start no k-gram of this one, and one of the pairs in it tells that: one byte
read, and the search goes on behind the pair. Sets of hashes are kept the same way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.index import slot_mask
from dedup.kernels.jit import bare, inlined, jit
from dedup.kernels.tokens import I32, U8, U32

U64 = NDArray[np.uint64]

_BASE = 0x2545F491
_LOW = 0x7FFFFFFF  # of a hash: with 31 bits each step of the polynomial stays within int64

Grams = tuple[I32, I32, U32, U8]
"""The first place of each slot (or -1), for each place the next one of its slot (or -1) and its hash, and
which slots of pairs are taken: four for each one of k-grams. Open them before a loop: taken from the tuple
inside of it, each array's count of users goes up and down, three times the work."""


@jit
def new_grams(most: int) -> Grams:
    """An index with room for an article of `most` tokens."""
    slots = slot_mask(most) + 1
    return (
        np.empty(slots, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.uint32),
        np.empty(4 * slots, np.uint8),
    )


@inlined
def gram_hash(tokens: U32, i: int, size: int) -> int:
    """The hash, below 2**31, of `tokens[i:i + size]`: a polynomial, the first token its constant."""
    value = np.int64(0)
    for t in range(size - 1, -1, -1):
        value = (value * _BASE + np.int64(tokens[i + t])) & _LOW
    return value


@inlined
def pair_slot(tokens: U32, i: int, mask: int) -> int:
    """Where the pair of `tokens[i]` and the next one goes."""
    return (5 * np.int64(tokens[i]) + np.int64(tokens[i + 1])) & (4 * mask + 3)


@inlined
def first_of(key: int, place: int, following: I32, keys: U32) -> int:
    """The first place of `key` from `place` on along its slot's list, or -1."""
    while place >= 0 and keys[place] != key:
        place = np.int64(following[place])
    return place


@bare
def clear(firsts: I32, marks: U8, mask: int) -> None:
    """Empty an index's slots up to `mask`."""
    for slot in range(mask + 1):
        firsts[slot] = -1
    for slot in range(4 * mask + 4):
        marks[slot] = 0


@bare
def fill_grams(tokens: U32, size: int, grams: Grams) -> int:
    """Index the k-grams of `size` tokens, each one's places in ascending order; returns the mask."""
    firsts, following, keys, pairs = grams
    mask = slot_mask(tokens.size)
    clear(firsts, pairs, mask)
    for i in range(tokens.size - 1):
        pairs[pair_slot(tokens, i, mask)] = 1
    top = 1
    for _ in range(size):
        top = (top * _BASE) & _LOW
    n = tokens.size - size + 1
    key = gram_hash(tokens, n, size - 1) if n > 0 else 0
    for place in range(n - 1, -1, -1):
        key = key * _BASE + np.int64(tokens[place])
        if place < n - 1:
            key -= top * np.int64(tokens[place + size])
        key &= _LOW
        slot = key & mask
        keys[place] = key
        following[place] = firsts[slot]
        firsts[slot] = place
    return mask


@bare
def next_gram(tokens: U32, i: int, size: int, pairs: U8, mask: int) -> int:
    """The first place from `i` on whose k-gram may be in the index: all its pairs are.

    Places behind `tokens.size - size` have none; the answer may be one of them.
    """
    last = tokens.size - size
    t = size - 2
    while i <= last and t >= 0:
        if pairs[pair_slot(tokens, i + t, mask)]:
            t -= 1
        else:
            i += t + 1
            t = size - 2
    return i
