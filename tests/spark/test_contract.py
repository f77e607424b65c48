"""What Spark says of a feed is what a local run says, row by row, whatever happens to its tasks."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks import generate
from dedup import FeedError, Settings
from dedup.feeds import read
from tests.conftest import REPO, soak
from tests.engines import assert_same, local, on_spark
from tests.evidence import Row, check
from tests.test_pipeline import feeds

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def demo() -> list[Row]:
    """The sample data as one feed."""
    paths = [REPO / "data" / name for name in ("wire.jsonl", "outlet.csv", "desk")]
    rows: list[Row] = read(paths).articles.drop_columns(["input", "record"]).to_pylist()
    return rows


def hot() -> list[Row]:
    """Made stories: one with 120 copies, which meets others over what both quote; versions, missing ids."""
    rows: list[Row] = [dict(record) for record, _ in generate.generate(500, 5, generate.Extras(hot=120))]
    for number, row in enumerate(rows[:30]):
        rows.append({**row, "text": row["text"] + f" More on this at {number}."})  # a version by its id
        rows.append({**row, "id": f"copy-{number}", "prior_ids": [row["id"]]})
    rows += [{**row, "id": None} for row in rows[40:60]]
    return rows


@pytest.mark.parametrize(
    ("seed", "adaptive", "partitions"),
    [
        (1, "true", 3),
        pytest.param(2, "false", 1, marks=soak),
    ],
    ids=["adaptive, 3 partitions", "not adaptive, 1 partition"],
)
def test_the_demo_feed_in_any_order_and_partitions(
    spark: SparkSession, seed: int, adaptive: str, partitions: int
) -> None:
    feed = demo()
    random.Random(seed).shuffle(feed)
    spark.conf.set("spark.sql.adaptive.enabled", adaptive)
    try:
        found = on_spark(spark)(feed, partitions=partitions)
    finally:
        spark.conf.set("spark.sql.adaptive.enabled", "false")
    check(found)
    assert_same(found, local(feed))


def test_a_hot_story_with_versions_and_missing_ids(spark: SparkSession) -> None:
    feed = hot()
    ours = local(feed)
    assert max(ours.clusters["cluster_size"]) > 100
    assert_same(on_spark(spark)(feed), ours)


@soak
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(feeds())
def test_small_feeds_of_any_kind(spark: SparkSession, feed: list[Row]) -> None:
    found = on_spark(spark)(feed)
    check(found)
    assert_same(found, local(feed))


@pytest.mark.parametrize("name", ["senate_2007_11", "fnc1_train"])
def test_real_feeds(spark: SparkSession, shared: Path, name: str) -> None:
    lines = (shared / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    feed = [json.loads(line) for line in lines]
    assert_same(on_spark(spark)(feed), local(feed))


@soak
def test_workers_that_are_killed_change_no_row(spark: SparkSession) -> None:
    feed = demo()
    ended = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        while not ended.is_set() and len(killed) < 3:
            time.sleep(0.5)
            for worker in _workers()[:1]:
                os.kill(worker, signal.SIGKILL)
                killed.append(worker)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        found = on_spark(spark)(feed)
    finally:
        ended.set()
        thread.join()
    assert killed
    assert_same(found, local(feed))


def _workers() -> list[int]:
    """The processes that Spark's Python daemons have forked, those that work first."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" (")
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        if b"pyspark.daemon" in command:
            parents[int(pid)] = int(rest.rpartition(") ")[2].split()[1])
    return [pid for pid, parent in parents.items() if parent in parents]


def test_capped_lists_are_counted_by_their_kind(spark: SparkSession) -> None:
    from dedup.spark.links import BAND, FORMS, LINKS, PRINTS
    from dedup.spark.search import caps_of

    rows = [(-1, -1, BAND, 1, 0), (-1, -1, BAND, 2, 0), (-1, -1, FORMS, 0, 67), (3, 4, PRINTS, 9, 0)]
    told = {"band_lists": 3, "fingerprint_lists": 0, "boilerplate_lists": 67}
    assert caps_of(spark.createDataFrame(rows, LINKS)) == told


# What cannot be read.


def test_a_frame_without_a_text_is_an_error(spark: SparkSession) -> None:
    from dedup.spark import find_duplicates

    with pytest.raises(FeedError, match=r"which field holds the text\? the fields there are: 'a'"):
        find_duplicates(spark.createDataFrame(pa.table({"a": ["x"]})))
    with pytest.raises(FeedError, match="the column 'text' holds bigint, not text; name another with text="):
        find_duplicates(spark.createDataFrame(pa.table({"text": [1]})))


def test_octets_that_are_no_text_are_an_error(spark: SparkSession) -> None:
    from dedup.spark import find_duplicates

    frame = spark.createDataFrame(pa.table({"text": [b"plain words", b"\xff\xfe"]}))
    with pytest.raises(
        FeedError, match=r"^the column 'text' holds bytes that are not UTF-8; decode them first$"
    ):
        find_duplicates(frame)


def test_a_time_without_a_zone_is_a_bad_argument(spark: SparkSession) -> None:
    from dedup.spark import find_duplicates

    with pytest.raises(ValueError, match="as_of must be a time with its zone"):
        find_duplicates(spark.createDataFrame(pa.table({"text": ["x"]})), as_of=dt.datetime(2026, 1, 20))


@soak
def test_what_was_configured_is_put_back(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "77")
    try:
        on_spark(spark)([{"id": "a", "text": "Words."}], settings=Settings(boilerplate=0))
        assert spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch") == "77"
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
