"""What is known of every article, and of every distinct one, once it is sketched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Whole = TypeVar("Whole", np.int64, np.uint32, np.uint64)

FEWEST_TOKENS = 3  # under this an article has no keys and matches nothing, not even its like


@dataclass(frozen=True)
class Sketches:
    """What is kept of every article.

    `counts`: tokens (int32, n); `hashes`: of the whole token sequence (uint64, n); `signatures`: uint32,
    n x permutations; `tokens`: uint32, all articles' after one another, and `prints`: uint32, all
    articles' fingerprints, distinct and ascending; `token_spans` and `print_spans`: int64, n x 2, where
    each article's start and end.
    """

    counts: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    signatures: NDArray[np.uint32]
    tokens: NDArray[np.uint32]
    token_spans: NDArray[np.int64]
    prints: NDArray[np.uint32]
    print_spans: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Sketches:
        """The sketches of some articles; tokens and fingerprints stay where they lie."""
        if np.array_equal(rows, np.arange(self.counts.size)):
            return self
        return replace(
            self,
            counts=self.counts[rows],
            hashes=self.hashes[rows],
            signatures=self.signatures[rows],
            token_spans=self.token_spans[rows],
            print_spans=self.print_spans[rows],
        )


@dataclass(frozen=True)
class Nodes:
    """Distinct token sequences, by falling length, then by content hash: the same for any order of the feed.

    `of_article`: int64 node per article; `members`: int64 articles, node after node, and `member_starts`:
    int64, nodes + 1. `boilerplate`: bool, one per token of `tokens`, whether learnt boilerplate covers it;
    `own`: int32, the tokens of each node that it does not cover. The rest is as in `Sketches`, one row per
    node; once boilerplate is set aside, without the fingerprints inside it.
    """

    of_article: NDArray[np.int64]
    members: NDArray[np.int64]
    member_starts: NDArray[np.int64]
    counts: NDArray[np.int32]
    signatures: NDArray[np.uint32]
    tokens: NDArray[np.uint32]
    token_spans: NDArray[np.int64]
    prints: NDArray[np.uint32]
    print_spans: NDArray[np.int64]
    boilerplate: NDArray[np.bool_]
    own: NDArray[np.int32]

    def __len__(self) -> int:
        return self.counts.size

    @property
    def weights(self) -> NDArray[np.int64]:
        """Articles per node."""
        return np.diff(self.member_starts)

    def least(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """The least of the articles' values, for each node (int64)."""
        if not len(self):
            return np.empty(0, np.int64)
        return np.minimum.reduceat(values[self.members], self.member_starts[:-1])

    def first(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The article of the least rank, for each node (int64); `ranks`: of every article."""
        return np.argsort(ranks)[self.least(ranks)]

    def articles(self, node: int) -> NDArray[np.int64]:
        """The articles of one node."""
        return self.members[self.member_starts[node] : self.member_starts[node + 1]]


def places_of(firsts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of runs, one run after another: of each `sizes[i]` places from `firsts[i]` on (int64)."""
    ends = np.cumsum(sizes)
    return np.repeat(firsts - (ends - sizes), sizes) + np.arange(ends[-1] if ends.size else 0)


def distinct(values: NDArray[Whole]) -> NDArray[Whole]:
    """The distinct values, ascending: what `np.unique` takes 20 to 70 times as long for (numpy 2.4)."""
    values = np.sort(values)
    is_new = np.ones(values.size, np.bool_)
    is_new[1:] = values[1:] != values[:-1]
    ours: NDArray[Whole] = values[is_new]
    return ours


def counted(values: NDArray[Whole]) -> tuple[NDArray[Whole], NDArray[np.int64]]:
    """The distinct values, ascending, and how often each is there."""
    values = np.sort(values)
    begins = np.flatnonzero(
        np.concatenate([np.ones(min(1, values.size), np.bool_), values[1:] != values[:-1]])
    )
    return values[begins], np.diff(np.append(begins, values.size))


def spans_of(counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Start and end (int64, n x 2) of runs of the given lengths, one after another."""
    ends = np.cumsum(counts, dtype=np.int64)
    return np.stack([ends - counts, ends], axis=1)
