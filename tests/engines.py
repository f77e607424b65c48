"""One contract, two engines: what finds duplicates here and on Spark, asked and answered alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

import dedup
from dedup.columns import TABLES, schema
from dedup.duplicates import Duplicates
from tests.evidence import Row, in_order, key

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Find = Callable[..., Duplicates]
"""Takes a feed as a list of dicts, and what `dedup.find_duplicates` takes by keyword."""

Key = tuple[Any, ...]

_ORDER: dict[str, Callable[[Row], Key]] = {
    "clusters": lambda row: (row["cluster_id"], not row["is_lead"], in_order(key(row))),
    "pairs": lambda row: (in_order(key(row, "a_")), in_order(key(row, "b_"))),
    "passages": lambda row: (in_order(key(row, "a_")), in_order(key(row, "b_")), row["passage"]),
    "repeats": lambda row: (in_order(key(row)), row["block"], row["second_start"]),
    "boilerplate": lambda row: (-row["clusters"], row["block_id"]),
    "articles": lambda row: in_order(key(row)),
}
"""The order in which a local run gives the rows of each table."""


def on_spark(spark: SparkSession) -> Find:
    """The engine on Spark, its answer brought into the shape of the local one."""

    def find(feed: list[Row], **wanted: Any) -> Duplicates:
        from dedup.spark import find_duplicates

        # The number of its row goes along with each record, as any other column of the caller's.
        names = dict.fromkeys(name for row in feed for name in row)
        columns = {name: pa.array([row.get(name) for row in feed]) for name in names}
        if not feed:  # a frame has columns, rows or none
            columns = {name: pa.array([], pa.string()) for name in ("id", "text")}
        table = pa.table({**columns, "row": np.arange(len(feed))})
        frame = spark.createDataFrame(table).repartition(2)
        found = find_duplicates(frame, **wanted)
        try:
            tables = {name: _settled(name, rows.toArrow()) for name, rows in found.tables.items()}
            stays = sorted(row["row"] for row in found.kept.select("row").collect())
        finally:
            found.release()
        keep = np.isin(np.arange(len(feed)), stays)
        tables["rejects"] = schema("rejects").empty_table()
        return Duplicates(tables=tables, run=found.run, keep=keep, articles_in=feed)

    return find


def _settled(name: str, table: pa.Table) -> pa.Table:
    """The rows of a table in the order and the types of a local run."""
    rows = sorted(table.select(schema(name).names).to_pylist(), key=_ORDER[name])
    return pa.Table.from_pylist(rows, schema(name))


def assert_same(ours: Duplicates, theirs: Duplicates) -> None:
    """Both found the same, counted the same and keep the same."""
    for name in TABLES:
        assert ours.tables[name].equals(theirs.tables[name]), name
    assert ours.keep.tolist() == theirs.keep.tolist()
    for told in ("counts", "caps", "missing"):
        assert ours.run[told] == theirs.run[told]


local: Find = dedup.find_duplicates
