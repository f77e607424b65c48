"""Candidates into compared pairs: passages and figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.align import compare_pairs, distinct_shingles
from dedup.kernels.postings import equal_rows
from dedup.pairs import Pairs, merge
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct, spans_of
from dedup.threads import in_order, ranges, untold

_BLOCK_PAIRS = 4096  # about 40 ms of work
ALIKE = 0.6  # of the least Jaccard told: 128 rows put a Jaccard of 0.2 below 0.12 in one case of 100


def compare(
    nodes: Nodes,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    settings: Settings,
    progress: Callable[[float], None] = untold,
) -> Pairs:
    """Compare the nodes `left[i]` and `right[i]` (`left` < `right`, sorted), on threads.

    Passages are kept of pairs that cover at least `settings.least` of a side.
    """
    sizes = (settings.shingle, settings.kgram, settings.gap)
    shingles = np.zeros(len(nodes), np.int32)
    fresh = np.zeros(nodes.tokens.size, bool)
    involved = distinct(np.concatenate([left, right]))

    def count(block: tuple[int, int]) -> None:
        articles = involved[slice(*block)]
        distinct_shingles(
            nodes.tokens, nodes.boilerplate, nodes.token_spans, articles, settings.shingle, (shingles, fresh)
        )

    for _ in in_order(count, ranges(involved.size, _BLOCK_PAIRS), settings.workers):
        pass

    def work(block: tuple[int, int]) -> Pairs:
        own = slice(*block)
        equal = np.empty(block[1] - block[0], np.int32)
        equal_rows(nodes.signatures, left[own], right[own], equal)
        alike = equal >= ALIKE * settings.least * settings.permutations
        figures, passages, counts = compare_pairs(
            (nodes.tokens, nodes.boilerplate, fresh),
            nodes.token_spans,
            (left[own], right[own]),
            (shingles, nodes.own, alike),
            sizes,
            settings.least,
        )
        figures = np.pad(figures, ((0, 0), (0, 1)))  # none is known to be a template
        return Pairs(left[own], right[own], figures, passages, np.append(0, spans_of(counts)[:, 1]))

    parts = []
    blocks = ranges(left.size, _BLOCK_PAIRS)
    for part in in_order(work, blocks, settings.workers):
        parts.append(part)
        progress(len(parts) / len(blocks))
    return merge(parts)
