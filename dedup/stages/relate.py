"""Figures into relations: the rules, in one place."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.passages import LEFT, RIGHT, WHOLE_LEFT, WHOLE_RIGHT
from dedup.pairs import FORM, Pairs
from dedup.provenance import NO_TIME, Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes

DAY = 24 * 3600 * 10**6  # microseconds
WEEK = 7 * DAY

SAME_STORY = 0.6
"""Of one article in the other, by one source within a day: it is the story again, led or cut otherwise.
In 255 pairs read by hand none was another story; two thirds of what is shared less were."""
UPDATED = 0.5
"""The same where the headline says UPDATE, CORRECTED or the like, within a week: most of the story stays."""
FURNITURE = 8
"""Tokens of boilerplate on one side only: the shortest block there is, so the wrapping is another."""


class Relation(IntEnum):
    """What two articles are to one another, the first that fits."""

    NONE = 0
    EXACT = 1
    BOILERPLATE = 2
    TEMPLATE = 3
    ROUNDUP = 4
    VERSION = 5
    WRAPPED = 6
    NEAR = 7
    EXCERPT = 8
    SHARED = 9

    @property
    def label(self) -> str:
        """The name in columns and reports."""
        return self.name.lower()


JOINING = (Relation.EXACT, Relation.VERSION, Relation.WRAPPED, Relation.NEAR, Relation.EXCERPT)
"""Relations that make two articles members of one cluster."""


def relate(pairs: Pairs, nodes: Nodes, provenance: Provenance, settings: Settings) -> NDArray[np.int8]:
    """The relation of each pair of nodes, less `EXACT` (equal articles share a node) and `ROUNDUP`.

    A pair without a passage has none, whatever its Jaccard: there is no evidence to show, and of 100,000
    articles of three words two pairs do have one 32-bit shingle in common.
    """
    smaller, larger = containments(pairs, nodes, settings)
    whole = np.maximum(*pairs.whole_containments(nodes))
    is_near = smaller >= settings.threshold
    is_excerpt = larger >= settings.excerpt
    in_common = (np.maximum(larger, pairs.jaccard) >= settings.shared) | is_near | is_excerpt
    is_form = pairs.figures[:, FORM] > 0
    rules = (
        # Nothing to show for it.
        (whole == 0, Relation.NONE),
        # Half of one is in the other; without boilerplate it is less than any relation asks for.
        ((whole >= settings.told) & _has_furniture(pairs) & ~in_common & ~is_form, Relation.BOILERPLATE),
        # Names or a day's figures are swapped in sentences that stay (see stages/template.py).
        (is_form, Relation.TEMPLATE),
        # The source says so, or prints the story again within a day.
        (in_common & _are_versions(pairs, provenance, larger, is_near), Relation.VERSION),
        # Most of each is in the other, and one stands in furniture that the other has not.
        (is_near & (_other_furniture(pairs, nodes) >= FURNITURE), Relation.WRAPPED),
        (is_near, Relation.NEAR),
        (is_excerpt, Relation.EXCERPT),
        (in_common, Relation.SHARED),
    )
    return np.select([rule for rule, _ in rules], [name for _, name in rules], Relation.NONE).astype(np.int8)


def containments(
    pairs: Pairs, nodes: Nodes, settings: Settings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The smaller and the larger containment of each pair, boilerplate set aside.

    Where that leaves an article under `min_words` tokens, what is left says little: then as much must be
    contained with boilerplate too.
    """
    left, right = pairs.containments(nodes)
    thin = np.minimum(nodes.own[pairs.left], nodes.own[pairs.right]) < settings.min_words
    whole = pairs.whole_containments(nodes)
    left = np.where(thin, np.minimum(left, whole[0]), left)
    right = np.where(thin, np.minimum(right, whole[1]), right)
    return np.minimum(left, right), np.maximum(left, right)


def _are_versions(
    pairs: Pairs, provenance: Provenance, larger: NDArray[np.float64], is_near: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which pairs are two states of one story by one provider, by what is known besides their words."""
    left, right = pairs.left, pairs.right
    known = provenance
    said = pairs.are_among(known.replaced)
    same = known.by_one_source(left, right)
    apart = known.apart(left, right)
    again = same & (apart <= DAY) & (is_near | (larger >= SAME_STORY))
    tagged = known.tagged[left] | known.tagged[right]
    updated = same & tagged & ((apart <= WEEK) | (apart == NO_TIME)) & (larger >= UPDATED)
    either: NDArray[np.bool_] = said | again | updated
    return either


def _has_furniture(pairs: Pairs) -> NDArray[np.bool_]:
    """Which pairs have boilerplate in common."""
    figures = pairs.figures
    has: NDArray[np.bool_] = (figures[:, WHOLE_LEFT] > figures[:, LEFT]) | (
        figures[:, WHOLE_RIGHT] > figures[:, RIGHT]
    )
    return has


def _other_furniture(pairs: Pairs, nodes: Nodes) -> NDArray[np.int32]:
    """How many tokens of boilerplate stand on one side only: on the side that has more of them."""
    figures = pairs.figures
    left = nodes.counts[pairs.left] - nodes.own[pairs.left] - (figures[:, WHOLE_LEFT] - figures[:, LEFT])
    right = nodes.counts[pairs.right] - nodes.own[pairs.right] - (figures[:, WHOLE_RIGHT] - figures[:, RIGHT])
    other: NDArray[np.int32] = np.maximum(left, right)
    return other


def are_near(pairs: Pairs, nodes: Nodes, settings: Settings) -> NDArray[np.bool_]:
    """Which pairs have most of each in the other, and are no templates."""
    smaller, _ = containments(pairs, nodes, settings)
    near: NDArray[np.bool_] = (smaller >= settings.threshold) & (pairs.figures[:, FORM] == 0)
    return near


def joins(relations: NDArray[np.int8], pairs: Pairs, nodes: Nodes, settings: Settings) -> NDArray[np.bool_]:
    """Whether each pair may share a cluster: a joining relation, and neither article too short."""
    shorter = np.minimum(nodes.counts[pairs.left], nodes.counts[pairs.right])
    return np.isin(relations, JOINING) & (shorter >= settings.min_words)
