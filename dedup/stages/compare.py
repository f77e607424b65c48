"""Candidates into compared pairs: passages and figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.align import compare_pairs, distinct_shingles
from dedup.kernels.meeting import equal_rows
from dedup.pairs import Pairs, merge
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct, spans_of
from dedup.threads import in_order, ranges, untold

_BLOCK_PAIRS = 4096  # about 40 ms of work
_BLOCK_NODES = 1024
ALIKE = 0.6  # of the least Jaccard told: 128 rows put a Jaccard of 0.2 below 0.12 in one case of 100


class Shingles:
    """The distinct shingles of nodes, found for those that are asked about.

    `counts`: int32, of each node; `fresh`: bool, one per token, whether it starts one for the first time.
    `known`: those of the same nodes before boilerplate was set aside, which change where a node has any.
    """

    def __init__(self, nodes: Nodes, settings: Settings, known: Shingles | None = None) -> None:
        self._nodes, self._settings = nodes, settings
        self.counts: NDArray[np.int32] = known.counts if known else np.zeros(len(nodes), np.int32)
        self.fresh: NDArray[np.bool_] = known.fresh if known else np.zeros(nodes.tokens.size, np.bool_)
        self._known = np.zeros(len(nodes), np.bool_)
        if known:
            self._known = known._known & (nodes.own == nodes.counts)

    def find(self, nodes: NDArray[np.int64]) -> None:
        """Find those of more nodes, each given once."""
        nodes = nodes[~self._known[nodes]]
        self._known[nodes] = True
        of, size = self._nodes, self._settings.shingle

        def work(block: tuple[int, int]) -> None:
            some = nodes[slice(*block)]
            distinct_shingles(
                of.tokens, of.boilerplate, of.token_spans, some, size, (self.counts, self.fresh)
            )

        for _ in in_order(work, ranges(nodes.size, _BLOCK_NODES), self._settings.workers):
            pass


def compare(
    nodes: Nodes,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    settings: Settings,
    progress: Callable[[float], None] = untold,
    by: tuple[Shingles, Callable[[Pairs], NDArray[np.integer]]] | None = None,
) -> Pairs:
    """Compare the nodes `left[i]` and `right[i]` (`left` < `right`, sorted), on threads.

    Passages are kept of pairs that cover at least `settings.least` of a side. `by`: the shingles known, and
    what tells, by a number that is not 0, which pairs to keep; without it all are.
    """
    sizes = (settings.shingle, settings.kgram, settings.gap)
    shingles, relate = by or (Shingles(nodes, settings), None)
    shingles.find(distinct(np.concatenate([left, right])))

    def work(block: tuple[int, int]) -> Pairs:
        own = slice(*block)
        equal = np.empty(block[1] - block[0], np.int32)
        equal_rows(nodes.signatures, left[own], right[own], equal)
        alike = equal >= ALIKE * settings.least * settings.permutations
        figures, passages, counts = compare_pairs(
            (nodes.tokens, nodes.boilerplate, shingles.fresh),
            nodes.token_spans,
            (left[own], right[own]),
            (shingles.counts, nodes.own, alike),
            sizes,
            settings.least,
        )
        figures = np.pad(figures, ((0, 0), (0, 1)))  # none is known to be a template
        pairs = Pairs(left[own], right[own], figures, passages, np.append(0, spans_of(counts)[:, 1]))
        return pairs if relate is None else pairs.take(np.flatnonzero(relate(pairs)))

    parts = []
    blocks = ranges(left.size, _BLOCK_PAIRS, settings.workers)
    for part in in_order(work, blocks, settings.workers):
        parts.append(part)
        progress(len(parts) / len(blocks))
    return merge(parts)
