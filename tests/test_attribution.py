"""Credits, origins and the members to keep, of whole clusters."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

import dedup
from dedup.articles import FieldNames
from dedup.attribution import Attribution, attribute, chosen
from dedup.provenance import NO_TIME
from dedup.settings import KEEP_RULES, Settings
from dedup.stages.cluster import Facts, Members
from dedup.stages.origin import BASES
from dedup.texts import Texts
from tests.stages.made import NOON, records, text

HOUR = dt.timedelta(hours=1)
STORY = text((0, 60))

# A cluster by its members' hours, sources and datelines; the first leads. And whom each rule keeps.
Row = tuple[int | None, str | None, str]
CLUSTERS: dict[str, tuple[list[Row], dict[str, int]]] = {
    "an agency is credited": (
        [(0, "Kestrel", ""), (3, "AP", ""), (2, "apnews.com", ""), (1, "Echo", "LONDON (AP) - ")],
        {"lead": 0, "origin": 2, "latest": 1, "longest": 3, "credited": 2},
    ),
    "the agency is no member": (
        [(0, "Kestrel", ""), (3, "Echo", "LONDON (AP) - "), (2, "Post", "PARIS, May 5 (Reuters) - ")],
        {"lead": 0, "origin": 0, "latest": 1, "longest": 2, "credited": 2},
    ),
    "two agencies, one credited more": (
        [
            (0, "Reuters", ""),
            (3, "AP", "LONDON, May 5 (AP) - "),
            (2, "Echo", "LONDON (AP) - "),
            (2, "Post", "LONDON (AP) - "),
            (1, "Times", "(Reuters) - "),
        ],
        {"lead": 0, "origin": 1, "latest": 1, "longest": 1, "credited": 1},
    ),
    "nobody is credited": (
        [(2, "Kestrel", "Here: "), (1, "Echo", ""), (None, None, "")],
        {"lead": 0, "origin": 1, "latest": 0, "longest": 0, "credited": 0},
    ),
}


def made(clusters: list[list[Row]]) -> tuple[pa.Table, Members, Facts]:
    rows: list[dict[str, object]] = [
        {
            "id": f"a{number:02}",
            "text": head + STORY,
            "source": source,
            "published": None if hour is None else NOON + hour * HOUR,
        }
        for number, (hour, source, head) in enumerate(row for cluster in clusters for row in cluster)
    ]
    articles = records(*rows)
    times = articles["published"].combine_chunks().cast(pa.int64()).fill_null(NO_TIME).to_numpy()
    numbers = np.arange(len(rows))
    sizes = np.array([len(cluster) for cluster in clusters], int)
    leads = np.repeat(np.cumsum(sizes) - sizes, sizes)
    members = Members(numbers, leads, np.repeat(sizes, sizes), np.zeros(numbers.size, np.int64))
    return articles, members, Facts(times, numbers)


def attributed(clusters: list[list[Row]]) -> tuple[pa.Table, Members, Facts, Attribution]:
    articles, members, facts = made(clusters)
    return articles, members, facts, attribute(articles, Texts(articles["text"]), members, facts)


@pytest.mark.parametrize("rule", KEEP_RULES)
@pytest.mark.parametrize("name", CLUSTERS)
def test_each_rule_keeps_one_member(name: str, rule: str) -> None:
    cluster, keeps = CLUSTERS[name]
    articles, members, facts, attribution = attributed([cluster])
    assert chosen(rule, Texts(articles["text"]), members, attribution, facts).tolist() == [keeps[rule]]


@pytest.mark.parametrize("rule", KEEP_RULES)
def test_each_cluster_keeps_its_own(rule: str) -> None:
    articles, members, facts, attribution = attributed([cluster for cluster, _ in CLUSTERS.values()])
    found = chosen(rule, Texts(articles["text"]), members, attribution, facts)
    firsts = np.unique(members.lead)
    assert (found - firsts).tolist() == [keeps[rule] for _, keeps in CLUSTERS.values()]


def test_credits_origins_and_votes_are_told_of_every_member() -> None:
    *_, found = attributed([CLUSTERS["an agency is credited"][0]])
    assert found.credit == [None, None, None, "Associated Press"]
    assert found.votes.tolist() == [0, 1, 1, 0]
    assert found.origins.article.tolist() == [2, 2, 2, 2]
    assert {BASES[basis] for basis in found.origins.basis.tolist()} == {"time"}


def test_no_clusters_keep_nothing() -> None:
    articles, members, facts, found = attributed([])
    assert found.credit == []
    for rule in KEEP_RULES:
        assert chosen(rule, Texts(articles["text"]), members, found, facts).size == 0


def ids(keep: NDArray[np.bool_], rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row, stays in zip(rows, keep.tolist(), strict=True) if stays]


def test_a_run_tells_credits_links_and_keeps_the_credited() -> None:
    feed: list[dict[str, object]] = [
        {"id": "k", "text": STORY, "source": "Kestrel Daily", "published": NOON},
        {"id": "e", "text": f"LONDON (AP) - {STORY}", "source": "Echo", "published": NOON + 2 * HOUR},
        {"id": "a", "text": STORY, "source": "AP", "published": NOON + HOUR},
    ]
    found = dedup.find_duplicates(feed, settings=Settings(keep="credited"))
    told = found.tables["clusters"].select(["article_id", "credit", "origin_id", "origin_basis"]).to_pylist()
    assert {tuple(row.values()) for row in told} == {
        ("a", None, "a", "credit"),
        ("e", "Associated Press", "a", "credit"),
        ("k", None, "a", "credit"),
    }
    assert ids(found.keep, feed) == ["a"]


@pytest.mark.parametrize("names", [{}, {"prior_ids": "was"}])
def test_a_run_tells_the_origin_by_what_members_replace(names: FieldNames) -> None:
    key = names.get("prior_ids", "replaces")
    feed = [{"id": "a", "text": STORY, "source": "AP", key: "k"}, {"id": "k", "text": STORY, key: None}]
    told = dedup.find_duplicates(feed, **names).clusters
    assert set(told["origin_id"]) == {"k"}
    assert set(told["origin_basis"]) == {"link"}
