from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.articles import ARTICLES
from dedup.errors import FeedError
from dedup.feeds import FeedOptions, read, sources
from dedup.feeds.lines import NOT_UTF8
from tests.feeds.made import column, feed_of, lines, rejects, texts


@pytest.fixture(params=[1, 7, 64, 1 << 20], ids=lambda size: f"blocks of {size}")
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that every border falls somewhere."""
    monkeypatch.setattr(sources, "BLOCK", request.param)
    size: int = request.param
    return size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


@pytest.mark.usefixtures("block")
def test_records_come_in_input_order_with_their_line_numbers(path: Path) -> None:
    feed = feed_of(path, lines({"id": "a", "text": "one"}, "", " ", {"id": "b", "text": "two é"}))
    assert feed.articles.schema.equals(ARTICLES)
    assert column(feed, "id") == ["a", "b"]
    assert texts(feed) == ["one", "two é"]
    assert column(feed, "record") == [1, 4]
    assert column(feed, "input") == [0, 0]
    assert feed.counts["blank_lines"] == 2
    assert feed.counts["records"] == 2
    assert feed.inputs == (str(path),)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_byte_order_mark_other_line_ends_and_a_missing_last_one_are_taken(path: Path, end: str) -> None:
    data = '{"text": "a"}\r\n{"text": "b"}'.replace("\r\n", end or "\n") + end
    feed = feed_of(path, b"\xef\xbb\xbf" + data.encode())
    assert texts(feed) == ["a", "b"]
    assert rejects(feed) == []


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "a"', "it is not JSON: input data was truncated"),
        ('{"text": "a"} {"text": "b"}', "it is not JSON: trailing characters (byte 15)"),
        ('{"text": "a"},', "it is not JSON: trailing characters (byte 14)"),
        ('{"text": nan}', "it is not JSON: invalid character (byte 13)"),
        (b'{"text": "a\xff"}', "it is not UTF-8: byte 0xff in a text" + NOT_UTF8),
        ("[1]", "it is not a JSON object but a list"),
        ("null", "it is not a JSON object but null"),
        ('"a"', "it is not a JSON object but a text"),
        ('{"id": "a"}', "it has no field 'text'"),
        ('{"text": 5}', "its field 'text' is not a text but a number"),
        ('{"text": ["a"]}', "its field 'text' is not a text but a list"),
        ('{"text": {}}', "its field 'text' is not a text but an object"),
        ('{"text": true}', "its field 'text' is not a text but true or false"),
        ('{"text": "a", "id": 1e999}', "it is not JSON: number out of range"),
        ("[" * 100_000, "its JSON is nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_unreadable_line_is_a_reject_and_the_run_goes_on(path: Path, line: Any, reason: str) -> None:
    feed = feed_of(path, lines({"text": "before"}, line, {"text": "after"}))
    assert texts(feed) == ["before", "after"]
    assert column(feed, "record") == [1, 3]
    [(name, record, told)] = rejects(feed)
    assert (name, record) == ("feed.jsonl", 2)
    assert told == reason
    assert feed.counts["rejects"] == 1
    assert feed.counts["records"] == 3


def test_an_object_over_two_lines_is_two_rejects_even_beside_two_objects_in_one(path: Path) -> None:
    feed = feed_of(path, b'{"text": "a"}\n{"text":\n"b"}\n{"text": "c"} {"text": "d"}\n{"text": "e"}\n')
    assert texts(feed) == ["a", "e"]
    assert [record for _, record, _ in rejects(feed)] == [2, 3, 4]


@pytest.mark.usefixtures("block")
def test_null_is_an_empty_text_and_counted(path: Path) -> None:
    feed = feed_of(path, lines({"text": None}, {"text": ""}, {"text": "a"}))
    assert texts(feed) == ["", "", "a"]
    assert feed.counts["empty_texts"] == 2


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    ("value", "taken"),
    [("7", "7"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (10**30, str(10**30)), (None, None), ("", None)],
)
def test_an_id_may_be_text_or_number(path: Path, value: object, taken: str | None) -> None:
    feed = feed_of(path, lines({"id": "a", "text": "x"}, {"id": value, "text": "y"}))
    assert column(feed, "id") == ["a", taken]
    assert feed.counts["bad_fields"] == 0


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("value", [["a"], {"b": 1}, True])
def test_an_optional_field_of_another_type_is_absent_and_counted(path: Path, value: object) -> None:
    feed = feed_of(path, lines({"text": "x", "title": value}, {"text": "y", "title": "t"}))
    assert column(feed, "title") == [None, "t"]
    assert feed.counts["bad_fields"] == 1
    assert rejects(feed) == []


@pytest.mark.usefixtures("block")
def test_half_a_surrogate_pair_becomes_the_replacement_character(path: Path) -> None:
    feed = feed_of(
        path,
        lines(
            r'{"text": "cut \ud83d"}',
            r'{"text": "\ude00 cut \ud83d\ud83d\ude00"}',
            r'{"text": "whole \ud83d\ude00"}',
            r'{"text": "\\ud83d is no escape, \ud83d is"}',
        ),
    )
    assert texts(feed) == ["cut \ufffd", "\ufffd cut \ufffd😀", "whole 😀", "\\ud83d is no escape, \ufffd is"]
    assert feed.counts["lone_surrogates"] == 3


def test_nul_characters_are_kept(path: Path) -> None:
    assert texts(feed_of(path, lines({"text": "a\0b"}))) == ["a\0b"]


def test_a_record_larger_than_many_blocks_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK", 100)
    long = "long " * 10_000
    assert texts(feed_of(path, lines({"text": "a"}, {"text": long}, {"text": "b"}))) == ["a", long, "b"]


def test_fields_are_looked_for_in_many_records(path: Path) -> None:
    feed = feed_of(path, lines({"body": "a"}, {"body": "b", "Headline": "t"}))
    assert column(feed, "title") == [None, "t"]
    assert feed.notes == (f"{path}: text from 'body', title from 'Headline'; no id, source, published, url",)


def test_a_named_field_may_come_late(path: Path) -> None:
    records = [*[{"text": "a"}] * 300, {"text": "b", "ref": "r"}]
    feed = feed_of(path, lines(*records), fields={"id": "ref"})
    assert column(feed, "id")[-2:] == [None, "r"]


def test_a_named_field_that_no_record_has_is_an_error_that_names_those_there(path: Path) -> None:
    with pytest.raises(FeedError) as error:
        feed_of(path, lines({"text": "a", "ref": 1}), fields={"id": "refs"})
    assert str(error.value) == (
        f"{path}: no record has a field 'refs' for id; the fields there are: 'text', 'ref'"
    )


def test_no_text_field_is_an_error_that_names_those_there(path: Path) -> None:
    with pytest.raises(FeedError) as error:
        feed_of(path, lines({"story": "a", "id": 1}))
    assert str(error.value) == (
        f"{path}: which field holds the text? the fields there are: 'story', 'id'; "
        "name one with --text NAME (text='NAME')"
    )


def test_one_key_may_serve_two_fields(path: Path) -> None:
    feed = feed_of(path, lines({"text": "a", "url": "u"}), fields={"id": "url"})
    assert (column(feed, "id"), column(feed, "url")) == (["u"], ["u"])


def test_the_text_may_serve_as_title(path: Path) -> None:
    feed = feed_of(path, lines({"text": "a"}, {"text": None}), fields={"title": "text"})
    assert column(feed, "title") == ["a", None]


def test_a_field_whose_name_cannot_be_looked_for_is_told(path: Path) -> None:
    with pytest.raises(FeedError, match="rename it in the input"):
        feed_of(path, lines({'te"xt': "a"}), fields={"text": 'te"xt'})


def test_a_feed_of_nothing_but_broken_lines_is_all_rejects(path: Path) -> None:
    feed = feed_of(path, b"what\never\n")
    assert feed.articles.num_rows == 0
    assert [record for _, record, _ in rejects(feed)] == [1, 2]


def test_an_empty_file_is_no_error_but_told(path: Path) -> None:
    feed = feed_of(path, b"")
    assert feed.articles.num_rows == 0
    assert feed.notes == (f"{path}: no article",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
record = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "text", "title", "other"), json_values))
any_line = (
    record.map(json.dumps)
    | record.map(lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    | st.sampled_from(["", " ", "{", "[]", "}", "x", '{"text":', '"a"}', '{"text":"a"} {"text":"b"}', "null"])
    | st.text("{}[]:,\"\\a1 \r\t", max_size=12)
)  # fmt: skip


def _plain_twin(data: str) -> tuple[list[tuple[int, str | None, str, str | None]], list[int]]:
    """What reading a feed must give, one line after another: record, id, text, title; and the rejects."""
    good, bad = [], []
    for number, line in enumerate(data.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict) and isinstance(value.get("text", 0), str | None):
            good.append((number, _as_id(value.get("id")), value["text"] or "", _as_id(value.get("title"))))
        else:
            bad.append(number)
    return good, bad


def _as_id(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@given(st.lists(any_line, max_size=12), st.integers(1, 60), st.sampled_from(["\n", ""]))
def test_any_lines_in_any_blocks_are_what_json_reads_line_by_line(
    lines: list[str], size: int, end: str
) -> None:
    data = "\n".join(['{"text": "first", "id": "0", "title": "t"}', *lines]) + end
    with TemporaryDirectory() as folder, patch.object(sources, "BLOCK", size):
        path = Path(folder) / "feed.jsonl"
        path.write_bytes(data.encode())
        feed = read([path], FeedOptions(html="keep"))
    good, bad = _plain_twin(data)
    assert list(zip(*(column(feed, name) for name in ("record", "id", "text", "title")), strict=True)) == good
    assert [number for _, number, _ in rejects(feed)] == bad
