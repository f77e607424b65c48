"""Compared pairs and clusters into the pairs of articles that are told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.search import MOST_PAIRS
from dedup.sketches import distinct
from dedup.spark.output import first_copy, node_of
from dedup.spark.slices import COPIES, Rows, batches, numbers
from dedup.spark.work import Work, chunk_of
from dedup.stages.listing import Met, chosen, each_with_each

_LISTED = "one long, other long, left long, right long, not_listed long"
_ENDS = ("left", "right")
_LEADS = ("left_lead", "right_lead")
_WEIGHTS = ("left_weight", "right_weight")
_STANDS = ("left_article", "right_article")


def listing(work: Work, nodes: DataFrame, members: DataFrame, pairs: DataFrame, cut: DataFrame) -> DataFrame:
    """The pairs of articles that are told: `one` and `other`, in no order, and what a row stands for.

    `nodes`: the columns `node` and `weight`; `members`: as `dedup.spark.members` gives them. `left` and
    `right`: the compared nodes, of which `one` is a copy of the first; absent where both are copies of one
    node. There are no texts in this, and a chunk has whole what was compared between two clusters.
    """
    facts = work.keep("tell: nodes", _facts(nodes, members))
    across = _across(pairs, facts, cut)
    chunks = across.withColumn("clusters", sql.struct("low", "high"))
    chunks = chunks.withColumn("chunk", chunk_of("clusters", work.chunks)).drop("clusters", "low", "high")
    between = work.by_chunk(chunks, partial(_listed, work.settings.told, MOST_PAIRS), _LISTED)
    return between.unionByName(_with_lead(members))


def _facts(nodes: DataFrame, members: DataFrame) -> DataFrame:
    """What is known of each node: its copies, the lead and the articles of its cluster, and the `article`
    that stands for it.
    """
    node, lead = node_of("article"), node_of("lead_article")
    firsts = members.filter(sql.col("article") == first_copy(node))
    known = firsts.select(node.alias("node"), lead.alias("lead"), "lead_article", "cluster_size")
    is_lead = sql.col("lead") == sql.col("node")
    return nodes.join(known, "node", "left").select(
        "node",
        "weight",
        sql.coalesce("lead", "node").alias("lead"),
        sql.coalesce("cluster_size", sql.lit(1)).alias("size"),
        sql.when(is_lead, sql.col("lead_article")).otherwise(first_copy("node")).alias("article"),
    )


def _with_lead(members: DataFrame) -> DataFrame:
    """Every member with its lead."""
    mine, its = node_of("article"), node_of("lead_article")
    is_copy = mine == its
    return members.filter("article <> lead_article").select(
        sql.when(mine <= its, sql.col("article")).otherwise(sql.col("lead_article")).alias("one"),
        sql.when(mine <= its, sql.col("lead_article")).otherwise(sql.col("article")).alias("other"),
        sql.when(~is_copy, sql.least(mine, its)).alias("left"),
        sql.when(~is_copy, sql.greatest(mine, its)).alias("right"),
        sql.lit(0).cast("long").alias("not_listed"),
    )


def _across(pairs: DataFrame, facts: DataFrame, cut: DataFrame) -> DataFrame:
    """The compared pairs between different clusters, with what is known of both sides."""
    strength = sql.greatest("jaccard", "left_in_right", "right_in_left").alias("strength")
    met = _of_both(pairs.select(*_ENDS, strength), facts, ("lead", "weight", "article"))
    met = _with_clusters(met.filter("left_lead <> right_lead"))
    between = (sql.col("left_size") * sql.col("right_size")).alias("between")
    was_cut = _with_clusters(_of_both(cut, facts, ("lead", "size"))).select("low", "high", between).distinct()
    return met.join(was_cut, ["low", "high"], "left").fillna(0, "between")


def _with_clusters(pairs: DataFrame) -> DataFrame:
    """Pairs of nodes with the leads of their clusters, the lesser one first."""
    return pairs.withColumns({"low": sql.least(*_LEADS), "high": sql.greatest(*_LEADS)})


def _of_both(pairs: DataFrame, facts: DataFrame, names: tuple[str, ...]) -> DataFrame:
    """Pairs of nodes with what is known of each."""
    for side in _ENDS:
        known = [sql.col(name).alias(f"{side}_{name}") for name in names]
        pairs = pairs.join(facts.select(sql.col("node").alias(side), *known), side)
    return pairs


def _listed(told: float, most: int, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    rows = rows.sort_by([(name, "ascending") for name in _ENDS])
    left, right, left_lead, right_lead = _renumbered(*(numbers(rows, name) for name in (*_ENDS, *_LEADS)))
    weights = tuple(numbers(rows, name) for name in _WEIGHTS)
    strength = rows["strength"].to_numpy()
    copies, between = weights[0] * weights[1], numbers(rows, "between")
    whole, alone, stands_for = chosen(
        Met((left, right), (left_lead, right_lead), strength, copies, between), told, most
    )
    row, ours, theirs = each_with_each(weights[0][whole], weights[1][whole])
    first, second = (numbers(rows, name) << COPIES for name in _ENDS)
    some = whole[row]
    yield from _rows(rows, some, (first[some] | ours, second[some] | theirs), np.zeros(some.size, np.int64))
    one, other = (numbers(rows, name)[alone] for name in _STANDS)
    yield from _rows(rows, alone, (one, other), stands_for)


def _rows(rows: pa.Table, some: Rows, articles: tuple[Rows, Rows], stands_for: Rows) -> list[pa.RecordBatch]:
    left, right = (numbers(rows, name)[some] for name in _ENDS)
    return batches(one=articles[0], other=articles[1], left=left, right=right, not_listed=stands_for)


def _renumbered(*columns: Rows) -> list[Rows]:
    """The same nodes by their places among all that are in the columns: two of these fit into one number."""
    known = distinct(np.concatenate(columns))
    return [np.searchsorted(known, column) for column in columns]
