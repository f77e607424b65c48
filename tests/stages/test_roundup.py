"""Articles that contain two or more others which have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.provenance import NO_TIME
from dedup.stages.roundup import in_roundups
from tests.stages.made import bare_nodes, bare_pairs, bare_provenance, text

Pair = tuple[int, int]


def roundups(
    tokens: Sequence[int],
    excerpts: Collection[Pair],
    *,
    shared: Collection[Pair] = (),
    copies: Collection[Pair] = (),
    times: Sequence[int] | None = None,
) -> set[Pair]:
    """The excerpts that have a roundup for their longer side, all of the shorter one being in it.

    `shared`: pairs that have a part in common; `copies`: those that are copies or versions.
    """
    names = sorted({*excerpts, *shared, *copies})
    pairs = bare_pairs({(a, b): (min(tokens[a], tokens[b]),) * 2 for a, b in names})
    found = in_roundups(
        pairs,
        np.array([name in excerpts for name in names], bool),
        np.ones(len(names), bool),
        np.array([name in copies for name in names], bool),
        bare_nodes([1] * len(tokens), tokens),
        bare_provenance([-1] * len(tokens), times),
    )
    return {name for name, is_found in zip(names, found.tolist(), strict=True) if is_found}


BOTH = [(0, 1), (0, 2)]
"""Nodes 1 and 2 are inside of 0."""


def test_an_article_that_contains_two_unrelated_ones_is_a_roundup() -> None:
    assert roundups([300, 80, 60], BOTH) == set(BOTH)


def test_the_longer_side_is_the_roundup_whichever_comes_first() -> None:
    assert roundups([60, 80, 300], [(0, 2), (1, 2)]) == {(0, 2), (1, 2)}
    assert roundups([80, 300, 60], [(0, 1), (1, 2)]) == {(0, 1), (1, 2)}


def test_one_excerpt_makes_no_roundup() -> None:
    assert roundups([300, 80], [(0, 1)]) == set()
    assert roundups([300, 300, 80, 60], [(0, 2), (1, 3)]) == set()


def test_an_article_inside_two_others_is_no_roundup_of_them() -> None:
    assert roundups([300, 200, 60], [(0, 2), (1, 2)]) == set()


def test_parts_that_are_copies_of_one_another_make_no_roundup() -> None:
    assert roundups([300, 80, 80], BOTH, copies=[(1, 2)]) == set()


def test_parts_that_share_anything_real_make_no_roundup() -> None:
    assert roundups([300, 80, 60], BOTH, shared=[(1, 2)]) == set()
    assert roundups([300, 80, 60], [*BOTH, (1, 2)]) == set()


def test_parts_related_over_a_third_part_make_no_roundup() -> None:
    three = [*BOTH, (0, 3)]
    assert roundups([400, 90, 80, 70], three, shared=[(1, 3), (2, 3)]) == set()
    assert roundups([400, 90, 80, 70], three, shared=[(1, 3)]) == set(three)


def test_parts_that_are_copies_of_a_third_article_elsewhere_make_no_roundup() -> None:
    assert roundups([400, 90, 80, 70], BOTH, copies=[(1, 3), (2, 3)]) == set()
    assert roundups([400, 90, 80, 70], BOTH, shared=[(1, 3), (2, 3)]) == set(BOTH)


def test_two_stories_in_two_copies_each_make_a_roundup_and_all_four_are_in_it() -> None:
    four = [(0, n) for n in range(1, 5)]
    assert roundups([400, 90, 90, 80, 80], four, copies=[(1, 2), (3, 4)]) == set(four)


@pytest.mark.parametrize(
    ("times", "is_roundup"),
    [
        ((5, 6, 7), False),
        ((5, 5, 7), True),
        ((6, 5, 7), True),
        ((8, 5, 7), True),
        ((NO_TIME, 5, 7), True),
        ((5, NO_TIME, 7), False),
        ((5, NO_TIME, NO_TIME), True),
        ((NO_TIME, NO_TIME, NO_TIME), True),
    ],
)
def test_what_was_published_before_all_its_parts_is_what_they_are_cut_from(
    times: tuple[int, int, int], is_roundup: bool
) -> None:
    assert bool(roundups([300, 80, 60], BOTH, times=times)) is is_roundup


def test_each_article_is_judged_by_its_own_parts() -> None:
    tokens = [500, 400, 90, 80, 70]
    excerpts = [(0, 2), (0, 3), (1, 3), (1, 4)]
    assert roundups(tokens, excerpts, shared=[(3, 4)]) == {(0, 2), (0, 3)}


def test_nothing_compared_is_no_roundup() -> None:
    assert roundups([], []) == set()
    assert roundups([300, 80], [], shared=[(0, 1)]) == set()


def hang_together(numbers: Collection[int], pairs: Collection[Pair]) -> list[set[int]]:
    """The numbers in groups: those of each pair are in one."""
    groups = [{number} for number in numbers]
    for a, b in pairs:
        met = [group for group in groups if group & {a, b}]
        groups = [group for group in groups if group not in met] + [set().union(*met)]
    return groups


@given(st.data())
def test_parts_hang_together_as_their_pairs_say(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 9))
    others = list(combinations(range(1, n), 2))
    some = st.lists(st.sampled_from(others), unique=True) if others else st.just([])
    shared, copies = data.draw(some), data.draw(some)
    inside = data.draw(st.lists(st.integers(1, n - 1), min_size=2, unique=True)) if n > 2 else [1]
    excerpts = [(0, part) for part in sorted(inside)]
    stories = hang_together(range(1, n), copies)
    links = [pair for pair in [*shared, *copies] if set(pair) <= set(inside)]
    links += [(a, b) for story in stories for a, b in combinations(sorted(story & set(inside)), 2)]
    is_one = len(hang_together(inside, links)) == 1
    tokens = [1000, *([90] * (n - 1))]
    assert roundups(tokens, excerpts, shared=shared, copies=copies) == (set() if is_one else set(excerpts))


def test_copies_that_only_met_their_fullest_one_make_no_roundup_of_what_quotes_the_story() -> None:
    """41 copies are a large group: they were compared with its fullest member, which is no part."""
    story = (0, 300)
    feed = [
        {"id": "quoting", "text": text(story, (5000, 300))},
        {"id": "full", "text": text(story, (6000, 125))},
    ]
    feed += [{"id": f"copy {n}", "text": text(story, (7000 + 10 * n, 5))} for n in range(40)]
    pairs = dedup.find_duplicates(feed).pairs
    quoting = pairs[(pairs["a_id"] == "quoting") | (pairs["b_id"] == "quoting")]
    assert set(quoting["relation"]) == {"excerpt", "shared"}


def test_a_digest_of_three_items_is_a_roundup_of_each_and_in_no_cluster() -> None:
    items = [(1000 * n, 60 + n) for n in range(1, 4)]
    feed = [{"id": f"item {n}", "text": text(item)} for n, item in enumerate(items)]
    found = dedup.find_duplicates([*feed, {"id": "digest", "text": text((0, 9), *items, (9000, 9))}])
    assert found.pairs["relation"].tolist() == ["roundup"] * 3
    assert found.clusters.empty
