"""Articles into their repeated blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.repeats import find_repeats
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.threads import in_order, ranges

LEAST_IDENTICAL = 0.7  # of the longer place: below it two passages are like each other, not a repeat
_BLOCK_NODES = 4096


def repeats(nodes: Nodes, settings: Settings) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The repeated blocks of all nodes.

    Returns the node of each block (int64, ascending) and the blocks (int32, x 5: first start, first end,
    later start, later end, equal tokens; in tokens).
    """
    limits = (settings.kgram, settings.gap, settings.min_repeat, LEAST_IDENTICAL)

    def work(block: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        rows, counts = find_repeats(nodes.tokens, nodes.token_spans[slice(*block)], limits)
        return np.repeat(np.arange(*block), counts), rows

    parts = list(in_order(work, ranges(len(nodes), _BLOCK_NODES), settings.workers))
    return (
        np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)]),
        np.concatenate([np.empty((0, 5), np.int32), *(part[1] for part in parts)]),
    )
