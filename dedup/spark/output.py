"""What the stages tell of a slice into rows of the output tables, in types that Spark has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sql

from dedup.columns import TABLES
from dedup.pairs import Pairs, no_pairs, pair_keys
from dedup.spark.intake import articles_of
from dedup.spark.slices import COPIES, Rows, Slice, batches, numbers, pairs_of
from dedup.stages.identify import ranks_of
from dedup.tables import Evidence

FACTS = ("id", "version", "source", "published", "title", "url", "prior_ids", "byline")
"""What is known of an article besides its text."""

_KINDS = {
    pa.string(): "string",
    pa.large_string(): "string",
    pa.int64(): "long",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.timestamp("us", "UTC"): "timestamp",
}


def ddl(*tables: str) -> str:
    """The schema of an output table, or of rows of several in one, as Spark writes it."""
    return ", ".join(f"{name} {_KINDS[kind]}" for name, kind in _kinds(tables).items())


def _kinds(tables: Iterable[str]) -> dict[str, pa.DataType]:
    return {column.name: column.type for name in tables for column in TABLES[name]}


def names(name: str) -> list[str]:
    """The columns of an output table."""
    return [column.name for column in TABLES[name]]


def rows_of(table: pa.Table, *tables: str, **more: Any) -> Iterator[pa.RecordBatch]:
    """Rows of an output table as `ddl` of the same names writes them, with further columns behind."""
    columns = {}
    for name, kind in _kinds(tables).items():
        plain = pa.string() if kind == pa.large_string() else kind
        is_known = name in table.column_names
        columns[name] = table[name].cast(plain) if is_known else pa.nulls(table.num_rows, plain)
    yield from batches(**columns, **more)


def evidence_of(some: Slice, pairs: Pairs | None = None, relations: Rows | None = None) -> Evidence:
    """What tables are told from: a slice, and the compared pairs between its nodes."""
    articles = articles_of(some.rows.select([name for name in FACTS if name in some.rows.column_names]))
    known = np.empty(0, np.int8) if relations is None else relations.astype(np.int8)
    return Evidence(articles, some.texts, ranks_of(articles), some.nodes, pairs or no_pairs(), known, 1)


def compared(some: Slice, rows: pa.Table) -> tuple[Pairs, Rows]:
    """The pairs of the columns `left`, `right`, `figures`, `passages`, each once, and their `relation`."""
    left, right = some.links(numbers(rows, "left"), numbers(rows, "right"))
    _, first = np.unique(pair_keys(left, right), return_index=True)
    distinct = rows.take(pa.array(first))
    return pairs_of(distinct, left[first], right[first]), numbers(distinct, "relation")


def node_of(article: str | Column) -> Column:
    """The node of an article."""
    return sql.shiftright(article, COPIES)


def first_copy(node: str | Column) -> Column:
    """The first article of a node."""
    return sql.shiftleft(node, COPIES)


def with_runs(articles: DataFrame, runs: DataFrame | None) -> DataFrame:
    """Articles with the runs of boilerplate in their nodes, where such was learnt."""
    return articles if runs is None else articles.join(runs, "node", "left")


def union(frames: Iterable[DataFrame]) -> DataFrame:
    """Rows of several kinds, what one kind has not absent."""
    first, *others = frames
    for other in others:
        first = first.unionByName(other, allowMissingColumns=True)
    return first
