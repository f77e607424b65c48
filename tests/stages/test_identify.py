"""Identity: (id, version), each article once, in any order of the feed."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.stages.identify import Identified, identify
from tests.stages.made import NOON, records

LATER = NOON + dt.timedelta(hours=1)

ROWS = st.fixed_dictionaries(
    {
        "id": st.sampled_from([None, "a", "b"]),
        "version": st.sampled_from([None, "1", "2"]),
        "text": st.sampled_from(["", "one", "two", "three"]),
        "published": st.sampled_from([None, NOON, LATER]),
        "title": st.sampled_from([None, "A title"]),
        "prior_ids": st.sampled_from([None, ["x"], ["x", "y"]]),
        "status": st.sampled_from([None, None, None, "canceled", "withheld"]),
        "embargoed": st.sampled_from([None, NOON, LATER]),
    }
)


def names(known: Identified) -> list[tuple[str, str | None]]:
    return list(zip(known.articles["id"].to_pylist(), known.articles["version"].to_pylist(), strict=True))


def of_texts(known: Identified) -> dict[str, str | None]:
    """The version of each text, where all have one id."""
    return dict(zip(texts_of(known), known.articles["version"].to_pylist(), strict=True))


def texts_of(known: Identified) -> list[str]:
    texts: list[str] = known.texts.take(np.arange(len(known.texts))).to_arrow().to_pylist()
    return texts


def test_an_article_with_an_id_of_its_own_stays_as_it_is() -> None:
    feed = records({"id": "b", "text": "one"}, {"id": "a", "text": "one", "version": "7"})
    known = identify(feed, NOON)
    assert known.articles.equals(feed.drop_columns(["text", "status", "embargoed"]))
    assert known.of_record.tolist() == known.first_record.tolist() == [0, 1]
    assert known.ranks.tolist() == [1, 0]


def test_a_missing_id_is_made_of_source_time_title_and_text() -> None:
    base: dict[str, Any] = {"source": "Wire", "published": NOON, "title": "A title", "text": "one"}
    others = [base | change for change in (
        {"source": None}, {"source": ""}, {"published": LATER}, {"title": "Another"}, {"text": "two"},
        {"source": "WireA", "title": " title"},
    )]  # fmt: skip
    known = identify(records(base, *others, base | {"url": "https://wire.example/1"}), NOON)
    ids = known.articles["id"].to_pylist()
    assert len(set(ids)) == len(ids) == len(others) + 1
    assert known.of_record.tolist() == [*range(len(others) + 1), 0]
    assert known.counts["ids_missing"] == len(others) + 2
    assert ids[0] == identify(records(base), NOON).articles["id"].to_pylist()[0]


def test_the_same_id_and_text_counts_once_and_is_told_by_the_least_record() -> None:
    known = identify(
        records(
            {"id": "a", "text": "one", "title": "Zebra", "published": LATER},
            {"id": "a", "text": "one", "title": "Zebra", "published": NOON},
            {"id": "b", "text": "one"},
            {"id": "a", "text": "one", "title": "Ant", "published": NOON},
        ),
        NOON,
    )
    assert names(known) == [("b", None), ("a", None)]
    assert known.articles["title"].to_pylist() == [None, "Ant"]
    assert known.of_record.tolist() == [1, 1, 0, 1]
    assert known.first_record.tolist() == [2, 3]
    assert known.counts == {
        "records": 4, "articles": 2, "records_repeated": 2, "articles_killed": 0, "articles_embargoed": 0,
        "ids_missing": 0, "ids_with_versions": 0,
    }  # fmt: skip


def test_texts_of_one_id_are_versions_by_time_then_by_text() -> None:
    feed = records(
        {"id": "a", "text": "third", "published": None},
        {"id": "a", "text": "second", "published": LATER},
        {"id": "a", "text": "first", "published": NOON},
        {"id": "b", "text": "first"},
    )
    known = identify(feed, NOON)
    assert names(known) == [("a", "#3"), ("a", "#2"), ("a", None), ("b", None)]
    assert known.counts["ids_with_versions"] == 1


def test_texts_of_one_version_are_told_apart_and_other_versions_left_alone() -> None:
    known = identify(
        records(
            {"id": "a", "version": "2", "text": "new", "published": NOON},
            {"id": "a", "version": "1", "text": "old", "published": LATER},
            {"id": "a", "version": "2", "text": "newer", "published": LATER},
        ),
        NOON,
    )
    assert of_texts(known) == {"new": "2", "old": "1", "newer": "2#2"}


def test_a_made_version_is_never_one_that_was_given() -> None:
    known = identify(
        records(
            {"id": "a", "text": "x"}, {"id": "a", "text": "y"}, {"id": "a", "version": "#2", "text": "z"}
        ),
        NOON,
    )
    assert len(set(names(known))) == 3


def test_ranks_follow_ids_by_code_point_then_versions_with_none_first() -> None:
    given_names = [("é", None), ("z", "2"), ("z", None), ("Z", "1"), ("z", "10"), ("😀", None), ("ｚ", None)]
    rows: list[dict[str, object]] = [
        {"id": id_, "version": version, "text": f"{id_} {version}"} for id_, version in given_names
    ]
    known = identify(records(*rows), NOON)
    ordered = sorted(names(known), key=lambda name: (name[0], name[1] is not None, name[1] or ""))
    assert [names(known)[place] for place in np.argsort(known.ranks)] == ordered


@given(st.lists(ROWS, max_size=8), st.integers(0, 1000))
def test_every_order_of_the_feed_gives_the_same_articles(rows: list[dict[str, object]], seed: int) -> None:
    def told(order: list[int]) -> tuple[set[tuple[object, ...]], dict[int, object]]:
        known = identify(records(*(rows[i] for i in order)), NOON)
        articles = known.articles.drop_columns(["input", "record"]).to_pylist()
        texts = texts_of(known)
        whole = [
            (*map(str, article.values()), text, rank)
            for article, text, rank in zip(articles, texts, known.ranks, strict=True)
        ]
        assert len(set(names(known))) == len(articles)
        assert known.of_record[known.first_record].tolist() == list(range(len(articles)))
        told = {i: article for i, article in zip(order, known.of_record, strict=True) if article >= 0}
        assert all(texts[article] == rows[i]["text"] for i, article in told.items())
        counts = known.counts
        left_out = counts["articles_killed"] + counts["articles_embargoed"]
        assert len(told) == len(rows) - left_out == counts["articles"] + counts["records_repeated"]
        return set(whole), {i: whole[article] for i, article in told.items()}

    order = list(range(len(rows)))
    shuffled = Random(seed).sample(order, len(order))
    assert told(order) == told(shuffled)


def test_an_empty_feed_has_no_articles() -> None:
    known = identify(records(), NOON)
    assert known.articles.num_rows == known.of_record.size == known.ranks.size == 0


# What must not be used.

KILL: dict[str, object] = {"id": "a", "status": "canceled", "text": ""}


def article(**facts: object) -> dict[str, object]:
    return {"id": "a", "text": "one", **facts}


@pytest.mark.parametrize(
    ("kills", "facts", "stays"),
    [
        ([{"version": "9"}], {"version": "8"}, False),
        ([{"version": "9"}], {"version": "9"}, False),
        ([{"version": "9"}], {"version": "10"}, True),
        ([{"version": "9", "published": LATER}], {"version": "10", "published": NOON}, True),
        ([{"version": "9", "published": NOON}], {"version": "8", "published": LATER}, False),
        ([{"published": NOON}], {"published": LATER}, True),
        ([{"published": NOON}], {"published": NOON}, False),
        ([{"published": NOON}], {"version": "2", "published": LATER}, True),
        ([{"published": NOON}], {"version": "2"}, False),
        ([{"version": "2", "published": NOON}], {"published": LATER}, True),
        ([{"version": "2"}], {"published": LATER}, False),
        ([{}], {"published": LATER}, False),
        ([{}], {"version": "2"}, False),
        ([{"version": "2"}, {"version": "4"}], {"version": "3"}, False),
        ([{"published": LATER}, {"published": NOON}], {"published": LATER}, False),
        ([{"version": "1"}, {"published": NOON}], {"version": "2", "published": NOON}, False),
        ([{"version": "1"}, {"published": NOON}], {"version": "2", "published": LATER}, True),
    ],
)
def test_a_kill_takes_what_is_not_later(
    kills: list[dict[str, object]], facts: dict[str, object], stays: bool
) -> None:
    other: dict[str, object] = {"id": "b", "text": "one"}
    rows = [article(**facts), *(KILL | kill for kill in kills), other]
    known = identify(records(*rows), NOON)
    assert known.of_record.tolist() == [0 if stays else -1, *[-1] * len(kills), int(stays)]
    assert known.first_record.tolist() == [0, len(rows) - 1][not stays :]
    assert known.counts["articles_killed"] == len(kills) + (not stays)
    assert known.counts["articles"] == known.articles.num_rows == len(known.texts) == 1 + stays


def test_what_is_withheld_is_killed_and_of_no_id_only_its_like() -> None:
    rows = [{"text": "one", "status": "withheld"}, {"text": "one"}, {"text": "two"}]
    known = identify(records(*rows), NOON)
    assert known.of_record.tolist() == [-1, -1, 0]


def test_an_embargo_holds_until_its_time_and_each_delivery_has_its_own() -> None:
    rows = [
        article(embargoed=LATER),
        article(),
        {"id": "b", "text": "two", "embargoed": LATER},
        {"id": "c", "text": "three", "embargoed": NOON},
        {**KILL, "id": "d", "embargoed": LATER},
    ]
    known = identify(records(*rows), NOON)
    assert known.of_record.tolist() == [-1, 0, -1, 1, -1]
    assert (known.counts["articles_embargoed"], known.counts["articles_killed"]) == (2, 1)
    assert identify(records(*rows), LATER).of_record.tolist() == [0, 0, 1, 2, -1]
    paris = NOON.astimezone(ZoneInfo("Europe/Paris"))
    assert identify(records(*rows), paris).of_record.tolist() == known.of_record.tolist()


def test_a_feed_of_nothing_that_may_be_used_has_no_articles() -> None:
    known = identify(records(KILL, article(embargoed=LATER)), NOON)
    assert known.of_record.tolist() == [-1, -1]
    assert known.articles.num_rows == known.ranks.size == known.first_record.size == 0
