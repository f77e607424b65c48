"""Compared pairs of nodes into the pairs of articles that are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs, pair_keys
from dedup.sketches import Nodes

EXACT_ROW = -1


@dataclass(frozen=True)
class Listing:
    """One row per told pair of articles, sorted by a's rank, then b's.

    `a`, `b`: int64 articles, a's rank below b's; `row`: int64 row of the compared pairs, or `EXACT_ROW`;
    `is_swapped`: whether a is the pair's right side; `not_listed`: int64 further pairs it stands for.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    row: NDArray[np.int64]
    is_swapped: NDArray[np.bool_]
    not_listed: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_]) -> Listing:
        """Some of the rows."""
        return Listing(
            self.a[rows], self.b[rows], self.row[rows], self.is_swapped[rows], self.not_listed[rows]
        )


@dataclass(frozen=True)
class Limits:
    """From which strength pairs between clusters are listed member by member, and how many at most.

    `cut`: int64, `pairs.pair_keys` of the leads of two clusters whose pairs were not all compared.
    """

    told: float
    most: int
    cut: NDArray[np.int64]


def rows_with_lead(
    nodes: Nodes, pairs: Pairs, article: NDArray[np.int64], lead: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each article and its lead: their row of the compared pairs, and whether it is the right side."""
    mine, its = nodes.of_article[article], nodes.of_article[lead]
    rows = np.searchsorted(pairs.keys, pair_keys(np.minimum(mine, its), np.maximum(mine, its)))
    return np.where(mine == its, EXACT_ROW, rows), mine > its


def list_pairs(
    nodes: Nodes,
    pairs: Pairs,
    lead_of: NDArray[np.int64],
    lead_articles: NDArray[np.int64],
    members: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    limits: Limits,
) -> Listing:
    """List each member with its lead, and the pairs between different clusters.

    `lead_of`: lead node per node; `lead_articles`: int64, the article that stands for each node; `members`:
    articles, their leads, and every article's rank. Pairs between clusters of a Jaccard or larger
    containment of `limits.told` are listed for all copies on both sides, weaker ones for leads and single
    articles only. Above `limits.most` pairs between two clusters one row stands for them all: the leads',
    or the strongest where the leads were not compared; where not all were compared, they are all counted.
    """
    article, lead, ranks = members
    joined = article != lead
    parts = [(article[joined], lead[joined], *rows_with_lead(nodes, pairs, article[joined], lead[joined]))]
    strength = np.maximum(np.maximum(*pairs.containments(nodes)), pairs.jaccard)
    left_lead, right_lead = lead_of[pairs.left], lead_of[pairs.right]
    apart = left_lead != right_lead
    strong = np.flatnonzero(apart & (strength >= limits.told))
    weak = np.flatnonzero(
        apart & (strength < limits.told) & (left_lead == pairs.left) & (right_lead == pairs.right)
    )
    between = pair_keys(np.minimum(left_lead, right_lead), np.maximum(left_lead, right_lead))[strong]
    clusters, number = np.unique(between, return_inverse=True)
    copies = nodes.weights[pairs.left[strong]] * nodes.weights[pairs.right[strong]]
    totals = np.bincount(number, copies, clusters.size).astype(np.int64)
    articles = np.bincount(lead_of, nodes.weights, len(nodes)).astype(np.int64)
    cut = np.isin(clusters, limits.cut)
    totals[cut] = (articles[clusters >> 32] * articles[clusters & 0xFFFFFFFF])[cut]
    crowded = totals[number] > limits.most
    parts.append(_all_copies(nodes, pairs, strong[~crowded]))
    is_leads = (left_lead == pairs.left)[strong] & (right_lead == pairs.right)[strong]
    order = np.lexsort((-strength[strong], ~is_leads, number))
    order = order[crowded[order]]
    chosen = order[np.diff(number[order], prepend=-1) != 0]
    alone = np.concatenate([strong[chosen], weak])
    parts.append(
        (
            lead_articles[pairs.left[alone]],
            lead_articles[pairs.right[alone]],
            alone,
            np.zeros(alone.size, bool),
        )
    )
    not_listed = np.zeros(sum(part[0].size for part in parts), np.int64)
    begin = not_listed.size - alone.size
    not_listed[begin : begin + chosen.size] = totals[number[chosen]] - 1
    a, b, row, is_swapped = (np.concatenate(column) for column in zip(*parts, strict=True))
    turn = ranks[a] > ranks[b]
    a, b = np.where(turn, b, a), np.where(turn, a, b)
    order = np.lexsort((ranks[b], ranks[a]))
    return Listing(a[order], b[order], row[order], (is_swapped ^ turn)[order], not_listed[order])


def _all_copies(
    nodes: Nodes, pairs: Pairs, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Each row once for every article of its left node with every article of its right node."""
    weights = nodes.weights
    left, right = pairs.left[rows], pairs.right[rows]
    sizes = weights[left] * weights[right]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = np.repeat(weights[right], sizes)
    a = nodes.members[np.repeat(nodes.member_starts[left], sizes) + within // np.maximum(width, 1)]
    b = nodes.members[np.repeat(nodes.member_starts[right], sizes) + within % np.maximum(width, 1)]
    return a, b, np.repeat(rows, sizes), np.zeros(a.size, bool)
