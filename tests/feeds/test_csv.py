from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import FeedError
from dedup.feeds import FeedOptions, read, sources
from dedup.feeds.lines import NOT_UTF8
from tests.feeds.made import column, feed_of, rejects, texts


@pytest.fixture(params=[1, 9, 1 << 20], ids=lambda size: f"blocks of {size}")
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that every border falls somewhere."""
    monkeypatch.setattr(sources, "BLOCK", request.param)
    size: int = request.param
    return size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=repr)
def test_every_delimiter_and_line_end_is_read(path: Path, delimiter: str, end: str) -> None:
    rows = [["Id", "body"], ["1", f'"with{delimiter} and ""quotes"""'], ["2", '"two' + "\n" + 'lines"']]
    feed = feed_of(path, b"\xef\xbb\xbf" + end.join(delimiter.join(row) for row in rows).encode())
    assert column(feed, "id") == ["1", "2"]
    assert texts(feed) == [f'with{delimiter} and "quotes"', "two\nlines"]
    assert column(feed, "record") == [1, 2]
    assert feed.notes == (f"{path}: text from 'body', id from 'Id'; no title, source, published, url",)


@pytest.mark.usefixtures("block")
def test_a_ragged_row_is_a_reject_and_the_run_goes_on(path: Path) -> None:
    feed = feed_of(path, b"id,text\n1,a\n2\n3,b,c\n4,d\n")
    assert texts(feed) == ["a", "d"]
    assert column(feed, "record") == [1, 4]
    assert rejects(feed) == [
        ("feed.csv", 2, "it has 1 fields where the header has 2"),
        ("feed.csv", 3, "it has 3 fields where the header has 2"),
    ]


def test_a_quote_left_open_is_told(path: Path) -> None:
    feed = feed_of(path, b'id,text,title\n1,a,t\n2,"b,u\n3,c"\n4,d,w\n')
    assert texts(feed) == ["a", "d"]
    assert rejects(feed) == [
        ("feed.csv", 2, "it has 2 fields where the header has 3, over 2 lines: is a quote left open?")
    ]


OPEN = "a quote opened in it is never closed, so everything from here to the end of the input was left out"


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("row", [b'2,"b', b'2,"b\n', b'2,"b\n3,c\n\n4,d', b'2,"b ""x""\r\n3,c\r\n', b'"'])
def test_a_quote_open_to_the_end_leaves_out_the_rest_and_says_so(path: Path, row: bytes) -> None:
    feed = feed_of(path, b"id,text\n1,a\n" + row)
    assert texts(feed) == ["a"]
    assert rejects(feed) == [("feed.csv", 2, OPEN)]
    assert feed.losses == (f"{path} was lost or cut off: record 2: {OPEN}",)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("row", [b'2,"b"', b'2,"b"\n', b'2,"b\n"', b'2,b"', b"2,b"])
def test_a_quote_closed_at_the_very_end_is_no_fault(path: Path, row: bytes) -> None:
    feed = feed_of(path, b"id,text\n1,a\n" + row)
    assert len(texts(feed)) == 2
    assert feed.losses == ()


def test_a_header_with_a_quote_left_open_is_no_header(path: Path) -> None:
    with pytest.raises(FeedError, match="the header cannot be read: a quote opened in it is never closed"):
        feed_of(path, b'id,"text\n1,a\n')


@pytest.mark.usefixtures("block")
def test_a_row_that_is_not_utf8_is_a_reject(path: Path) -> None:
    feed = feed_of(path, b"id,text,other\n1,a\xe9,x\n2,b,x\n3,c,\xff\n")
    assert texts(feed) == ["b", "c"]
    assert rejects(feed) == [("feed.csv", 1, "it is not UTF-8: byte 0xe9 in a field" + NOT_UTF8)]


@pytest.mark.usefixtures("block")
def test_blank_rows_are_counted_in_the_numbering(path: Path) -> None:
    feed = feed_of(path, b"\n\nid,text\n1,a\n\n2,b\n\n")
    assert column(feed, "record") == [1, 3]
    assert feed.counts["blank_lines"] == 2
    assert rejects(feed) == []


def test_an_empty_cell_is_absent_but_an_empty_text_is_empty(path: Path) -> None:
    feed = feed_of(path, b"id,title,text\n,,\n")
    assert (column(feed, "id"), column(feed, "title"), texts(feed)) == ([None], [None], [""])


def test_a_field_of_megabytes_and_one_with_nul_are_read(path: Path) -> None:
    long = "long " * 1_000_000
    assert texts(feed_of(path, f"text\n{long}\na\0b\n".encode())) == [long, "a\0b"]


def test_a_missing_header_is_an_error_that_shows_the_first_row(path: Path) -> None:
    with pytest.raises(FeedError, match=r"which field holds the text\? the fields there are: '1', 'a story'"):
        feed_of(path, b"1,a story\n2,b\n")


def test_an_empty_file_is_no_error(path: Path) -> None:
    assert feed_of(path, b"\n").articles.num_rows == 0


cell = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6) | st.sampled_from(
    [",", '"', "\n"]
)


@given(st.lists(st.tuples(cell, cell, cell), max_size=6), st.integers(1, 40))
def test_whatever_the_csv_module_writes_is_read_back_in_any_blocks(
    rows: list[tuple[str, str, str]], size: int
) -> None:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("id", "text", "title"), *rows])
    with TemporaryDirectory() as folder, patch.object(sources, "BLOCK", size):
        path = Path(folder) / "feed.csv"
        path.write_bytes(sink.getvalue().encode())
        feed = read([path], FeedOptions(html="keep"))
    assert texts(feed) == [text for _, text, _ in rows]
    assert column(feed, "id") == [id_ or None for id_, _, _ in rows]
    assert rejects(feed) == []
