"""Joining pairs into clusters, each held to its lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.assign import assign_leads
from dedup.kernels.passages import LEFT, RIGHT
from dedup.pairs import Pairs, among, pair_keys
from dedup.sketches import Nodes


@dataclass(frozen=True)
class Facts:
    """What tells articles apart that are alike.

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


def cluster(
    nodes: Nodes,
    pairs: Pairs,
    verdicts: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    replaced: NDArray[np.int64],
    facts: Facts,
    most: float,
) -> Clusters:
    """Rank nodes and walk down, each unassigned one becoming the lead of all unassigned ones that join it.

    `verdicts`: which pairs join, and which may not share a cluster, be it over a third: of two letters of one
    form the lead takes the one that is more like it. `replaced`: `pair_keys` of replaced and replacing nodes.

    A node ranks by how many articles join it (of equal ones those that were replaced come last), by how
    many of those articles' words it covers, by how many of those articles it holds for the most part (a
    containment of `most`), then by time and id. Of a story and its excerpt each covers the same words of the
    other; only the story holds the other.
    """
    joining, apart = verdicts
    left, right = pairs.left[joining], pairs.right[joining]
    n = len(nodes)
    weights = nodes.weights
    degree = weights - 1
    np.add.at(degree, left, weights[right])
    np.add.at(degree, right, weights[left])
    coverage = (weights - 1) * nodes.counts
    np.add.at(coverage, left, pairs.figures[joining, RIGHT] * weights[right])
    np.add.at(coverage, right, pairs.figures[joining, LEFT] * weights[left])
    left_in_right, right_in_left = pairs.containments(nodes)
    holds = weights - 1
    np.add.at(holds, left, weights[right] * (right_in_left[joining] >= most))
    np.add.at(holds, right, weights[left] * (left_in_right[joining] >= most))
    first_time = nodes.least(facts.times)
    first_rank = nodes.least(facts.ranks)
    was_replaced = np.zeros(n, np.bool_)
    was_replaced[left[among(pair_keys(left, right), replaced)]] = True
    was_replaced[right[among(pair_keys(right, left), replaced)]] = True
    order = np.lexsort((first_rank, first_time, -holds, -coverage, was_replaced, -degree))
    alike = pairs.jaccard[joining]
    lead_of = assign_leads(
        order, _links(left, right, n, alike), _links(pairs.left[apart], pairs.right[apart], n)
    )
    return Clusters(lead_of, coverage)


def _links(
    left: NDArray[np.int64], right: NDArray[np.int64], nodes: int, alike: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each node where its neighbours start, and these, the most `alike` first, then by number."""
    ends, others = np.concatenate([left, right]), np.concatenate([right, left])
    rank = np.zeros(ends.size) if alike is None else -np.tile(alike, 2)
    by_node = np.lexsort((others, rank, ends))
    return np.searchsorted(ends[by_node], np.arange(nodes + 1)), others[by_node]


@dataclass(frozen=True)
class Members:
    """One row per article in a cluster of two or more, cluster after cluster, the lead first, then by id.

    `article`, `lead`: int64 article numbers; `size`: int64 articles in the cluster; `coverage`: int64, as of
    `Clusters`.
    """

    article: NDArray[np.int64]
    lead: NDArray[np.int64]
    size: NDArray[np.int64]
    coverage: NDArray[np.int64]


def members(nodes: Nodes, clusters: Clusters, facts: Facts) -> Members:
    """The articles of every cluster of two or more.

    Among a lead node's equal articles the lead is the earliest, then the first by id.
    """
    lead_node = clusters.lead_of[nodes.of_article]
    sizes = np.bincount(lead_node, minlength=len(nodes))
    articles = np.flatnonzero(sizes[lead_node] > 1)
    node, cluster_of = nodes.of_article[articles], lead_node[articles]
    lead = _first_of_clusters(cluster_of, (facts.ranks[articles], facts.times[articles], node != cluster_of))
    number = np.searchsorted(cluster_of[lead], cluster_of)
    lead = articles[lead]
    rows = np.lexsort((facts.ranks[articles], articles != lead[number], number))
    return Members(
        article=articles[rows],
        lead=lead[number[rows]],
        size=sizes[cluster_of[rows]],
        coverage=clusters.coverage[node[rows]],
    )


def _first_of_clusters(
    cluster_of: NDArray[np.int64], keys: tuple[NDArray[np.int64], ...]
) -> NDArray[np.int64]:
    """The row that comes first in each cluster by the keys, the last key weighing most."""
    order = np.lexsort((*keys, cluster_of))
    return order[np.flatnonzero(np.diff(cluster_of[order], prepend=-1))]
