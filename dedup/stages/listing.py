"""Compared pairs of nodes into the pairs of articles that are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs, among, pair_keys
from dedup.sketches import Nodes, places_of

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

    def by_rank(self, ranks: NDArray[np.int64]) -> Listing:
        """The rows as they must be, of rows in any order whose a and b stand either way round."""
        turn = ranks[self.a] > ranks[self.b]
        a, b = np.where(turn, self.b, self.a), np.where(turn, self.a, self.b)
        order = np.lexsort((ranks[b], ranks[a]))
        is_swapped = (self.is_swapped ^ turn)[order]
        return Listing(a[order], b[order], self.row[order], is_swapped, self.not_listed[order])


@dataclass(frozen=True)
class Limits:
    """From which strength pairs between clusters are listed member by member, and how many at most.

    `cut`: int64, `pairs.pair_keys` of the leads of two clusters whose pairs were not all compared.
    """

    told: float
    most: int
    cut: NDArray[np.int64]


@dataclass(frozen=True)
class Met:
    """Compared pairs of nodes in different clusters, sorted.

    `nodes`: int64, left and right of each; `leads`: int64, the leads of these; `strength`: float64, the
    Jaccard or the larger containment; `copies`: int64, how many pairs of articles it stands for; `between`:
    int64, the pairs of articles that the two clusters have, where not all of them were compared, else 0.
    """

    nodes: tuple[NDArray[np.int64], NDArray[np.int64]]
    leads: tuple[NDArray[np.int64], NDArray[np.int64]]
    strength: NDArray[np.float64]
    copies: NDArray[np.int64]
    between: NDArray[np.int64]


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
    apart, met = _met(nodes, pairs, lead_of, limits.cut)
    whole, alone, stands_for = chosen(met, limits.told, limits.most)
    parts.append(_all_copies(nodes, pairs, apart[whole]))
    alone = apart[alone]
    parts.append(
        (
            lead_articles[pairs.left[alone]],
            lead_articles[pairs.right[alone]],
            alone,
            np.zeros(alone.size, bool),
        )
    )
    not_listed = np.zeros(sum(part[0].size for part in parts), np.int64)
    not_listed[not_listed.size - alone.size :] = stands_for
    a, b, row, is_swapped = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Listing(a, b, row, is_swapped, not_listed).by_rank(ranks)


def _met(
    nodes: Nodes, pairs: Pairs, lead_of: NDArray[np.int64], cut: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Met]:
    """The rows of pairs between different clusters, and those pairs."""
    apart = np.flatnonzero(lead_of[pairs.left] != lead_of[pairs.right])
    left, right = pairs.left[apart], pairs.right[apart]
    leads = lead_of[left], lead_of[right]
    strength = np.maximum(np.maximum(*pairs.containments(nodes)), pairs.jaccard)[apart]
    articles = np.bincount(lead_of, nodes.weights, len(nodes)).astype(np.int64)
    was_cut = among(pair_keys(np.minimum(*leads), np.maximum(*leads)), cut)
    between = np.where(was_cut, articles[leads[0]] * articles[leads[1]], 0)
    return apart, Met((left, right), leads, strength, nodes.weights[left] * nodes.weights[right], between)


def chosen(
    met: Met, told: float, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The pairs that are listed for all copies; those listed once, and how many more each stands for."""
    is_strong = met.strength >= told
    are_leads = (met.leads[0] == met.nodes[0]) & (met.leads[1] == met.nodes[1])
    strong, weak = np.flatnonzero(is_strong), np.flatnonzero(~is_strong & are_leads)
    between = pair_keys(np.minimum(*met.leads), np.maximum(*met.leads))[strong]
    clusters, number = np.unique(between, return_inverse=True)
    totals = np.bincount(number, met.copies[strong], clusters.size).astype(np.int64)
    cut = met.between[strong] > 0
    totals[number[cut]] = met.between[strong][cut]
    crowded = totals[number] > most
    order = np.lexsort((-met.strength[strong], ~are_leads[strong], number))
    order = order[crowded[order]]
    first = order[np.diff(number[order], prepend=-1) != 0]
    stands_for = np.zeros(first.size + weak.size, np.int64)
    stands_for[: first.size] = totals[number[first]] - 1
    return strong[~crowded], np.concatenate([strong[first], weak]), stands_for


def each_with_each(
    left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every one of `left[i]` copies with every one of `right[i]`, for each i: i and the numbers of both."""
    sizes = left * right
    row = np.repeat(np.arange(sizes.size), sizes)
    within, width = places_of(np.zeros(sizes.size, np.int64), sizes), right[row]
    return row, within // width, within % width


def _all_copies(
    nodes: Nodes, pairs: Pairs, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Each row once for every article of its left node with every article of its right node."""
    left, right = pairs.left[rows], pairs.right[rows]
    row, ours, theirs = each_with_each(nodes.weights[left], nodes.weights[right])
    a = nodes.members[nodes.member_starts[left][row] + ours]
    b = nodes.members[nodes.member_starts[right][row] + theirs]
    return a, b, rows[row], np.zeros(a.size, bool)
