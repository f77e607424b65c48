"""Token spans into character spans of the original texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.folding import fold_table
from dedup.kernels.places import locate
from dedup.texts import Block, Texts
from dedup.threads import in_order

_LONGEST_TAIL = 8  # characters of punctuation that a span takes at most

Work = tuple[Block, NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Spots:
    """Character spans: `starts`, `ends`, and `tails`, the numbers of what follows (int32).

    `known`: int32, x 8: the code points of every tail, then zeros.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    tails: NDArray[np.int32]
    known: NDArray[np.int32]

    def __getitem__(self, rows: slice) -> Spots:
        return Spots(self.starts[rows], self.ends[rows], self.tails[rows], self.known)


def find_spots(texts: Texts, articles: NDArray[np.integer], spans: NDArray[np.int32], workers: int) -> Spots:
    """Where the tokens `spans[i, 0]:spans[i, 1]` of article `articles[i]` stand; each text is read once."""
    order = np.argsort(articles, kind="stable")
    begins = np.flatnonzero(np.diff(articles[order], prepend=-1))
    distinct = articles[order[begins]].astype(np.int64)
    begins = np.append(begins, articles.size)
    starts, ends, tails = np.empty((3, articles.size), np.int32)
    table = (fold_table().entries, fold_table().multi)

    def work(block: Work) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        texts, places, rows = block
        own = begins[places[0] : places[-1] + 2]  # rows of a block are consecutive ones of `distinct`
        found = locate(
            texts.data, texts.offsets, rows, table, own, (order, spans), (starts, ends, tails), _LONGEST_TAIL
        )
        return order[own[0] : own[-1]], found

    parts = [np.zeros((1, _LONGEST_TAIL), np.int32)]
    known = 1
    for rows, found in in_order(work, list(texts.by_chunk(distinct)), workers):
        tails[rows] += known
        known += len(found)
        parts.append(found)
    every, number = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
    return Spots(starts, ends, number.astype(np.int32)[tails], every)


def common_tail(a: Spots, b: Spots) -> NDArray[np.int32]:
    """How many characters of following punctuation two spans of one search have in common (int32)."""
    tail: NDArray[np.int32] = np.count_nonzero(a.known, axis=1).astype(np.int32)[a.tails]
    other = np.flatnonzero(a.tails != b.tails)
    ours, theirs = a.known[a.tails[other]], a.known[b.tails[other]]
    tail[other] = np.cumprod((ours == theirs) & (ours != 0), axis=1).sum(axis=1)
    return tail
