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


@st.composite
def framed(draw: st.DrawFn) -> Tokens:
    """An article of lines of one frame, with other words in its slots and between the lines."""
    frame = words(0, draw(st.sampled_from([8, 14, 22, 30, 45])))
    slots = draw(st.sets(st.integers(0, len(frame) - 1), max_size=6))
    article = words(100, draw(st.sampled_from([0, 5, 70])))
    for _ in range(draw(st.integers(2, 7))):
        others = draw(st.lists(st.integers(200, 230), min_size=len(frame), max_size=len(frame)))
        article += [others[at] if at in slots else token for at, token in enumerate(frame)]
        article += draw(st.lists(st.integers(300, 900), max_size=draw(st.sampled_from([0, 3, 30]))))
    return article


@given(pasted() | framed(), st.sampled_from([4, 6]), st.sampled_from([0, 16]), st.sampled_from([8, 20]))
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
@settings(max_examples=50)
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


def lines(times: int, frame: Tokens, slots: int, between: int) -> Tokens:
    """A frame some times, each time with `slots` other words in it and `between` words behind it."""
    half = len(frame) // 2
    return [
        token
        for line in range(times)
        for token in (
            *frame[:half],
            *words(10_000 + 1000 * line, slots),
            *frame[half:],
            *words(10_500 + 1000 * line, between),
        )
    ]


@pytest.mark.parametrize("head", [0, 80])
@pytest.mark.parametrize(
    ("times", "size", "slots", "between"),
    [(4, 24, 0, 30), (9, 24, 0, 150), (5, 24, 3, 0), (30, 38, 3, 5), (12, 34, 0, 9), (60, 16, 2, 0)],
    ids=["refrain", "sign-off", "list", "long list", "list with one tail", "table"],
)
def test_lines_of_one_frame_are_a_rhythm(head: int, times: int, size: int, slots: int, between: int) -> None:
    assert repeated(words(500, head) + lines(times, words(0, size), slots, between)) == []


@pytest.mark.parametrize("head", [0, 80])
@pytest.mark.parametrize(
    ("times", "size", "between"),
    [(2, 24, 30), (3, 24, 120), (9, 24, 1), (9, 45, 60), (9, 24, 400)],
    ids=["twice", "in three letters", "a caption with a number", "a long text", "far apart"],
)
def test_the_same_words_again_are_no_rhythm(head: int, times: int, size: int, between: int) -> None:
    found = repeated(words(500, head) + lines(times, words(0, size), 0, between))
    assert [block[4] for block in found] == [size] * (times - 1)


@pytest.mark.parametrize(("head", "is_told"), [(10, True), (80, False)])
def test_facts_changed_in_two_neighbours_are_a_list_unless_at_the_head(head: int, is_told: bool) -> None:
    assert bool(repeated(words(500, head) + lines(2, words(0, 30), 3, 2))) == is_told


def test_words_added_in_the_second_of_two_neighbours_leave_a_repeat() -> None:
    block = words(0, 40)
    ((*_, equal),) = repeated([*words(500, 80), *block, *block[:15], 900, 901, 902, *block[15:]])
    assert equal == 40


@pytest.mark.parametrize("changed", [[4], [35], [4, 9, 35]], ids=["head", "tail", "both"])
def test_a_block_takes_in_short_runs_at_its_ends(changed: list[int]) -> None:
    block = words(0, 40)
    other = [900 if at in changed else token for at, token in enumerate(block)]
    assert repeated([*block, *words(500, 90), *other]) == [(0, 40, 130, 170, 40 - len(changed))]


def test_a_block_is_whole_though_its_first_words_stood_elsewhere_before() -> None:
    phrase, block = words(0, 9), words(0, 40)
    article = [*phrase, *words(500, 50), *block, *words(600, 50), *block]
    assert repeated(article) == [(59, 99, 149, 189, 40)]


def test_a_block_ends_where_the_next_one_begins() -> None:
    first, second = words(0, 30), words(100, 30)
    article = [*first, *words(500, 9), *second, *words(600, 80), *second, *first]
    assert [block[2:4] for block in repeated(article)] == [(149, 179), (179, 209)]


def test_more_blocks_than_were_foreseen_are_all_told() -> None:
    articles = [words(0, 25) * 2] * 80
    assert calls.find_repeats(articles) == [[(0, 25, 25, 50, 25)]] * 80
