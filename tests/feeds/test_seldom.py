"""Fields that few records have, wherever in JSON lines these are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from dedup.feeds import sources
from dedup.feeds.fields import LOOKED_AT
from dedup.feeds.seldom import Seldom
from tests.feeds.made import column, feed_of, lines, rejects

USUAL: list[Any] = [{"id": "a", "text": "one"}] * LOOKED_AT


@pytest.fixture(params=[200, 1 << 20], ids=lambda size: f"blocks of {size}", autouse=True)
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that hold few of the records, or all."""
    monkeypatch.setattr(sources, "BLOCK", request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


def test_a_kill_and_an_embargo_are_seen_however_late_they_come_and_are_told_once(path: Path) -> None:
    late = [{"text": "x", "pubstatus": "canceled"}, {"text": "x", "embargoed": "2026-01-20"}]
    feed = feed_of(path, lines(*USUAL, *late, *USUAL, *late))
    noon = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
    nothing = [None] * LOOKED_AT
    assert column(feed, "status") == [*nothing, "canceled", None] * 2
    assert column(feed, "embargoed") == [*nothing, None, noon] * 2
    assert feed.notes[1:] == (f"{path}: status from 'pubstatus'", f"{path}: embargoed from 'embargoed'")


def test_of_several_names_in_one_record_the_most_usual_tells(path: Path) -> None:
    late = [
        {"text": "x", "pub_status": "usable", "status": "killed"},
        {"text": "x", "pub_status": None, "status": "killed"},
    ]
    feed = feed_of(path, lines(*USUAL, *late))
    assert column(feed, "status")[-2:] == [None, "canceled"]


def test_a_late_value_of_another_kind_is_absent_and_counted(path: Path) -> None:
    late = [{"text": "x", "status": {"a": 1}}, {"text": "x", "status": 7}, {"text": "x", "embargo": True}]
    feed = feed_of(path, lines(*USUAL, *late))
    assert column(feed, "status")[-3:] == column(feed, "embargoed")[-3:] == [None] * 3
    assert feed.counts["bad_fields"] == 2


@pytest.mark.parametrize("before", [[], USUAL, [{"text": "x", "status": "usable"}]])
def test_a_kill_needs_no_text(path: Path, before: list[Any]) -> None:
    kills = [{"id": "a", "status": "killed"}, {"id": "b", "status": "usable"}, {"id": "c"}, {"text": "one"}]
    feed = feed_of(path, lines({"text": "x"}, *before, *kills))
    assert column(feed, "id")[-2:] == ["a", None]
    assert column(feed, "text")[-2:] == ["", "one"]
    assert column(feed, "status")[-2:] == ["canceled", None]
    assert [reason for *_, reason in rejects(feed)] == ["it has no field 'text'"] * 2


def test_what_was_met_is_not_looked_for() -> None:
    assert Seldom({"text": "body", "status": "state", "embargoed": "until"}).names == []
    assert Seldom({"text": "body", "embargoed": "until"}).names == ["pubstatus", "pub_status", "status"]
