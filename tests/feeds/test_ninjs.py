from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from dedup import find_duplicates
from dedup.feeds import read, write_kept
from dedup.feeds.ninjs import is_ninjs
from tests.feeds.made import column, feed_of, lines, rejects, texts

FIXTURES = Path(__file__).parent / "fixtures" / "ninjs"
STORY = (
    "PORT SEVERIN (HW) - The harbour clock stopped at twenty past four on Monday, and the fish market, which "
    "opens by it, did not open.\n\n"
    '"We stood there with the ice melting & nobody would ring the bell," said Ilse Varga, who sells '
    "sprats.\n\n"
    "The clock was wound again by a tourist at noon. The council thanked him and took away his ladder."
)


@pytest.mark.parametrize("name", ["generation1", "generation2", "generation3", "superdesk"])
def test_an_item_of_every_generation_has_its_story_with_paragraphs_and_nothing_else(name: str) -> None:
    feed = read([FIXTURES / f"{name}.json"])
    assert texts(feed) == [STORY]
    assert column(feed, "title") == ["Harbour clock stops, and so does the fish market"]
    assert column(feed, "source") == ["Halcyon Wire"]
    assert column(feed, "published") == [dt.datetime(2026, 3, 2, 9, 40, tzinfo=dt.UTC)]
    assert column(feed, "version") == ["5" if name == "superdesk" else "2"]
    assert "ladder" not in str(feed.articles.drop_columns("text").to_pylist())


def test_superdesk_says_what_an_item_evolved_from_and_when_it_may_be_used() -> None:
    feed = read([FIXTURES / "superdesk.json"])
    assert column(feed, "id") == ["urn:newsml:wire.halcyon.example:2026-03-02:hw-77"]
    assert column(feed, "prior_ids") == [["urn:newsml:wire.halcyon.example:2026-03-01:hw-70"]]
    assert column(feed, "embargoed") == [dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)]


@pytest.mark.parametrize("name", ["array.json", "lines.jsonl"])
def test_items_without_text_are_counted_and_a_kill_is_kept(name: str) -> None:
    feed = read([FIXTURES / name])
    assert column(feed, "id") == ["hw-80", "hw-80", "hw-83"]
    assert column(feed, "record") == [1, 2, 5]
    assert column(feed, "status") == [None, "canceled", None]
    assert texts(feed)[1:] == ["", "Clock in Port Severin goes again."]
    assert (feed.counts["items_without_text"], feed.counts["packages"]) == (2, 1)
    assert feed.counts["records"] == 6
    assert feed.notes[-1] == f"{FIXTURES / name}: 1 packages and 2 items without text left aside"


def test_a_canceled_item_is_in_no_cluster_and_neither_is_what_it_kills(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_bytes((FIXTURES / "lines.jsonl").read_bytes() * 2)
    found = find_duplicates([tmp_path / "lines.jsonl"])
    assert found.run["counts"]["articles_killed"] == 4
    assert len(found.clusters) == 0


def test_an_array_over_blocks_is_read_element_by_element(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.feeds.sources.BLOCK", 7)
    (tmp_path / "array.json.gz").write_bytes(gzip.compress((FIXTURES / "array.json").read_bytes()))
    assert texts(read([tmp_path / "array.json.gz"])) == texts(read([FIXTURES / "lines.jsonl"]))


def test_a_broken_element_is_a_reject_and_the_others_are_read(tmp_path: Path) -> None:
    good = {"uri": "a", "type": "text", "versioncreated": "2026-03-02", "body_text": "One."}
    data = (
        b"[" + json.dumps(good).encode() + b', {"uri": broken}, 7, ' + json.dumps(good).encode() + b', {"uri'
    )
    feed = feed_of(tmp_path / "feed.json", data)
    assert column(feed, "record") == [1, 4]
    assert [(record, reason) for _, record, reason in rejects(feed)] == [
        (2, "it is not JSON: invalid character (byte 8)"),
        (3, "it is not a JSON object but a number"),
        (5, "it is not JSON: input data was truncated"),
    ]


def test_properties_of_a_wrong_type_are_absent_and_counted(tmp_path: Path) -> None:
    item = {"uri": 7, "pubstatus": ["usable"], "headlines": [3, {"value": "Head &amp; <b>tail</b>"}]}
    more = {
        "version": 2,
        "bodies": [None, "x", {"value": 3}, {"value": "Text."}],
        "infosource": {"name": "HW"},
    }
    feed = feed_of(tmp_path / "feed.json", json.dumps({**item, **more, "evolvedfrom": 12}).encode())
    [article] = feed.articles.to_pylist()
    assert (article["id"], article["version"], article["title"]) == ("7", "2", "Head & tail")
    assert (article["source"], article["text"], article["status"]) == ("HW", "Text.", None)
    assert feed.counts["bad_fields"] == 2


def test_a_headline_above_the_body_is_no_part_of_the_text(tmp_path: Path) -> None:
    item = {
        "uri": "a",
        "headline": "Clock stops",
        "pubstatus": "usable",
        "body_text": "Clock stops\nAt four.",
    }
    assert texts(feed_of(tmp_path / "feed.json", json.dumps(item).encode())) == ["At four."]


def test_what_looks_like_a_tag_in_plain_text_stays(tmp_path: Path) -> None:
    item = {"uri": "a", "pubstatus": "usable", "body_text": "Write <p>this</p> &amp; that."}
    assert texts(feed_of(tmp_path / "feed.jsonl", lines(item))) == ["Write <p>this</p> &amp; that."]


def test_a_field_that_is_named_makes_records_of_what_looks_like_ninjs(tmp_path: Path) -> None:
    item = {"uri": "a", "pubstatus": "usable", "body_text": "Not this.", "lead": "But this."}
    feed = feed_of(tmp_path / "feed.jsonl", lines(item), fields={"text": "lead"})
    assert texts(feed) == ["But this."]


def test_items_are_told_by_their_keys() -> None:
    assert is_ninjs({"uri", "headline", "versioncreated"})
    assert is_ninjs({"guid", "body_html"})
    assert not is_ninjs({"uri", "headline", "body_text"})
    assert not is_ninjs({"id", "bodies"})


def test_lines_that_stay_are_kept_unchanged_and_an_array_is_not_cut(tmp_path: Path) -> None:
    feed = read([FIXTURES / "lines.jsonl"])
    keep = [False, True, True]
    assert write_kept(feed, keep, tmp_path / "kept.jsonl") == 5  # type: ignore[arg-type]
    whole = (FIXTURES / "lines.jsonl").read_bytes().splitlines(keepends=True)
    assert (tmp_path / "kept.jsonl").read_bytes() == b"".join(whole[1:])
