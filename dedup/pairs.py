"""`Pairs`: compared pairs of nodes, with their figures and passages, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.passages import BOTH, EITHER, LEFT, RIGHT, WHOLE_LEFT, WHOLE_RIGHT
from dedup.sketches import Nodes, places_of

FORM = WHOLE_RIGHT + 1
"""The column of figures that tells whether a pair is a template (1) or not (0)."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of nodes, `left` < `right` (int64), each pair once, sorted.

    `figures`: int32, pairs x 9, as `kernels.align.compare_pairs` gives them, and `FORM`. `passages`: int32,
    x 5, and `passage_starts`: int64, pairs + 1, where each pair's start.
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
        """Jaccard of the shingle sets, boilerplate set aside."""
        return self.figures[:, BOTH] / np.maximum(self.figures[:, EITHER], 1)

    def containments(self, nodes: Nodes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The share of left's tokens that lie in right, and of right's that lie in left.

        Boilerplate is set aside; two articles that are nothing else are measured whole. One of them alone has
        nothing in any story.
        """
        whole = self.whole_containments(nodes)
        own = (nodes.own[self.left], nodes.own[self.right])
        bare = np.maximum(*own) == 0
        return (
            np.where(bare, whole[0], self.figures[:, LEFT] / np.maximum(own[0], 1)),
            np.where(bare, whole[1], self.figures[:, RIGHT] / np.maximum(own[1], 1)),
        )

    def whole_containments(self, nodes: Nodes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The same with boilerplate."""
        return (
            self.figures[:, WHOLE_LEFT] / np.maximum(nodes.counts[self.left], 1),
            self.figures[:, WHOLE_RIGHT] / np.maximum(nodes.counts[self.right], 1),
        )

    def are_among(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which pairs are among ascending `pair_keys`, either way round."""
        return among(self.keys, keys) | among(pair_keys(self.right, self.left), keys)

    def take(self, rows: NDArray[np.int64]) -> Pairs:
        """The given rows, in the given order."""
        sizes = np.diff(self.passage_starts)[rows]
        starts = np.append(0, np.cumsum(sizes))
        picked = places_of(self.passage_starts[rows], sizes)
        figures, passages = self.figures.take(rows, axis=0), self.passages.take(picked, axis=0)
        return Pairs(self.left[rows], self.right[rows], figures, passages, starts)


def pair_keys(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """left << 32 | right."""
    return left << 32 | right


def among(keys: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `keys` are in `ascending`."""
    if not ascending.size:
        return np.zeros(keys.shape, bool)
    places = np.minimum(np.searchsorted(ascending, keys), ascending.size - 1)
    found: NDArray[np.bool_] = ascending[places] == keys
    return found


def united(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """For each of `size` numbers the least one that it hangs together with, over the given pairs."""
    least = np.arange(size)
    while True:
        a, b = least[left], least[right]
        further = least.copy()
        np.minimum.at(further, np.maximum(a, b), np.minimum(a, b))
        further = further[further]
        if np.array_equal(further, least):
            return least
        least = further


def no_pairs() -> Pairs:
    """An empty `Pairs`."""
    nodes = np.empty(0, np.int64)
    return Pairs(
        nodes, nodes, np.empty((0, FORM + 1), np.int32), np.empty((0, 5), np.int32), np.zeros(1, np.int64)
    )


def merge(parts: Sequence[Pairs]) -> Pairs:
    """All pairs of disjoint parts, sorted."""
    parts = [part for part in parts if len(part)] or [no_pairs()]
    if len(parts) == 1:
        return parts[0]
    keys = np.concatenate([part.keys for part in parts])
    sizes = np.concatenate([np.diff(part.passage_starts) for part in parts])
    whole = Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.figures for part in parts]),
        np.concatenate([part.passages for part in parts]),
        np.append(0, np.cumsum(sizes)),
    )
    if (keys[1:] > keys[:-1]).all():  # parts that are in order need no second copy
        return whole
    return whole.take(np.argsort(keys, kind="stable"))
