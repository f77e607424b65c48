"""`--report` and `dedup report`: the page of a result, made with it or later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dedup.cli import app
from tests.feeds.made import lines

STORY = " ".join(f"word{number}" for number in range(60))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(lines({"id": "a", "text": STORY}, {"id": "b", "text": f"{STORY} <b>more</b>"}))
    return path


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_result_is_written_with_its_report_and_replaced_without(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("find", feed, "--out", out, "--report", "-q").exit_code == 0
    assert "2 articles, 1 distinct story" in (out / "report.html").read_text(encoding="utf-8")
    assert call("find", feed, "--out", out, "-q").exit_code == 0
    assert not (out / "report.html").exists()


def test_the_report_made_later_is_the_one_made_with_the_result(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call("find", feed, "--out", out, "--report", "-q")
    made = (out / "report.html").read_bytes()
    ended = call("report", out)
    assert ended.stdout == f"{out}/report.html\n"
    assert (out / "report.html").read_bytes() == made
    assert json.loads(call("report", out, "--json").stdout) == {"pages": [f"{out}/report.html"]}


def test_a_night_of_an_archive_has_a_report(feed: Path, tmp_path: Path) -> None:
    ended = call("add", tmp_path / "archive", feed, "--out", tmp_path / "out", "--report", "-q")
    assert ended.exit_code == 0
    assert "word59" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [("find",), ("add", "archive")])
def test_a_report_needs_a_folder(feed: Path, command: tuple[str, ...]) -> None:
    ended = call(*command, feed, "--report")
    assert ended.exit_code == 2
    assert "--report" in ended.stderr


def test_what_is_no_result_has_no_report(tmp_path: Path) -> None:
    ended = call("report", tmp_path)
    assert ended.exit_code == 1
    assert ended.stderr.startswith(f"dedup: {tmp_path}")
    assert list(tmp_path.iterdir()) == []
