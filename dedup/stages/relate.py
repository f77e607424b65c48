"""Figures into relations: the rules, in one place."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs
from dedup.settings import Settings
from dedup.sketches import Nodes


class Relation(IntEnum):
    """What two articles are to one another, the first that fits."""

    NONE = 0
    EXACT = 1
    NEAR = 2
    EXCERPT = 3
    SHARED = 4

    @property
    def label(self) -> str:
        """The name in columns and reports."""
        return self.name.lower()


JOINING = (Relation.EXACT, Relation.NEAR, Relation.EXCERPT)
"""Relations that make two articles members of one cluster."""


def relate(pairs: Pairs, nodes: Nodes, settings: Settings) -> NDArray[np.int8]:
    """The relation of each pair of nodes (nodes are never `EXACT`: equal articles share one).

    A pair without a passage has none, whatever its Jaccard: there is no evidence to show, and of 100,000
    articles of three words two pairs do have one 32-bit shingle in common.
    """
    left_in_right, right_in_left = pairs.containments(nodes)
    smaller = np.minimum(left_in_right, right_in_left)
    larger = np.maximum(left_in_right, right_in_left)
    rules = (
        (smaller >= settings.threshold, Relation.NEAR),
        (larger >= settings.excerpt, Relation.EXCERPT),
        ((np.maximum(larger, pairs.jaccard) >= settings.shared) & (larger > 0), Relation.SHARED),
    )
    return np.select([rule for rule, _ in rules], [name for _, name in rules], Relation.NONE).astype(np.int8)


def joins(relations: NDArray[np.int8], pairs: Pairs, nodes: Nodes, settings: Settings) -> NDArray[np.bool_]:
    """Whether each pair may share a cluster: a joining relation, and neither article too short."""
    shorter = np.minimum(nodes.counts[pairs.left], nodes.counts[pairs.right])
    return np.isin(relations, JOINING) & (shorter >= settings.min_words)
