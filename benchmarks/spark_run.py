"""One measured run on Spark, in a process of its own: a Parquet feed into the figures of each stage.

python -m benchmarks.spark_run FEED OUT.json MASTER MEMORY PARTITIONS
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import WORK
from benchmarks.spark_stages import Charges, Run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WRITE = "write"


@contextmanager
def session(master: str, memory: str, partitions: str, scratch: str) -> Iterator[SparkSession]:
    """A session that tells its figures as they come, and puts what it must put on disk into `scratch`."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings: dict[str, bool | float | int | str | None] = {
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.local.dir": scratch,
        "spark.sql.shuffle.partitions": partitions,
        "spark.sql.warehouse.dir": f"{scratch}/warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.liveUpdate.period": "0",  # else sizes of tables lag behind by what 100 ms brought
        "spark.ui.retainedStages": "10000",
        "spark.ui.showConsoleProgress": "false",
    }
    spark = SparkSession.builder.master(master).appName("benchmark").config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def measured(spark: SparkSession, feed: Path, out: Path) -> Run:
    """Find the duplicates of a feed, write the tables into a folder, and tell what each stage took."""
    from pyspark.sql import functions as sql

    from dedup.spark import find_duplicates
    from dedup.spark.work import DRIVER_EDGES

    articles = spark.read.parquet(str(feed))
    charges = Charges(spark)
    found = find_duplicates(articles, progress=charges.begin)
    charges.begin(WRITE)
    for name, table in found.tables.items():
        table.write.mode("overwrite").parquet(str(out / name))
    charges.end()
    sizes = found.clusters.agg(sql.max("cluster_size")).first()
    largest = int((sizes and sizes[0]) or 0)
    found.release()
    counts = found.run["counts"]
    return Run(
        counts["articles"],
        charges.stages,
        found.run["rows"],
        counts,
        largest,
        charges.stored_at_most,
        DRIVER_EDGES,
        found.run["engine"],
    )


def main(feed: str, figures: str, *settings: str) -> None:
    """Run once and write the figures."""
    with tempfile.TemporaryDirectory(prefix="spark.", dir=WORK) as scratch:
        master, memory, partitions = settings
        with session(master, memory, partitions, scratch) as spark:
            measured(spark, Path(feed), WORK / "spark.out").save(Path(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
