"""Keys, posting lists and meetings against their twins."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import flags

ARTICLES = 12
ENTRIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, ARTICLES - 1)), max_size=60, unique=True)
GROUPS = st.lists(st.integers(0, ARTICLES - 1), min_size=ARTICLES, max_size=ARTICLES)
COUNTS = st.lists(st.integers(0, 60), min_size=ARTICLES, max_size=ARTICLES)


@given(ENTRIES)
@settings(max_examples=calls.EXAMPLES)
def test_each_article_is_paired_with_the_first_of_each_of_its_lists(entries: list[calls.Entry]) -> None:
    lists = reference.posting_lists(entries).values()
    wanted = [(article, articles[0]) for articles in lists for article in articles[1:]]
    assert calls.pair_with_first(entries) == wanted


@given(ENTRIES)
@settings(max_examples=calls.EXAMPLES)
def test_lists_of_one_article_are_dropped(entries: list[calls.Entry]) -> None:
    lists = reference.posting_lists(entries).items()
    wanted = [(key, article) for key, some in lists if len(some) > 1 for article in some]
    assert calls.drop_single(entries) == wanted


@given(st.lists(st.sets(st.integers(0, 2**32 - 1) | st.integers(0, 9)), min_size=1, max_size=6), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_fingerprints_that_several_articles_have_are_told_and_few_others(
    prints: list[set[int]], data: st.DataObject
) -> None:
    chosen = data.draw(flags(len(prints)), label="chosen")
    every = [(value, n) for n, some in enumerate(prints) if chosen[n] for value in sorted(some)]
    times = Counter(value for value, _ in every)
    found = calls.shared_prints(list(map(sorted, prints)), chosen)
    assert found == [entry for entry in every if entry in set(found)]
    assert set(found) >= {entry for entry in every if times[entry[0]] > 1}


def test_of_many_single_fingerprints_few_are_told() -> None:
    prints = [sorted(Random(n).sample(range(2**32), 1000)) for n in range(8)]
    assert len(calls.shared_prints(prints, [True] * 8)) < 8000 / 4


@given(ENTRIES, st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=calls.EXAMPLES)
def test_a_list_pairs_all_its_articles_and_one_over_the_cap_its_hubs(
    entries: list[calls.Entry], cap: int, hubs: int
) -> None:
    hubs = min(cap, hubs)
    lists = list(reference.posting_lists(entries).values())
    pairs, capped = calls.pair_in_lists(entries, cap, hubs)
    wanted = [pair for articles in lists for pair in reference.linked(articles, cap, hubs)]
    assert sorted((earlier, later) for later, earlier in pairs) == sorted(wanted)
    assert capped == sum(len(articles) > cap for articles in lists)


def test_a_cap_leaves_no_article_of_a_list_without_a_pair() -> None:
    pairs, capped = calls.pair_in_lists([(7, article) for article in range(100)], 10, 3)
    assert {article for pair in pairs for article in pair} == set(range(100))
    assert {later for later, _ in pairs} == {97, 98, 99}
    assert capped == 1


@given(ENTRIES, GROUPS)
@settings(max_examples=calls.EXAMPLES)
def test_one_witness_stands_for_its_group_in_each_list(entries: list[calls.Entry], groups: list[int]) -> None:
    assert calls.one_witness_per_group(entries, groups) == reference.witnesses(entries, groups)


@given(ENTRIES)
@settings(max_examples=calls.EXAMPLES)
def test_posting_lists_hold_every_entry_both_ways(entries: list[calls.Entry]) -> None:
    members, own = calls.list_postings(entries, ARTICLES)
    lists = list(reference.posting_lists(entries).values())
    assert members == lists
    assert own == [
        [number for number, articles in enumerate(lists) if article in articles]
        for article in range(ARTICLES)
    ]


@given(ENTRIES, COUNTS, st.integers(1, 6), st.integers(1, 6), st.integers(1, 3))
@settings(max_examples=calls.EXAMPLES)
def test_articles_meet_in_enough_lists(
    entries: list[calls.Entry], counts: list[int], cap: int, hubs: int, fewest: int
) -> None:
    rules = (cap, min(cap, hubs), fewest, 16.0)
    wanted = reference.meetings(reference.posting_lists(entries).values(), counts, rules)
    assert sorted(calls.meet(entries, counts, rules, [(0, ARTICLES)])) == sorted(wanted)
    blocks = [(0, 1), (1, 5), (5, ARTICLES)]
    assert sorted(calls.meet(entries, counts, rules, blocks)) == sorted(wanted)


def test_more_meetings_than_were_foreseen_are_all_told() -> None:
    everyone = range(50)
    met = calls.meet([(1, article) for article in everyone], [1] * 50, (64, 8, 1, 1.0), [(0, 50)])
    assert set(met) == set(combinations(everyone, 2))


def test_enough_fingerprints_for_the_article_of_fewer_tokens_are_enough() -> None:
    entries = [(1, 0), (1, 1)]
    assert calls.meet(entries, [10, 100], (64, 8, 1, 16.0), [(0, 2)]) == [(0, 1)]
    assert calls.meet(entries, [100, 10], (64, 8, 1, 16.0), [(0, 2)]) == [(0, 1)]


def test_alike_signatures_make_up_for_too_few_fingerprints() -> None:
    entries = [(1, 0), (1, 1), (1, 2)]
    rules = (64, 8, 1, 16.0)
    assert calls.meet(entries, [100] * 3, rules, [(0, 3)]) == []
    assert calls.meet(entries, [100] * 3, rules, [(0, 3)], [[7], [7], [8]]) == [(0, 1)]


@given(st.lists(st.lists(st.integers(0, 9), min_size=8, max_size=8), min_size=1, max_size=9), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_articles_share_a_band_key_where_the_rows_of_the_band_are_equal(
    signatures: list[list[int]], data: st.DataObject
) -> None:
    has_key = data.draw(
        st.lists(st.booleans(), min_size=len(signatures), max_size=len(signatures)), label="has_key"
    )
    signatures = [signature[:4] + [3] * 4 if signature[0] < 5 else signature for signature in signatures]
    for band in (0, 1):
        keyed = calls.band_keys(signatures, 4, band, has_key)
        rows = {article: tuple(signatures[article][4 * band : 4 * band + 4]) for _, article in keyed}
        assert [article for _, article in keyed] == [a for a, has in enumerate(has_key) if has]
        for (key, a), (other, b) in combinations(keyed, 2):
            assert (key == other) == (rows[a] == rows[b])


@given(st.lists(st.sets(st.integers(0, 20)).map(sorted), min_size=2, max_size=5))
@settings(max_examples=calls.EXAMPLES)
def test_common_fingerprints_are_counted(articles: list[list[int]]) -> None:
    pairs = list(combinations(range(len(articles)), 2))
    wanted = [len(set(articles[a]) & set(articles[b])) for a, b in pairs]
    assert calls.common_counts(articles, pairs) == wanted


@pytest.mark.parametrize(("a", "b", "equal"), [([1, 2, 3], [1, 2, 3], 3), ([1, 2, 3], [3, 2, 1], 1)])
def test_equal_rows_of_signatures_are_counted_place_by_place(a: list[int], b: list[int], equal: int) -> None:
    assert calls.equal_rows([a, b], [(0, 1), (1, 0), (0, 0)]) == [equal, equal, 3]
