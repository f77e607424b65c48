"""Stages of a run on Spark: tables that are kept while it lasts, and what is made of them by chunks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as sql

from dedup.clock import Clock
from dedup.settings import Settings

CHUNK_BYTES = 64 << 20  # of texts in one unit of work: ten times as much memory in a task
SALT = 4096  # links of one label in one chunk: 50 ms of comparing
DRIVER_EDGES = 20_000_000  # up to here components are joined on the driver

_LOG = logging.getLogger(__name__)

# Batches are cut by size too, for many long texts would not fit the 2 GiB of one Arrow column. For that Spark
# measures a batch with each row, its lists by their length: so it has few rows.
_CONF = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(CHUNK_BYTES),
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # What is partitioned by node need not be shuffled to be joined by node and article.
    "spark.sql.requireAllClusterKeysForCoPartition": "false",
}

_PARTITIONS = "spark.sql.shuffle.partitions"

Told = Callable[[str], None]
"""Is told the name of each stage that begins."""

OfChunk = Callable[[pa.Table], Iterable[pa.RecordBatch]]
"""What is done with the rows of one chunk."""


@dataclass
class Work:
    """A run on Spark: its session, what is kept, and what the stages took.

    `settings`: for one thread, since a task of Spark has one core. `chunks`: how many chunks the texts are
    cut into, and `partitions`, how many tasks work on them.
    """

    spark: SparkSession
    settings: Settings
    clock: Clock
    tell: Told
    partitions: int
    chunks: int = 1
    rows: dict[str, int] = field(default_factory=dict)
    _kept: list[DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, spark: SparkSession, settings: Settings, clock: Clock, tell: Told) -> Work:
        """For a session, with a task for each core until it is known how much there is."""
        cores = spark.sparkContext.defaultParallelism
        return cls(spark, replace(settings, threads=1, memory=0), clock, tell, cores)

    def cut(self, octets: int, partitions: int | None) -> None:
        """Cut texts of so many bytes into chunks, and the work into a task for each, or so many as given."""
        self.chunks = max(self.partitions, 1 + octets // CHUNK_BYTES)
        self.partitions = partitions or self.chunks
        self.spark.conf.set(_PARTITIONS, str(self.partitions))

    def keep(self, stage: str, frame: DataFrame) -> DataFrame:
        """Work out a table and keep it until the run ends."""
        self.tell(stage)
        with self.clock(stage):
            kept = stored(frame)
            self._kept.append(kept)
            rows = int(_rdd(kept).count())  # of a frame it takes a plan and a shuffle, ten times as long
        self.rows[stage] = rows
        _LOG.info("%s: %d rows, %.1f s", stage, rows, self.clock.costs[stage].wall)
        return kept

    def release(self) -> None:
        """Let go of all that was kept."""
        for frame in self._kept:
            release(frame)
        self._kept.clear()

    def by_chunk(self, frame: DataFrame, function: OfChunk, schema: str) -> DataFrame:
        """What a function makes of the rows of each `chunk`, an int column."""
        whole = frame.repartition(self.partitions, "chunk").sortWithinPartitions("chunk")
        return whole.mapInArrow(partial(each_chunk, function), schema)


def stored(frame: DataFrame) -> DataFrame:
    """The same rows, computed now, without the plan that led to them, which would double with every join.

    Where the SparkContext has a checkpoint directory they lie there, and outlast executors; elsewhere on the
    executors' disks: one that is lost takes its part along, and Spark fails the job and says so.
    """
    if frame.sparkSession.sparkContext.getCheckpointDir() is not None:
        return frame.checkpoint()
    return frame.localCheckpoint(storageLevel=StorageLevel.DISK_ONLY)


def release(frame: DataFrame) -> None:
    """Free what a local checkpoint holds on the executors.

    `unpersist` of a frame does not, and Spark itself only after the driver's next full garbage collection.
    """
    _rdd(frame).unpersist(False)


def _rdd(kept: DataFrame) -> Any:
    """The rows of a checkpoint, as the JVM has them."""
    plan: Any = kept._jdf.queryExecution().logical()
    return plan.rdd()


def each_chunk(function: OfChunk, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Gather batches that are sorted by `chunk` into the table of each, and yield what is made of it."""
    parts: list[pa.RecordBatch] = []
    for batch in batches:
        chunks = batch.column("chunk").to_numpy(zero_copy_only=False)
        start = 0
        while start < len(chunks):
            end = int(chunks.searchsorted(chunks[start], "right"))
            if parts and parts[0].column("chunk")[0].as_py() != chunks[start]:
                yield from function(pa.Table.from_batches(parts))
                parts = []
            parts.append(batch.slice(start, end - start))
            start = end
    if parts:
        yield from function(pa.Table.from_batches(parts))


def chunk_of(label: str | Column, chunks: int, part: str | None = None) -> Column:
    """The chunk of a label; where that has more than `SALT` rows, the chunk of a part of it.

    `part`: the column that tells which; all rows of one value are in one chunk.
    """
    if part is None:
        return sql.pmod(sql.xxhash64(label), sql.lit(chunks)).cast("int")
    parts = sql.ceil(sql.count("*").over(Window.partitionBy(label)) / sql.lit(SALT))
    salt = sql.pmod(sql.xxhash64(part), parts)
    return sql.pmod(sql.xxhash64(label, salt), sql.lit(chunks)).cast("int")


@contextmanager
def configured(spark: SparkSession) -> Iterator[None]:
    """Set what the exchange of Arrow's batches asks for, and put back what the session had."""
    before: dict[str, str | None] = {name: spark.conf.get(name, None) for name in (*_CONF, _PARTITIONS)}
    try:
        for name, value in _CONF.items():
            spark.conf.set(name, value)
        yield
    finally:
        for name, old in before.items():
            if old is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, old)
