"""The few figures that tell a result at a glance: what the terminal shows and `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many of what."""

    records: int
    """Records of the input, the unreadable ones included."""
    rejects: int
    """Records that could not be read."""
    articles: int
    """Articles compared, of an archive's run the new ones; the same id and text counts once."""
    clusters: int
    """Clusters of two or more articles."""
    copies: int
    """Of these, those in a cluster that are not its lead."""
    stories: int
    """Distinct stories: articles less copies."""
    copy_share: float
    """Copies divided by articles."""
    repeating: int
    """Articles that repeat a block of their own."""
    boilerplate: int
    """Passages that recur in unrelated articles and are set aside."""
    in_clusters: Mapping[str, int]
    """Copies by their relation to the lead."""
    pairs: Mapping[str, int]
    """Listed pairs by relation."""


def figures(found: Duplicates) -> Figures:
    """Count a result."""
    clusters, rejects = found.tables["clusters"], found.tables["rejects"].num_rows
    counts = found.run.get("counts", {})
    articles = counts.get("articles_new", counts.get("articles", len(found.keep)))
    leads = pc.sum(clusters["is_lead"]).as_py() or 0
    is_copy = pc.invert(clusters["is_lead"])
    if "is_new" in clusters.column_names:  # an archive tells earlier ones too
        is_copy = pc.and_(is_copy, clusters["is_new"])
    copies = pc.sum(is_copy).as_py() or 0
    repeating = found.tables["repeats"].group_by(["article_id", "version"]).aggregate([])
    return Figures(
        records=counts.get("records", len(found.keep) + rejects),
        rejects=rejects,
        articles=articles,
        clusters=leads,
        copies=copies,
        stories=articles - copies,
        copy_share=round(copies / articles, 4) if articles else 0.0,
        repeating=repeating.num_rows,
        boilerplate=found.tables["boilerplate"].num_rows,
        in_clusters=_by_relation(clusters),
        pairs=_by_relation(found.tables["pairs"]),
    )


def _by_relation(table: pa.Table) -> dict[str, int]:
    counted = pc.value_counts(table["relation"].drop_null()).to_pylist()
    return {row["values"]: row["counts"] for row in sorted(counted, key=lambda row: str(row["values"]))}
