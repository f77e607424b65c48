"""Posting lists into the pairs that meet in them, and what two articles have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, inlined, jit
from dedup.kernels.rows import enlarged
from dedup.kernels.tokens import I32, U32

I64 = NDArray[np.int64]


@bare
def equal_places(a: U32, b: U32) -> int:
    """In how many places two arrays of one length are equal."""
    n = 0
    for i in range(a.size):
        n += a[i] == b[i]
    return n


@inlined
def _is_enough(
    shared: int, one: int, other: int, known: tuple[I32, U32], rules: tuple[int, float, float]
) -> bool:
    counts, signatures = known
    fewest, reach, rows = rules
    return shared >= fewest and (
        shared * reach >= min(counts[one], counts[other])
        or equal_places(signatures[one], signatures[other]) >= rows
    )


@jit
def are_enough(
    left: I64, right: I64, shared: I32, known: tuple[I32, U32], rules: tuple[int, float, float]
) -> NDArray[np.bool_]:
    """Whether articles `left[i]` and `right[i]` share enough fingerprints; `known`, `rules`: as of `meet`."""
    out = np.empty(left.size, np.bool_)
    for p in range(left.size):
        out[p] = _is_enough(shared[p], left[p], right[p], known, rules)
    return out


@jit
def meet(
    postings: tuple[I64, I32, I64, I32],
    hubs_from: I32,
    known: tuple[I32, U32],
    rules: tuple[int, float, float],
    first: int,
    last: int,
) -> tuple[I64, I64, I32]:
    """Pairs (earlier, later) of articles that share fingerprints, told by the later ones in `first:last`.

    The third array tells how many they share, in lists that link the two.

    `hubs_from`: int32, for each list the first article that is linked to all of it; 0 where all are. `known`:
    int32 tokens that fingerprints can answer for, and uint32 signature rows, per article. `rules`: the
    fewest fingerprints to share, the tokens of the shorter article that one of them can answer for, and the
    equal signature rows that make up for too few of them.
    """
    starts, members, of_article, own = postings
    shared = np.zeros(of_article.size - 1, np.int32)
    touched = np.empty(shared.size, np.int32)
    earlier = np.empty(1024, np.int64)
    later = np.empty(1024, np.int64)
    number = np.empty(1024, np.int32)
    n = 0
    for article in range(first, last):
        met = 0
        for i in range(of_article[article], of_article[article + 1]):
            if article < hubs_from[own[i]]:
                continue
            for j in range(starts[own[i]], starts[own[i] + 1]):
                other = members[j]
                if other >= article:
                    break
                if shared[other] == 0:
                    touched[met] = other
                    met += 1
                shared[other] += 1
        if n + met > earlier.size:
            room = 2 * (n + met)
            earlier, later = enlarged(earlier, n, room), enlarged(later, n, room)
            number = enlarged(number, n, room)
        for j in range(met):
            other = touched[j]
            if _is_enough(shared[other], other, article, known, rules):
                earlier[n] = other
                later[n] = article
                number[n] = shared[other]
                n += 1
            shared[other] = 0
    return earlier[:n].copy(), later[:n].copy(), number[:n].copy()


@bare
def common(a: U32, b: U32) -> int:
    """How many values two ascending arrays share."""
    i = j = n = 0
    while i < a.size and j < b.size:
        if a[i] == b[j]:
            n += 1
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return n


@bare
def common_counts(prints: U32, spans: I64, left: I64, right: I64, out: I32) -> None:
    """Write how many fingerprints articles `left[i]` and `right[i]` share to `out[i]`."""
    for p in range(left.size):
        a = prints[spans[left[p], 0] : spans[left[p], 1]]
        out[p] = common(a, prints[spans[right[p], 0] : spans[right[p], 1]])


@bare
def equal_rows(signatures: U32, left: I64, right: I64, out: I32) -> None:
    """Write in how many places the signatures of `left[i]` and `right[i]` agree to `out[i]`."""
    for p in range(left.size):
        out[p] = equal_places(signatures[left[p]], signatures[right[p]])
