from __future__ import annotations

from pathlib import Path

import pytest

from dedup.feeds import read, text
from dedup.feeds.lines import NOT_UTF8
from tests.feeds.made import column, feed_of, names, packed, rejects, texts


def test_a_file_is_one_article_named_by_its_file(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "Story One.txt", b"\xef\xbb\xbfA headline\r\n\r\nAnd text & <GM>.\n")
    assert texts(feed) == ["A headline\r\n\r\nAnd text & <GM>.\n"]
    assert column(feed, "id") == ["Story One.txt"]
    assert column(feed, "title") == [None]
    assert column(feed, "record") == [1]
    assert feed.notes == ()


@pytest.mark.parametrize("together", [1, 2, 1024])
def test_a_folder_is_read_in_order_and_names_its_files_from_itself(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_FILES", together)
    for name in ("b.txt", "a/z.txt", "a.txt", "a/B.TXT", "a/c/d.txt.gz"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed(name.encode(), name))
    feed = read([tmp_path])
    expected = ["a.txt", "a/B.TXT", "a/c/d.txt.gz", "a/z.txt", "b.txt"]
    assert column(feed, "id") == texts(feed) == expected
    assert list(feed.inputs) == [f"{tmp_path}/{name}" for name in expected]
    assert column(feed, "input") == [0, 1, 2, 3, 4]
    assert column(feed, "record") == [1] * 5


def test_a_file_that_is_not_utf8_or_breaks_off_is_a_reject(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (tmp_path / "b.txt.gz").write_bytes(packed(b"long " * 100, ".gz")[:-9])
    (tmp_path / "c.txt").write_bytes(b"c")
    feed = read([tmp_path])
    assert texts(feed) == ["c"]
    assert rejects(feed) == [
        ("a.txt", 1, "it is not UTF-8: byte 0xe9 at byte 3" + NOT_UTF8),
        ("b.txt.gz", 1, "the gzip data breaks off before its end"),
    ]
    assert names(feed.inputs) == ["a.txt", "b.txt.gz", "c.txt"]


def test_an_empty_file_is_an_empty_text(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "empty.txt", b"")
    assert texts(feed) == [""]
    assert feed.counts["empty_texts"] == 1
