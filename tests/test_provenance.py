"""Who published each node, when, and what it says that it replaces."""

from __future__ import annotations

import datetime as dt
from random import Random

import numpy as np
import pytest

from dedup.provenance import NO_TIME, Provenance
from dedup.sketches import Nodes
from tests.stages.made import NOON, bare_provenance, int64, nodes_known, text

Record = dict[str, object]
HOUR = dt.timedelta(hours=1)


def microseconds(time: dt.datetime) -> int:
    return round(time.timestamp()) * 10**6


def node_names(nodes: Nodes, rows: tuple[Record, ...]) -> list[str]:
    """The ids, with their versions, of the records in each node."""
    named = [f"{row['id']}{row.get('version') or ''}" for row in rows]
    return ["+".join(sorted(named[article] for article in nodes.articles(n))) for n in range(len(nodes))]


def replaced(*rows: Record) -> set[tuple[str, str]]:
    """The nodes that replace others: (replaced, replacing)."""
    nodes, known = nodes_known(*rows)
    names = node_names(nodes, rows)
    assert (known.replaced[1:] > known.replaced[:-1]).all()
    return {(names[key >> 32], names[key & 0xFFFFFFFF]) for key in known.replaced.tolist()}


def article(number: int, **fields: object) -> Record:
    """A record with a text of its own."""
    return {"id": f"a{number}", "text": text((100 * number, 30)), **fields}


def versions(*names: str | None, **times: dt.datetime) -> list[Record]:
    """Versions of one article, each with a text of its own; `times` by their places (`t0=`)."""
    return [article(n, id="a", version=name, published=times.get(f"t{n}")) for n, name in enumerate(names, 1)]


# Headlines that update or correct.


def is_tagged(title: str | None) -> bool:
    return bool(nodes_known(article(1, title=title))[1].tagged[0])


@pytest.mark.parametrize(
    "title",
    [
        "UPDATE 2-Mill on the Tarn to close",
        "UPDATE 1: Mill on the Tarn to close",
        "UPDATE1: Mill to close",
        "(UPDATE) Mill to close",
        "*** UPDATED - Mill to close",
        "Update: Mill to close",
        "update 3 : mill to close",
        "CORRECTED: Mill to close in May",
        "Corrected: Mill to close in May",
        "CORRECTED-Mill to close in May",
        "Correction: Mill to close in May",
        "REFILE-UPDATE 2-Mill to close",
        "RECAST Mill to close",
        "CLARIFICATION: Mill stays open",
        "WRITETHRU Mill to close",
        "CORRECTED",
        "Mill to close, Writethru",
        "BC-Mill, 1st Ld",
        "Mill to close, 2nd Ld-Writethru",
        "Mill to close - 3rd lead",
        "Mill to close, 10th Ld",
        "Mill to close, 22ND LEAD",
    ],
)
def test_a_headline_that_says_so_is_tagged(title: str) -> None:
    assert is_tagged(title)


@pytest.mark.parametrize(
    "title",
    [
        "Update on the flood",
        "Corrected vision for all",
        "Updated forecasts cheer farmers",
        "Correction of the river bed begins",
        "Correctional officers walk out",
        "UPDATES to the plan are due",
        "Council asks for an UPDATE",
        "Clarification of the law is sought",
        "Mill takes the lead",
        "First lead in the case",
        "The 1st leaders meet",
        "Fund for 11th leadership course",
        "",
        None,
    ],
)
def test_a_headline_that_only_sounds_like_it_is_not(title: str | None) -> None:
    assert not is_tagged(title)


# Versions of one id.


def test_each_version_is_replaced_by_the_next_and_by_the_last() -> None:
    assert replaced(*versions("1", "2", "3", "4")) == {
        ("a1", "a2"), ("a2", "a3"), ("a3", "a4"), ("a1", "a4"), ("a2", "a4")
    }  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ["2", "10"],
        ["9", "10", "11"],
        ["v2", "v10"],
        ["1.9", "1.10"],
        ["draft 2", "draft 11"],
        ["007", "8"],
        [None, "1"],
        [None, "#2"],
        ["1", "1#2", "2"],
    ],
)
def test_versions_are_ordered_as_people_count(names: list[str | None]) -> None:
    rows = versions(*names)
    wanted = {
        (f"a{old or ''}", f"a{new}")
        for n, old in enumerate(names)
        for new in {*names[n + 1 : n + 2], names[-1]}
    }
    assert replaced(*rows) == {(old, new) for old, new in wanted if old != new}
    assert replaced(*reversed(rows)) == replaced(*rows)


def test_the_number_of_a_version_counts_before_its_time() -> None:
    assert replaced(*versions("1", "2", t1=NOON + HOUR, t2=NOON)) == {("a1", "a2")}


def test_versions_of_one_number_are_ordered_by_time_then_by_name() -> None:
    assert replaced(*versions("1", "01", t1=NOON + HOUR, t2=NOON)) == {("a01", "a1")}
    assert replaced(*versions("1", "01", t1=NOON)) == {("a1", "a01")}
    assert replaced(*versions("1", "01")) == replaced(*versions("01", "1")) == {("a01", "a1")}


def test_an_absent_version_comes_before_an_empty_one_in_any_order() -> None:
    rows = [article(1, id="a"), article(2, id="a", version="")]
    for order in (rows, rows[::-1]):
        nodes, known = nodes_known(*order)
        old, new = (nodes.of_article[order.index(row)] for row in rows)
        assert known.replaced.tolist() == [old << 32 | new]


def test_versions_of_equal_words_replace_nothing() -> None:
    same = text((0, 30))
    assert (
        replaced({"id": "a", "version": "1", "text": same}, {"id": "a", "version": "2", "text": f"{same}."})
        == set()
    )


def test_versions_of_several_articles_do_not_mix() -> None:
    rows = [article(10 * n + v, id=f"x{n}", version=str(v)) for n in range(3) for v in (1, 2)]
    assert replaced(*rows) == {(f"x{n}1", f"x{n}2") for n in range(3)}


# Prior ids.


def test_a_prior_id_names_the_article_that_is_replaced() -> None:
    rows = [article(1), article(2, prior_ids=["a1"]), article(3, prior_ids=["a2", "a1"]), article(4)]
    assert replaced(*rows) == {("a1", "a2"), ("a2", "a3"), ("a1", "a3")}


def test_prior_ids_that_nobody_has_are_ignored() -> None:
    rows = [article(1, prior_ids=["gone", "a"]), article(2, prior_ids=[]), article(3, prior_ids=["", None])]
    assert replaced(*rows) == set()


def test_a_prior_id_names_all_versions_of_it() -> None:
    rows = [*versions("1", "2"), article(5, id="b", prior_ids=["a"])]
    assert replaced(*rows) == {("a1", "a2"), ("a1", "b"), ("a2", "b")}


def test_a_version_that_gives_its_own_id_as_a_prior_one_replaces_no_later_version() -> None:
    rows = [{**row, "prior_ids": ["a"]} for row in versions("1", "2", "3")]
    assert replaced(*rows) == replaced(*versions("1", "2", "3")) == {("a1", "a2"), ("a2", "a3"), ("a1", "a3")}


def test_articles_that_name_each_other_are_both_replaced() -> None:
    rows = [article(1, prior_ids=["a2"]), article(2, prior_ids=["a1", "a1"])]
    assert replaced(*rows) == {("a1", "a2"), ("a2", "a1")}


def test_a_copy_in_the_same_node_is_not_replaced_by_itself() -> None:
    rows = [article(1), article(1, id="b", prior_ids=["a1"]), article(3, prior_ids=["b"])]
    assert replaced(*rows) == {("a1+b", "a3")}


# Sources, titles and times.


def facts(known: Provenance, node: int) -> tuple[bool, bool, bool]:
    """Whether source, headline and time of a node are known."""
    has_source = node in known.printed >> 32
    return has_source, bool(known.titles[node] >= 0), bool(known.times[node] < NO_TIME)


def test_what_is_absent_is_told_so() -> None:
    nodes, known = nodes_known(
        article(1), article(2, source="x"), article(3, title="t"), article(4, published=NOON)
    )
    told = [facts(known, int(nodes.of_article[n])) for n in range(4)]
    assert told == [(False, False, False), (True, False, False), (False, True, False), (False, False, True)]
    assert known.times[nodes.of_article[3]] == microseconds(NOON)


def test_equal_headlines_have_equal_numbers() -> None:
    nodes, known = nodes_known(*(article(n, title="sst"[n]) for n in range(3)))
    titles = known.titles[nodes.of_article].tolist()
    assert titles[0] == titles[1] != titles[2]


def test_a_node_has_the_headline_of_its_first_article_by_id_and_the_earliest_time() -> None:
    rows = [
        article(1, id="c", title="CORRECTED: c", published=NOON),
        article(1, id="a", title="a", published=NOON + HOUR),
        article(1, id="b", title="b"),
        article(2, id="other", title="CORRECTED: c"),
    ]
    for seed in range(4):
        order = Random(seed).sample(rows, 4)
        nodes, known = nodes_known(*order)
        node, other = (int(nodes.of_article[order.index(row)]) for row in (rows[0], rows[3]))
        assert known.titles[node] != known.titles[other]
        assert known.tagged[[node, other]].tolist() == [False, True]
        assert known.times[node] == microseconds(NOON)
        assert order[known.article[node]]["id"] == "a"


def one_source(*rows: Record) -> set[tuple[int, int]]:
    """The records of which some source has printed both, or equal words."""
    nodes, known = nodes_known(*rows)
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(rows), 1))
    found = known.by_one_source(nodes.of_article[left], nodes.of_article[right])
    return set(zip(left[found].tolist(), right[found].tolist(), strict=True))


def test_articles_are_by_one_source_where_its_name_is_known() -> None:
    rows = [article(n, source=source) for n, source in enumerate(["x", "y", "x", None, None])]
    assert one_source(*rows) == {(0, 2)}
    assert one_source(*rows[3:]) == set()


def test_a_copy_elsewhere_gives_a_text_another_source() -> None:
    """Letters of an office, each with a copy of equal words on another site, whichever id comes first."""
    rows = [article(1, id="1", source="site"), article(1, id="2", source="office")]
    rows += [article(2, id="3", source="office"), article(2, id="4", source="other site")]
    rows += [article(3, id="5", source="other site"), article(4, id="6", source="third")]
    pairs = one_source(*rows)
    assert {(a, b) for a, b in pairs if a < 2 <= b} == {(0, 2), (0, 3), (1, 2), (1, 3)}
    assert {(a, b) for a, b in pairs if 2 <= a < 4 <= b} == {(2, 4), (3, 4)}


def test_all_sources_of_some_nodes_are_told_in_their_order() -> None:
    known = bare_provenance([[3, 1], -1, 2])
    which, source = known.sources_of(int64(2, 1, 0, 0))
    assert list(zip(which.tolist(), source.tolist(), strict=True)) == [(0, 2), (2, 1), (2, 3), (3, 1), (3, 3)]


@pytest.mark.parametrize(
    ("rows", "tells"),
    [
        ([{}, {}], False),
        ([{"source": "x"}, {"source": "x"}], False),
        ([{"id": "1", "source": "x"}, {"id": "2", "source": "y", "text": text((0, 30))}], True),
        ([{"source": "x"}, {}], False),
        ([{"source": "x"}, {"source": "y"}], True),
        ([{"source": "x"}, {"source": "x", "published": NOON}], True),
    ],
)
def test_a_feed_tells_sources_apart_by_several_names_or_by_times(rows: list[Record], tells: bool) -> None:
    assert nodes_known(*(article(n, **row) for n, row in enumerate(rows)))[1].tells_sources is tells


def test_nothing_is_known_of_no_articles() -> None:
    nodes, known = nodes_known()
    assert len(nodes) == known.article.size == known.printed.size == known.replaced.size == 0
    assert not known.tells_sources
    assert known.by_one_source(int64(), int64()).tolist() == []
