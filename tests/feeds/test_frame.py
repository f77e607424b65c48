"""Columns of tables in memory to fields: what each value becomes, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dedup.errors import FeedError
from dedup.feeds import Feed
from dedup.feeds.frame import read_frame
from tests.feeds.made import column, texts

UUIDS = [UUID(int=number) for number in range(3)]


def of_ids(values: Any) -> Feed:
    return read_frame(pd.DataFrame({"text": ["a"] * len(values), "id": values}))


@pytest.mark.parametrize(
    ("values", "ids", "bad"),
    [
        (["a", "", None], ["a", None, None], 0),
        ([1, 2.0, np.nan], ["1", "2", None], 0),
        ([1, "a", 2.5, None, np.int8(3)], ["1", "a", "2.5", None, "3"], 0),
        ([2**70, 1], [str(2**70), "1"], 0),
        (UUIDS, list(map(str, UUIDS)), 0),
        ([Decimal("1.50"), "x"], ["1.50", "x"], 0),
        ([True, "x", np.bool_(True)], [None, "x", None], 2),
        ([{"a": 1}, "x", [1], pd.NaT, pd.NA, object()], [None, "x", None, None, None, None], 3),
        ([{"a": 1}, {"a": 2}], [None, None], 2),
        ([b"\xff", b"a"], [None, None], 2),
        (pd.Categorical(["x", "y", None]), ["x", "y", None], 0),
        (pd.array([1, None, 3], "Int64"), ["1", None, "3"], 0),
        (pd.arrays.SparseArray([1, 2]), ["1", "2"], 0),
        (pd.Series(["\ud83dx", "y"], dtype=object), ["\ufffdx", "y"], 0),
        (np.array([10**5000, "y"], object), [None, "y"], 1),
    ],
)  # fmt: skip
def test_ids_are_text_whatever_they_were(values: Any, ids: list[str | None], bad: int) -> None:
    feed = of_ids(values)
    assert column(feed, "id") == ids
    assert feed.counts["bad_fields"] == bad


@pytest.mark.parametrize(
    "times",
    [
        [datetime(2025, 1, 2, 3, tzinfo=UTC), None],
        [pd.Timestamp("2025-01-02T03:00Z"), pd.NaT],
        pd.to_datetime(pd.Series(["2025-01-02T04:00+01:00", None])),
        ["2025-01-02 03:00", float("nan")],
        [1735786800, "no time"],
        [1735786800, None],
        np.array(["2025-01-02T03", "NaT"], "datetime64[s]"),
        [datetime(2025, 1, 2, 3), "no time"],
    ],
)
def test_times_are_read_from_what_they_were(times: Any) -> None:
    feed = read_frame(pd.DataFrame({"text": ["a", "b"], "published": times}))
    assert column(feed, "published") == [datetime(2025, 1, 2, 3, tzinfo=UTC), None]
    assert feed.counts["unparsed_times"] == ("no time" in list(times))


def test_a_date_is_its_midnight() -> None:
    feed = read_frame([{"text": "a", "date": date(2025, 1, 2)}, {"text": "b", "date": "2025-01-02"}])
    assert column(feed, "published") == [datetime(2025, 1, 2, tzinfo=UTC)] * 2


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pd.Series(["a", None, np.nan], dtype=object), ["a", "", ""]),
        (pd.Series(["a", "half \ud83d"], dtype=object), ["a", "half \ufffd"]),
        (pd.Series([np.nan, np.nan]), ["", ""]),
        (pd.Series([b"a", "ü".encode()]), ["a", "ü"]),
        (pd.Categorical(["a", "b", "a", None]), ["a", "b", "a", ""]),
    ],
)
def test_texts_stay_and_absent_ones_are_empty(values: Any, wanted: list[str]) -> None:
    feed = read_frame(pd.DataFrame({"text": values}))
    assert texts(feed) == wanted
    assert feed.counts["empty_texts"] == wanted.count("")
    assert feed.counts["lone_surrogates"] == sum("\ufffd" in text for text in wanted)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"text": [1, 2]}), "'text' holds int64, not text; name another with text='NAME'"),
        (pd.DataFrame({"text": [["a"], ["b"]]}), "'text' holds list"),
        (pl.DataFrame({"text": [1.5]}), "'text' holds double"),
        (pa.table({"text": pa.array([True])}), "'text' holds bool"),
        ([{"text": "a"}, {"text": 3}], "'text' holds int in row 2, not text"),
        (pa.table({"text": [b"\xff"]}), "'text' holds bytes that are not UTF-8"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "two columns named 'text'; rename one"),
        (pd.DataFrame([["a", "b", "c"]], columns=["id", "text", "id"]), "two columns named 'id'; rename one"),
    ],
)
def test_a_column_without_text_is_refused(frame: Any, message: str) -> None:
    with pytest.raises(FeedError, match=message):
        read_frame(frame)


def test_records_are_numbered_and_counted() -> None:
    feed = read_frame([{"text": "a"}, {"text": "b"}])
    assert column(feed, "record") == [1, 2]
    assert column(feed, "input") == [0, 0]
    assert feed.counts["records"] == feed.counts["articles"] == 2
    assert feed.rejects.num_rows == 0
