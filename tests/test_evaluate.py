"""A result beside a truth: figures counted by hand, and by a plain twin for any result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.duplicates import Duplicates
from dedup.errors import TruthError
from dedup.evaluation import LabelScore, Wrong
from dedup.judging.truth import APART, RELATIONS, TOGETHER
from dedup.report.csv import write
from dedup.stages.relate import JOINING, Relation
from tests.report.made_up import table

Row = dict[str, Any]


def found(
    clusters: Mapping[str, Sequence[str]], pairs: Sequence[Row] = (), others: Sequence[str] = ()
) -> Duplicates:
    """A result of these clusters: the first member leads, one whose name ends in `=` is `exact` to it."""
    members: list[Row] = [
        {
            "cluster_id": cluster,
            "article_id": article,
            "relation": None if article == articles[0] else "exact" if article.endswith("=") else "near",
        }
        for cluster, articles in clusters.items()
        for article in articles
    ]
    listed = {row["article_id"] for row in members} | {row[end] for row in pairs for end in ("a_id", "b_id")}
    tables = {
        "clusters": table("clusters", *members),
        "pairs": table("pairs", *pairs),
        "articles": table("articles", *({"article_id": name} for name in sorted(listed | set(others)))),
        **{name: table(name) for name in ("passages", "repeats", "rejects")},
    }
    return Duplicates(tables=tables, run={}, keep=np.ones(1, np.bool_), articles_in=None)


def row(a: str, b: str, relation: str, overlap: float, **more: Any) -> Row:
    """A listed pair whose figures are at most `overlap`."""
    figures = {"jaccard": overlap / 2, "a_in_b": overlap, "b_in_a": overlap / 4}
    return {"a_id": a, "b_id": b, "relation": relation, **figures, **more}


def labelled(*rows: str) -> list[Row]:
    """`a b label` as a row of a truth."""
    return [dict(zip(("a_id", "b_id", "label"), row.split(), strict=True)) for row in rows]


def in_stories(**stories: str) -> list[Row]:
    """Each story with its articles, blanks between, as rows of a truth; the story `_` is nobody's."""
    return [
        {"id": article, "cluster": None if story == "_" else story}
        for story, articles in stories.items()
        for article in articles.split()
    ]


RESULT = found(
    {"c1": ["a", "b", "c=", "d="], "c2": ["k", "l"]},
    [
        row("a", "b", "near", 0.9),
        row("a", "c=", "exact", 1.0),
        row("a", "d=", "exact", 1.0),
        row("a", "k", "shared", 0.5, pairs_not_listed=7),
        row("k", "l", "near", 0.75),
        row("l", "s", "shared", 0.3),
    ],
    ["r"],
)
LABELS = labelled(
    "a b near",
    "b a NEAR",  # the same pair, said twice
    "d= c= exact",
    "b c= excerpt",
    "b l version",
    "l k template",
    "s l shared",
    "s q same",
    "a r different",
)


def test_labelled_pairs_are_counted() -> None:
    told = dedup.evaluate(RESULT, LABELS)
    assert (told.truth, told.ids, told.ids_unknown) == ("pairs", 9, 1)
    assert (told.together, told.apart, told.joined, told.joined_rightly) == (5, 3, 4, 3)
    assert (told.precision, told.recall) == (3 / 4, 3 / 5)
    assert told.f1 == pytest.approx(2 / 3)
    assert told.adjusted_rand is told.b_cubed_precision is told.b_cubed_recall is told.b_cubed_f1 is None


def test_each_label_is_scored_in_the_order_of_the_relations() -> None:
    told = dedup.evaluate(RESULT, LABELS).labels
    assert list(told.items()) == [
        ("exact", LabelScore(pairs=1, same=1, joined=1, told=1)),  # two copies of one lead have no row
        ("version", LabelScore(pairs=1, same=0, joined=0, told=1)),  # counted between their clusters
        ("near", LabelScore(pairs=1, same=1, joined=1, told=1)),
        ("excerpt", LabelScore(pairs=1, same=0, joined=1, told=1)),  # joined, and not listed
        ("shared", LabelScore(pairs=1, same=1, joined=0, told=1)),
        ("template", LabelScore(pairs=1, same=0, joined=1, told=1)),
        ("same", LabelScore(pairs=1, same=None, joined=0, told=0)),
        ("different", LabelScore(pairs=1, same=None, joined=0, told=0)),
    ]


def test_wrong_pairs_are_listed_with_what_is_known_of_them() -> None:
    told = dedup.evaluate(RESULT, LABELS)
    nothing = {"relation": None, "jaccard": None, "a_in_b": None, "b_in_a": None}
    assert told.missed == (
        Wrong(a_id="b", b_id="l", label="version", **nothing),
        Wrong(a_id="q", b_id="s", label="same", **nothing),
    )
    assert told.false_alarms == (
        Wrong(
            a_id="k", b_id="l", label="template", relation="near", jaccard=0.375, a_in_b=0.75, b_in_a=0.1875
        ),
    )


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    overlaps = {"b": 0.4, "c": 0.9, "d": 0.6, "e": 0.4}
    listed = [row("a", name, "shared", overlap) for name, overlap in overlaps.items()]
    truth = labelled("a b same", "a c same", "a d same", "a e same", "a f same")
    apart = found({}, listed, ["f"])
    joined = found({"c1": list("abcdef")}, listed)
    told = dedup.evaluate(apart, truth)
    assert [wrong.b_id for wrong in told.missed] == ["c", "d", "b", "e", "f"]
    told = dedup.evaluate(joined, [{**row, "label": "apart"} for row in truth], most=4)
    assert [wrong.b_id for wrong in told.false_alarms] == ["b", "e", "d", "c"]
    assert (told.false_alarms_more, told.missed, told.missed_more) == (1, (), 0)
    assert dedup.evaluate(apart, truth, most=0).missed_more == 5


def test_what_a_truth_cannot_tell_is_absent() -> None:
    told = dedup.evaluate(RESULT, [{"a_id": "a", "b_id": "b"}, {"a_id": "b", "b_id": "k"}])
    assert (told.precision, told.recall, told.f1, told.labels) == (None, 0.5, None, {})
    told = dedup.evaluate(RESULT, labelled("a k apart"))
    assert (told.precision, told.recall, told.f1) == (1.0, None, None)
    told = dedup.evaluate(RESULT, labelled("a k same", "a b no"))
    assert (told.precision, told.recall, told.f1) == (0.0, 0.0, 0.0)


def test_stories_are_scored_over_all_pairs_of_their_articles() -> None:
    told = dedup.evaluate(RESULT, in_stories(x="a b k", y="l", _="s d="))
    assert (told.truth, told.ids, told.ids_unknown) == ("clusters", 6, 0)
    assert (told.together, told.apart, told.joined, told.joined_rightly) == (3, 12, 4, 1)
    assert (told.precision, told.recall) == (1 / 4, 1 / 3)
    # a and b: 2 of the 3 in their cluster are of their story, d=: 1 of 3, k and l: 1 of 2, s: 1 of 1.
    assert told.b_cubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2 + 1) / 6)
    assert told.b_cubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert [(wrong.a_id, wrong.b_id) for wrong in told.missed] == [("a", "k"), ("b", "k")]
    names = [(wrong.a_id, wrong.b_id, wrong.relation) for wrong in told.false_alarms]
    assert names == [("k", "l", "near"), ("a", "d=", "exact"), ("b", "d=", None)]


def test_an_article_alone_is_of_no_story_whatever_the_stories_are_named() -> None:
    truth = [*in_stories(a="b c=", _="a"), {"id": "k", "cluster": " "}]
    told = dedup.evaluate(RESULT, truth)
    assert (told.ids, told.together) == (4, 1)


def test_a_great_story_that_is_missed_takes_no_list_of_its_pairs() -> None:
    names = [f"n{number:06}" for number in range(50_000)]
    told = dedup.evaluate(found({}, others=names), [{"id": name, "cluster": "x"} for name in names], most=3)
    assert told.missed_more == 50_000 * 49_999 // 2 - 3
    assert [wrong.b_id for wrong in told.missed] == names[1:4]


def test_a_result_agrees_with_its_own_clusters() -> None:
    told = dedup.evaluate(RESULT, RESULT.clusters)
    assert told.precision == told.recall == told.adjusted_rand == told.b_cubed_f1 == 1.0


@pytest.mark.parametrize("truth", [LABELS, in_stories(x="a b k", y="l c= d=", _="s q")])
def test_the_order_of_the_truth_makes_no_odds(truth: list[Row]) -> None:
    shuffled = Random(3).sample(truth, len(truth))
    assert dedup.evaluate(RESULT, shuffled) == dedup.evaluate(RESULT, truth)


def test_an_article_is_known_by_its_first_version() -> None:
    rows = [("c1", "a", "2"), ("c2", "a", "1"), ("c1", "b", None), ("c2", "c", None)]
    names = ("cluster_id", "article_id", "version")
    clusters = table("clusters", *(dict(zip(names, row, strict=True)) for row in rows))
    versions = [row("a", "a", "version", 1.0), row("a", "b", "shared", 0.3), row("a", "b", "near", 0.9)]
    made = found({}, versions, ["c"])
    made = Duplicates(tables={**made.tables, "clusters": clusters}, run={}, keep=made.keep, articles_in=None)
    told = dedup.evaluate(made, labelled("a b same", "a c same"))
    assert (told.ids_split, told.joined) == (1, 1)
    assert [(wrong.b_id, wrong.relation) for wrong in told.missed] == [("b", "near")]


def test_a_truth_of_other_articles_is_refused_and_nothing_found_is_not() -> None:
    with pytest.raises(
        TruthError, match=r"no article it names is in .* such as 'p', the result 'a'; use the"
    ):
        dedup.evaluate(RESULT, labelled("p q same"))
    assert dedup.evaluate(found({}), labelled("p q same")).ids_unknown == 2


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_folder_tells_what_its_result_does(tmp_path: Any, file_format: Any) -> None:
    guarded = found({"c1": ["=a", "'=b"], "c2": ["+c", "d"]}, [row("'=b", "=a", "near", 2 / 3)], [""])
    truth = labelled("=a '=b apart", "+c d same", "=a d same")
    write(guarded, tmp_path / "out", file_format=file_format)
    told = dedup.evaluate(tmp_path / "out", truth)
    assert told == dedup.evaluate(guarded, truth) == dedup.evaluate(str(tmp_path / "out"), truth)
    assert (told.joined, told.ids_unknown, told.false_alarms[0].a_in_b) == (2, 0, 0.6667)


def test_what_is_no_result_is_told(tmp_path: Any) -> None:
    for folder, what in ((tmp_path / "no", "is no folder"), (tmp_path, r"holds no clusters\.csv or")):
        with pytest.raises(dedup.OutputError, match=f"{what}.*; name a folder that dedup find --out wrote"):
            dedup.evaluate(folder, LABELS)
    write(RESULT, tmp_path / "out")
    (tmp_path / "out" / "pairs.csv").write_text("a_id\n1\n")
    with pytest.raises(dedup.OutputError, match=r"its pairs cannot be read: .*; write the result anew"):
        dedup.evaluate(tmp_path / "out", LABELS)


@pytest.mark.parametrize("most", [-1, 2.0, True, None])
def test_a_wrong_argument_is_told_with_its_value(most: Any) -> None:
    with pytest.raises(ValueError, match=f"most must be a whole number from 0 up, got {most}"):
        dedup.evaluate(RESULT, LABELS, most=most)
    with pytest.raises(TypeError, match="found must be a result or the path of its folder, got dict"):
        dedup.evaluate({}, LABELS)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="truth must be a path, a frame or a list of dicts, got int"):
        dedup.evaluate(RESULT, 3)


def test_the_labels_are_the_relations_of_the_rules() -> None:
    assert {relation.label for relation in JOINING} <= set(TOGETHER)
    others = {relation.label for relation in Relation} - {relation.label for relation in JOINING}
    assert others - {"none"} <= set(APART)
    assert len(RELATIONS) == 9


def together(groups: Sequence[int]) -> set[tuple[int, int]]:
    return {pair for pair in combinations(range(len(groups)), 2) if groups[pair[0]] == groups[pair[1]]}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(0, 9),
)
def test_the_faults_of_stories_are_those_a_look_at_every_pair_finds(
    groups: list[tuple[int, int]], chance: Random, most: int
) -> None:
    names = [f"n{number:02}" for number in range(len(groups))]
    shares = {pair: chance.randrange(1, 9) / 8 for pair in combinations(names, 2) if chance.random() < 0.5}
    clusters: dict[str, list[str]] = {}
    for name, (_, cluster) in zip(names, groups, strict=True):
        clusters.setdefault(f"c{cluster}", []).append(name)
    members = {cluster: articles for cluster, articles in clusters.items() if len(articles) > 1}
    listed = [row(a, b, "shared", overlap) for (a, b), overlap in shares.items()]
    truth = [{"id": name, "story": str(story)} for name, (story, _) in zip(names, groups, strict=True)]
    told = dedup.evaluate(found(members, listed, names), truth, most=most)
    true, hit = (together([group[side] for group in groups]) for side in (0, 1))
    for pairs, wrong, sign in ((true - hit, told.missed, -1), (hit - true, told.false_alarms, 1)):
        known = sorted((sign * shares[a, b], a, b) for a, b in named(names, pairs) if (a, b) in shares)
        assert [(it.a_id, it.b_id) for it in wrong][: len(known)] == [pair[1:] for pair in known][:most]
        assert {(it.a_id, it.b_id) for it in wrong} <= named(names, pairs)
        assert len({(it.a_id, it.b_id) for it in wrong}) == len(wrong) == min(most, len(pairs))
    assert told.missed_more + len(told.missed) == len(true - hit)


def named(names: Sequence[str], pairs: set[tuple[int, int]]) -> set[tuple[str, str]]:
    return {(names[a], names[b]) for a, b in pairs}
