"""Token hashes into shingles, signatures and fingerprints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, jit
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


@bare
def mix(value: np.uint64) -> np.uint64:
    """MurmurHash3's 64-bit finaliser (Appleby): every input bit moves every output bit."""
    value ^= value >> np.uint64(33)
    value *= _MIX
    value ^= value >> np.uint64(33)
    value *= _MIX_AGAIN
    return value ^ (value >> np.uint64(33))


@bare
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


@bare
def shingles(tokens: U32, size: int, out: U32) -> int:
    """Write the shingle hashes of `tokens` to `out` and return how many."""
    return gram_hashes(tokens, size, _SHINGLE_BASE, out)


@bare
def kgrams(tokens: U32, size: int, out: U32) -> int:
    """Write the k-gram hashes of `tokens` to `out` and return how many."""
    return gram_hashes(tokens, size, _KGRAM_BASE, out)


@bare
def mix_affine(h: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser, as datasketch puts before its `affine32` permutations."""
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@bare
def sign(hashed: U32, n: int, a: U32, b: U32, signature: U32) -> None:
    """The MinHash of `hashed[:n]`: datasketch's `affine32` scheme, bit for bit (uint32 throughout).

    Four shingles at a time, the last one over again where there are fewer: 8 ns a shingle, and 11 one by one.
    """
    signature[:] = np.uint32(0xFFFFFFFF)
    for i in range(0, n, 4):
        h0, h1 = mix_affine(hashed[i]), mix_affine(hashed[min(i + 1, n - 1)])
        h2, h3 = mix_affine(hashed[min(i + 2, n - 1)]), mix_affine(hashed[min(i + 3, n - 1)])
        for p in range(signature.size):
            v0, v1 = np.uint32(np.uint32(a[p] * h0) + b[p]), np.uint32(np.uint32(a[p] * h1) + b[p])
            v2, v3 = np.uint32(np.uint32(a[p] * h2) + b[p]), np.uint32(np.uint32(a[p] * h3) + b[p])
            signature[p] = min(signature[p], v0, v1, v2, v3)


@bare
def sort_distinct(values: U32, n: int) -> int:
    """Sort `values[:n]` in place, drop what occurs twice, and return how many are left."""
    sort(values, n)
    kept = 0
    for i in range(n):
        if i == 0 or values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


@bare
def least_of_two(a: U32, b: U32, out: U32) -> None:
    """Write the smaller of `a[i]` and `b[i]` to `out[i]`."""
    for i in range(out.size):
        out[i] = min(a[i], b[i])


@bare
def winnow(hashed: U32, n: int, window: int, out: U32) -> int:
    """Write the fingerprints of `n` k-gram hashes to `out`, distinct and ascending, and return how many.

    The minimum of every window of `window` hashes (Schleimer, Wilkerson, Aiken 2003). As a set of
    *hashes* it does not depend on which of equal minima is picked, so robust winnowing gives the same.
    Fewer hashes than a window are all kept. `hashed` is used up; it and `out` may not overlap.

    The least of a window is that of two windows half as wide: a few passes that compile to vectors.
    """
    if n < window:
        for i in range(n):
            out[i] = hashed[i]
        return sort_distinct(out, n)
    here, there = hashed, out
    width = 1
    while width < window:
        step = min(width, window - width)
        n -= step
        least_of_two(here[:n], here[step : step + n], there[:n])
        here, there = there, here
        width += step
    found = 0
    least = here[0]
    for i in range(1, n):
        following = here[i]
        out[found] = least
        found += following != least
        least = following
    out[found] = least
    return sort_distinct(out, found + 1)


@jit
def content_hash(tokens: U32) -> np.uint64:
    """A hash of a whole token sequence."""
    content = np.uint64(tokens.size)
    for token in tokens:
        content = (content ^ np.uint64(token)) * _SHINGLE_BASE
        content ^= content >> _HALF
    return mix(content)


@jit
def fingerprints(tokens: U32, kgram: int, window: int, grams: U32, out: U32) -> int:
    """Write the fingerprints of an article to `out`, distinct and ascending, and return how many.

    Whatever the least of a wide window, it is the least of some narrow one inside it: a short article, with
    more fingerprints, keeps those it would share with a long one. `grams`: room for a hash for each token.
    """
    narrow = min(window, max(1, tokens.size // _TOKENS_PER_WINDOW))
    return winnow(grams, kgrams(tokens, kgram, grams), narrow, out)


@jit
def sketch_block(
    data: U8,
    offsets: I64,
    table: tuple[U32, U32],
    permutations: tuple[U32, U32],
    sizes: tuple[int, int, int],
    room: tuple[U32, U32],
    out: tuple[I32, U64, U32, I32],
) -> tuple[int, int]:
    """Sketch the articles whose UTF-8 texts are `data[offsets[i]:offsets[i + 1]]`.

    `table` is the fold table, `permutations` the `a` and `b` of the signature, `sizes` the shingle,
    k-gram and window lengths. Fills `out` = token counts (int32, n), content hashes (uint64, n),
    signatures (uint32, n x permutations) and fingerprint counts (int32, n), and `room` = all token hashes
    and all fingerprints, article after article; each must hold half as many as there are bytes, and one for
    each article. Returns how many of both there are.
    """
    entries, multi = table
    a, b = permutations
    shingle, kgram, window = sizes
    tokens, all_prints = room
    counts, hashes, signatures, print_counts = out
    most = 1
    for i in range(offsets.size - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    starts = np.empty(most, np.int32)
    ends = np.empty(most, np.int32)
    grams = np.empty(most, np.uint32)
    at = 0
    printed = 0
    for i in range(offsets.size - 1):
        size = tokenize(data, offsets[i], offsets[i + 1], entries, multi, tokens[at:], starts, ends)
        own = tokens[at : at + size]
        at += size
        counts[i] = size
        hashes[i] = content_hash(own)
        sign(grams, shingles(own, shingle, grams), a, b, signatures[i])
        print_counts[i] = fingerprints(own, kgram, window, grams, all_prints[printed:])
        printed += print_counts[i]
    return at, printed


@jit
def sketch_tokens(
    tokens: U32,
    spans: I64,
    permutations: tuple[U32, U32],
    sizes: tuple[int, int, int],
    prints: U32,
    out: tuple[U64, U32, I32],
) -> int:
    """Sketch the articles whose token hashes are `tokens[spans[i, 0]:spans[i, 1]]`, as `sketch_block` does.

    Fills `out` = content hashes, signatures and fingerprint counts, and `prints`, which must hold as many as
    there are tokens. Returns how many of these there are.
    """
    a, b = permutations
    shingle, kgram, window = sizes
    hashes, signatures, print_counts = out
    grams = np.empty(max(1, tokens.size), np.uint32)
    printed = 0
    for i in range(spans.shape[0]):
        own = tokens[spans[i, 0] : spans[i, 1]]
        hashes[i] = content_hash(own)
        sign(grams, shingles(own, shingle, grams), a, b, signatures[i])
        print_counts[i] = fingerprints(own, kgram, window, grams, prints[printed:])
        printed += print_counts[i]
    return printed
