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


@dataclass(frozen=True)
class Spots:
    """Character spans: `starts`, `ends` (int64), and the code points of what follows (int32, n x 8)."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    tails: NDArray[np.int32]

    def __getitem__(self, rows: slice) -> Spots:
        return Spots(self.starts[rows], self.ends[rows], self.tails[rows])


def find_spots(texts: Texts, articles: NDArray[np.int64], spans: NDArray[np.int32], workers: int) -> Spots:
    """Where the tokens `spans[i, 0]:spans[i, 1]` of article `articles[i]` stand; each text is read once."""
    order = np.argsort(articles, kind="stable")
    distinct, begins = np.unique(articles[order], return_index=True)
    begins = np.append(begins, articles.size)
    spans = np.ascontiguousarray(spans[order], np.int32)
    out = (
        np.empty(articles.size, np.int64),
        np.empty(articles.size, np.int64),
        np.empty((articles.size, _LONGEST_TAIL), np.int32),
    )

    def work(chunk: tuple[Block, NDArray[np.int64], NDArray[np.int64]]) -> None:
        texts, places, rows = chunk
        own = begins[places[0] : places[-1] + 2]  # rows of a chunk are consecutive ones of `distinct`
        locate(texts.data, texts.offsets, rows, (fold_table().entries, fold_table().multi), own, spans, out)

    for _ in in_order(work, list(texts.by_chunk(distinct)), workers):
        pass
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return Spots(out[0][back], out[1][back], out[2][back])


def common_tail(a: Spots, b: Spots) -> NDArray[np.int64]:
    """How many characters of following punctuation each two spans have in common (int64)."""
    same = (a.tails == b.tails) & (a.tails != 0)
    tail: NDArray[np.int64] = np.cumprod(same, axis=1).sum(axis=1)
    return tail
