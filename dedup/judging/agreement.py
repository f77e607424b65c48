"""Two partitions of the same articles into how well they agree.

All is counted by cell, the articles of one true and one found group: a million articles take a sort.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def codes(names: Iterable[Hashable]) -> NDArray[np.int64]:
    """A number for each distinct name, in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


@dataclass(frozen=True)
class PairCounts:
    """Pairs of articles: together in both partitions, in the true one, in the found one, and all of them."""

    in_both: int
    in_true: int
    in_found: int
    every: int


@dataclass(frozen=True)
class Agreement:
    """How a partition found agrees with the true one, counted in pairs of articles put together."""

    precision: float
    """Of the pairs found together, the share that belongs together; 1 when none was found."""
    recall: float
    """Of the pairs that belong together, the share found together; 1 when there is none."""
    adjusted_rand: float
    """Hubert and Arabie's adjusted Rand index: 1 for the same partition, about 0 for chance."""


@dataclass(frozen=True)
class BCubed:
    """Bagga and Baldwin's B-cubed (1998): what each article's own group holds, the mean over all articles."""

    precision: float
    """Of an article's found group, the share that is of its true one, itself included."""
    recall: float
    """Of an article's true group, the share that is in its found one."""


def pair_counts(true: NDArray[np.int64], found: NDArray[np.int64]) -> PairCounts:
    """Count the pairs of two partitions, given as a group number per article."""
    if len(true) != len(found):
        raise ValueError(f"partitions must be of the same articles, got {len(true)} and {len(found)}")
    in_both, in_true, in_found = (
        int((sizes * (sizes - 1) // 2).sum())
        for sizes in (
            np.unique(groups, return_counts=True)[1] for groups in (_cells(true, found), true, found)
        )
    )
    return PairCounts(in_both, in_true, in_found, len(true) * (len(true) - 1) // 2)


def agreement(true: NDArray[np.int64], found: NDArray[np.int64]) -> Agreement:
    """Compare two partitions of the same articles, given as a group number per article."""
    pairs = pair_counts(true, found)
    by_chance = pairs.in_true * pairs.in_found / pairs.every if pairs.every else 0.0
    span = (pairs.in_true + pairs.in_found) / 2 - by_chance
    return Agreement(
        pairs.in_both / pairs.in_found if pairs.in_found else 1.0,
        pairs.in_both / pairs.in_true if pairs.in_true else 1.0,
        (pairs.in_both - by_chance) / span if span else 1.0,
    )


def b_cubed(true: NDArray[np.int64], found: NDArray[np.int64]) -> BCubed:
    """Compare the groups of each article; 1 when there is no article."""
    if not len(true):
        return BCubed(1.0, 1.0)
    _, first, sizes = np.unique(_cells(true, found), return_index=True, return_counts=True)
    shared = sizes.astype(np.float64) ** 2
    in_found, in_true = (np.bincount(groups)[groups[first]] for groups in (found, true))
    return BCubed(float((shared / in_found).sum() / len(true)), float((shared / in_true).sum() / len(true)))


def _cells(true: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    return true * (int(found.max(initial=0)) + 1) + found
