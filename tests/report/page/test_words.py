from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.page.words import differences, has_words, words


def said(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("a", "b", "only_a", "only_b"),
    [
        ("on Monday at six", "on Tuesday at six", ["Monday"], ["Tuesday"]),
        ("all the same words", "ALL the same, words!", [], []),
        ("Café noir", "cafe noir", [], []),
        ("don't go", "dont go", [], []),
        ("one two three", "one three", ["two"], []),
        ("one three", "one two three", [], ["two"]),
        ("begins here", "begins here and goes on", [], ["and goes on"]),
        ("渡轮停运", "渡轮重启", ["停运"], ["重启"]),
        ("", "words", [], ["words"]),
    ],
)
def test_the_words_that_differ_are_found(a: str, b: str, only_a: list[str], only_b: list[str]) -> None:
    in_a, in_b = differences(a, b)
    assert (said(a, in_a), said(b, in_b)) == (only_a, only_b)


def test_words_agree_again_behind_a_gap() -> None:
    a = "the ship left at dawn with nine sailors aboard and sank"
    b = "the ship left late with nine sailors aboard and sank"
    assert said(a, differences(a, b)[0]) == ["at dawn"]


def test_texts_of_one_word_over_and_over_take_no_time() -> None:
    a, b = "ha " * 200_000, "ha " * 199_999 + "ho"
    assert [len(spans) for spans in differences(a, b)] == [1, 1]


@given(st.lists(st.sampled_from("abcd"), max_size=60), st.lists(st.sampled_from("abcd"), max_size=60))
def test_what_does_not_differ_is_the_same_on_both_sides(a: list[str], b: list[str]) -> None:
    texts = " ".join(a), " ".join(b)
    left = []
    for text, spans in zip(texts, differences(*texts), strict=True):
        kept = "".join(c for i, c in enumerate(text) if not any(s <= i < e for s, e in spans))
        left.append(kept.split())
    assert left[0] == left[1]


@pytest.mark.parametrize(
    ("text", "number"), [("", 0), ("–, !", 0), ("two words", 2), ("渡轮", 2), ("U.S. don't", 2)]
)
def test_words_are_counted_as_the_search_counts_them(text: str, number: int) -> None:
    assert words(text) == number
    assert has_words(text) == (number > 0)
