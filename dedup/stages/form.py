"""Pairs that share boilerplate alone into those that share furniture, and those that share a form.

Furniture stands around a story. A form is the story: nothing of its own is as long as one beside it, or it
stands in the middle of what is filled in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs
from dedup.sketches import Nodes

STORY = 50  # words of an article's own in one stretch: less is no story beside the furniture
AROUND = 8  # words of its own before and behind a passage that stands in the middle


def are_forms(nodes: Nodes, pairs: Pairs, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the rows, pairs that share boilerplate alone, share a form."""
    return np.array(
        [
            min(_longest_own(nodes, left), _longest_own(nodes, right)) < STORY
            or min(_in_the_middle(nodes, left, spans[:, :2]), _in_the_middle(nodes, right, spans[:, 2:4]))
            > 0.5
            for left, right, spans in (_pair(pairs, row) for row in rows.tolist())
        ],
        np.bool_,
    )


def _pair(pairs: Pairs, row: int) -> tuple[int, int, NDArray[np.int32]]:
    first, last = pairs.passage_starts[row : row + 2]
    return int(pairs.left[row]), int(pairs.right[row]), pairs.passages[first:last]


def _boilerplate(nodes: Nodes, node: int) -> NDArray[np.bool_]:
    return nodes.boilerplate[slice(*nodes.token_spans[node])]


def _longest_own(nodes: Nodes, node: int) -> int:
    """The tokens of the longest stretch without boilerplate."""
    ends = np.flatnonzero(np.concatenate([[True], _boilerplate(nodes, node), [True]]))
    return int(np.diff(ends).max()) - 1


def _in_the_middle(nodes: Nodes, node: int, spans: NDArray[np.int32]) -> float:
    """The share of boilerplate in passages that has words of the article's own before and behind it."""
    inside = _boilerplate(nodes, node)
    own = np.append(0, np.cumsum(~inside))
    sizes = spans[:, 1] - spans[:, 0]
    common = 2 * (own[spans[:, 1]] - own[spans[:, 0]]) < sizes
    middle = np.minimum(own[spans[:, 0]], own[-1] - own[spans[:, 1]]) >= AROUND
    return float(sizes[common & middle].sum() / max(1, sizes[common].sum()))
