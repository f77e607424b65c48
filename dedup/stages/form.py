"""Pairs that share boilerplate alone into those that share furniture, and those that share a form.

Furniture stands around a story. A form is the story: nothing of its own is as long as one beside it, or it
stands in the middle of what is filled in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.outside import longest_outside, outside_around
from dedup.pairs import Pairs
from dedup.sketches import Nodes, distinct

STORY = 50  # words of an article's own in one stretch: less is no story beside the furniture
AROUND = 8  # words of its own before and behind a passage that stands in the middle


def are_forms(nodes: Nodes, pairs: Pairs, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the rows, pairs that share boilerplate alone, share a form."""
    some = pairs.take(rows)
    which = distinct(np.concatenate([some.left, some.right]))
    longest = longest_outside(nodes.boilerplate, nodes.token_spans[which])
    shorter = np.minimum(*(longest[np.searchsorted(which, side)] for side in (some.left, some.right)))
    middle = [_in_the_middle(nodes, some, number) for number in range(2)]
    forms: NDArray[np.bool_] = (shorter < STORY) | (np.minimum(*middle) > 0.5)
    return forms


def _in_the_middle(nodes: Nodes, some: Pairs, side: int) -> NDArray[np.float64]:
    """The share of boilerplate in passages that has words of the article's own before and behind it.

    `side`: 0 for left, 1 for right.
    """
    row = np.repeat(np.arange(len(some)), np.diff(some.passage_starts))
    places = np.ascontiguousarray(some.passages[:, 2 * side : 2 * side + 2])
    article = (some.left, some.right)[side][row]
    before, within, behind = outside_around(nodes.boilerplate, nodes.token_spans[article], places).T
    size = places[:, 1] - places[:, 0]
    common = size * (2 * within < size)
    middle = np.minimum(before, behind) >= AROUND
    total = np.bincount(row, common, len(some))
    share: NDArray[np.float64] = np.bincount(row, common * middle, len(some)) / np.maximum(1, total)
    return share
