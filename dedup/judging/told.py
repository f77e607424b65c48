"""What a result says of pairs of articles: listed, joined, or counted between two groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

Pair = tuple[str, str]


def pair(a: str, b: str) -> Pair:
    """The pair, whichever article is named first."""
    return (a, b) if a < b else (b, a)


@dataclass(frozen=True)
class Told:
    """What a result says of pairs: listed ones, clusters, and pairs it only counts between two clusters."""

    listed: Collection[Pair]
    cluster_of: Mapping[str, str]
    counted: Collection[Pair]
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


def group(cluster_of: Mapping[str, str], article: str) -> str:
    """The article's cluster, or a group of its own that no cluster's name can equal."""
    cluster = cluster_of.get(article)
    return f"article {article}" if cluster is None else f"cluster {cluster}"
