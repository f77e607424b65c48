"""What `find_duplicates` says of small feeds, on each engine."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dedup import Settings
from tests.engines import Find
from tests.evidence import Row, check, csv_bytes, key, rows, together


def sentence(name: str, count: int) -> str:
    """Words that no other name has, none of them twice."""
    return " ".join(f"{name}{number}" for number in range(count))


# Which record stays.


def kept_ids(find: Find, feed: list[Row], **wanted: Any) -> list[str]:
    return [row["id"] for row in find(feed, settings=Settings(**wanted)).kept]


def test_each_rule_keeps_the_member_it_names(find: Find) -> None:
    story = sentence("w", 100)
    feed = [
        {"id": "alert", "text": sentence("w", 85), "published": "2025-01-01"},
        {"id": "lead", "text": story, "published": "2025-01-02"},
        {"id": "longest", "text": f"{story} {sentence('other', 20)}", "published": "2025-01-03"},
        {"id": "latest", "text": f"new {story}", "published": "2025-01-04"},
        {"id": "timeless", "text": story},
        {"id": "alone", "text": sentence("z", 100), "published": "2025-01-09"},
    ]
    (cluster,) = together(find(feed))
    assert cluster == {"alert", "lead", "longest", "latest", "timeless"}
    for rule, member in (("origin", "alert"), ("longest", "longest")):
        assert kept_ids(find, feed, keep=rule) == [member, "alone"]
    assert kept_ids(find, [row for row in feed if row["id"] != "timeless"], keep="latest") == [
        "latest",
        "alone",
    ]
    lead = find(feed).clusters.query("is_lead")["article_id"].tolist()
    assert kept_ids(find, feed) == [*lead, "alone"]


def test_an_article_without_a_time_is_not_the_latest(find: Find) -> None:
    feed = [
        {"id": "a", "text": sentence("w", 50)},
        {"id": "b", "text": sentence("w", 50), "published": "2025-01-01"},
    ]
    assert kept_ids(find, feed, keep="latest") == ["b"]


def test_where_a_rule_cannot_tell_the_first_id_stays(find: Find) -> None:
    feed = [{"id": name, "text": sentence("w", 50)} for name in ("c", "b", "é", "a")]
    for rule in ("lead", "origin", "longest", "latest"):
        assert kept_ids(find, feed, keep=rule) == ["a"]


# Short, empty and few.


def test_short_articles_join_as_exact_copies_alone(find: Find) -> None:
    short = sentence("w", 19)
    feed = [{"id": "a", "text": short}, {"id": "b", "text": short.upper()}, {"id": "c", "text": f"{short} x"}]
    found = find(feed)
    assert together(found) == [{"a", "b"}]
    assert found.run["counts"]["articles_short"] == 2
    told = {(row["a_id"], row["b_id"]): row["relation"] for row in rows(found, "pairs")}
    assert told == {("a", "b"): "exact", ("a", "c"): "near", ("b", "c"): "near"}
    assert together(find(feed, settings=Settings(min_words=0))) == [{"a", "b", "c"}]


@pytest.mark.parametrize("text", ["", " \n", "...", "two words", "Up.", "é"])
def test_articles_under_three_words_match_nothing(find: Find, text: str) -> None:
    found = find([{"id": name, "text": text} for name in "abc"])
    assert all(found.tables[name].num_rows == 0 for name in found.tables)
    assert found.run["counts"]["articles_without_keys"] == 3
    assert len(found.kept) == 3


def test_three_words_suffice_for_an_exact_copy(find: Find) -> None:
    assert together(find([{"id": i, "text": "Shares rise again."} for i in "ab"])) == [{"a", "b"}]


def test_a_feed_of_one_text_is_one_cluster(find: Find) -> None:
    text = sentence("w", 60)
    found = find([{"id": f"{number:04}", "text": text} for number in range(2000)])
    check(found)
    assert len(together(found)[0]) == 2000
    assert found.tables["pairs"].num_rows == 1999
    assert found.run["counts"]["distinct_texts"] == 1
    assert [row["id"] for row in found.kept] == ["0000"]


def test_one_article_is_its_own_feed(find: Find) -> None:
    found = find([{"id": "a", "text": f"{sentence('w', 40)}\n{sentence('w', 40)}"}])
    check(found)
    assert found.tables["clusters"].num_rows == found.tables["pairs"].num_rows == 0
    (row,) = rows(found, "repeats")
    assert (row["text"], row["words"], row["share"]) == (sentence("w", 40), 40, 0.5)


# Identity.


def test_the_same_id_and_text_counts_once(find: Find) -> None:
    story = sentence("w", 60)
    feed = [{"id": "a", "text": story, "title": title} for title in ("One", "Two", "One")]
    found = find(feed)
    assert found.tables["clusters"].num_rows == 0
    assert found.run["counts"]["records"] == 3
    assert found.run["counts"]["articles"] == 1
    assert found.run["counts"]["records_repeated"] == 2
    assert len(found.kept) == 1


@pytest.mark.on_spark
def test_the_same_id_with_another_text_is_a_version(find: Find) -> None:
    story = sentence("w", 60)
    feed = [
        {"id": "a", "text": f"{story} later", "published": "2025-01-02"},
        {"id": "a", "text": story, "published": "2025-01-01"},
        {"id": "a", "text": sentence("z", 60), "version": "9"},
        {"id": None, "text": story},
    ]
    found = find(feed)
    check(found)
    versions = {(row["article_id"], row["version"]) for row in rows(found, "clusters")}
    assert {version for name, version in versions if name == "a"} == {None, "#2"}
    assert len(versions) == 3
    assert found.run["counts"]["ids_with_versions"] == 1
    assert found.run["counts"]["ids_missing"] == 1


def test_identity_is_of_the_text_and_not_of_its_words(find: Find) -> None:
    story = sentence("w", 60)
    found = find([{"id": "a", "text": story}, {"id": "a", "text": story.upper()}])
    assert [key(row) for row in rows(found, "articles")] == [("a", None), ("a", "#2")]
    assert together(found) == [{"a"}]
    assert set(found.clusters["relation"].dropna()) == {"exact"}


# What must not be used.

NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)


def barred() -> list[dict[str, object]]:
    """A story and its copies, one of them killed by a later item and one under embargo until noon."""
    story = sentence("w", 60)
    return [
        {"id": "a", "text": story},
        {"id": "b", "version": "2", "text": story},
        {"id": "b", "version": "3", "text": "", "status": "stat:canceled"},
        {"id": "c", "text": story, "embargo": NOON},
        {"id": "d", "text": story, "status": "published"},
        {"id": "b", "version": "10", "text": f"{story} {story}"},
    ]


def test_what_is_killed_or_under_embargo_is_in_no_table_and_stays_in_what_is_kept(find: Find) -> None:
    feed = barred()
    found = find(feed, as_of=NOON - dt.timedelta(microseconds=1))
    without = find([feed[0], feed[4], feed[5]])
    assert csv_bytes(found) == csv_bytes(without)
    assert together(found) == [{"a", "b", "d"}]
    counts = found.run["counts"]
    assert (counts["records"], counts["articles"]) == (6, 3)
    assert (counts["articles_killed"], counts["articles_embargoed"]) == (2, 1)
    lead = found.clusters["lead_id"][0]
    assert found.kept == [row for row in feed if row in feed[1:4] or row["id"] == lead]
    assert found.run["as_of"] == "2026-01-20T11:59:59.999999+00:00"


def test_an_embargo_ends_at_its_time(find: Find) -> None:
    found = find(barred(), as_of=NOON)
    assert together(found) == [{"a", "b", "c", "d"}]
    assert found.run["counts"]["articles_embargoed"] == 0


def test_a_feed_of_nothing_that_may_be_used_finds_nothing_and_keeps_all(find: Find) -> None:
    feed = barred()[2:3]
    found = find(feed)
    assert all(table.num_rows == 0 for table in found.tables.values())
    assert found.kept == feed
