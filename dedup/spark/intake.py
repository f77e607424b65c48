"""A Spark DataFrame into articles with their nodes: records are read, identified, sketched and numbered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql
from pyspark.sql.types import BinaryType, StringType, StructField, StructType

from dedup.articles import ARTICLES, FieldNames
from dedup.errors import FeedError
from dedup.feeds.contract import FeedOptions
from dedup.feeds.fields import choose
from dedup.feeds.frame import read_frame
from dedup.provenance import NO_TIME, replaced_articles
from dedup.settings import Settings
from dedup.sketches import FEWEST_TOKENS
from dedup.spark.slices import COPIES, batches, large, numbers
from dedup.spark.work import Work, chunk_of
from dedup.stages.identify import identify, killed_records, ranks_of, with_ids
from dedup.stages.sketch import sketch
from dedup.texts import Texts

IS_ARTICLE, REPEATED, KILLED, EMBARGOED = range(4)
"""What becomes of a record."""

_RECORD_FIELDS = [field for field in ARTICLES if field.name not in ("input", "record")]
_TIMES = ("published", "embargoed")  # microseconds since 1970, as Spark's own times are in no zone of ours
_TYPES = {"published": "long", "embargoed": "long", "prior_ids": "array<string>"}
_RECORD = ", ".join(f"{field.name} {_TYPES.get(field.name, 'string')}" for field in _RECORD_FIELDS)
_READ = f"{_RECORD}, record_key binary, tally string"
_IDENTIFIED = f"{_RECORD}, record_key binary, state int, counts int, hash long"
_SIGN = np.uint64(1 << 63)

_NUMBERED = ("counts", "hash", "tiny")
"""What two articles of one node have in common."""


def fields_of(frame: DataFrame, fields: FieldNames) -> dict[str, str]:
    """The column of each field. Raises `FeedError` where none holds a text."""
    chosen = choose(frame.columns, fields, "the frame")
    name = chosen["text"]
    kind = frame.schema[name].dataType
    if not isinstance(kind, (StringType, BinaryType)):
        told = kind.simpleString()
        raise FeedError(f"the column {name!r} holds {told}, not text; name another with text='NAME'")
    return chosen


def read(frame: DataFrame, chosen: dict[str, str], options: FeedOptions) -> DataFrame:
    """The records of a DataFrame, each with a key of all fields; rows with a `tally` tell what was met."""
    plain = replace(options, fields=cast("FieldNames", {field: field for field in chosen}))
    return frame.select(*named(chosen)).mapInArrow(partial(_read, plain), _READ)


def named(chosen: dict[str, str]) -> list[Column]:
    """Columns by the names of the fields that they hold."""
    return [column(name).alias(field) for field, name in chosen.items()]


def column(name: str) -> Column:
    """A column, whatever its name holds."""
    return sql.col("`" + name.replace("`", "``") + "`")


def _read(options: FeedOptions, parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        if part.num_rows:
            feed = read_frame(pa.Table.from_batches([part]), options)
            records = with_ids(feed.articles.combine_chunks())
            yield from batches(
                **_columns(records), record_key=_keys(records), tally=pa.nulls(len(records), pa.string())
            )
            tally = json.dumps({**feed.counts, "ids_missing": feed.articles["id"].null_count})
            nothing = ARTICLES.empty_table()
            none = {name: pa.nulls(1, column.type) for name, column in _columns(nothing).items()}
            yield from batches(**none, record_key=pa.nulls(1, pa.binary()), tally=[tally])


def _columns(records: pa.Table) -> dict[str, pa.ChunkedArray]:
    """The fields of records in types that Spark has."""
    kinds = dict.fromkeys(_TIMES, pa.int64()) | {"text": pa.string()}
    return {
        field.name: records[field.name].cast(kinds.get(field.name, field.type)) for field in _RECORD_FIELDS
    }


def _keys(records: pa.Table) -> pa.Array:
    """What tells records apart in any field."""
    rows = zip(*(records[field.name].to_pylist() for field in _RECORD_FIELDS), strict=True)
    return pa.array(
        [hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows], pa.binary()
    )


def identified(work: Work, records: DataFrame, as_of: datetime) -> DataFrame:
    """What becomes of each record; those that are articles with their text and what makes their node."""
    some = records.filter("tally is null").drop("tally").withColumn("chunk", chunk_of("id", work.chunks))
    return work.by_chunk(some, partial(_identified, as_of, work.settings), _IDENTIFIED)


def _identified(as_of: datetime, settings: Settings, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    rows = rows.sort_by("record_key").combine_chunks()  # of equal records any stands for all
    records = articles_of(rows)
    known = identify(records, as_of)
    first = known.first_record
    state = np.where(killed_records(records), KILLED, EMBARGOED).astype(np.int32)
    state[known.of_record >= 0] = REPEATED
    state[first] = IS_ARTICLE
    place = np.full(len(records), -1)
    place[first] = np.arange(first.size)
    versions = known.articles["version"].take(pa.array(place, mask=place < 0))
    made = sketch(Texts(large(rows["text"])).blocks(), settings)
    yield from batches(
        **{**_columns(records), "version": versions},
        record_key=rows["record_key"],
        state=state,
        counts=made.counts,
        # Spark's numbers have a sign: turned, they sort as ours do.
        hash=(made.hashes ^ _SIGN).view(np.int64),
    )


def articles_of(rows: pa.Table) -> pa.Table:
    """Rows of Spark in the schema of articles; what they have not is absent."""
    n = rows.num_rows
    inputs = {"input": pa.array(np.zeros(n, np.int32)), "record": pa.array(np.zeros(n, np.int64))}
    given = {name: rows[name] for name in rows.column_names}
    absent = {field.name: pa.nulls(n, field.type) for field in ARTICLES}
    columns = {**absent, **inputs, **given}
    return pa.table([columns[field.name].cast(field.type) for field in ARTICLES], ARTICLES)


def numbered(work: Work, records: DataFrame) -> DataFrame:
    """The articles, each with its `article` and `node`, and what is known of all copies of the node.

    Nodes are numbered the fullest first, then by content hash: by how many come before in a count of tokens
    and a leading byte of the hash, and by the place among those.
    """
    of_its_own = sql.to_json(sql.struct("id", "version"))
    tiny = sql.when(sql.col("counts") < FEWEST_TOKENS, of_its_own).otherwise("")
    articles = records.filter(sql.col("state") == IS_ARTICLE).withColumn("tiny", tiny)
    nodes = articles.select(*_NUMBERED).distinct()
    nodes = nodes.withColumn("high", sql.shiftright("hash", 56).cast("int"))
    sizes = (
        nodes.groupBy("counts", "high")
        .count()
        .toArrow()
        .sort_by([("counts", "descending"), ("high", "ascending")])
    )
    before = np.cumsum(numbers(sizes, "count")) - numbers(sizes, "count")
    begins = work.spark.createDataFrame(
        pa.table({"counts": sizes["counts"], "high": sizes["high"], "before": before})
    )
    within = sql.row_number().over(Window.partitionBy("counts", "high").orderBy("hash", "tiny")) - 1
    nodes = nodes.withColumn("within", within).join(begins, ["counts", "high"])
    nodes = nodes.select(*_NUMBERED, (sql.col("before") + sql.col("within")).alias("node"))
    alike = Window.partitionBy("node")
    ordered = alike.orderBy("id", sql.col("version").asc_nulls_first())
    copy = sql.row_number().over(ordered) - 1
    return (
        articles.join(nodes, list(_NUMBERED))
        .repartition(work.partitions, "node")
        .withColumn("copy", copy)
        .withColumn("article", sql.shiftleft("node", COPIES) + sql.col("copy"))
        .withColumn("time", sql.min("published").over(alike))
        .withColumn("sources", sql.collect_set("source").over(alike))
        .withColumn("weight", sql.count("*").over(alike))
        .drop("tiny", "hash", "state", "status", "embargoed", "tally", "copy")
    )


def replaced(work: Work, articles: DataFrame) -> DataFrame:
    """The nodes `replaced` and `replacing`, by versions of one id and by what articles say themselves."""
    several = sql.count("*").over(Window.partitionBy("id")) > 1
    facts = articles.select("id", "version", "published", "node", several.alias("several"))
    some = facts.filter("several").withColumn("chunk", chunk_of("id", work.partitions))
    versions = work.by_chunk(some, _replaced, "replaced long, replacing long")
    said = articles.select(
        sql.col("node").alias("replacing"), sql.col("id").alias("by"), sql.explode("prior_ids").alias("id")
    )
    named = articles.select("id", sql.col("node").alias("replaced"))
    prior = said.join(named, "id").filter("id != by").select("replaced", "replacing")
    return versions.union(prior).filter("replaced != replacing").distinct()


def _replaced(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    articles = articles_of(rows.select(["id", "version", "published"]))
    times = pc.fill_null(rows["published"], NO_TIME).to_numpy()
    pairs = replaced_articles(articles, times, ranks_of(articles))
    node = numbers(rows, "node")
    yield from batches(replaced=node[pairs[:, 0]], replacing=node[pairs[:, 1]])


def keyed(frame: DataFrame, chosen: dict[str, str], options: FeedOptions) -> DataFrame:
    """The rows of a DataFrame with the `record_key` that `read` gives each."""
    schema = StructType([*frame.schema.fields, StructField("record_key", BinaryType())])
    named = replace(options, fields=cast("FieldNames", chosen))
    return frame.mapInArrow(partial(_keyed, named, frame.schema.names), schema)


def _keyed(
    options: FeedOptions, names: list[str], parts: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for part in parts:
        if part.num_rows:
            chosen = pa.Table.from_batches([part]).select(list(options.fields.values()))
            records = with_ids(read_frame(chosen, options).articles.combine_chunks())
            columns = [*part.columns, _keys(records)]
            yield pa.RecordBatch.from_arrays(columns, [*names, "record_key"])
