"""The tables of a result into what they say of a truth's articles, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.judging.agreement import codes
from dedup.judging.told import Pair, group, pair

COLUMNS = {
    "clusters": ("article_id", "version", "cluster_id", "relation"),
    "pairs": ("a_id", "b_id", "relation", "jaccard", "a_in_b", "b_in_a", "pairs_not_listed"),
    "articles": ("article_id",),
}
"""What is read of each table."""

_FIGURES = ("jaccard", "a_in_b", "b_in_a")
_DECIMALS = 4  # as CSV has them, so that a folder and its result give the same

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """What is known of some pairs of articles: `relation`, an object each, and `figures`, float64, x 3.

    None and NaN where the result tells nothing of a pair.
    """

    relation: NDArray[np.object_]
    figures: NDArray[np.float64]

    @property
    def overlap(self) -> NDArray[np.float64]:
        """The largest of the figures."""
        largest: NDArray[np.float64] = self.figures.max(axis=1)
        return largest

    def take(self, rows: Places | NDArray[np.bool_]) -> Facts:
        """The given rows."""
        return Facts(self.relation[rows], self.figures[rows])


@dataclass(frozen=True)
class Found:
    """What a result says of the articles `ids`, sorted by code point and known by their places.

    `cluster_of`: of all articles of the result that have one; `groups`: int64 per id, its cluster or a group
    of its own; `has_leads_words`: bool per id, whether it is a lead or `exact` to one. `a` < `b`: int64
    places of the listed pairs, sorted, each once; `facts`: theirs, and a last row that knows nothing.
    `counted`: pairs of groups by name, between which a row counts pairs not listed. `unknown`, `split`: how
    many ids the result does not list, and of how many it has versions in several clusters.
    """

    ids: Sequence[str]
    unknown: int
    split: int
    cluster_of: Mapping[str, str]
    groups: Places
    has_leads_words: NDArray[np.bool_]
    a: Places
    b: Places
    facts: Facts
    counted: frozenset[Pair]

    def joins(self, a: Places, b: Places) -> NDArray[np.bool_]:
        """Which pairs of places are in one cluster."""
        are_joined: NDArray[np.bool_] = self.groups[a] == self.groups[b]
        return are_joined

    def of(self, a: Places, b: Places) -> Facts:
        """What is known of pairs of places, `a` < `b`.

        Two copies of one lead are not listed as a pair, yet have the same words.
        """
        keys, wanted = self.a << 32 | self.b, a << 32 | b
        row = np.searchsorted(keys, wanted)
        is_listed = np.append(keys, -1)[row] == wanted
        facts = self.facts.take(np.where(is_listed, row, keys.size))
        alike = ~is_listed & self.joins(a, b) & self.has_leads_words[a] & self.has_leads_words[b]
        facts.relation[alike] = "exact"
        facts.figures[alike] = 1.0
        return facts


def found_in(tables: Mapping[str, pa.Table], ids: Sequence[str]) -> Found:
    """What `tables`, of the columns `COLUMNS`, say of the articles `ids`, sorted by code point."""
    wanted = pa.array(ids, pa.string())
    members, split = _members(tables["clusters"])
    cluster_of = {article: cluster for article, (_, cluster, _) in members.items()}
    pairs = tables["pairs"]
    unlisted = pairs.filter(pc.greater(pairs["pairs_not_listed"], 0))
    ends = zip(unlisted["a_id"].to_pylist(), unlisted["b_id"].to_pylist(), strict=True)
    a, b, facts = _listed(pairs, wanted)
    return Found(
        ids=ids,
        unknown=len(ids) - pc.sum(pc.is_in(wanted, tables["articles"]["article_id"])).as_py(),
        split=sum(article in split for article in ids),
        cluster_of=cluster_of,
        groups=codes(group(cluster_of, article) for article in ids),
        has_leads_words=np.array([article in members and members[article][2] for article in ids], bool),
        a=a,
        b=b,
        facts=facts,
        counted=frozenset(pair(group(cluster_of, one), group(cluster_of, other)) for one, other in ends),
    )


def _members(clusters: pa.Table) -> tuple[dict[str, tuple[str, str, bool]], set[str]]:
    """Version, cluster and whether it has its lead's words, for the first version of each article.

    And the articles whose versions are in several clusters.
    """
    members: dict[str, tuple[str, str, bool]] = {}
    split = set()
    columns = (clusters[name].to_pylist() for name in COLUMNS["clusters"])
    for article, version, cluster, relation in zip(*columns, strict=True):
        member = (version or "", cluster, relation in (None, "exact"))
        other = members.setdefault(article, member)
        if other[1] != cluster:
            split.add(article)
        members[article] = min(member, other)
    return members, split


def _listed(pairs: pa.Table, ids: pa.Array) -> tuple[Places, Places, Facts]:
    """The listed pairs of these articles; of several pairs of versions the one that overlaps most."""
    a, b = (
        pc.fill_null(pc.index_in(pairs[side], ids), -1).to_numpy().astype(np.int64)
        for side in ("a_id", "b_id")
    )
    own = np.flatnonzero((a >= 0) & (b >= 0) & (a != b))
    rows, a, b = pairs.take(own), a[own], b[own]
    figures = np.stack([pc.round(rows[name], _DECIMALS).to_numpy() for name in _FIGURES], axis=1)
    order = np.lexsort((-figures.max(axis=1), b, a))
    order = order[np.diff((a << 32 | b)[order], prepend=-1) != 0]
    relation = np.array([*rows["relation"].to_pylist(), None], object)
    nothing = np.full((1, len(_FIGURES)), np.nan)
    facts = Facts(relation, np.concatenate([figures, nothing])).take(np.append(order, own.size))
    return a[order], b[order], facts
