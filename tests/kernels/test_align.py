"""Two articles into passages and figures: against the twin, and what must hold whatever the twin says."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests import reference
from tests.kernels import calls
from tests.kernels.made import Tokens, in_step, maybe_flags, pairs

Pair = tuple[Tokens, Tokens]
Flags = list[bool]

WORD = [1] * 300
ABAB = [1, 2] * 150


def compared(
    a: Tokens, b: Tokens, inside: tuple[Flags, Flags] | None = None, gap: int = 16
) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    return calls.compare([(a, b)], [inside] if inside else None, sizes=(3, 6, gap))[0]


@given(
    pairs(), st.sampled_from([2, 4, 6]), st.sampled_from([0, 3, 16, 64]), st.sampled_from([1, 3]), st.data()
)
@settings(max_examples=2 * calls.EXAMPLES)
def test_figures_and_passages_are_the_twins(
    pair: Pair, kgram: int, gap: int, shingle: int, data: st.DataObject
) -> None:
    a, b = data.draw(maybe_flags(*pair), label="inside")
    assume((pair[0], a) != (pair[1], b))
    found = calls.compare([pair], [(a, b)], sizes=(shingle, kgram, gap))[0]
    assert found == tuple(reference.compare(*pair, (a, b), shingle=shingle, kgram=kgram, gap=gap))


@given(st.lists(pairs(), min_size=2, max_size=4), st.data())
@settings(max_examples=50)
def test_pairs_of_one_article_after_another_are_the_twins(some: list[Pair], data: st.DataObject) -> None:
    a = some[0][0]
    chained = [(a, b) for _, b in some] + some[1:]
    marked = data.draw(maybe_flags(a, *(article for pair in chained for article in pair)), label="inside")
    own, rest = marked[0], marked[1:]
    inside = [
        (own if left is a else x, y) for (left, _), x, y in zip(chained, rest[::2], rest[1::2], strict=True)
    ]
    wanted = [tuple(reference.compare(*pair, both)) for pair, both in zip(chained, inside, strict=True)]
    assert calls.compare(chained, inside) == wanted


def test_a_pair_is_told_alike_whatever_is_compared_beside_it() -> None:
    a = [int(c) for c in "10001001010110000101100111101100001110010"]
    b = [int(c) for c in "100001010010111011100111011111000110010"]
    beside = (list(range(1000)), [5000])
    assert calls.compare([(a, b), beside])[0] == calls.compare([(a, b)])[0]


@given(pairs(), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_passages_lie_within_both_articles_and_begin_and_end_in_equal_tokens(
    pair: Pair, data: st.DataObject
) -> None:
    a, b = pair
    inside = tuple(data.draw(maybe_flags(a, b), label="inside"))
    figures, passages = compared(a, b, (inside[0], inside[1]))
    for a_start, a_end, b_start, b_end, equal in passages:
        assert 0 <= a_start < a_end <= len(a)
        assert 0 <= b_start < b_end <= len(b)
        assert (a[a_start], a[a_end - 1]) == (b[b_start], b[b_end - 1])
        assert 6 <= equal <= min(a_end - a_start, b_end - b_start)
    assert max((passage[4] for passage in passages), default=0) == figures[3]
    assert figures[2] == len(passages)
    assert figures[0] <= figures[6] <= min(len(a), sum(passage[4] for passage in passages))
    assert figures[1] <= figures[7] <= min(len(b), sum(passage[4] for passage in passages))


@given(in_step(), st.sampled_from([0, 4, 16]), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_figures_do_not_change_when_sides_are_swapped(pair: Pair, gap: int, data: st.DataObject) -> None:
    a, b = pair
    assume(a != b)
    known = data.draw(maybe_flags(list(range(max([*a, *b]) + 1))), label="boilerplate by token")[0]
    inside = [known[token] for token in a], [known[token] for token in b]
    figures, passages = compared(a, b, inside, gap)
    swapped, turned = compared(b, a, inside[::-1], gap)
    assert (swapped[1], swapped[0], *swapped[2:6], swapped[7], swapped[6]) == figures
    assert sorted((*row[2:4], *row[:2], row[4]) for row in turned) == sorted(passages)


@given(st.integers(0, 30), st.integers(6, 60), st.integers(0, 30))
@settings(max_examples=calls.EXAMPLES)
def test_an_article_inside_another_is_wholly_contained(before: int, size: int, after: int) -> None:
    a = list(range(size))
    b = list(range(1000, 1000 + before)) + a + list(range(2000, 2000 + after))
    if before + after:
        assert compared(a, b)[0][:2] == (size, size)
        assert compared(b, a)[0][:2] == (size, size)


def test_an_article_inside_another_is_wholly_contained_though_its_first_words_stand_in_it_twice() -> None:
    opening, rest = [1, 2, 3, 4, 5, 6], list(range(10, 20))
    a = [*opening, 7, *rest, 8, *opening]
    b = [8, *a]
    assert compared(a, b)[0][:2] == (len(a), len(a))


@given(st.integers(6, 60))
@settings(max_examples=calls.EXAMPLES)
def test_an_article_pasted_twice_lies_wholly_in_its_copy(size: int) -> None:
    a = list(range(size))
    assert compared(a + a, a)[0][:2] == (2 * size, size)
    assert compared(a, a + a)[0][:2] == (size, 2 * size)


@given(pairs())
@settings(max_examples=calls.EXAMPLES)
def test_articles_without_a_common_word_have_nothing_in_common(pair: Pair) -> None:
    a, b = pair[0], [token + 1000 for token in pair[1]]
    assume(a or b)
    figures, passages = compared(a, b)
    assert (*figures[:5], *figures[6:]) == (0,) * 7
    assert passages == []


@pytest.mark.parametrize(("a", "b"), [([], []), ([1], []), ([1, 2, 3], [1, 2]), ([1] * 5, [1] * 4)])
def test_articles_too_short_for_an_anchor_have_no_passages(a: Tokens, b: Tokens) -> None:
    assert compared(a, [*b, 9])[0][:4] == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (WORD, WORD[:-50]),
        (ABAB, ABAB[:-51]),
        (WORD, ABAB),
        ([1, 2, 3] * 100, [1, 2, 3] * 70),
        (WORD, [2, *WORD]),
    ],
    ids=["word", "a b", "word and a b", "a b c", "word after another"],
)
def test_few_words_over_and_over_give_few_passages(a: Tokens, b: Tokens) -> None:
    figures, passages = compared(a, b)
    assert len(passages) <= 3
    assert figures[0] <= len(a)
    assert figures[1] <= len(b)


def test_blocks_in_another_order_are_a_passage_each() -> None:
    blocks = [list(range(100 * i, 100 * i + 30)) for i in range(60)]
    a = [token for block in blocks for token in block]
    b = [token for block in blocks[::-1] for token in block]
    figures, passages = compared(a, b)
    assert sorted(passages) == [
        (30 * i, 30 * i + 30, 30 * (59 - i), 30 * (59 - i) + 30, 30) for i in range(60)
    ]
    assert figures[:4] == (1800, 1800, 60, 30)


def test_words_changed_inside_a_passage_do_not_end_it() -> None:
    a = list(range(70))
    b = [token if token % 10 else 500 + token for token in a]
    assert compared(a, b) == ((63, 63, 1, 63, 49, 87, 63, 63), [(1, 70, 1, 70, 63)])


def test_shingles_of_pairs_that_share_little_are_counted_only_where_signatures_are_alike() -> None:
    a = list(range(100))
    b = list(range(10)) + list(range(1000, 1090))
    rows = [
        calls.compare([(a, b)], least_share=share, alike=alike)[0][0][4:6]
        for share, alike in ((0.5, False), (0.5, True), (0.1, False))
    ]
    assert rows == [(0, 196), (8, 188), (8, 188)]


def test_passages_of_a_pair_below_the_least_share_are_left_out_but_not_its_figures() -> None:
    a = list(range(100))
    b = list(range(10)) + list(range(1000, 1090))
    (figures, passages), (same, none) = (
        calls.compare([(a, b)], least_share=share)[0] for share in (0.1, 0.11)
    )
    assert figures == same
    assert (len(passages), none) == (1, [])
