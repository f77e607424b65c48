"""Identity: (id, version), each article once, in any order of the feed."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import numpy as np
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
    known = identify(feed)
    assert known.articles.equals(feed.drop_columns("text"))
    assert known.of_record.tolist() == known.first_record.tolist() == [0, 1]
    assert known.ranks.tolist() == [1, 0]


def test_a_missing_id_is_made_of_source_time_title_and_text() -> None:
    base: dict[str, Any] = {"source": "Wire", "published": NOON, "title": "A title", "text": "one"}
    others = [base | change for change in (
        {"source": None}, {"source": ""}, {"published": LATER}, {"title": "Another"}, {"text": "two"},
        {"source": "WireA", "title": " title"},
    )]  # fmt: skip
    known = identify(records(base, *others, base | {"url": "https://wire.example/1"}))
    ids = known.articles["id"].to_pylist()
    assert len(set(ids)) == len(ids) == len(others) + 1
    assert known.of_record.tolist() == [*range(len(others) + 1), 0]
    assert known.counts["ids_missing"] == len(others) + 2
    assert ids[0] == identify(records(base)).articles["id"].to_pylist()[0]


def test_the_same_id_and_text_counts_once_and_is_told_by_the_least_record() -> None:
    known = identify(
        records(
            {"id": "a", "text": "one", "title": "Zebra", "published": LATER},
            {"id": "a", "text": "one", "title": "Zebra", "published": NOON},
            {"id": "b", "text": "one"},
            {"id": "a", "text": "one", "title": "Ant", "published": NOON},
        )
    )
    assert names(known) == [("b", None), ("a", None)]
    assert known.articles["title"].to_pylist() == [None, "Ant"]
    assert known.of_record.tolist() == [1, 1, 0, 1]
    assert known.first_record.tolist() == [2, 3]
    assert known.counts == {
        "records": 4, "articles": 2, "records_repeated": 2, "ids_missing": 0, "ids_with_versions": 0,
    }  # fmt: skip


def test_texts_of_one_id_are_versions_by_time_then_by_text() -> None:
    feed = records(
        {"id": "a", "text": "third", "published": None},
        {"id": "a", "text": "second", "published": LATER},
        {"id": "a", "text": "first", "published": NOON},
        {"id": "b", "text": "first"},
    )
    known = identify(feed)
    assert names(known) == [("a", "#3"), ("a", "#2"), ("a", None), ("b", None)]
    assert known.counts["ids_with_versions"] == 1


def test_texts_of_one_version_are_told_apart_and_other_versions_left_alone() -> None:
    known = identify(
        records(
            {"id": "a", "version": "2", "text": "new", "published": NOON},
            {"id": "a", "version": "1", "text": "old", "published": LATER},
            {"id": "a", "version": "2", "text": "newer", "published": LATER},
        )
    )
    assert of_texts(known) == {"new": "2", "old": "1", "newer": "2#2"}


def test_a_made_version_is_never_one_that_was_given() -> None:
    known = identify(
        records({"id": "a", "text": "x"}, {"id": "a", "text": "y"}, {"id": "a", "version": "#2", "text": "z"})
    )
    assert len(set(names(known))) == 3


def test_ranks_follow_ids_by_code_point_then_versions_with_none_first() -> None:
    given_names = [("é", None), ("z", "2"), ("z", None), ("Z", "1"), ("z", "10"), ("😀", None), ("ｚ", None)]
    rows: list[dict[str, object]] = [
        {"id": id_, "version": version, "text": f"{id_} {version}"} for id_, version in given_names
    ]
    known = identify(records(*rows))
    ordered = sorted(names(known), key=lambda name: (name[0], name[1] is not None, name[1] or ""))
    assert [names(known)[place] for place in np.argsort(known.ranks)] == ordered


@given(st.lists(ROWS, max_size=8), st.integers(0, 1000))
def test_every_order_of_the_feed_gives_the_same_articles(rows: list[dict[str, object]], seed: int) -> None:
    def told(order: list[int]) -> tuple[set[tuple[object, ...]], dict[int, object]]:
        known = identify(records(*(rows[i] for i in order)))
        articles = known.articles.drop_columns(["input", "record"]).to_pylist()
        texts = texts_of(known)
        whole = [
            (*map(str, article.values()), text, rank)
            for article, text, rank in zip(articles, texts, known.ranks, strict=True)
        ]
        assert len(set(names(known))) == len(articles)
        assert known.of_record[known.first_record].tolist() == list(range(len(articles)))
        assert all(
            texts[article] == rows[i]["text"] for i, article in zip(order, known.of_record, strict=True)
        )
        return set(whole), {i: whole[article] for i, article in zip(order, known.of_record, strict=True)}

    order = list(range(len(rows)))
    shuffled = Random(seed).sample(order, len(order))
    assert told(order) == told(shuffled)


def test_an_empty_feed_has_no_articles() -> None:
    known = identify(records())
    assert known.articles.num_rows == known.of_record.size == known.ranks.size == 0
