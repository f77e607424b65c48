"""The search: which pairs of nodes are compared, in which rounds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.pairs import Pairs, merge
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import candidates
from dedup.stages.candidates import Links
from dedup.stages.cluster import Clusters, Facts, cluster
from dedup.stages.compare import compare
from dedup.stages.relate import Relation, joins, relate
from dedup.threads import untold

MOST_PAIRS = 1000  # between two groups or clusters; above it only the leads' pair is listed
_ROUNDS = 4  # of holding split groups' members to new leads; two have sufficed wherever it was measured

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Found:
    """Every compared pair that has a relation, the relations (int8), the clusters and what was counted."""

    pairs: Pairs
    relations: NDArray[np.int8]
    clusters: Clusters
    counts: dict[str, int]
    caps: dict[str, int]


def search(nodes: Nodes, facts: Facts, settings: Settings, progress: Progress) -> Found:
    """Find, compare and cluster all pairs of nodes that may have a relation."""
    bands = candidates.band_lists(nodes, settings)
    compared = _Compared(nodes, settings)
    roots = near_groups(compared, bands)
    sizes = np.bincount(roots, minlength=len(nodes))
    small = sizes[roots] <= candidates.SMALL_GROUP
    groups = np.where(small, np.arange(len(nodes)), roots).astype(np.int32)
    by_band, band_caps = candidates.share_band(nodes, bands, groups)
    bands.clear()
    by_print, print_caps = candidates.share_fingerprints(nodes, groups, settings)
    within = pairs_within(roots, small & (sizes[roots] > 1))
    compared.add(_join([within, by_band, by_print]), progress)
    compared.add(candidates.open_links(nodes, across_groups(compared, roots), settings.told))
    clusters = _cluster_all(compared, facts, roots, ~small)
    found = compared.whole()
    return Found(
        found,
        relate(found, nodes, settings),
        clusters,
        {"near_copy_groups": int((sizes > 1).sum()), "pairs_compared": compared.number},
        {"band_lists": band_caps, "fingerprint_lists": print_caps},
    )


class _Compared:
    """The pairs compared so far; those without a relation are remembered by key alone."""

    def __init__(self, nodes: Nodes, settings: Settings) -> None:
        self.nodes = nodes
        self.settings = settings
        self._parts: list[Pairs] = []
        self._seen: list[NDArray[np.int64]] = []

    @property
    def number(self) -> int:
        return sum(seen.size for seen in self._seen)

    def add(self, links: Links, progress: Progress = untold) -> Pairs:
        """Compare the links that are new, and return those that have a relation."""
        left, right = candidates.without(links, *self._seen)
        pairs = compare(self.nodes, left, right, self.settings, progress)
        self._seen.append(pairs.keys)
        told = pairs.take(np.flatnonzero(relate(pairs, self.nodes, self.settings)))
        self._parts.append(told)
        return told

    def whole(self) -> Pairs:
        self._parts = [merge(self._parts)]
        return self._parts[0]


def _join(links: list[Links]) -> Links:
    return np.concatenate([pair[0] for pair in links]), np.concatenate([pair[1] for pair in links])


def near_groups(compared: _Compared, bands: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """The first node of each node's near-copy group (int64).

    A node joins the group of the fullest node that it shares a band list with and that is near it.
    """
    nodes, settings = compared.nodes, compared.settings
    roots = np.arange(len(nodes))
    first, later = candidates.first_of_lists(nodes, bands)
    order = np.lexsort((first, later))
    first, later = first[order], later[order]
    while later.size:
        is_head = np.diff(later, prepend=-1) != 0
        told = compared.add((first[is_head], later[is_head]))
        near = relate(told, nodes, settings) == Relation.NEAR
        roots[told.right[near]] = told.left[near]
        open_still = ~is_head & (roots[later] == later)
        first, later = first[open_still], later[open_still]
    while not np.array_equal(further := roots[roots], roots):
        roots = further
    return roots


def members_of(roots: NDArray[np.int64], chosen: NDArray[np.bool_]) -> dict[int, NDArray[np.int64]]:
    """The nodes of each group, for the groups of the chosen nodes."""
    nodes = np.flatnonzero(chosen)
    order = nodes[np.argsort(roots[nodes], kind="stable")]
    begins = np.flatnonzero(np.diff(roots[order], prepend=-1))
    return {int(roots[group[0]]): group for group in np.split(order, begins[1:]) if group.size}


def pairs_within(roots: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Links:
    """All pairs within each group of the chosen nodes."""
    parts = [_product(group, group) for group in members_of(roots, chosen).values()]
    return _join([_nothing(), *parts])


def across_groups(compared: _Compared, roots: NDArray[np.int64]) -> Links:
    """The members' pairs of groups that met, where one of them is large.

    Up to `MOST_PAIRS` all are taken; above it, each group's members with the other's witness, where those are
    that few: 50,000 copies of a story that meet 5,000 articles over a footer must not be 250 M pairs. What
    a copy has of its own meets others by a witness of its own.
    """
    met = compared.whole()
    sizes = np.bincount(roots, minlength=roots.size)
    large = np.maximum(sizes[roots[met.left]], sizes[roots[met.right]]) > candidates.SMALL_GROUP
    apart = large & (roots[met.left] != roots[met.right])
    members = members_of(roots, np.isin(roots, roots[np.concatenate([met.left[apart], met.right[apart]])]))
    parts = [_nothing()]
    for left, right in zip(met.left[apart].tolist(), met.right[apart].tolist(), strict=True):
        ours, theirs = members[roots[left]], members[roots[right]]
        if ours.size * theirs.size <= MOST_PAIRS:
            parts.append(_product(ours, theirs))
        else:
            if ours.size <= MOST_PAIRS:
                parts.append(_product(ours, np.array([right])))
            if theirs.size <= MOST_PAIRS:
                parts.append(_product(np.array([left]), theirs))
    return _join(parts)


def _cluster_all(
    compared: _Compared, facts: Facts, roots: NDArray[np.int64], in_large: NDArray[np.bool_]
) -> Clusters:
    """Cluster; then hold the members of large groups that were split to the leads of the other parts."""
    nodes, settings = compared.nodes, compared.settings
    for _ in range(_ROUNDS):
        pairs = compared.whole()
        relations = relate(pairs, nodes, settings)
        clusters = cluster(nodes, pairs, joins(relations, pairs, nodes, settings), facts, settings.threshold)
        before = compared.number
        compared.add(split_links(clusters.lead_of, roots, in_large))
        if compared.number == before:
            break
    return clusters


def split_links(lead_of: NDArray[np.int64], roots: NDArray[np.int64], in_large: NDArray[np.bool_]) -> Links:
    """The pairs between the parts of each large group that was split over clusters.

    Every member with the leads of the other parts, the largest parts first; and up to `MOST_PAIRS` between
    two parts, all of them.
    """
    parts = [_nothing()]
    for group in members_of(roots, in_large).values():
        leads, sizes = np.unique(lead_of[group], return_counts=True)
        leads = leads[np.argsort(-sizes, kind="stable")][: candidates.HUBS]
        split = [group[lead_of[group] == lead] for lead in leads.tolist()]
        for lead in leads.tolist() if leads.size > 1 else ():
            parts.append(_product(group[lead_of[group] != lead], np.array([lead])))
        for ours, theirs in itertools.combinations(split, 2):
            if ours.size * theirs.size <= MOST_PAIRS:
                parts.append(_product(ours, theirs))
    return _join(parts)


def _product(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> Links:
    """All pairs of one of ours and one of theirs, each once."""
    a, b = np.repeat(ours, theirs.size), np.tile(theirs, ours.size)
    return candidates.to_links(candidates.to_keys((np.minimum(a, b), np.maximum(a, b)))[a != b])


def _nothing() -> Links:
    return np.empty(0, np.int64), np.empty(0, np.int64)
