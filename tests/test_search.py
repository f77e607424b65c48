"""What the rounds of the search make of whole feeds: boilerplate, versions, forms and roundups together."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

import dedup
from dedup import search
from dedup.columns import TABLES
from dedup.report.csv import write_table
from dedup.settings import Settings
from tests.stages.made import text
from tests.stages.prose import ELMSTEAD, JUNE_4, JUNE_21, QUARRY, STORY

Record = dict[str, Any]

FOOTER = (900_000, 40)


def record(name: str, *parts: int | tuple[int, int], **fields: object) -> Record:
    return {"id": name, "text": text(*parts), **fields}


def story(number: int, words: int = 100) -> tuple[int, int]:
    """Words that no other article has."""
    return (1000 * number, words)


def told(found: dedup.Duplicates) -> dict[tuple[str, str], str]:
    """The relation of each listed pair."""
    listed = found.pairs
    return dict(zip(zip(listed["a_id"], listed["b_id"], strict=True), listed["relation"], strict=True))


def together(found: dedup.Duplicates) -> list[set[str]]:
    """The clusters, by their first ids."""
    groups = found.clusters.groupby("cluster_id")["article_id"].agg(set)
    return sorted(groups, key=min)


# Boilerplate.


def test_stories_that_share_a_footer_alone_are_not_told_together() -> None:
    found = dedup.find_duplicates([record(f"s{n}", story(n), FOOTER) for n in range(8)])
    assert len(found.tables["boilerplate"]) == 1
    assert found.clusters.empty
    assert found.pairs.empty


def test_with_nothing_learnt_the_same_footer_makes_pairs() -> None:
    feed = [record(f"s{n}", story(n), FOOTER) for n in range(8)]
    found = dedup.find_duplicates(feed, settings=Settings(boilerplate=0))
    assert len(found.tables["boilerplate"]) == 0
    assert set(told(found).values()) == {"shared"}


def test_a_page_of_nothing_but_a_footer_draws_no_story_to_it() -> None:
    feed = [record(f"s{n}", story(n), FOOTER) for n in range(8)]
    found = dedup.find_duplicates([*feed, record("page", FOOTER)])
    assert found.clusters.empty
    assert set(told(found).values()) <= {"boilerplate", "template"}


def test_copies_in_other_furniture_are_one_cluster_and_wrapped() -> None:
    feet = [(900_000 + 1000 * site, 40) for site in range(4)]
    feed = [record(f"{site} {n}", story(10 * site + n), feet[site]) for site in range(4) for n in range(6)]
    feed += [record(f"copy {site}", story(90), feet[site]) for site in range(4)]
    found = dedup.find_duplicates(feed)
    assert together(found) == [{f"copy {site}" for site in range(4)}]
    assert set(found.clusters["relation"].dropna()) == {"wrapped"}


# Versions.


def patches(number: int) -> list[int | tuple[int, int]]:
    """Eight runs of six words that all such articles share, between words of its own."""
    return [part for n in range(8) for part in ((800_000 + 10 * n, 6), (1000 * number + 20 * n, 18))]


def test_articles_that_say_so_are_compared_though_their_keys_never_meet() -> None:
    old, new = record("old", *patches(1)), record("new", *patches(2))
    assert told(dedup.find_duplicates([old, new])) == {}
    assert told(dedup.find_duplicates([old, {**new, "prior_ids": ["old"]}])) == {("new", "old"): "version"}


def test_of_versions_of_one_length_and_standing_the_last_one_leads() -> None:
    feed = [record("a", story(1), (5000 + n, 1), version=str(n)) for n in range(8, 12)]
    found = dedup.find_duplicates(feed).clusters
    assert found.loc[found["is_lead"], "version"].tolist() == ["11"]
    assert set(found["relation"].dropna()) == {"version"}


def test_a_name_put_right_by_the_next_version_is_a_version_and_no_other_form() -> None:
    feed = [{"id": "a", "version": version, "source": "x", "text": one} for version, one in
            (("1", STORY), ("2", STORY.replace("Joan Smith", "Jean Smyth")))]  # fmt: skip
    found = dedup.find_duplicates([*feed, record("b", story(1), source="y")])
    assert list(told(found).values()) == ["version"]
    assert len(together(found)) == 1


# Forms.


def letters() -> list[Record]:
    """Two letters of an office, each with a copy of equal words and one with a dateline on other sites."""
    feed = []
    for name, one in (("elmstead", ELMSTEAD), ("quarry", QUARRY)):
        feed += [
            {"id": f"{name} 1", "source": "agency" if name == "elmstead" else "office", "text": one},
            {"id": f"{name} 2", "source": "office" if name == "elmstead" else "agency", "text": one},
            {"id": f"{name} 3", "source": f"the {name} post", "text": f"By our own reporter in town. {one}"},
        ]
    return feed


def test_letters_of_one_form_stay_apart_with_their_copies_elsewhere() -> None:
    found = dedup.find_duplicates(letters())
    assert together(found) == [{f"{name} {n}" for n in (1, 2, 3)} for name in ("elmstead", "quarry")]
    relations = told(found)
    assert relations["elmstead 1", "quarry 1"] == relations["elmstead 2", "quarry 3"] == "template"


def test_a_letter_of_another_source_joins_the_one_that_it_is_a_copy_of() -> None:
    copy = {"id": "copy", "source": "gazette", "text": QUARRY.replace("comes home", "gets home")}
    feed = [row for row in letters() if row["id"].endswith("1")]
    found = dedup.find_duplicates([*({**row, "source": "office"} for row in feed), copy])
    assert together(found) == [{"copy", "quarry 1"}]
    assert told(found)["copy", "elmstead 1"] == "template"


def many_letters() -> list[Record]:
    """Two letters of one form, each 40 times with a last line of its own: one near-copy group."""
    return [
        {
            "id": f"{name} {n:02}",
            "source": "agency" if n % 2 else "office",
            "text": f"{one} By reporter number{n} of town{n * 7} and street{n * n}.",
        }
        for name, one in (("elmstead", ELMSTEAD), ("quarry", QUARRY))
        for n in range(40)
    ]


def test_a_large_group_of_two_letters_is_searched_until_they_are_apart() -> None:
    found = dedup.find_duplicates(many_letters())
    assert together(found) == [{f"{name} {n:02}" for n in range(40)} for name in ("elmstead", "quarry")]
    assert (found.run["counts"]["near_copy_groups"], found.run["caps"]["split_groups"]) == (1, 0)


def test_a_group_that_is_quiet_is_searched_no_more_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "QUIET", 0.5)
    found = dedup.find_duplicates(many_letters())
    assert len(together(found)) == 2
    assert found.run["caps"]["split_groups"] == 1
    assert found.run["counts"]["pairs_compared"] < 400


# What changes nothing.


def mixed() -> list[Record]:
    """A bit of everything."""
    feed = letters()
    feed += [{"id": f"hours {n}", "source": "office", "text": one} for n, one in enumerate((JUNE_4, JUNE_21))]
    feed += [record(f"s{n}", story(n), FOOTER, source=f"site {n % 3}") for n in range(7)]
    feed += [
        record(f"v{n}", story(50), (5000 + n, 2 * n), source="site 1", prior_ids=[f"v{n - 1}"])
        for n in range(4)
    ]
    feed += [record(f"item {n}", story(60 + n, 60 + n)) for n in range(3)]
    feed += [record("digest", *(story(60 + n, 60 + n) for n in range(3)))]
    feed += [record(f"copy {n}", story(70, 200), (7000 + 10 * n, 3), FOOTER) for n in range(40)]
    return [*feed, record("page", FOOTER), record("quoting", story(70, 200), story(80, 150))]


def bytes_of(feed: Sequence[Record], settings: Settings | None = None) -> dict[str, bytes]:
    found = dedup.find_duplicates(list(feed), settings=settings)
    files = {}
    for name in TABLES.keys() - {"articles"}:
        sink = io.BytesIO()
        write_table(found.tables[name], sink)
        files[name] = sink.getvalue()
    return files


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_feed_changes_nothing(seed: int) -> None:
    feed = mixed()
    assert bytes_of(Random(seed).sample(feed, len(feed))) == bytes_of(feed)


def test_the_number_of_threads_changes_nothing() -> None:
    assert bytes_of(mixed(), Settings(threads=1)) == bytes_of(mixed(), Settings(threads=4))


def test_each_kind_of_overlap_is_told() -> None:
    kinds = set(told(dedup.find_duplicates(mixed())).values())
    assert kinds >= {"template", "version", "roundup", "near", "excerpt"}
