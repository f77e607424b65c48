"""Joining pairs into clusters, each held to its lead, and each with its origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.assign import assign_leads
from dedup.pairs import Pairs
from dedup.sketches import Nodes

NO_TIME = np.iinfo(np.int64).max
"""Stands for an absent time: later than all others."""


@dataclass(frozen=True)
class Facts:
    """What the origin rule knows of every article.

    `times`: int64 microseconds, `NO_TIME` where absent; `ranks`: int64 place in the order of (id, version).
    """

    times: NDArray[np.int64]
    ranks: NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Who is held to whom.

    `lead_of`: int64 lead node per node, itself where alone; `coverage`: int64 per node, how many words of
    the nodes joined to it it covers, copies counted.
    """

    lead_of: NDArray[np.int64]
    coverage: NDArray[np.int64]


def cluster(nodes: Nodes, pairs: Pairs, joining: NDArray[np.bool_], facts: Facts, most: float) -> Clusters:
    """Rank nodes and walk down, each unassigned one becoming the lead of all unassigned ones that join it.

    A node ranks by how many articles join it, by how many of those articles' words it covers, by how many of
    those articles it holds for the most part (a containment of `most`), then by time and id. Of a story and
    its excerpt each covers the same words of the other; only the story holds the other.
    """
    left, right = pairs.left[joining], pairs.right[joining]
    n = len(nodes)
    weights = nodes.weights
    degree = weights - 1
    np.add.at(degree, left, weights[right])
    np.add.at(degree, right, weights[left])
    coverage = (weights - 1) * nodes.counts
    np.add.at(coverage, left, pairs.figures[joining, 1] * weights[right])
    np.add.at(coverage, right, pairs.figures[joining, 0] * weights[left])
    left_in_right, right_in_left = pairs.containments(nodes)
    holds = weights - 1
    np.add.at(holds, left, weights[right] * (right_in_left[joining] >= most))
    np.add.at(holds, right, weights[left] * (left_in_right[joining] >= most))
    first_time = least_of_members(nodes, facts.times)
    first_rank = least_of_members(nodes, facts.ranks)
    order = np.lexsort((first_rank, first_time, -holds, -coverage, -degree))
    ends = np.concatenate([left, right])
    by_node = np.argsort(ends, kind="stable")
    starts = np.searchsorted(ends[by_node], np.arange(n + 1))
    return Clusters(assign_leads(order, starts, np.concatenate([right, left])[by_node]), coverage)


def least_of_members(nodes: Nodes, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The least of the articles' values, for each node (int64)."""
    if not len(nodes):
        return np.empty(0, np.int64)
    return np.minimum.reduceat(values[nodes.members], nodes.member_starts[:-1])


@dataclass(frozen=True)
class Members:
    """One row per article in a cluster of two or more, cluster after cluster, the lead first.

    `article`, `lead`, `origin`: int64 article numbers; `size`: int64 articles in the cluster; `basis`:
    what decided the origin, as an index into `BASES`.
    """

    article: NDArray[np.int64]
    lead: NDArray[np.int64]
    origin: NDArray[np.int64]
    size: NDArray[np.int64]
    basis: NDArray[np.int64]


BASES = ("time", "coverage", "id")


def members(nodes: Nodes, clusters: Clusters, facts: Facts) -> Members:
    """The articles of every cluster of two or more, with lead and origin.

    Among a lead node's equal articles the lead is the earliest, then the first by id. The origin of a
    cluster is its earliest article, then the one that covers most, then the first by id.
    """
    lead_node = clusters.lead_of[nodes.of_article]
    sizes = np.bincount(lead_node, minlength=len(nodes))
    articles = np.flatnonzero(sizes[lead_node] > 1)
    keys = (lead_node[articles], facts.times[articles], -clusters.coverage[nodes.of_article[articles]])
    lead = _first_of_clusters(
        keys[0], (facts.ranks[articles], keys[1], nodes.of_article[articles] != keys[0])
    )
    order = np.lexsort((facts.ranks[articles], keys[2], keys[1], keys[0]))
    begins = np.flatnonzero(np.diff(keys[0][order], prepend=-1))
    first, second = order[begins], order[begins + 1]
    basis = np.where(keys[1][first] != keys[1][second], 0, np.where(keys[2][first] != keys[2][second], 1, 2))
    number = np.searchsorted(keys[0][order][begins], keys[0])
    rows = np.lexsort((facts.ranks[articles], articles != articles[lead][number], number))
    return Members(
        article=articles[rows],
        lead=articles[lead][number[rows]],
        origin=articles[first][number[rows]],
        size=sizes[keys[0][rows]],
        basis=basis[number[rows]],
    )


def _first_of_clusters(
    cluster_of: NDArray[np.int64], keys: tuple[NDArray[np.int64], ...]
) -> NDArray[np.int64]:
    """The row that comes first in each cluster by the keys, the last key weighing most."""
    order = np.lexsort((*keys, cluster_of))
    return order[np.flatnonzero(np.diff(cluster_of[order], prepend=-1))]
