"""Two articles into passages and figures where boilerplate is set aside."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernels import calls
from tests.kernels.made import Tokens, flags, pairs

Pair = tuple[Tokens, Tokens]
Flags = list[bool]


def compared(
    a: Tokens, b: Tokens, inside: tuple[Flags, Flags] | None = None
) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    return calls.compare([(a, b)], [inside] if inside else None)[0]


@given(pairs())
@settings(max_examples=calls.EXAMPLES)
def test_without_boilerplate_nothing_is_set_aside_and_no_passage_is_cut(pair: Pair) -> None:
    assume(pair[0] != pair[1])
    figures, passages = compared(*pair)
    assert figures[6:] == figures[:2]
    assert compared(*pair, ([True] * len(pair[0]), [True] * len(pair[1])))[1] == passages


@given(pairs(), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_boilerplate_changes_where_passages_end_and_nothing_that_is_covered(
    pair: Pair, data: st.DataObject
) -> None:
    a, b = pair
    assume(a != b)
    inside = data.draw(flags(len(a)), label="a"), data.draw(flags(len(b)), label="b")
    figures, passages = compared(a, b, inside)
    plain, whole = compared(a, b)
    assert figures[6:] == plain[6:]
    assert figures[0] <= min(figures[6], inside[0].count(False))
    assert figures[1] <= min(figures[7], inside[1].count(False))
    assert all(any(x[0] <= y[0] and y[1] <= x[1] for x in whole) for y in passages)


def test_a_passage_is_cut_where_boilerplate_starts_and_ends() -> None:
    a = list(range(40))
    inside = [10 <= i < 25 for i in range(40)]
    figures, passages = compared(a, [99, *a], (inside, [False, *inside]))
    assert figures == (25, 25, 3, 15, 21, 22, 40, 40)
    assert passages == [(0, 10, 1, 11, 10), (10, 25, 11, 26, 15), (25, 40, 26, 41, 15)]


def test_boilerplate_of_one_side_alone_is_set_aside_on_that_side() -> None:
    a = list(range(40))
    inside = [i < 30 for i in range(40)]
    figures, _ = compared(a, [99, *a], (inside, [False] * 41))
    assert figures == (10, 40, 2, 30, 8, 39, 40, 40)
    figures, passages = compared([99, *a], a, ([False] * 41, inside))
    assert figures == (40, 10, 1, 40, 8, 39, 40, 40)
    assert passages == [(1, 41, 0, 40, 40)]


@pytest.mark.parametrize(
    ("runs", "cuts"),
    [
        ([5, 20], []),
        ([20, 5], []),
        ([3, 3, 20], []),
        ([3, 2, 3, 20, 5, 3], []),
        ([6, 5, 6, 20], [17]),
        ([10, 5, 10], []),
        ([10, 6, 10], [10, 16]),
        ([5, 5, 5], []),
    ],
)
def test_runs_shorter_than_an_anchor_cut_nothing(runs: list[int], cuts: list[int]) -> None:
    inside = [at % 2 == 0 for at, run in enumerate(runs) for _ in range(run)]
    a = list(range(len(inside)))
    starts = [passage[0] for passage in compared(a, [*a, 99], (inside, [*inside, False]))[1]]
    assert starts == [0, *cuts]


def test_of_a_passage_that_is_new_in_part_only_the_new_piece_is_told() -> None:
    first, second, footer, ending = (
        list(range(n, n + size)) for n, size in ((0, 30), (50, 30), (90, 10), (200, 11))
    )
    a = [*first, *footer, *ending, *range(300, 320), *second, *footer]
    b = [*first, *footer, *range(400, 420), *second, *footer, *ending]
    inside = [token in footer for token in a], [token in footer for token in b]
    together = [(0, 40, 0, 40, 40), (71, 111, 60, 100, 40)]
    assert compared(a, b)[1] == [*together, (30, 51, 90, 111, 21)]
    pieces = [(0, 30, 0, 30, 30), (30, 40, 30, 40, 10), (71, 101, 60, 90, 30), (101, 111, 90, 100, 10)]
    assert compared(a, b, inside)[1] == [*pieces, (40, 51, 100, 111, 11)]


def test_more_pieces_than_were_foreseen_are_all_told() -> None:
    a = list(range(3000))
    inside = [i // 6 % 2 == 0 for i in a]
    figures, passages = compared(a, [*a, 5000], (inside, [*inside, False]))
    assert passages == [(i, i + 6, i, i + 6, 6) for i in range(0, 3000, 6)]
    assert figures[2:4] == (500, 6)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_articles_that_are_all_boilerplate_are_measured_whole(share: float) -> None:
    a, b = list(range(40)), [*range(20), *range(100, 120)]
    figures, passages = calls.compare([(a, b)], [([True] * 40, [True] * 40)], least_share=share)[0]
    assert figures == (0, 0, 1, 20, 0, 0, 20, 20)
    assert bool(passages) == (share <= 0.5)
