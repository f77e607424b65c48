from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.feeds.times import microseconds, parsed

UTC = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")


def utc(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


def read(text: str, zone: ZoneInfo = UTC) -> dt.datetime | None:
    found: list[dt.datetime | None] = parsed(pa.array([text]), zone)[0].to_pylist()
    return found[0]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2007-11-13", utc(2007, 11, 13)),
        ("20071113", utc(2007, 11, 13)),
        ("20071113093015", utc(2007, 11, 13, 9, 30, 15)),
        ("200711130930", utc(2007, 11, 13, 9, 30)),
        ("2007-11-13T09:30:15Z", utc(2007, 11, 13, 9, 30, 15)),
        ("2007-11-13 09:30:15.123456-05:00", utc(2007, 11, 13, 14, 30, 15, 123456)),
        ("2007-11-13T09:30:15.123456789Z", utc(2007, 11, 13, 9, 30, 15, 123456)),
        ("20071113T093015Z", utc(2007, 11, 13, 9, 30, 15)),
        (" 2007-11-13 ", utc(2007, 11, 13)),
        ("26-FEB-1987 15:01:01.79", utc(1987, 2, 26, 15, 1, 1, 790000)),
        ("Tue, 13 Nov 2007 09:30:15 -0500", utc(2007, 11, 13, 14, 30, 15)),
        ("Tue, 13 Nov 2007 09:30:15 GMT", utc(2007, 11, 13, 9, 30, 15)),
        ("13 Nov 2007 09:30 EST", utc(2007, 11, 13, 14, 30)),
        ("Tuesday, 13 November 2007 09:30 +05:30", utc(2007, 11, 13, 4)),
        ("13 Nov 2007 09:30 PM", utc(2007, 11, 13, 21, 30)),
        ("November 13, 2007", utc(2007, 11, 13)),
        ("Nov 13, 2007 9:30 AM EST", utc(2007, 11, 13, 14, 30)),
        ("2007/11/13 09:30", utc(2007, 11, 13, 9, 30)),
        ("03/04/2007", utc(2007, 3, 4)),
        ("3.4.2007", utc(2007, 4, 3)),
        ("03.04.07 09:30", utc(2007, 4, 3, 9, 30)),
        ("Tue, 13.11.2007", utc(2007, 11, 13)),
        ("Tuesday 03.04.2007 09:30:15.5", utc(2007, 4, 3, 9, 30, 15, 500000)),
        ("1194946215", utc(2007, 11, 13, 9, 30, 15)),
        ("1194946215.5", utc(2007, 11, 13, 9, 30, 15, 500000)),
        ("1194946215123", utc(2007, 11, 13, 9, 30, 15, 123000)),
        ("1194946215123456", utc(2007, 11, 13, 9, 30, 15, 123456)),
        ("1194946215123456789", utc(2007, 11, 13, 9, 30, 15, 123456)),
        ("-1194946215", utc(1932, 2, 19, 14, 29, 45)),
    ],
)
def test_a_time_is_read_however_feeds_write_it(text: str, time: dt.datetime) -> None:
    assert read(text) == time


@pytest.mark.parametrize(
    "text",
    ["", " ", "yesterday", "Monday", "10:30", "2007", "Nov 2007", "2007-11", "0", "7", "123456", "0000-01-01",
     "2007-11-13 10:00 XYZT", "2007-02-30", "31-FEB-1987 10:00", "31-FOO-1987", "99999999", "1e10", "9" * 25,
     "0001-01-01T00:00:00+14:00", "x" * 1000, "2007-11-13T25:00"],
)  # fmt: skip
def test_what_is_no_whole_date_is_absent_and_counted(text: str) -> None:
    times, unparsed = parsed(pa.array([text, "2007-11-13", None]), UTC)
    assert times.to_pylist() == [None, utc(2007, 11, 13), None]
    assert unparsed == 1


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2007-11-13 09:30", utc(2007, 11, 13, 14, 30)),
        ("2007-07-13", utc(2007, 7, 13, 4)),
        ("13 Nov 2007 09:30", utc(2007, 11, 13, 14, 30)),
        ("Nov 13, 2007 9:30 AM", utc(2007, 11, 13, 14, 30)),
        ("20071113", utc(2007, 11, 13, 5)),
        ("2007-11-13 09:30Z", utc(2007, 11, 13, 9, 30)),
        ("1194946215", utc(2007, 11, 13, 9, 30, 15)),
        ("2007-11-04 01:30", utc(2007, 11, 4, 5, 30)),  # the clocks show it twice: the first is meant
        ("2007-03-11 02:30", utc(2007, 3, 11, 7, 30)),  # the clocks skip it
    ],
)
def test_only_a_time_without_a_zone_is_read_in_the_zone(text: str, time: dt.datetime) -> None:
    assert read(text, NEW_YORK) == time


def test_an_empty_column_and_one_of_nothing_are_read() -> None:
    for column in (pa.array([], pa.string()), pa.nulls(2), pa.nulls(2, pa.string())):
        times, unparsed = parsed(column, NEW_YORK)
        assert times.to_pylist() == [None] * len(column)
        assert unparsed == 0


def test_times_arrow_has_are_cut_to_microseconds() -> None:
    times, unparsed = parsed(pa.array([1_500], pa.timestamp("ns", "UTC")), UTC)
    assert times.to_pylist() == [utc(1970, 1, 1, 0, 0, 0, 1)]
    assert unparsed == 0


@given(
    st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1)),
    st.sampled_from(["", "Z", "+05:30", "-11:00"]),
    st.sampled_from(["T", " "]),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
    st.sampled_from([UTC, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
)
def test_a_column_read_at_once_is_what_its_texts_are_one_by_one(
    time: dt.datetime, offset: str, between: str, precision: str, zone: ZoneInfo
) -> None:
    text = time.isoformat(between, precision) + offset
    at_once = parsed(pa.array([text, text]), zone)[0].cast(pa.int64()).to_pylist()
    assert at_once == [microseconds(text, zone)] * 2
    mixed = parsed(pa.array([text, "yesterday"]), zone)[0].cast(pa.int64()).to_pylist()
    assert mixed == [at_once[0], None]


@given(st.text(max_size=20) | st.text("0123456789-:/ TZ+.,aApPmMnNoOvV", max_size=25))
def test_no_text_at_all_is_an_error(text: str) -> None:
    times, unparsed = parsed(pa.array([text]), NEW_YORK)
    assert times.null_count == unparsed
    times.to_pylist()
