"""Repeated blocks: against the twin, and what must hold whatever the twin says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens, pasted


def repeated(article: Tokens, fewest: int = 20) -> list[tuple[int, ...]]:
    return calls.find_repeats([article], fewest=fewest)[0]


def words(start: int, size: int) -> Tokens:
    return list(range(start, start + size))


@given(pasted(), st.sampled_from([4, 6]), st.sampled_from([0, 16]), st.sampled_from([8, 20]))
@settings(max_examples=calls.EXAMPLES)
def test_blocks_are_the_twins(article: Tokens, kgram: int, gap: int, fewest: int) -> None:
    found = calls.find_repeats([article], kgram=kgram, gap=gap, fewest=fewest)[0]
    assert found == reference.repeats(article, kgram, gap, fewest, 0.7)


@pytest.mark.parametrize(
    "digits",
    [
        "011000010000100001101111101100010000110111000110",
        "453153223507140376202977012451362536350714037213153225136253635071403762026770124",
    ],
    ids=["the first is larger", "the second is larger"],
)
def test_where_later_places_overlap_the_larger_block_stays(digits: str) -> None:
    article = [int(digit) for digit in digits]
    found = repeated(article, 8)
    assert found == reference.repeats(article, 6, 16, 8, 0.7)
    assert all(block[3] <= then[2] for block, then in pairwise(found))


@given(st.lists(pasted(), min_size=1, max_size=4))
@settings(max_examples=calls.EXAMPLES // 2)
def test_an_article_repeats_the_same_whatever_stands_beside_it(articles: list[Tokens]) -> None:
    together = calls.find_repeats(articles, fewest=8)
    assert together == [calls.find_repeats([article], fewest=8)[0] for article in articles]


@given(pasted())
@settings(max_examples=calls.EXAMPLES)
def test_the_two_places_of_a_block_are_within_the_article_and_do_not_overlap(article: Tokens) -> None:
    found = repeated(article, 8)
    assert all(block[3] <= then[2] for block, then in pairwise(found))
    for first, first_end, second, second_end, equal in found:
        assert 0 <= first < first_end <= second < second_end <= len(article)
        assert (article[first], article[first_end - 1]) == (article[second], article[second_end - 1])
        longer = max(first_end - first, second_end - second)
        assert 2 * equal - longer >= 8
        assert equal >= 0.7 * longer


@given(st.integers(0, 20), st.integers(20, 60), st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=calls.EXAMPLES)
def test_a_block_that_stands_twice_is_found_from_its_first_word_to_its_last(
    before: int, size: int, between: int, after: int
) -> None:
    block = words(0, size)
    article = words(100, before) + block + words(200, between) + block + words(300, after)
    second = before + size + between
    assert repeated(article) == [(before, before + size, second, second + size, size)]


@pytest.mark.parametrize("copies", [2, 3, 7, 70])
def test_every_later_place_is_held_to_the_first(copies: int) -> None:
    block = words(0, 25)
    assert repeated(block * copies) == [(0, 25, 25 * i, 25 * i + 25, 25) for i in range(1, copies)]
    apart = [token for i in range(copies) for token in [*block, 1000 + i]]
    assert repeated(apart) == [(0, 25, 26 * i, 26 * i + 25, 25) for i in range(1, copies)]


def test_a_few_changed_words_do_not_end_a_block() -> None:
    block = words(0, 60)
    changed = [token + 500 * (token in (20, 21, 41)) for token in block]
    assert repeated([*block, 999, *changed]) == [(0, 60, 61, 121, 57)]


@pytest.mark.parametrize("size", [5, 19])
def test_a_block_under_the_least_length_is_none(size: int) -> None:
    assert repeated(words(0, size) + words(100, 30) + words(0, size)) == []


@pytest.mark.parametrize(
    "article",
    [[], [1], [1] * 400, [1, 2] * 200, [1, 2, 3, 4, 5, 6, 7] * 60, words(0, 300)],
    ids=["nothing", "one word", "one word over and over", "a b", "a refrain of seven", "no word twice"],
)
def test_what_is_short_or_a_rhythm_is_no_repeat(article: Tokens) -> None:
    assert repeated(article) == []


def test_more_blocks_than_were_foreseen_are_all_told() -> None:
    articles = [words(0, 25) * 2] * 80
    assert calls.find_repeats(articles) == [[(0, 25, 25, 50, 25)]] * 80
