"""Scores what was found against labels: pairs told, repeats covered, clusters beside true stories.

Pure functions over plain values; who reads files and runs dedup stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

MUST_TELL = ("near_duplicate", "contained", "heavy_reuse")
FEWEST_WORDS = 50  # shorter articles are often furniture only, and then wholly contained in each other

Pair = tuple[str, str]
Span = tuple[int, int]


def pair(a: str, b: str) -> Pair:
    """The pair, whichever article is named first."""
    return (a, b) if a < b else (b, a)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A labelled pair: what is known of the words two articles share."""

    pair: Pair
    kind: str
    fewest_words: int
    told_by: str
    """Its figures in words, for the list of what was missed."""


@dataclass(frozen=True)
class Told:
    """What a result says of pairs: listed ones, clusters, and pairs it only counts between two clusters."""

    listed: frozenset[Pair]
    cluster_of: Mapping[str, str]
    counted: frozenset[Pair]
    """Pairs of groups (a cluster, or an article in none) between which a row counts pairs not listed."""

    def tells(self, articles: Pair) -> bool:
        """Whether the pair is listed, joined, or counted between its two groups."""
        if pair(*articles) in self.listed or self.joins(articles):
            return True
        a, b = (group(self.cluster_of, article) for article in articles)
        return pair(a, b) in self.counted

    def joins(self, articles: Pair) -> bool:
        """Whether both articles are in one cluster."""
        a, b = (self.cluster_of.get(article) for article in articles)
        return a is not None and a == b

    def joined(self) -> Iterable[Pair]:
        """Every pair of articles in one cluster."""
        members: dict[str, list[str]] = {}
        for article, cluster in self.cluster_of.items():
            members.setdefault(cluster, []).append(article)
        for articles in members.values():
            yield from combinations(sorted(articles), 2)


def group(cluster_of: Mapping[str, str], article: str) -> str:
    """The article's cluster, or a group of its own that no cluster's name can equal."""
    cluster = cluster_of.get(article)
    return f"article {article}" if cluster is None else f"cluster {cluster}"


def told(clusters: Iterable[tuple[str, str]], pairs: Iterable[tuple[str, str, int]]) -> Told:
    """From rows (cluster, article) and rows (article, article, pairs not listed)."""
    cluster_of = {article: cluster for cluster, article in clusters}
    rows = list(pairs)
    return Told(
        frozenset(pair(a, b) for a, b, _ in rows),
        cluster_of,
        frozenset(
            pair(group(cluster_of, a), group(cluster_of, b)) for a, b, unlisted in rows if unlisted > 0
        ),
    )


def of_kinds(labels: Iterable[Label], kinds: Sequence[str]) -> list[Label]:
    """The labels of these kinds whose both articles are long enough to mean something."""
    return [label for label in labels if label.kind in kinds and label.fewest_words >= FEWEST_WORDS]


def missed(labels: Iterable[Label], found: Told) -> list[Label]:
    """The labels whose pair is not told."""
    return [label for label in labels if not found.tells(label.pair)]


def joined_without_label(labels: Iterable[Label], found: Told) -> tuple[int, int]:
    """Pairs in one cluster that have no label or one below heavy reuse, and all pairs in one cluster."""
    strong = {label.pair for label in labels if label.kind in MUST_TELL}
    joined = list(found.joined())
    return sum(articles not in strong for articles in joined), len(joined)


def covered(labelled: Iterable[Span], found: Iterable[Span]) -> tuple[int, int]:
    """Characters of the union of `labelled` that the union of `found` covers, and all of them."""
    wanted = _union(labelled)
    have = _union(found)
    both = sum(max(0, min(e, f) - max(s, t)) for s, e in wanted for t, f in have)
    return both, sum(end - start for start, end in wanted)


def _union(spans: Iterable[Span]) -> list[Span]:
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def codes(names: Iterable[Hashable]) -> NDArray[np.int64]:
    """A number for each distinct name, in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


@dataclass(frozen=True)
class Agreement:
    """How a partition found agrees with the true one, counted in pairs of articles put together."""

    precision: float
    """Of the pairs found together, the share that belongs together; 1 when none was found."""
    recall: float
    """Of the pairs that belong together, the share found together; 1 when there is none."""
    adjusted_rand: float
    """Hubert and Arabie's adjusted Rand index: 1 for the same partition, about 0 for chance."""


def agreement(true: NDArray[np.int64], found: NDArray[np.int64]) -> Agreement:
    """Compare two partitions of the same articles, given as a group number per article."""
    if len(true) != len(found):
        raise ValueError(f"partitions must be of the same articles, got {len(true)} and {len(found)}")
    cell = true * (int(found.max(initial=0)) + 1) + found
    together, in_true, in_found = (_pairs_within(groups) for groups in (cell, true, found))
    every = len(true) * (len(true) - 1) / 2
    by_chance = in_true * in_found / every if every else 0.0
    span = (in_true + in_found) / 2 - by_chance
    return Agreement(
        together / in_found if in_found else 1.0,
        together / in_true if in_true else 1.0,
        (together - by_chance) / span if span else 1.0,
    )


def _pairs_within(groups: NDArray[np.int64]) -> float:
    sizes = np.unique(groups, return_counts=True)[1].astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())


def recall_by_kind(
    records: Iterable[tuple[str, int, str]], cluster_of: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Per kind of copy, how many are in one cluster with their story's original, and how many there are.

    `records` are (id, story, kind); the kind of the originals is "original".
    """
    rows = list(records)
    original = {story: article for article, story, kind in rows if kind == "original"}
    counts: dict[str, tuple[int, int]] = {}
    for article, story, kind in rows:
        if kind != "original":
            cluster = cluster_of.get(article)
            hit = cluster is not None and cluster == cluster_of.get(original[story])
            hits, copies = counts.get(kind, (0, 0))
            counts[kind] = (hits + hit, copies + 1)
    return dict(sorted(counts.items()))
