"""Work in blocks, on threads, with the results in order."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_LEAST = 128  # what a range holds at least: a call of a kernel takes as long as its work on a few


def untold(_share: float) -> None:
    """Progress that nobody asked for."""


def in_order(work: Callable[[T], R], blocks: Iterable[T], workers: int) -> Iterator[R]:
    """`work` of each block, in the order of the blocks, computed by up to `workers` threads.

    Only a few blocks are under way at once: blocks that are made as they are asked for, and results that are
    used up as they come, take no memory.
    """
    if workers <= 1 or (isinstance(blocks, Sized) and len(blocks) <= 1):
        yield from map(work, blocks)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(blocks)
        under_way = deque(pool.submit(work, block) for block in itertools.islice(waiting, 2 * workers))
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(pool.submit(work, block) for block in itertools.islice(waiting, 1))


@contextmanager
def beside(work: Callable[[], R], workers: int) -> Iterator[Callable[[], R]]:
    """Gives what gives the result of `work`, which runs meanwhile where there are several workers."""
    if workers <= 1:
        yield work
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result


def ranges(total: int, size: int, workers: int = 1) -> list[tuple[int, int]]:
    """`0:total` cut into ranges of at most `size`, and of less where some workers were left without one."""
    if workers > 1:
        size = min(size, max(_LEAST, -(-total // (2 * workers))))
    return [(start, min(total, start + size)) for start in range(0, total, size)]
