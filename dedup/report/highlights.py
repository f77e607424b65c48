"""The largest clusters of a result and the articles that repeat themselves most, with their headlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates

_SHOWN = 10
_OPENING = 120  # characters, and so words at most


@dataclass(frozen=True, kw_only=True)
class Headed:
    """An article by what people know it by."""

    article_id: str
    title: str | None
    opening: str | None
    """The first words of its text."""


@dataclass(frozen=True, kw_only=True)
class LargeCluster(Headed):
    """A cluster, by its lead."""

    size: int
    sources: tuple[str | None, ...]
    """Its sources, the one with most articles first."""


@dataclass(frozen=True, kw_only=True)
class Repeating(Headed):
    """An article that repeats itself."""

    share: float
    """Share of its words that the later places take."""
    blocks: int
    places: int
    """Places of all its blocks, the first ones included."""


def largest_clusters(found: Duplicates, most: int = _SHOWN) -> list[LargeCluster]:
    """The clusters with most articles, largest first."""
    clusters = found.tables["clusters"]
    leads = clusters.filter(clusters["is_lead"])
    leads = leads.sort_by([("cluster_size", "descending"), ("cluster_id", "ascending")]).slice(0, most)
    return [
        LargeCluster(
            article_id=lead["article_id"],
            title=lead["title"],
            opening=_known(found, lead["article_id"], lead["version"])[1],
            size=lead["cluster_size"],
            sources=_sources(clusters, lead["cluster_id"]),
        )
        for lead in leads.to_pylist()
    ]


def _sources(clusters: pa.Table, cluster_id: str) -> tuple[str | None, ...]:
    members = clusters.filter(pc.equal(clusters["cluster_id"], cluster_id))
    counted = pc.value_counts(members["source"]).to_pylist()
    counted.sort(key=lambda row: (row["values"] is None, -row["counts"], row["values"] or ""))
    return tuple(row["values"] for row in counted)


def most_repeating(found: Duplicates, most: int = _SHOWN) -> list[Repeating]:
    """The articles of which repeats take the largest share, largest first."""
    repeats = found.tables["repeats"].select(["article_id", "version", "share", "block"])
    articles = repeats.group_by(["article_id", "version"], use_threads=False).aggregate(
        [("share", "sum"), ("block", "count_distinct"), ("block", "count")]
    )
    order = [("share_sum", "descending"), ("article_id", "ascending"), ("version", "ascending")]
    return [_repeating(found, row) for row in articles.sort_by(order).slice(0, most).to_pylist()]


def _repeating(found: Duplicates, row: dict[str, Any]) -> Repeating:
    title, opening = _known(found, row["article_id"], row["version"])
    return Repeating(
        article_id=row["article_id"],
        title=title,
        opening=opening,
        share=min(1.0, row["share_sum"]),
        blocks=row["block_count_distinct"],
        places=row["block_count_distinct"] + row["block_count"],
    )


def _known(found: Duplicates, article_id: str, version: str | None) -> tuple[str | None, str | None]:
    """Title and first words of an article."""
    articles = found.tables["articles"]
    same = articles.filter(pc.equal(articles["article_id"], article_id))
    row = next((row for row in same.to_pylist() if row["version"] == version), None)
    return (row["title"], _opening(row["text"] or "")) if row else (None, None)


def _opening(text: str) -> str:
    """The first words, one space between them: some texts have whole lines of white space."""
    return " ".join(text.split(maxsplit=_OPENING)[:_OPENING])[:_OPENING]
