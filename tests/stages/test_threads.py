"""Work on threads comes back in the order of the work."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dedup.threads import beside, in_order, ranges


@pytest.mark.parametrize("workers", [0, 1, 2, 7])
@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_blocks(workers: int, size: int) -> None:
    assert list(in_order(lambda block: 2 * block, range(size), workers)) == [2 * n for n in range(size)]


def test_a_slow_block_holds_back_those_behind_it_and_no_more() -> None:
    second_is_done = threading.Event()

    def work(block: int) -> int:
        if block == 0:
            assert second_is_done.wait(60)
        if block == 1:
            second_is_done.set()
        return block

    assert list(in_order(work, range(6), 2)) == list(range(6))


def test_only_a_few_blocks_are_under_way_at_once() -> None:
    begun: list[int] = []

    def work(block: int) -> int:
        begun.append(block)
        return block

    results: Iterator[int] = in_order(work, range(100), 2)
    assert next(results) == 0
    assert len(begun) <= 6


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_in_a_block_comes_out(workers: int) -> None:
    def work(block: int) -> int:
        if block == 3:
            raise ValueError(f"block must not be {block}")
        return block

    with pytest.raises(ValueError, match="must not be 3"):
        list(in_order(work, range(9), workers))


@pytest.mark.parametrize(
    ("total", "size", "wanted"),
    [(0, 5, []), (5, 5, [(0, 5)]), (6, 5, [(0, 5), (5, 6)]), (4, 1, [(0, 1), (1, 2), (2, 3), (3, 4)])],
)
def test_ranges_cover_all_and_are_no_longer_than_told(
    total: int, size: int, wanted: list[tuple[int, int]]
) -> None:
    assert ranges(total, size) == wanted


def test_ranges_leave_no_worker_without_one() -> None:
    assert ranges(1000, 4096, 2) == [(0, 250), (250, 500), (500, 750), (750, 1000)]
    assert ranges(100, 4096, 2) == [(0, 100)], "too few to share out"
    assert len(ranges(100_000, 4096, 2)) == len(ranges(100_000, 4096))


@pytest.mark.parametrize("workers", [1, 2])
def test_work_beside_gives_its_result_or_its_error(workers: int) -> None:
    with beside(lambda: 7, workers) as result_of:
        assert result_of() == 7

    def fail() -> int:
        raise ValueError("on purpose")

    with beside(fail, workers) as result_of, pytest.raises(ValueError, match="on purpose"):
        result_of()


def test_blocks_are_asked_for_as_they_are_used() -> None:
    asked: list[int] = []

    def blocks() -> Iterator[int]:
        for number in range(50):
            asked.append(number)
            yield number

    found = in_order(lambda block: block, blocks(), 2)
    assert next(found) == 0
    assert len(asked) < 10
    assert list(found) == list(range(1, 50))
