"""Scores what was found against labels: pairs told, repeats covered, clusters beside true stories.

Pure functions over plain values; who reads files and runs dedup stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from dedup.judging.agreement import Agreement, agreement, codes
from dedup.judging.told import Pair, Told, group, pair

__all__ = ["Agreement", "Told", "agreement", "codes", "group", "pair"]  # handed on to who scores by them

MUST_TELL = ("near_duplicate", "contained", "heavy_reuse")
FEWEST_WORDS = 50  # shorter articles are often furniture only, and then wholly contained in each other

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A labelled pair: what is known of the words two articles share."""

    pair: Pair
    kind: str
    fewest_words: int
    told_by: str
    """Its figures in words, for the list of what was missed."""


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
    joined = list(together(found))
    return sum(articles not in strong for articles in joined), len(joined)


def together(found: Told) -> Iterable[Pair]:
    """Every pair of articles in one cluster."""
    members: dict[str, list[str]] = {}
    for article, cluster in found.cluster_of.items():
        members.setdefault(cluster, []).append(article)
    for articles in members.values():
        yield from combinations(sorted(articles), 2)


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
