"""A hash index of one article's k-grams: open addressing, cleared by stamp, places chained in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, inlined, jit
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)

MOST_PLACES = 16  # places of one k-gram that are tried; a text that repeats itself more is matched by these

Index = tuple[U64, I32, I32]
"""Slots (stamp << 32 | key), the first place of each slot's key, and for each place the next one (or -1)."""

Place = tuple[int, int]
"""An article in an index: its stamp, below 2**32 - 1, and its mask."""


@bare
def longest(spans: I64, articles: I64) -> int:
    """The tokens of the longest of some articles, at least 1: how much room they need."""
    most = 1
    for article in articles:
        most = max(most, spans[article, 1] - spans[article, 0])
    return most


@jit
def new_index(most: int) -> Index:
    """An index with room for an article of `most` k-grams."""
    slots = slot_mask(most) + 1
    return (
        np.full(slots, np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64),
        np.empty(slots, np.int32),
        np.empty(max(most, 1), np.int32),
    )


@bare
def slot_mask(n: int) -> int:
    """The smallest table that is at most half full: a small article stays within the cache."""
    slots = 16
    while slots < 2 * n:
        slots *= 2
    return slots - 1


@inlined
def entry_of(key: np.uint32, place_of: Place) -> np.uint64:
    """What a slot holds that holds `key`."""
    return np.uint64(place_of[0]) << _HALF | np.uint64(key)


@inlined
def slot_of(index: Index, entry: np.uint64, place_of: Place) -> int:
    """The slot that holds `entry`, or the free one where it would go."""
    slots = index[0]
    slot = np.int64(entry & _LOW) & place_of[1]
    while slots[slot] != entry and slots[slot] >> _HALF == entry >> _HALF:
        slot = (slot + 1) & place_of[1]
    return slot


@inlined
def put_first(index: Index, key: np.uint32, place: int, place_of: Place) -> None:
    """Put one more place of `key` in front of those it has."""
    slots, firsts, following = index
    entry = entry_of(key, place_of)
    slot = slot_of(index, entry, place_of)
    following[place] = firsts[slot] if slots[slot] == entry else -1
    slots[slot] = entry
    firsts[slot] = place


@inlined
def first_place(index: Index, key: np.uint32, place_of: Place) -> int:
    """The first place of `key`, or -1."""
    entry = entry_of(key, place_of)
    slot = slot_of(index, entry, place_of)
    return np.int64(index[1][slot]) if index[0][slot] == entry else np.int64(-1)


@bare
def add_all(index: Index, values: U32, n: int, place_of: Place) -> int:
    """Put `values[:n]` into the index as a set and return how many are distinct."""
    slots = index[0]
    distinct = 0
    for i in range(n):
        entry = entry_of(values[i], place_of)
        slot = slot_of(index, entry, place_of)
        if slots[slot] != entry:
            slots[slot] = entry
            distinct += 1
    return distinct


@inlined
def holds(index: Index, token: np.uint32, place_of: Place) -> bool:
    """Whether the index, as a set, holds a token."""
    entry = entry_of(token, place_of)
    return index[0][slot_of(index, entry, place_of)] == entry


@inlined
def run_length(a: U32, i: int, b: U32, j: int) -> int:
    """How many tokens from `a[i]` and `b[j]` on are equal."""
    most = min(a.size - i, b.size - j)
    n = 0
    while n < most and a[i + n] == b[j + n]:
        n += 1
    return n
