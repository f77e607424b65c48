from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dedup.errors import OutputError
from dedup.report.page import clusters, outlets, repeats
from dedup.report.page.clusters import MOST_MEMBERS, Cluster
from dedup.report.page.result import read
from dedup.report.page.timeline import drawn, strip
from tests.report.made_up import NOON, member, table
from tests.report.page.folders import written


def after(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def found(folder: Path, *rows: dict[str, Any]) -> list[Cluster]:
    return list(clusters.clusters(read(written(folder, clusters=table("clusters", *rows)))))


def cluster(folder: Path, *times: float | None, origin: int = 0) -> Cluster:
    """A cluster of articles so many minutes after noon; the first one is the lead."""
    rows = [
        member(
            "c1",
            f"a{place}",
            len(times),
            is_origin=place == origin,
            published=None if minutes is None else after(minutes),
            **({"relation": "near"} if place else {}),
        )
        for place, minutes in enumerate(times)
    ]
    return found(folder, *rows)[0]


def test_members_stand_in_order_of_time_and_those_without_come_last(tmp_path: Path) -> None:
    made = cluster(tmp_path / "r", 60, None, 5, 30, origin=2)
    assert [member.article_id for member in made.members] == ["a2", "a3", "a0", "a1"]
    assert [member.lag for member in made.members] == [0, 25 * 60, 55 * 60, None]
    assert made.span == 55 * 60


def test_a_member_before_the_origin_is_earlier(tmp_path: Path) -> None:
    made = cluster(tmp_path / "r", 0, 10, origin=1)
    assert [member.lag for member in made.members] == [-600, 0]


def test_where_the_origin_has_no_time_lags_count_from_the_earliest(tmp_path: Path) -> None:
    made = cluster(tmp_path / "r", None, 10, 20)
    assert {member.article_id: member.lag for member in made.members} == {"a1": 0, "a2": 600, "a0": None}


def test_the_largest_cluster_comes_first(tmp_path: Path) -> None:
    rows = [
        member("c1", f"a{n}", 2, is_origin=n == 0, **({"relation": "near"} if n else {})) for n in range(2)
    ]
    rows += [
        member("c2", f"b{n}", 3, is_origin=n == 0, **({"relation": "exact"} if n else {})) for n in range(3)
    ]
    told = found(tmp_path / "r", *rows)
    assert [(each.number, each.cluster_id, each.relations) for each in told] == [
        (1, "c2", {"exact": 2}),
        (2, "c1", {"near": 1}),
    ]


def test_a_huge_cluster_is_told_in_part_with_its_lead_and_origin(tmp_path: Path) -> None:
    size = 3 * MOST_MEMBERS
    made = cluster(tmp_path / "r", size + 5, *range(size), origin=size)
    assert made.size == size + 1
    assert len(made.members) == MOST_MEMBERS
    assert made.lead.number == size + 1
    assert made.origin.number == size


@pytest.mark.parametrize("mark", ["is_lead", "is_origin"])
def test_a_cluster_without_a_lead_or_an_origin_is_damage(tmp_path: Path, mark: str) -> None:
    rows = [member("c1", "a0", 1, is_origin=True) | {mark: False}]
    with pytest.raises(
        OutputError, match=f"cluster c1 has no member, or several, with {mark}; write the result"
    ):
        found(tmp_path / "r", *rows)


def test_the_strip_keeps_the_order_of_time_and_numbers_stand_apart(tmp_path: Path) -> None:
    placed = strip(cluster(tmp_path / "r", 0, 5, 5, 6, 600, 6_000).members)
    assert placed is not None
    assert list(placed.xs) == sorted(placed.xs)
    for lane in set(placed.lanes):
        xs = [x for x, own in zip(placed.xs, placed.lanes, strict=True) if own == lane]
        assert all(later - earlier >= 6 for earlier, later in pairwise(xs))
    assert placed.ticks[0][1] == "first"
    assert drawn(placed).count("<rect") == 1


@pytest.mark.parametrize("times", [(0, 0), (None, None), (0, None)])
def test_there_is_no_strip_where_no_two_times_differ(tmp_path: Path, times: tuple[float | None, ...]) -> None:
    assert strip(cluster(tmp_path / "r", *times).members) is None


def republished(*rows: tuple[str | None, str | None, float]) -> list[dict[str, Any]]:
    """Clusters of two: the source that had it first, the one that ran it, and how many minutes after."""
    made = []
    for number, (first, second, minutes) in enumerate(rows):
        made.append(member(f"c{number}", f"a{number}", 2, is_origin=True, source=first))
        later = {"relation": "near", "source": second, "published": after(minutes)}
        made.append(member(f"c{number}", f"b{number}", 2, **later))
    return made


def test_the_matrix_counts_who_runs_whom_and_how_fast(tmp_path: Path) -> None:
    rows = republished(
        ("Wire", "Post", 10),
        ("Wire", "Post", 30),
        ("Wire", "Echo", 5),
        ("Post", "Post", 1),
        (None, "Echo", 1),
    )
    made = outlets.matrix(read(written(tmp_path / "r", clusters=table("clusters", *rows))))
    assert made is not None
    assert (made.rows, made.columns) == (["Post", "Echo"], ["Wire"])
    cell = made.cells["Post", "Wire"]
    assert (cell.articles, cell.lag) == (2, 20 * 60)
    assert (made.articles, made.not_shown, made.unnamed) == (3, 0, 1)


def test_outlets_beyond_the_matrix_are_counted(tmp_path: Path) -> None:
    rows = republished(*(("Wire", f"Outlet {number:02}", 1) for number in range(40)))
    made = outlets.matrix(read(written(tmp_path / "r", clusters=table("clusters", *rows))))
    assert made is not None
    assert (len(made.rows), made.not_shown) == (30, 10)


def test_there_is_no_matrix_where_nobody_republishes_another(tmp_path: Path) -> None:
    rows = republished(("Wire", "Wire", 1))
    assert outlets.matrix(read(written(tmp_path / "r", clusters=table("clusters", *rows)))) is None


def test_an_article_has_a_bar_of_its_parts_and_overlapping_blocks_are_both_marked(tmp_path: Path) -> None:
    text = "x" * 1_000
    block = {"article_id": "d1", "words": 20, "identical": 1.0, "share": 0.2, "text": "x"}
    rows = [
        block | {"block": 1, "first_start": 0, "first_end": 200, "second_start": 400, "second_end": 600},
        block | {"block": 1, "first_start": 0, "first_end": 200, "second_start": 700, "second_end": 900},
        block | {"block": 2, "first_start": 100, "first_end": 300, "second_start": 800, "second_end": 1_000},
    ]
    found = read(written(tmp_path / "r", repeats=table("repeats", *rows)))
    assert repeats.ranked(found) == [("d1", None)]
    key = ("d1", None)
    article = next(repeats.repeating(found, [key], {key: text}, {key: [(300, 400)]}))
    assert [(part.kind, part.label, part.x, part.width) for part in article.bar] == [
        ("boilerplate", "", 30, 10),
        ("first", "1", 0, 20),
        ("again", "1", 40, 20),
        ("again", "1", 70, 20),
        ("first", "2", 10, 20),
        ("again", "2", 80, 20),
    ]
    assert article.share == pytest.approx(0.6)
    assert article.text is not None
    assert "".join(piece.head for each in article.text.stretches for piece in each.pieces) == text
