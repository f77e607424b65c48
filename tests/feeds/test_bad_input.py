"""What is wrong with an input is told in words a person can act on, and ends no run."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from dedup.errors import FeedError
from dedup.feeds import read
from dedup.feeds import sources as at
from tests.feeds.made import feed_of, lines, rejects, texts

CAFE = {"text": "Le café ferme."}
_NO_UTF8 = "it is not UTF-8: byte 0xe9 in a text; if it is in another encoding, name it: --encoding cp1252"


def in_latin1(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("latin-1") + b"\n"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("feed.jsonl", lines({"text": "a"}) + in_latin1(CAFE), _NO_UTF8),
        (
            "feed.csv",
            "text\na\nLe café\n".encode("latin-1"),
            _NO_UTF8.replace("a text", "a field"),
        ),
        (
            "feed.txt",
            "Le café".encode("latin-1"),
            _NO_UTF8.replace("in a text", "at byte 6"),
        ),
    ],
)
def test_an_undeclared_encoding_is_a_reject_that_names_the_mend(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / "beside.txt").write_bytes(b"beside")
    (tmp_path / name).write_bytes(data)
    feed = read([tmp_path])
    assert [why for _, _, why in rejects(feed)] == [reason]
    mended = feed_of(tmp_path / name, data, encoding="cp1252")
    assert rejects(mended) == []
    assert "Le café" in texts(mended)[-1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("feed.jsonl", '{"text": "Le café"}\n{"text": "b"}\n'),
        ("feed.json", '[{"text": "Le café"},\n {"text": "b"}]'),
        ("feed.csv", "text\nLe café\nb\n"),
        ("feed.txt", "Le café"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, name: str, data: str, encoding: str) -> None:
    assert texts(feed_of(tmp_path / name, data.encode(encoding)))[0] == "Le café"


def test_an_unknown_encoding_is_a_bad_argument(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="encoding must name one, such as 'cp1252', got 'latin-99'"):
        feed_of(tmp_path / "feed.txt", b"a", encoding="latin-99")


OVERLONG = "it is over 64 MB long, which no article is; split it"


def test_a_line_of_100_mb_is_a_reject_and_the_lines_around_it_are_read(tmp_path: Path) -> None:
    data = lines({"text": "a"}) + b'{"text": "' + b"x" * (100 << 20) + b'"}\n' + lines({"text": "b"})
    feed = feed_of(tmp_path / "feed.jsonl.gz", data)
    assert texts(feed) == ["a", "b"]
    assert rejects(feed) == [("feed.jsonl.gz", 2, OVERLONG)]


@pytest.mark.parametrize(
    ("name", "data", "record", "reason"),
    [
        ("feed.txt", b"x" * 100, 1, OVERLONG),
        ("feed.csv", b"text\na\n" + b"x" * 100, 2, "a line of it goes on for over 0 MB"),
        ("feed.json", b'[{"text": "a"}, {"text": "' + b"x" * 100 + b'"}]', 2, OVERLONG),
    ],
)
def test_a_record_that_is_too_long_is_a_reject_in_every_format(
    tmp_path: Path, name: str, data: bytes, record: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at, "MOST_BYTES", 40)
    monkeypatch.setattr(at, "BLOCK", 8)
    monkeypatch.setattr(at, "HEAD", 16)
    (tmp_path / "beside.txt").write_bytes(b"beside")
    (tmp_path / name).write_bytes(data)
    feed = read([tmp_path])
    assert rejects(feed) == [(name, record, reason)]
    assert texts(feed) == ["beside"] if name == "feed.txt" else ["beside", "a"]


@pytest.mark.parametrize("name", ["feed.jsonl", "feed.json", "feed.csv", "feed.txt", "feed", "feed.jsonl.gz"])
def test_an_empty_file_beside_others_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "beside.txt").write_bytes(b"beside")
    (tmp_path / name).write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    feed = read([tmp_path])
    assert [text for text in texts(feed) if text] == ["beside"]
    assert rejects(feed) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"text": "a"}\n{"text": "a\0b"}\n', "it is not JSON: invalid character (byte 11)"),
        (b'{"text": "a"}\n' + b'{"text": ' + b"[" * 100_000 + b"\n", "its JSON is nested too deeply"),
        (b'{"text": "a"}\n\0\0\0\n', "it is not JSON: invalid character (byte 0)"),
    ],
)
def test_lines_that_are_no_json_are_rejects(tmp_path: Path, data: bytes, reason: str) -> None:
    feed = feed_of(tmp_path / "feed.jsonl", data)
    assert texts(feed) == ["a"]
    assert rejects(feed) == [("feed.jsonl", 2, reason)]


def test_nuls_in_a_text_stay_in_it(tmp_path: Path) -> None:
    assert texts(feed_of(tmp_path / "feed.txt", b"a\0b")) == ["a\0b"]
    assert texts(feed_of(tmp_path / "feed.jsonl", b'{"text": "a\\u0000b"}')) == ["a\0b"]


def test_half_characters_are_replaced_and_counted(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "feed.json", b'[{"text": "a\\ud83d"}]')
    assert texts(feed) == ["a\ufffd"]
    assert feed.counts["lone_surrogates"] == 1


def test_a_document_without_a_text_is_an_error_alone(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"feed\.json is of no known format; a feed is ninjs"):
        feed_of(tmp_path / "feed.json", b'[{"story": "a"}]')
    assert texts(feed_of(tmp_path / "feed.json", b'[{"story": "a"}]', fields={"text": "story"})) == ["a"]
