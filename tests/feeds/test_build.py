from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from dedup.articles import ARTICLES
from dedup.feeds import FeedOptions
from dedup.feeds.build import articles


def built(**columns: pa.Array) -> tuple[pa.RecordBatch, Counter[str]]:
    rows = len(next(iter(columns.values())))
    numbers = {"input": pa.array([0] * rows, pa.int32()), "record": pa.array(range(1, rows + 1), pa.int64())}
    counts: Counter[str] = Counter()
    batch = pa.RecordBatch.from_pydict({"text": pa.array(["a"] * rows), **numbers, **columns})
    return articles(batch, FeedOptions(), counts), counts


def test_fields_that_are_not_there_are_absent() -> None:
    batch, counts = built(text=pa.array(["a", None]))
    assert batch.schema.equals(ARTICLES)
    assert batch["text"].to_pylist() == ["a", ""]
    assert batch["id"].null_count == batch["published"].null_count == 2
    assert counts["empty_texts"] == 1


@pytest.mark.parametrize(
    ("column", "taken", "bad"),
    [
        (pa.DictionaryArray.from_arrays([0, 1, None], ["a", None]), ["a", None, None], 0),
        (pa.array([1.0, float("nan"), None]), ["1", None, None], 0),
        (pa.array([1.0, 1e300, 0.1]), ["1", str(int(1e300)), "0.1"], 0),
        (pa.array([1.0, float("inf"), None]), ["1", "inf", None], 0),
        (pa.array([[1], None, []]), [None, None, None], 2),
        (pa.array([(1, 2, 3), None, None], pa.month_day_nano_interval()), [None, None, None], 1),
        (pa.array(["", "a", None], pa.string_view()), [None, "a", None], 0),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_a_column_of_any_type_becomes_text(column: pa.Array, taken: list[str | None], bad: int) -> None:
    batch, counts = built(title=column)
    assert batch["title"].to_pylist() == taken
    assert counts["bad_fields"] == bad


def test_a_column_of_times_that_holds_none_is_absent_and_counted_once() -> None:
    batch, counts = built(published=pa.array([True, None]))
    assert batch["published"].null_count == 2
    assert (counts["bad_fields"], counts["unparsed_times"]) == (1, 0)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("canceled", "canceled"),
        ("Cancelled", "canceled"),
        ("KILL", "canceled"),
        (" killed\n", "canceled"),
        ("stat:canceled", "canceled"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/withheld", "withheld"),
        ("a:b: Withheld", "withheld"),
        ("two\nlines:withheld", "withheld"),
        *(
            (word, None)
            for word in ("usable", "stat:usable", "published", "draft", "canceled:", "", "not killed")
        ),
    ],
)
def test_of_a_status_only_what_bars_use_is_kept(said: str, kept: str | None) -> None:
    batch, counts = built(status=pa.array([said, None]))
    assert batch["status"].to_pylist() == [kept, None]
    assert counts["bad_fields"] == 0


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        (pa.array([True, None]), 1),
        (pa.array([0, 1]), 0),
        (pa.array([1.5, float("nan")]), 0),
        (pa.array([["canceled"], None]), 1),
        (pa.array([{"name": "canceled"}, {}]), 2),
        (pa.array(["published", "draft"]).dictionary_encode(), 0),
        (pa.array([0, 1], pa.timestamp("s")), 0),
        (pa.nulls(2), 0),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_a_status_of_another_kind_bars_nothing(column: pa.Array, bad: int) -> None:
    batch, counts = built(status=column)
    assert batch["status"].to_pylist() == [None, None]
    assert counts["bad_fields"] == bad


@pytest.mark.parametrize(
    ("column", "bad", "unparsed"),
    [
        (pa.array([True, None]), 1, 0),
        (pa.array([0, 1]), 0, 2),
        (pa.array([["2026-01-20"], None]), 1, 0),
        (pa.array(["until noon", ""]), 0, 1),
        (pa.nulls(2), 0, 0),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_an_embargo_that_is_no_time_is_absent_and_counted(column: pa.Array, bad: int, unparsed: int) -> None:
    batch, counts = built(embargoed=column)
    assert batch["embargoed"].null_count == 2
    assert (counts["bad_fields"], counts["unparsed_times"]) == (bad, unparsed)
