"""`Pairs`: compared pairs of nodes, with their figures and passages, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.sketches import Nodes

BOTH, EITHER = 4, 5


@dataclass(frozen=True)
class Pairs:
    """Pairs of nodes, `left` < `right` (int64), each pair once, sorted.

    `figures`: int32, pairs x 6, as `kernels.align.compare_pairs` gives them. `passages`: int32, x 5, and
    `passage_starts`: int64, pairs + 1, where each pair's start.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    figures: NDArray[np.int32]
    passages: NDArray[np.int32]
    passage_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return self.left.size

    @property
    def keys(self) -> NDArray[np.int64]:
        """One ascending number per pair."""
        return pair_keys(self.left, self.right)

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """Jaccard of the shingle sets."""
        return self.figures[:, BOTH] / np.maximum(self.figures[:, EITHER], 1)

    def containments(self, nodes: Nodes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The share of left's tokens that lie in right, and of right's that lie in left."""
        return (
            self.figures[:, 0] / np.maximum(nodes.counts[self.left], 1),
            self.figures[:, 1] / np.maximum(nodes.counts[self.right], 1),
        )

    def take(self, rows: NDArray[np.int64]) -> Pairs:
        """The given rows, in the given order."""
        sizes = np.diff(self.passage_starts)[rows]
        starts = np.append(0, np.cumsum(sizes))
        picked = np.repeat(self.passage_starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
        return Pairs(self.left[rows], self.right[rows], self.figures[rows], self.passages[picked], starts)


def pair_keys(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """left << 32 | right."""
    return left << 32 | right


def among(keys: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `keys` are in `ascending`."""
    if not ascending.size:
        return np.zeros(keys.size, bool)
    places = np.minimum(np.searchsorted(ascending, keys), ascending.size - 1)
    found: NDArray[np.bool_] = ascending[places] == keys
    return found


def no_pairs() -> Pairs:
    """An empty `Pairs`."""
    nodes = np.empty(0, np.int64)
    return Pairs(nodes, nodes, np.empty((0, 6), np.int32), np.empty((0, 5), np.int32), np.zeros(1, np.int64))


def merge(parts: Sequence[Pairs]) -> Pairs:
    """All pairs of disjoint parts, sorted."""
    parts = [part for part in parts if len(part)] or [no_pairs()]
    sizes = np.concatenate([np.diff(part.passage_starts) for part in parts])
    whole = Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.figures for part in parts]),
        np.concatenate([part.passages for part in parts]),
        np.append(0, np.cumsum(sizes)),
    )
    keys = whole.keys
    return whole if (keys[1:] > keys[:-1]).all() else whole.take(np.argsort(keys, kind="stable"))
