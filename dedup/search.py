"""The search: which pairs of nodes are compared, in which rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dedup.attribution import Attribution, Outlined
from dedup.clock import Clock
from dedup.compared import Compared, Progress
from dedup.lists import Links, Outside, pairs_within, to_links
from dedup.pairs import Pairs, pair_keys
from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes, distinct, places_of
from dedup.stages import candidates
from dedup.stages.boilerplate import KnownBoilerplate, Runs, learn, no_runs, set_aside, with_known
from dedup.stages.cluster import Clusters, Facts, Members, cluster
from dedup.stages.form import are_forms
from dedup.stages.relate import Relation, are_near, joins, relate
from dedup.stages.roundup import in_roundups
from dedup.stages.template import by_copies
from dedup.threads import beside

MOST_PAIRS = 1000  # between two groups or clusters; above it only the leads' pair is listed
QUIET = 0.01  # of a group's members: where fewer move in a round, it is not searched again


@dataclass(frozen=True)
class Beyond:
    """What is known of a larger collection, of which the articles at hand are a part.

    `tells_sources`: as of `Provenance`; `outside`: of its long posting lists. `told`: which of the articles
    at hand the tables tell of, with the clusters they are in; `names`: gives members and what is told of them
    the ids of their clusters; `boilerplate`: what was learnt to be such before; `outlined`: what is known of
    articles whose texts are not at hand.
    """

    tells_sources: bool | None = None
    outside: Outside | None = None
    told: NDArray[np.bool_] | None = None
    names: Callable[[Members, Attribution], list[str]] | None = None
    boilerplate: KnownBoilerplate | None = None
    outlined: Outlined | None = None


@dataclass(frozen=True)
class Found:
    """Every compared pair that has a relation, the relations (int8), the clusters and what was counted.

    `nodes`: with the boilerplate set aside, and `runs`: where it stands (`stages.boilerplate.Runs`).
    `cut`: int64, ascending, `pairs.pair_keys` of the leads of two clusters that were not compared throughout.
    """

    nodes: Nodes
    runs: Runs
    pairs: Pairs
    relations: NDArray[np.int8]
    clusters: Clusters
    cut: NDArray[np.int64]
    counts: dict[str, int]
    caps: dict[str, int]


def search(  # noqa: PLR0913, PLR0917 - all that a search is made of
    nodes: Nodes,
    facts: Facts,
    provenance: Provenance,
    settings: Settings,
    clock: Clock,
    progress: Progress,
    beyond: Beyond | None = None,
) -> Found:
    """Find, compare and cluster all pairs of nodes that may have a relation.

    First near-copy groups alone, from which boilerplate is learnt; then all, with that set aside.
    """
    beyond = beyond or Beyond()
    bands = candidates.band_lists(nodes, settings)
    heads = candidates.first_of_lists(nodes, bands)
    raw = Compared(nodes, provenance, settings, clock, learns=True)
    with clock("boilerplate"), beside(lambda: _read_ahead(raw), settings.workers) as texts_read:
        runs = _boilerplate(raw, heads, beyond.boilerplate)
        nodes = set_aside(nodes, runs, settings)
        texts_read()
    compared = Compared(nodes, provenance, settings, clock, known=raw)
    roots = near_groups(compared, heads)
    sizes = np.bincount(roots, minlength=len(nodes))
    small = sizes[roots] <= candidates.SMALL_GROUP
    groups = np.where(small, np.arange(len(nodes)), roots).astype(np.int32)
    every = np.ones(len(nodes), bool)
    by_band, by_print, caps = _meetings(nodes, bands, groups, every, settings, beyond.outside)
    within = pairs_within(roots, candidates.SMALL_GROUP)
    forms, caps["boilerplate_lists"] = candidates.share_boilerplate(nodes, raw.nodes, settings)
    compared.add(_join([within, by_band, by_print, forms, _said(provenance)]), progress)
    across, cut = across_groups(compared, roots)
    compared.add(candidates.open_links(nodes, across, settings))
    with clock("cluster"):
        clusters, relations, caps["split_groups"] = _cluster_all(
            compared, facts, bands, np.where(small, -1, roots)
        )
    found = compared.whole()
    left, right = np.sort(clusters.lead_of[np.stack(cut)], axis=0)
    return Found(
        nodes,
        runs,
        found,
        relations,
        clusters,
        distinct(pair_keys(left, right)),
        {
            "near_copy_groups": int((sizes > 0).sum()),
            "boilerplate_blocks": np.unique(runs[:, 0]).size,
            "pairs_compared": compared.number,
        },
        caps,
    )


def _read_ahead(compared: Compared) -> None:
    """Read what templates are told by, on a thread: half of the time boilerplate is learnt on one."""
    if compared.settings.workers > 1 and compared.provenance.tells_sources:
        compared.kinds.read_all(1)


def _boilerplate(compared: Compared, heads: Links, known: KnownBoilerplate | None) -> Runs:
    """What recurs in several near-copy groups that are otherwise unrelated, and what is known to."""
    nodes, settings = compared.nodes, compared.settings
    if not settings.boilerplate:
        return no_runs()
    roots = near_groups(compared, heads).astype(np.int32)
    every = np.ones(len(nodes), bool)
    learnt = learn(nodes, candidates.print_entries(nodes, every), roots, compared.provenance, settings)
    return learnt if known is None else with_known(nodes, learnt, known, settings)


def _relations(pairs: Pairs, nodes: Nodes, provenance: Provenance, settings: Settings) -> NDArray[np.int8]:
    """The relation of every pair, roundups among them."""
    relations = relate(pairs, nodes, provenance, settings)
    return settled(relations, pairs, nodes, provenance, settings, partial(are_forms, nodes, pairs))


def settled(
    relations: NDArray[np.int8],
    pairs: Pairs,
    nodes: Nodes,
    provenance: Provenance,
    settings: Settings,
    are_forms: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
) -> NDArray[np.int8]:
    """The relations of pairs, by what others there are; `relations` is written over.

    `are_forms`: tells which rows of those that share boilerplate alone share a form.
    """
    joining = joins(relations, pairs, nodes, settings)
    relations[by_copies(pairs, relations == Relation.TEMPLATE, joining, provenance)] = Relation.TEMPLATE
    alone = np.flatnonzero(relations == Relation.BOILERPLATE)
    relations[alone[are_forms(alone)]] = Relation.TEMPLATE
    excerpts = joining & (relations == Relation.EXCERPT)
    related = ~np.isin(relations, (Relation.NONE, Relation.BOILERPLATE, Relation.TEMPLATE))
    copies = np.isin(relations, (Relation.VERSION, Relation.WRAPPED, Relation.NEAR))
    relations[in_roundups(pairs, excerpts, related, copies, nodes, provenance)] = Relation.ROUNDUP
    return relations


def _said(provenance: Provenance) -> Links:
    """The nodes that replace each other by what they say themselves."""
    replaced, replacing = provenance.replaced >> 32, provenance.replaced & 0xFFFFFFFF
    return np.minimum(replaced, replacing), np.maximum(replaced, replacing)


def _meetings(
    nodes: Nodes,
    bands: list[NDArray[np.uint64]],
    groups: NDArray[np.int32],
    chosen: NDArray[np.bool_],
    settings: Settings,
    outside: Outside | None = None,
) -> tuple[Links, Links, dict[str, int]]:
    """The chosen nodes of different groups that share a band key, or fingerprints, and the caps met."""
    by_band, band_caps = candidates.share_band(nodes, bands, groups, chosen)
    by_print, print_caps = candidates.share_fingerprints(nodes, groups, chosen, settings, outside)
    return by_band, by_print, {"band_lists": band_caps, "fingerprint_lists": print_caps}


def _join(links: list[Links]) -> Links:
    return np.concatenate([pair[0] for pair in links]), np.concatenate([pair[1] for pair in links])


def near_groups(compared: Compared, heads: Links) -> NDArray[np.int64]:
    """The first node of each node's near-copy group (int64).

    A node joins the group of the fullest node that it shares a band list with and that is near it.
    `heads`: the first node of each band list with the others.
    """
    nodes, settings = compared.nodes, compared.settings
    roots = np.arange(len(nodes))
    first, later = heads
    order = np.lexsort((first, later))
    first, later = first[order], later[order]
    while later.size:
        is_head = np.diff(later, prepend=-1) != 0
        for told in compared.add((first[is_head], later[is_head])):
            near = are_near(told, nodes, settings)
            roots[told.right[near]] = told.left[near]
        open_still = ~is_head & (roots[later] == later)
        first, later = first[open_still], later[open_still]
    while not np.array_equal(further := roots[roots], roots):
        roots = further
    return roots


def across_groups(compared: Compared, roots: NDArray[np.int64]) -> tuple[Links, Links]:
    """The members' pairs of groups that met, one of them large; and the witnesses whose groups were cut.

    Up to `MOST_PAIRS` all are taken; above it, each group's members with the other's witness, where those are
    that few: 50,000 copies of a story that meet 5,000 articles over a footer must not be 250 M pairs. What
    a copy has of its own meets others by a witness of its own.
    """
    met = compared.whole()
    sizes = np.bincount(roots, minlength=roots.size)
    members = np.argsort(roots, kind="stable")
    starts = np.cumsum(sizes) - sizes
    left, right = met.left, met.right
    ours, theirs = roots[left], roots[right]
    apart = (np.maximum(sizes[ours], sizes[theirs]) > candidates.SMALL_GROUP) & (ours != theirs)
    left, right, ours, theirs = left[apart], right[apart], ours[apart], theirs[apart]
    cut = sizes[ours] * sizes[theirs] > MOST_PAIRS
    # Of groups that are not too large, each member of the smaller root's with the members of the other.
    whole = distinct(pair_keys(np.minimum(ours, theirs), np.maximum(ours, theirs))[~cut])
    a, b = whole >> 32, whole & 0xFFFFFFFF
    member, group = members[places_of(starts[a], sizes[a])], np.repeat(b, sizes[a])
    # Of the others, each witness.
    some = distinct(np.concatenate([pair_keys(left, theirs)[cut], pair_keys(right, ours)[cut]]))
    some = some[sizes[some & 0xFFFFFFFF] <= MOST_PAIRS]
    member, group = np.append(member, some >> 32), np.append(group, some & 0xFFFFFFFF)
    one, other = np.repeat(member, sizes[group]), members[places_of(starts[group], sizes[group])]
    pairs = to_links(pair_keys(np.minimum(one, other), np.maximum(one, other)))
    return pairs, (left[cut], right[cut])


def _cluster_all(
    compared: Compared, facts: Facts, bands: list[NDArray[np.uint64]], large: NDArray[np.int64]
) -> tuple[Clusters, NDArray[np.int8], int]:
    """The clusters, the relations of all pairs, and how many large groups were not searched to their end.

    Where a large group was split, search again among its members, with its parts as groups, and cluster anew,
    until nothing new is met or the group is quiet: of 50,000 copies of a story some look like letters of
    one form, and each that leaves the cluster meets a few more. `large`: int64, the first node of each node's
    large group, -1 in none.
    """
    nodes, provenance, settings = compared.nodes, compared.provenance, compared.settings
    lead_of = np.full(len(nodes), -1)
    while True:
        pairs = compared.whole()
        relations = _relations(pairs, nodes, provenance, settings)
        verdicts = (joins(relations, pairs, nodes, settings), relations == Relation.TEMPLATE)
        clusters = cluster(nodes, pairs, verdicts, provenance.replaced, facts, settings.threshold)
        split, quiet = _split(large, clusters.lead_of, lead_of)
        lead_of, before = clusters.lead_of, compared.number
        if split.any():
            is_small = np.bincount(lead_of, minlength=len(nodes))[lead_of] <= candidates.SMALL_GROUP
            groups = np.where(is_small, np.arange(len(nodes)), lead_of).astype(np.int32)
            by_band, by_print, _ = _meetings(nodes, bands, groups, split, settings)
            compared.add(_join([by_band, by_print]))
        if compared.number == before:
            return clusters, relations, quiet


def _split(
    large: NDArray[np.int64], lead_of: NDArray[np.int64], before: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], int]:
    """Which nodes are in a large group with more than one lead, and how many such groups are quiet.

    `before`: the leads of the round before. Quiet groups are left out; those of which no member moved are
    not counted.
    """
    nodes = np.flatnonzero(large >= 0)
    group = large[nodes]
    low, high = np.full(large.size, large.size), np.full(large.size, -1)
    np.minimum.at(low, group, lead_of[nodes])
    np.maximum.at(high, group, lead_of[nodes])
    size = np.bincount(group, minlength=large.size)
    moved = np.bincount(group[lead_of[nodes] != before[nodes]], minlength=large.size)
    moves = moved > QUIET * size
    split = np.zeros(large.size, bool)
    split[nodes] = (moves & (low < high))[group]
    return split, int((~moves & (low < high) & (moved > 0)).sum())
