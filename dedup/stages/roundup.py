"""Excerpts into roundups: articles that contain two or more others, unrelated to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs, united
from dedup.provenance import NO_TIME, Provenance
from dedup.sketches import Nodes, places_of

Rows = NDArray[np.int64]


def in_roundups(
    pairs: Pairs,
    excerpts: NDArray[np.bool_],
    related: NDArray[np.bool_],
    copies: NDArray[np.bool_],
    nodes: Nodes,
    provenance: Provenance,
) -> NDArray[np.bool_]:
    """Which of the `excerpts` have a roundup for their longer side.

    `related`: the pairs that have any real part in common; `copies`: those that are copies or versions. Of a
    story in many copies not all are compared with each other, so what is a copy over third articles counts.
    An article published before all that it contains is no roundup: those are cut from it.
    """
    rows = np.flatnonzero(excerpts)
    left_in_right, right_in_left = pairs.containments(nodes)
    is_left = left_in_right[rows] < right_in_left[rows]  # the left one is the container
    whole = np.where(is_left, pairs.left[rows], pairs.right[rows])
    part = np.where(is_left, pairs.right[rows], pairs.left[rows])
    story = united(pairs.left[copies], pairs.right[copies], len(nodes))
    left, right = pairs.left[related], pairs.right[related]
    beside = (np.searchsorted(left, np.arange(len(nodes) + 1)), right)
    out = np.zeros(len(pairs), np.bool_)
    order = np.argsort(whole, kind="stable")
    for held in np.split(order, np.flatnonzero(np.diff(whole[order])) + 1):
        if held.size > 1 and not _is_first(whole[held[0]], part[held], provenance):
            out[rows[held]] = not _are_one_story(part[held], story, beside)
    return out


def _is_first(whole: np.int64, parts: Rows, provenance: Provenance) -> bool:
    """Whether the whole was published before all parts whose time is known, and there are some."""
    times = provenance.times[parts]
    times = times[times < NO_TIME]
    return times.size > 0 and bool(provenance.times[whole] < times.min())


def _are_one_story(parts: Rows, story: Rows, beside: tuple[Rows, Rows]) -> bool:
    """Whether all parts hang together: of one story, or related one by one.

    `story`: a number per node; `beside`: where each node's related later ones start, and these.
    """
    starts, others = beside
    numbers, place = np.unique(story[parts], return_inverse=True)
    if numbers.size == 1:
        return True
    sizes = starts[parts + 1] - starts[parts]
    other = others[places_of(starts[parts], sizes)]
    order = np.argsort(parts)
    at = order[np.minimum(np.searchsorted(parts[order], other), parts.size - 1)]
    met = parts[at] == other
    return not united(np.repeat(place, sizes)[met], place[at[met]], numbers.size).any()
