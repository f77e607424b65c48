"""Paths into a Spark DataFrame, and a result into a folder, on any file system that Spark's Hadoop knows."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from dedup.articles import FieldNames
from dedup.errors import EngineError, FeedError, OutputError
from dedup.report.csv import run_json
from dedup.spark.intake import fields_of, named
from dedup.spark.work import stored

_FORMATS = {
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
}
_PACKED = (".gz", ".bz2", ".zst", ".snappy", ".lz4")
_CORRUPT = "_corrupt_record"
_OURS = re.compile(r"run\.json|[a-z]+\.parquet")


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """A session of Spark, on a `master` as Spark names them, or what its own settings name.

    Raises `EngineError` where there is no Java, or Spark does not start.
    """
    home = os.environ.get("JAVA_HOME")
    if shutil.which(str(Path(home) / "bin" / "java") if home else "java") is None:
        where = f"at JAVA_HOME, {home}" if home else "on the path"
        raise EngineError(f"Spark needs Java 17 or later, and there is no java {where}; install it")
    # The workers run the Python that this is, not what the path has under that name.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dedup").config("spark.ui.showConsoleProgress", "false")
    builder = builder if master is None else builder.master(master)
    try:
        spark = builder.getOrCreate()
    except Exception as error:  # what Java throws has no common base
        raise EngineError(f"Spark did not start on {master or 'its own master'}: {_line(error)}") from error
    try:
        yield spark
    finally:
        spark.stop()


def read_paths(spark: SparkSession, paths: Sequence[str], fields: FieldNames) -> tuple[DataFrame, DataFrame]:
    """The records of files, folders and patterns in the fields of articles; and what could not be read.

    Parquet, JSON lines and CSV, told by their names; a path may lie on any file system of Spark's. Raises
    `FeedError` for a path that holds nothing of these.
    """
    parts: dict[str, list[str]] = {}
    for path in paths:
        parts.setdefault(_format(spark, path), []).append(path)
    frames = []
    rejects = [spark.createDataFrame([], "input string, record long, reason string")]
    for kind, some in parts.items():
        try:
            frame = _read(spark, kind, some)
        except PySparkException as error:
            raise FeedError(f"{', '.join(some)}: {_line(error)}") from error
        if _CORRUPT in frame.columns:
            frame = stored(frame.withColumn("_input", sql.input_file_name()))
            bad = sql.col(_CORRUPT).isNotNull()
            reason = sql.lit(f"not {'a JSON object' if kind == 'json' else 'a row of CSV'}").alias("reason")
            record = sql.lit(None).cast("long").alias("record")
            rejects.append(frame.filter(bad).select(sql.col("_input").alias("input"), record, reason))
            frame = frame.filter(~bad).drop(_CORRUPT, "_input")
        chosen = fields_of(frame, fields)
        frames.append(frame.select(*named(chosen)))
    both = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)
    return both, reduce(DataFrame.unionByName, rejects)


def _read(spark: SparkSession, kind: str, paths: list[str]) -> DataFrame:
    reader = spark.read.option("columnNameOfCorruptRecord", _CORRUPT)
    if kind == "parquet":
        return reader.parquet(*paths)
    if kind == "json":
        return reader.json(paths)
    # Quotes are doubled in CSV; Spark's own way is a backslash.
    return reader.csv(paths, header=True, multiLine=True, escape='"')


def _format(spark: SparkSession, path: str) -> str:
    """The format of a path, by its name or those of the files in it."""
    names = [path, *_names_in(spark, path)]
    for name in names:
        bare = name.lower()
        for packed in _PACKED:
            bare = bare.removesuffix(packed)
        kind = _FORMATS.get(Path(bare.rstrip("/*")).suffix)
        if kind is not None:
            return kind
    if len(names) == 1:
        raise FeedError(f"{path}: no such file or folder, or an empty one")
    raise FeedError(f"{path}: holds no .parquet, .jsonl, .json or .csv, which is what Spark reads")


def _names_in(spark: SparkSession, path: str) -> list[str]:
    """Names of files that a path or pattern leads to, a folder's first ones."""
    place, system = _place(spark, path)
    names: list[str] = []
    for found in system.globStatus(place) or ():
        names.append(found.getPath().getName())
        if found.isDirectory():
            files = system.listFiles(found.getPath(), True)
            while files.hasNext() and len(names) < 1000:
                names.append(files.next().getPath().getName())
    return [name for name in names if not name.startswith(("_", "."))]


def _place(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """A path as Hadoop has it, and its file system."""
    gateway: Any = spark.sparkContext._jvm
    place = gateway.org.apache.hadoop.fs.Path(path)
    context: Any = spark.sparkContext._jsc
    return place, place.getFileSystem(context.hadoopConfiguration())


def check_out(spark: SparkSession, out: str) -> None:
    """Refuse, with `OutputError`, a folder that holds anything but an earlier result."""
    place, system = _place(spark, out)
    if not system.exists(place):
        return
    if not system.getFileStatus(place).isDirectory():
        raise OutputError(f"{out}: is a file; name a new folder")
    names = [found.getPath().getName() for found in system.listStatus(place)]
    if names and ("run.json" not in names or not all(map(_OURS.fullmatch, names))):
        raise OutputError(f"{out}: holds files that are not a result of dedup; empty it or name a new folder")


def with_inputs(run: dict[str, Any], paths: list[str], rejects: DataFrame) -> dict[str, Any]:
    """What `run.json` holds, with what was read."""
    number = rejects.count()
    counts = run["counts"]
    read = {"records": counts["records"] + number, "rejects": number}
    return {**run, "inputs": paths, "counts": {**counts, **read}}


def write(tables: dict[str, DataFrame], run: dict[str, Any], out: str, *, text: bool = True) -> None:
    """Write tables into a folder: a folder of Parquet for each, and run.json.

    It appears whole or not at all: filled beside its place, then renamed; an earlier result is replaced.
    `text`: whether `articles` keeps the texts. Raises `OutputError` for a place where no result may be put.
    """
    spark = tables["rejects"].sparkSession
    check_out(spark, out)
    with _beside(spark, out) as beside:
        for name, frame in tables.items():
            kept = frame if text or name != "articles" else frame.drop("text")
            kept.write.parquet(f"{beside}/{name}.parquet")
        place, system = _place(spark, f"{beside}/run.json")
        stream = system.create(place)
        stream.write(bytearray(run_json(run)))
        stream.close()


@contextmanager
def _beside(spark: SparkSession, out: str) -> Iterator[str]:
    """A folder beside the place of a result, put there at the end, or deleted where something fails."""
    beside = f"{out.rstrip('/')}.dedup-{secrets.token_hex(4)}"
    new, system = _place(spark, beside)
    try:
        yield beside
        place, _ = _place(spark, out)
        system.delete(place, True)
        if not system.rename(new, place):
            raise OutputError(f"{out}: the result could not be put there; name another folder")
    finally:
        system.delete(new, True)


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
