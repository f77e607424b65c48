"""Ids that an article replaces, as every format writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.feeds import Feed, FeedOptions, read
from dedup.feeds.build import plain
from dedup.feeds.frame import read_frame
from dedup.feeds.priors import PRIOR_IDS, listed
from tests.feeds.made import column, feed_of, lines

# What a feed may hold, what is taken of it, and whether that is counted as bad.
VALUES: list[tuple[Any, list[str] | None, int]] = [
    (["a", "b"], ["a", "b"], 0),
    ([" a ", "", None], ["a"], 0),
    ("a", ["a"], 0),
    ("a, b;c|d\te", ["a", "b", "c", "d", "e"], 0),
    (
        "tag:w.example,2026:a1,tag:w.example,2026-03-01:b2",
        ["tag:w.example,2026:a1", "tag:w.example,2026-03-01:b2"],
        0,
    ),
    (["one, with a comma"], ["one, with a comma"], 0),
    (7, ["7"], 0),
    (7.0, ["7"], 0),
    ([7, "a"], ["7", "a"], 0),
    ("", None, 0),
    ("  ", None, 0),
    ([], None, 0),
    (None, None, 0),
    (True, None, 1),
    ({"id": "a"}, None, 1),
    ([["a"]], None, 1),
    (["a", {"id": "b"}], None, 1),
]


@pytest.mark.parametrize(("value", "taken", "bad"), VALUES, ids=str)
def test_a_list_or_a_text_names_ids_and_any_other_value_none(
    value: Any, taken: list[str] | None, bad: int
) -> None:
    made, counted = listed([value, "x"], plain)
    assert made.type == PRIOR_IDS
    assert (made.to_pylist(), counted) == ([taken, ["x"]], bad)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("other", ["x", ["x"], None], ids=str)
def test_json_lines_hold_them_in_any_mixture(
    path: Path, value: tuple[Any, list[str] | None, int], other: Any
) -> None:
    feed = feed_of(path, lines({"text": "a", "prior_ids": value[0]}, {"text": "b", "prior_ids": other}))
    assert column(feed, "prior_ids") == [value[1], ["x"] if other else None]
    assert feed.counts["bad_fields"] == value[2]


def test_half_characters_in_an_id_are_replaced(path: Path) -> None:
    feed = feed_of(path, lines({"text": "a", "prior_ids": "x"}, b'{"text": "a", "prior_ids": ["x\\ud83d"]}'))
    assert column(feed, "prior_ids") == [["x"], ["x\ufffd"]]


@pytest.mark.parametrize("name", ["prior_ids", "evolvedFrom", "Ancestors"])
def test_the_usual_names_are_recognised_and_told(path: Path, name: str) -> None:
    feed = feed_of(path, lines({"text": "a", name: ["x"]}))
    assert column(feed, "prior_ids") == [["x"]]
    assert f"prior_ids from '{name}'" in feed.notes[0]


def test_a_feed_without_them_is_not_told_of_it(path: Path) -> None:
    feed = feed_of(path, lines({"text": "a"}))
    assert column(feed, "prior_ids") == [None]
    assert "prior_ids" not in feed.notes[0]


def test_they_are_taken_from_the_field_that_is_named(path: Path) -> None:
    feed = feed_of(path, lines({"text": "a", "was": "x y"}), fields={"prior_ids": "was"})
    assert column(feed, "prior_ids") == [["x", "y"]]


def test_a_csv_cell_holds_several(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "feed.csv", b'text,prior_ids\none,\ntwo,a;b\nthree,"a, b"\n')
    assert column(feed, "prior_ids") == [None, ["a", "b"], ["a", "b"]]


def of_parquet(path: Path, array: pa.Array) -> Feed:
    pq.write_table(pa.table({"text": pa.array(["a"] * len(array)), "prior_ids": array}), path)
    return read([path], FeedOptions())


ARRAYS = [
    pa.array([["a", "b"], None, []]),
    pa.array([["a", "b"], None, []], pa.large_list(pa.large_string())),
    pa.array([["a", "b", None, ""], None, [None]]),
    pa.array(["a|b", None, ""]),
    pa.array(["a b", None, ""]).dictionary_encode(),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_parquet_holds_lists_or_texts(tmp_path: Path, array: pa.Array) -> None:
    feed = of_parquet(tmp_path / "feed.parquet", array)
    assert column(feed, "prior_ids") == [["a", "b"], None, None]
    assert feed.counts["bad_fields"] == 0


@pytest.mark.parametrize(
    ("array", "taken", "bad"),
    [
        (pa.array([1, None]), [["1"], None], 0),
        (pa.array([1.0, float("nan")]), [["1"], None], 0),
        (pa.array([[1, 2], None]), [["1", "2"], None], 0),
        (pa.array([True, None]), [None, None], 1),
        (pa.array([{"a": 1}, None]), [None, None], 1),
        (pa.nulls(2), [None, None], 0),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_a_column_of_another_type_is_numbers_or_absent_and_counted(
    tmp_path: Path, array: pa.Array, taken: list[list[str] | None], bad: int
) -> None:
    feed = of_parquet(tmp_path / "feed.parquet", array)
    assert column(feed, "prior_ids") == taken
    assert feed.counts["bad_fields"] == bad


def test_a_list_that_is_not_utf8_is_absent_and_counted(tmp_path: Path) -> None:
    octets = pa.array([b"a", b"\xff", b"b"], pa.binary())
    texts = pa.StringArray.from_buffers(3, octets.buffers()[1], octets.buffers()[2])
    array = pa.ListArray.from_arrays(pa.array([0, 1, 2, 3], pa.int32()), texts)
    feed = of_parquet(tmp_path / "feed.parquet", array)
    assert column(feed, "prior_ids") == [["a"], None, ["b"]]
    assert feed.counts["bad_fields"] == 1


MIXED = [["a", "b"], "a b", None]


@pytest.mark.parametrize(
    "frame",
    [
        [{"text": "x", "prior_ids": value} for value in MIXED],
        [{"text": "x", "prior_ids": ["a", "b"]}, {"text": "x", "prior_ids": ("a", "b")}, {"text": "x"}],
        pd.DataFrame({"text": ["x"] * 3, "prior_ids": MIXED}),
        pd.DataFrame({"text": ["x"] * 3, "prior_ids": [np.array(["a", "b"]), ["a", "b"], np.nan]}),
        pl.DataFrame({"text": ["x"] * 3, "prior_ids": [["a", "b"], ["a", "b"], None]}),
        pa.table({"text": ["x"] * 3, "prior_ids": pa.array(["a,b", "a;b", None])}),
    ],
    ids=["dicts", "tuples", "pandas, mixed", "pandas, arrays", "polars", "Arrow"],
)
def test_frames_hold_lists_or_texts(frame: Any) -> None:
    feed = read_frame(frame)
    assert column(feed, "prior_ids") == [["a", "b"], ["a", "b"], None]
    assert feed.counts["bad_fields"] == 0


def test_a_value_of_a_frame_that_is_no_ids_is_absent_and_counted() -> None:
    feed = read_frame([{"text": "x", "prior_ids": ["half \ud83d", 1]}, {"text": "x", "prior_ids": {"a": 1}}])
    assert column(feed, "prior_ids") == [["half \ufffd", "1"], None]
    assert feed.counts["bad_fields"] == 1
