"""Token hashes into shingles, signatures and fingerprints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import jit
from dedup.kernels.rows import sort
from dedup.kernels.tokens import I32, U8, U32, tokenize

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_SHINGLE_BASE = np.uint64(0x9E3779B97F4A7C15)
_KGRAM_BASE = np.uint64(0xD6E8FEB86659FD93)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_MIX_AGAIN = np.uint64(0xC4CEB9FE1A85EC53)
_HALF = np.uint64(32)
_TOKENS_PER_WINDOW = 16  # under 16 windows' tokens an article gets narrower ones: some 30 fingerprints


@jit
def mix(value: np.uint64) -> np.uint64:
    """MurmurHash3's 64-bit finaliser (Appleby): every input bit moves every output bit."""
    value ^= value >> np.uint64(33)
    value *= _MIX
    value ^= value >> np.uint64(33)
    value *= _MIX_AGAIN
    return value ^ (value >> np.uint64(33))


@jit
def gram_hashes(tokens: U32, size: int, base: np.uint64, out: U32) -> int:
    """Write the uint32 hash of every run of `size` tokens to `out` and return how many runs there are.

    A rolling polynomial of the token hashes (Karp, Rabin 1987), multiplied so that its order is random.
    """
    n = tokens.size - size + 1
    if n <= 0:
        return 0
    top = np.uint64(1)
    for _ in range(size):
        top *= base
    rolling = np.uint64(0)
    for i in range(size - 1):
        rolling = rolling * base + np.uint64(tokens[i]) + np.uint64(1)
    for i in range(n):
        rolling = rolling * base + np.uint64(tokens[i + size - 1]) + np.uint64(1)
        if i:
            rolling -= top * (np.uint64(tokens[i - 1]) + np.uint64(1))
        out[i] = np.uint32(((rolling ^ (rolling >> _HALF)) * _MIX) >> _HALF)
    return n


@jit
def shingles(tokens: U32, size: int, out: U32) -> int:
    """Write the shingle hashes of `tokens` to `out` and return how many."""
    return gram_hashes(tokens, size, _SHINGLE_BASE, out)


@jit
def kgrams(tokens: U32, size: int, out: U32) -> int:
    """Write the k-gram hashes of `tokens` to `out` and return how many."""
    return gram_hashes(tokens, size, _KGRAM_BASE, out)


@jit
def sign(hashed: U32, n: int, a: U32, b: U32, signature: U32) -> None:
    """The MinHash of `hashed[:n]`: datasketch's `affine32` scheme, bit for bit (uint32 throughout)."""
    signature[:] = np.uint32(0xFFFFFFFF)
    for i in range(n):
        h = hashed[i]
        h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        for p in range(signature.size):
            value = np.uint32(np.uint32(a[p] * h) + b[p])
            signature[p] = min(signature[p], value)


@jit
def sort_distinct(values: U32, n: int) -> int:
    """Sort `values[:n]` in place, drop what occurs twice, and return how many are left."""
    sort(values, n)
    kept = 0
    for i in range(n):
        if i == 0 or values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


@jit
def winnow(hashed: U32, n: int, window: int, out: U32) -> int:
    """Write the fingerprints of `n` k-gram hashes to `out`, distinct and ascending, and return how many.

    The minimum of every window of `window` hashes (Schleimer, Wilkerson, Aiken 2003). As a set of
    *hashes* it does not depend on which of equal minima is picked, so robust winnowing gives the same.
    Fewer hashes than a window are all kept. `hashed` and `out` may not overlap.
    """
    found = 0
    if n < window:
        for i in range(n):
            out[i] = hashed[i]
        return sort_distinct(out, n)
    least = -1
    for end in range(window, n + 1):
        start = end - window
        if least < start:  # the old minimum has left: look at the whole window, once per minimum
            least = start
            for i in range(start + 1, end):
                if hashed[i] <= hashed[least]:
                    least = i
        elif hashed[end - 1] <= hashed[least]:
            least = end - 1
        else:
            continue
        if found == 0 or out[found - 1] != hashed[least]:
            out[found] = hashed[least]
            found += 1
    return sort_distinct(out, found)


@jit
def sketch_block(
    data: U8,
    offsets: I64,
    table: tuple[U32, U32],
    permutations: tuple[U32, U32],
    sizes: tuple[int, int, int],
    out: tuple[I32, U64, U32],
) -> tuple[U32, U32, I32]:
    """Sketch the articles whose UTF-8 texts are `data[offsets[i]:offsets[i + 1]]`.

    `table` is the fold table, `permutations` the `a` and `b` of the signature, `sizes` the shingle,
    k-gram and window lengths. Fills `out` = token counts (int32, n), content hashes (uint64, n) and
    signatures (uint32, n x permutations); returns all token hashes, all fingerprints (both flat, article
    after article) and the fingerprint counts (int32, n).
    """
    entries, multi = table
    a, b = permutations
    shingle, kgram, window = sizes
    counts, hashes, signatures = out
    n = offsets.size - 1
    room = 1
    for i in range(n):
        room = max(room, offsets[i + 1] - offsets[i])
    starts = np.empty(room, np.int32)
    ends = np.empty(room, np.int32)
    grams = np.empty(room, np.uint32)
    prints = np.empty(room, np.uint32)
    tokens = np.empty(offsets[n] - offsets[0] + 1, np.uint32)
    all_prints = np.empty((offsets[n] - offsets[0]) // 8 + 64, np.uint32)
    print_counts = np.empty(n, np.int32)
    at = 0
    printed = 0
    for i in range(n):
        size = tokenize(data, offsets[i], offsets[i + 1], entries, multi, tokens[at:], starts, ends)
        own = tokens[at : at + size]
        at += size
        counts[i] = size
        content = np.uint64(size)
        for token in own:
            content = (content ^ np.uint64(token)) * _SHINGLE_BASE
            content ^= content >> _HALF
        hashes[i] = mix(content)
        sign(grams, shingles(own, shingle, grams), a, b, signatures[i])
        # Whatever the least of a wide window, it is the least of some narrow one inside it: a short article,
        # with more fingerprints, keeps those it would share with a long one.
        narrow = min(window, max(1, size // _TOKENS_PER_WINDOW))
        found = winnow(grams, kgrams(own, kgram, grams), narrow, prints)
        print_counts[i] = found
        if printed + found > all_prints.size:
            longer = np.empty(2 * (printed + found), np.uint32)
            longer[:printed] = all_prints[:printed]
            all_prints = longer
        all_prints[printed : printed + found] = prints[:found]
        printed += found
    return tokens[:at].copy(), all_prints[:printed].copy(), print_counts
