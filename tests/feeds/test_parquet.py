from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.articles import ARTICLES
from dedup.errors import FeedError
from dedup.feeds import FeedOptions, parquet, read
from tests.feeds.made import column, packed, rejects, texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.parquet"


def written(path: Path, row_group: int = 2, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=row_group)
    return path


TEXTS = ["one", "two é", None, "four", "five"]


@pytest.mark.parametrize("rows", [1, 3, 8192])
@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_texts_of_every_arrow_type_are_read(
    path: Path, kind: pa.DataType, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_ROWS", rows)
    values = pa.array([None if text is None else text.encode() for text in TEXTS], pa.binary())
    strings = values if kind == pa.binary() else pa.array(TEXTS).cast(kind)
    feed = read([written(path, text=strings, id=strings)])
    assert feed.articles.schema.equals(ARTICLES)
    assert texts(feed) == ["one", "two é", "", "four", "five"]
    assert column(feed, "id") == TEXTS
    assert column(feed, "record") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("ids", "taken"),
    [
        (pa.array([1, None]), ["1", None]),
        (pa.array([1.0, None]), ["1", None]),
        (pa.array([1.5, float("nan")]), ["1.5", None]),
        (pa.array([1, 2], pa.uint8()).dictionary_encode(), ["1", "2"]),
        (pa.nulls(2), [None, None]),
        (pa.array(["", "a"]), [None, "a"]),
        (pa.array([dt.date(2007, 11, 13), None]), ["2007-11-13", None]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_ids_may_be_of_many_types(path: Path, ids: pa.Array, taken: list[str | None]) -> None:
    feed = read([written(path, id=ids, text=pa.array(["a", "b"]))])
    assert column(feed, "id") == taken
    assert feed.counts["bad_fields"] == 0


@pytest.mark.parametrize(
    "value",
    [[["a"], None], [{"b": 1}, None], [True, None], [b"\xff", None]],
    ids=str,
)
def test_a_column_of_another_type_is_absent_and_counted(path: Path, value: list[object]) -> None:
    feed = read([written(path, title=pa.array(value), text=pa.array(["a", "b"]))])
    assert column(feed, "title") == [None, None]
    assert feed.counts["bad_fields"] == 1


def test_a_text_column_without_text_is_an_error(path: Path) -> None:
    with pytest.raises(FeedError) as error:
        read([written(path, text=pa.array([1, 2]))])
    assert str(error.value) == (
        f"{path}: the column 'text' holds int64, not text; name another with --text NAME (text='NAME')"
    )


def test_a_named_column_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(FeedError, match=r"no record has a field 'guid' for id; the fields there are: 'text'"):
        read([written(path, text=pa.array(["a"]))], FeedOptions(fields={"id": "guid"}))


def test_only_the_named_columns_are_taken_though_names_hold_dots(path: Path) -> None:
    nested = pa.array([{"b": "nested"}])
    some = {"a": nested, "a.b": pa.array(["dotted"]), "text": pa.array(["t"])}
    feed = read([written(path, **some)], FeedOptions(fields={"id": "a.b"}))
    assert column(feed, "id") == ["dotted"]


@pytest.mark.parametrize("dictionary", [False, True])
def test_bytes_that_are_not_utf8_are_rejects_in_texts_and_absent_elsewhere(
    path: Path, dictionary: bool
) -> None:
    values = [b"a", b"b\xff", None, b"d"]
    raw = pa.array(values, pa.binary())
    feed = read(
        [written(path, text=raw.dictionary_encode() if dictionary else raw, title=pa.array(values[::-1]))]
    )
    assert texts(feed) == ["a", "", "d"]
    assert column(feed, "record") == [1, 3, 4]
    assert column(feed, "title") == ["d", None, "a"]
    assert rejects(feed) == [("feed.parquet", 2, "it is not UTF-8: byte 0xff in its text")]
    assert feed.counts["bad_fields"] == 1


@pytest.mark.parametrize(
    ("times", "hour"),
    [
        (pa.array([dt.datetime(2007, 11, 13, 9)], pa.timestamp("ns")), 14),
        (pa.array([dt.datetime(2007, 11, 13, 9)], pa.timestamp("s", "UTC")), 9),
        (pa.array([dt.datetime(2007, 11, 13, 9)], pa.timestamp("ms", "Asia/Tokyo")), 9),
        (pa.array([dt.date(2007, 11, 13)]), 5),
        (pa.array(["2007-11-13 09:00"]), 14),
        (pa.array([1194944400]), 9),
        (pa.array([1194944400.0]), 9),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_times_of_many_types_are_read_in_the_zone(path: Path, times: pa.Array, hour: int) -> None:
    feed = read([written(path, text=pa.array(["a"]), published=times)], FeedOptions(tz="America/New_York"))
    assert column(feed, "published") == [dt.datetime(2007, 11, 13, hour, tzinfo=dt.UTC)]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_packed_file_is_read(tmp_path: Path, suffix: str) -> None:
    plain = written(tmp_path / "feed.parquet", text=pa.array(TEXTS))
    path = tmp_path / f"feed.parquet{suffix}"
    path.write_bytes(packed(plain.read_bytes(), path.name))
    assert len(texts(read([path]))) == 5


def test_a_damaged_file_among_others_is_a_reject_and_the_run_goes_on(tmp_path: Path) -> None:
    good = written(tmp_path / "good.parquet", text=pa.array(["a"]))
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(good.read_bytes()[:-20])
    feed = read([bad, good])
    assert texts(feed) == ["a"]
    assert column(feed, "input") == [1]
    [(name, record, reason)] = rejects(feed)
    assert (name, record) == ("bad.parquet", None)
    assert reason.startswith("the Parquet file is damaged: Parquet magic bytes not found")
    assert feed.counts["records"] == 1


def test_a_page_damaged_in_the_middle_leaves_what_came_before(path: Path) -> None:
    written(path, 1, text=pa.array(["a" * 1000, "b" * 1000]))
    data = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data[at : at + 40] = b"\xff" * 40
    path.write_bytes(data)
    feed = read([path])
    assert texts(feed) == ["a" * 1000]
    assert rejects(feed)[0][:2] == ("feed.parquet", None)


def test_nothing_but_a_damaged_file_is_an_error(path: Path) -> None:
    path.write_bytes(b"PAR1 not at all")
    with pytest.raises(FeedError, match=r"the Parquet file is damaged: .*; no input could be read"):
        read([path])
