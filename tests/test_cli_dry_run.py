"""`dedup find --dry-run`: what a feed holds, told without looking for anything in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dedup.cli import app
from tests.feeds.made import lines

NINJS = Path(__file__).parent / "feeds" / "fixtures" / "ninjs"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(lines({"text": "a", "guid": 1, "pubDate": "Monday"}, "{", {"text": "b"}))
    (folder / "b.csv").write_bytes(b"headline,body\nH,B\n1\n")
    (folder / "c.json").write_bytes((NINJS / "array.json").read_bytes())
    (folder / "d.doc").write_bytes(b"?")
    return folder


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["find", "--dry-run", *map(str, arguments)])


def test_formats_counts_fields_and_rejects_are_told_and_nothing_is_searched(
    feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.pipeline.find_duplicates", lambda *_, **__: pytest.fail("searched"))
    ended = call(feed)
    assert ended.exit_code == 0
    told = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert told[:4] == ["Format Inputs Articles Rejects", "JSON lines 1 2 1", "CSV 1 1 1", "ninjs 1 3 0"]
    assert {"records 11", "articles 6", "rejects 2", "packages 1", "items without text 2"} <= set(told)
    assert f"{feed}/a.jsonl: text from 'text', id from 'guid', published from 'pubDate'" in " ".join(told)
    assert f"{feed}/a.jsonl 2 it is not JSON: input data was truncated" in " ".join(told)
    assert f"{feed}/b.csv 2 it has 1 fields where the header has 2" in told


def test_it_is_told_as_json(feed: Path) -> None:
    told = json.loads(call(feed, "--json", "--quiet").stdout)
    assert told.keys() == {"formats", "counts", "notes", "rejects"}
    assert told["formats"][1] == {"format": "CSV", "inputs": 1, "articles": 1, "rejects": 1}
    assert [reject["record"] for reject in told["rejects"]] == [2, 2]
    assert told["counts"]["unknown_files"] == 1


def test_more_rejects_than_a_page_holds_are_counted(tmp_path: Path) -> None:
    (tmp_path / "feed.jsonl").write_bytes(lines({"text": "a"}, *["{"] * 30))
    ended = call(tmp_path / "feed.jsonl", "--max-errors", "1")
    assert ended.stdout.count("it is not JSON") == 20
    assert "and 10 more rejects; --json tells all" in ended.stdout
    assert call(tmp_path / "feed.jsonl").exit_code == 3


@pytest.mark.parametrize("option", [("--out", "x"), ("--kept", "x"), ("--curve",), ("--profile",)])
def test_what_would_write_or_search_does_not_go_with_it(feed: Path, option: tuple[str, ...]) -> None:
    ended = call(feed, *option)
    assert ended.exit_code == 2
    assert "--dry-run" in ended.stderr


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "feed.txt").write_bytes("Le café".encode("latin-1"))
    assert call(tmp_path / "feed.txt").exit_code == 3
    assert call(tmp_path / "feed.txt", "--encoding", "latin-1").exit_code == 0
    wrong = call(tmp_path / "feed.txt", "--encoding", "latin-99")
    assert wrong.exit_code == 2
    assert "encoding must name one" in wrong.stderr
