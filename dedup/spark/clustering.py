"""Pairs that hold together into clusters, component by component; no text is needed for that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.pairs import Pairs
from dedup.provenance import NO_TIME
from dedup.search import settled
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.spark.intake import articles_of
from dedup.spark.slices import COPIES, Rows, batches, known_of, numbers, pairs_of, replaced_by
from dedup.spark.work import Work, chunk_of
from dedup.stages.cluster import Facts, cluster
from dedup.stages.identify import ranks_of
from dedup.stages.relate import Relation, joins

_VERDICTS = "node long, lead long, coverage long, left long, right long, relation int"
"""Of each node its lead, and of each pair its relation."""

_FACTS = ("article", "node", "id", "version", "published", "counts", "time", "sources", "title")


def clustered(
    work: Work, articles: DataFrame, pairs: DataFrame, parts: DataFrame, tells_sources: bool
) -> DataFrame:
    """The lead of each node that a component holds, and the relation of each pair in one: `_VERDICTS`.

    `parts`: the `component` of each `node` that is in one.
    """
    some = parts.withColumn("chunk", chunk_of("component", work.chunks))
    rows = articles.select(*_FACTS).join(some.select("node", "chunk"), "node")
    for side in ("left", "right"):
        of_side = some.select(
            sql.col("node").alias(side), sql.col("component").alias(f"{side}_part"), "chunk"
        )
        pairs = pairs.join(of_side if side == "left" else of_side.drop("chunk"), side)
    inside = pairs.filter("left_part = right_part").drop("left_part", "right_part", "row")
    both = rows.unionByName(inside, allowMissingColumns=True)
    return work.by_chunk(both, partial(_clustered, work.settings, tells_sources), _VERDICTS)


def _clustered(settings: Settings, tells_sources: bool, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    is_pair = pc.is_valid(rows["left"])
    table, articles = rows.filter(is_pair), rows.filter(pc.invert(is_pair)).sort_by("article")
    first = articles.filter(pc.equal(pc.bit_wise_and(articles["article"], (1 << COPIES) - 1), 0))
    number = numbers(first, "node")
    left, right = (np.searchsorted(number, numbers(table, side)) for side in ("left", "right"))
    order = np.lexsort((right, left))
    table, left, right = table.take(pa.array(order)), left[order], right[order]
    pairs = pairs_of(table, left, right)
    nodes = _nodes(articles, number, table, pairs)
    replaced = replaced_by(left, right, numbers(table, "said"))
    known = known_of(first, None, replaced, tells_sources)
    listed = articles_of(articles.select(["id", "version", "published"]))
    times = pc.fill_null(articles["published"], NO_TIME).to_numpy()
    facts = Facts(times=times, ranks=ranks_of(listed))
    is_form = table["is_form"].to_numpy(zero_copy_only=False)
    relations = settled(
        numbers(table, "relation").astype(np.int8), pairs, nodes, known, settings, lambda some: is_form[some]
    )
    verdicts = (joins(relations, pairs, nodes, settings), relations == Relation.TEMPLATE)
    found = cluster(nodes, pairs, verdicts, known.replaced, facts, settings.threshold)
    yield from _told(node=number, lead=number[found.lead_of], coverage=found.coverage)
    yield from _told(left=number[left], right=number[right], relation=relations.astype(np.int32))


def _nodes(articles: pa.Table, number: Rows, table: pa.Table, pairs: Pairs) -> Nodes:
    """Nodes without their tokens, and what pairs say of how many boilerplate leaves."""
    of_article = np.searchsorted(number, numbers(articles, "node"))
    starts = np.searchsorted(of_article, np.arange(number.size + 1))
    counts = numbers(articles, "counts").astype(np.int32)[starts[:-1]]
    own = counts.copy()
    own[pairs.left] = numbers(table, "left_own")
    own[pairs.right] = numbers(table, "right_own")
    none = np.zeros((number.size, 2), np.int64)
    return Nodes(
        of_article=of_article,
        members=np.arange(of_article.size),
        member_starts=starts,
        counts=counts,
        signatures=np.empty((number.size, 0), np.uint32),
        tokens=np.empty(0, np.uint32),
        token_spans=none,
        prints=np.empty(0, np.uint32),
        print_spans=none,
        boilerplate=np.empty(0, np.bool_),
        own=own,
    )


def _told(**columns: NDArray[np.integer]) -> list[pa.RecordBatch]:
    size = next(iter(columns.values())).size
    kinds = dict.fromkeys(("node", "lead", "coverage", "left", "right"), pa.int64()) | {
        "relation": pa.int32()
    }
    return batches(**{name: columns.get(name, pa.nulls(size, kind)) for name, kind in kinds.items()})


def settled_pairs(pairs: DataFrame, verdicts: DataFrame) -> DataFrame:
    """All pairs with their relation: those between two components have what they have by themselves."""
    final = verdicts.filter("left is not null").select("left", "right", sql.col("relation").alias("final"))
    is_form = sql.col("is_form") & (sql.col("relation") == int(Relation.BOILERPLATE))
    alone = sql.when(is_form, int(Relation.TEMPLATE)).otherwise(sql.col("relation"))
    return (
        pairs.join(final, ["left", "right"], "left")
        .withColumn("relation", sql.coalesce("final", alone))
        .drop("final", "is_form", "said", "row")
    )
