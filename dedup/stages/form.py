"""Pairs that share boilerplate alone into those that share furniture, and those that share a form.

Furniture stands around a story. A form is the story: nothing of its own is as long as one beside it, or it
stands in the middle of what is filled in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs
from dedup.sketches import Nodes, places_of

STORY = 50  # words of an article's own in one stretch: less is no story beside the furniture
AROUND = 8  # words of its own before and behind a passage that stands in the middle


def are_forms(nodes: Nodes, pairs: Pairs, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the rows, pairs that share boilerplate alone, share a form."""
    some = pairs.take(rows)
    which = np.unique(np.concatenate([some.left, some.right]))
    sizes = nodes.counts[which].astype(np.int64)
    starts = np.append(0, np.cumsum(sizes))
    is_own = ~nodes.boilerplate[places_of(nodes.token_spans[which, 0], sizes)]
    sides = [np.searchsorted(which, side) for side in (some.left, some.right)]
    longest = _longest_own(is_own, starts)
    own = np.append(0, np.cumsum(is_own))
    middle = [_in_the_middle(some, own, starts, (number, side)) for number, side in enumerate(sides)]
    forms: NDArray[np.bool_] = (np.minimum(*(longest[side] for side in sides)) < STORY) | (
        np.minimum(*middle) > 0.5
    )
    return forms


def _longest_own(is_own: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tokens of each article's longest stretch without boilerplate; article i starts at `starts[i]`."""
    ends = np.union1d(np.flatnonzero(~is_own), starts)  # no stretch goes on into the next article
    gaps = np.diff(ends) - ~np.append(is_own, False)[ends[:-1]]
    return np.maximum.reduceat(gaps, np.searchsorted(ends, starts[:-1])) if gaps.size else gaps


def _in_the_middle(
    some: Pairs, own: NDArray[np.int64], starts: NDArray[np.int64], side: tuple[int, NDArray[np.int64]]
) -> NDArray[np.float64]:
    """The share of boilerplate in passages that has words of the article's own before and behind it.

    `own`: of the tokens of all articles, how many of its own stand before each. `side`: 0 for left, 1 for
    right, and the number of each pair's article there.
    """
    column, article = side
    row = np.repeat(np.arange(len(some)), np.diff(some.passage_starts))
    low, high = starts[article[row]], starts[article[row] + 1]
    first, last = low + some.passages[:, 2 * column], low + some.passages[:, 2 * column + 1]
    common = (last - first) * (2 * (own[last] - own[first]) < last - first)
    middle = np.minimum(own[first] - own[low], own[high] - own[last]) >= AROUND
    total = np.bincount(row, common, len(some))
    share: NDArray[np.float64] = np.bincount(row, common * middle, len(some)) / np.maximum(1, total)
    return share
