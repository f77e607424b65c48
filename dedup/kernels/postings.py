"""Keys into posting lists, and short lists into pairs.

Articles are numbered fullest first, so a pair is always told by its later, shorter article.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, jit
from dedup.kernels.rows import enlarged
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@bare
def band_keys(signatures: U32, rows: int, band: int, has_key: NDArray[np.bool_], out: U64) -> int:
    """Write key << 32 | article for one band of `rows` rows to `out`, for the articles that have keys."""
    n = 0
    for article in range(signatures.shape[0]):
        if not has_key[article]:
            continue
        key = np.uint64(0xCBF29CE484222325)
        for row in range(band * rows, (band + 1) * rows):
            key = (key ^ np.uint64(signatures[article, row])) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> _HALF
        out[n] = (key * np.uint64(0xFF51AFD7ED558CCD)) & ~_LOW | np.uint64(article)
        n += 1
    return n


@bare
def drop_single(entries: U64) -> int:
    """Keep the lists of two and more of sorted key << 32 | article, in place; returns how many are left."""
    n = 0
    for i in range(entries.size):
        key = entries[i] >> _HALF
        if (i > 0 and entries[i - 1] >> _HALF == key) or (
            i + 1 < entries.size and entries[i + 1] >> _HALF == key
        ):
            entries[n] = entries[i]
            n += 1
    return n


@jit
def shared_prints(prints: U32, spans: I64, chosen: NDArray[np.bool_], out: U64) -> int:
    """Write fingerprint << 32 | article for the chosen articles' fingerprints that several of them have.

    One in six that a single article has is among them: a bit for each of 4 places or more per fingerprint
    tells where a second one falls. Returns how many; not sorted.
    """
    total = 0
    for article in range(chosen.size):
        total += chosen[article] * (spans[article, 1] - spans[article, 0])
    words = 1
    while 16 * words < total:
        words *= 2
    once, again = np.zeros(words, np.uint64), np.zeros(words, np.uint64)
    for article in range(chosen.size):
        if not chosen[article]:
            continue
        for value in prints[spans[article, 0] : spans[article, 1]]:
            word = np.int64(value) >> 6 & (words - 1)
            bit = np.uint64(1) << np.uint64(value & np.uint32(63))
            again[word] |= once[word] & bit
            once[word] |= bit
    n = 0
    for article in range(chosen.size):
        if not chosen[article]:
            continue
        for value in prints[spans[article, 0] : spans[article, 1]]:
            if again[np.int64(value) >> 6 & (words - 1)] >> np.uint64(value & np.uint32(63)) & np.uint64(1):
                out[n] = np.uint64(value) << _HALF | np.uint64(article)
                n += 1
    return n


@bare
def pair_with_first(entries: U64, out: U64) -> int:
    """From sorted key << 32 | article, write article << 32 | first article of its list; returns how many."""
    n = 0
    first = np.uint64(0)
    for i in range(entries.size):
        if i == 0 or entries[i] >> _HALF != entries[i - 1] >> _HALF:
            first = entries[i] & _LOW
        else:
            out[n] = (entries[i] & _LOW) << _HALF | first
            n += 1
    return n


@jit
def pair_in_lists(entries: U64, cap: int, hubs: int) -> tuple[U64, int]:
    """From sorted key << 32 | article, all pairs later << 32 | earlier within a list.

    A list longer than `cap` links each article to its last `hubs` ones, the shortest; the second value
    counts such lists.
    """
    out = np.empty(entries.size + 16, np.uint64)
    n = 0
    capped = 0
    start = 0
    while start < entries.size:
        end = start + 1
        while end < entries.size and entries[end] >> _HALF == entries[start] >> _HALF:
            end += 1
        first = start + 1
        if end - start > cap:
            capped += 1
            first = end - hubs
        for i in range(first, end):
            if n + i - start > out.size:
                out = enlarged(out, n, 2 * (n + i - start))
            for j in range(start, i):
                out[n] = (entries[i] & _LOW) << _HALF | (entries[j] & _LOW)
                n += 1
        start = end
    return out[:n], capped


@jit
def one_witness_per_group(entries: U64, groups: I32, out: U64) -> int:
    """From sorted key << 32 | article, keep each list's first article of each group, in lists of two or more.

    `groups`: int32 group number per article. Returns how many entries were written to `out`.
    """
    seen = np.full(groups.size, -1, np.int64)
    n = 0
    start = 0
    while start < entries.size:
        end = start
        begun = n
        while end < entries.size and entries[end] >> _HALF == entries[start] >> _HALF:
            article = np.int64(entries[end] & _LOW)
            if seen[groups[article]] != start:
                seen[groups[article]] = start
                out[n] = entries[end]
                n += 1
            end += 1
        if n == begun + 1:
            n = begun
        start = end
    return n


@jit
def list_postings(entries: U64, articles: int) -> tuple[I64, I32, I64, I32]:
    """Sorted key << 32 | article as two tables.

    Returns list starts (int64, lists + 1) and members (int32), and for each article where its lists start
    (int64, articles + 1) and its lists (int32), ascending.
    """
    starts = np.empty(entries.size + 1, np.int64)
    members = np.empty(entries.size, np.int32)
    of_article = np.zeros(articles + 1, np.int64)
    lists = 0
    for i in range(entries.size):
        if i == 0 or entries[i] >> _HALF != entries[i - 1] >> _HALF:
            starts[lists] = i
            lists += 1
        members[i] = np.int32(entries[i] & _LOW)
        of_article[members[i] + 1] += 1
    starts[lists] = entries.size
    for article in range(articles):
        of_article[article + 1] += of_article[article]
    at = of_article[:-1].copy()
    own = np.empty(entries.size, np.int32)
    for number in range(lists):
        for i in range(starts[number], starts[number + 1]):
            own[at[members[i]]] = number
            at[members[i]] += 1
    return starts[: lists + 1].copy(), members, of_article, own
