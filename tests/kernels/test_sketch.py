"""Shingles, signatures and fingerprints against their twins, and what winnowing promises."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup.kernels import sketch
from tests import reference
from tests.kernels import calls
from tests.kernels.made import tokens

GUARANTEED = 17  # kgram + window - 1

HASHES = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 5), max_size=60)


@given(tokens() | st.lists(st.integers(0, 2**32 - 1), max_size=20), st.integers(1, 8))
@settings(max_examples=calls.EXAMPLES)
def test_rolling_hashes_are_the_hashes_of_every_run(of: list[int], size: int) -> None:
    assert calls.shingles(of, size) == reference.shingle_hashes(of, size)
    assert calls.kgrams(of, size) == reference.kgram_hashes(of, size)


@given(HASHES, st.integers(1, 14))
@settings(max_examples=calls.EXAMPLES)
def test_winnowing_keeps_the_least_hash_of_every_window(hashes: list[int], window: int) -> None:
    assert calls.winnow(hashes, window) == sorted(reference.winnow(hashes, window))


@pytest.mark.parametrize("size", [0, 1, 2, 11, 12, 13, 24])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_winnowing_of_runs_that_rise_fall_or_stay_is_right_at_every_size(size: int, step: int) -> None:
    hashes = [1000 + step * i for i in range(size)]
    assert calls.winnow(hashes, 12) == sorted(reference.winnow(hashes, 12))


@given(HASHES)
@settings(max_examples=calls.EXAMPLES)
def test_sorting_leaves_each_value_once(values: list[int]) -> None:
    array = calls.u32(values * 3)
    assert array[: sketch.sort_distinct(array, array.size)].tolist() == sorted(set(values))


def article(rng: Random, size: int) -> str:
    return " ".join(f"{rng.choice('abcdefgh')}{rng.randrange(60)}" for _ in range(size))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    rng = Random(1)
    sizes = [0, 1, 2, 3, 5, 6, 7, 16, 17, 18, 31, 32, 40, 191, 192, 250]
    return [article(rng, size) for size in sizes] + ["漢字" * 40, "e\u0301 ’ ... ", "w " * 90]


def test_a_sketch_is_what_its_twins_give(texts: list[str]) -> None:
    for text, found in zip(texts, calls.sketch_texts(texts), strict=True):
        folds = [token.fold for token in reference.tokenise(text)]
        hashes = [reference.token_hash(fold) for fold in folds]
        assert found["tokens"] == hashes
        assert found["prints"] == sorted(reference.fingerprints(hashes))
        assert found["signature"] == reference.minhash(folds, dedup.shingle_hash)


def test_known_tokens_give_the_sketch_of_their_texts(texts: list[str]) -> None:
    wanted = calls.sketch_texts(texts)
    assert calls.sketch_tokens([sketch["tokens"] for sketch in wanted]) == wanted


def test_a_block_gives_every_article_the_sketch_it_has_alone(texts: list[str]) -> None:
    together = calls.sketch_texts(texts)
    assert together == [calls.sketch_texts([text])[0] for text in texts]
    assert together[::-1] == calls.sketch_texts(texts[::-1])


def test_a_block_of_many_short_articles_has_room_for_all_their_fingerprints() -> None:
    rng = Random(2)
    texts = [" ".join(rng.choice("abcdefghijklmnop") for _ in range(30)) for _ in range(20)]
    for text, found in zip(texts, calls.sketch_texts(texts), strict=True):
        hashes = [reference.token_hash(letter) for letter in text.split()]
        assert found["prints"] == sorted(reference.fingerprints(hashes))


def test_content_hashes_differ_where_tokens_or_their_order_differ() -> None:
    texts = ["a b c", "a c b", "a b", "a b c d", "A b, c!", "ab c", ""]
    hashes = [found["hash"] for found in calls.sketch_texts(texts)]
    assert hashes[0] == hashes[4]
    assert len(set(hashes)) == len(texts) - 1


@given(st.data())
@settings(max_examples=calls.EXAMPLES)
def test_a_verbatim_run_of_17_tokens_shares_a_fingerprint(data: st.DataObject) -> None:
    rng = Random(data.draw(st.integers(0, 10**6)))
    kinds = data.draw(st.sampled_from([2, 5, 1000]))
    run = [rng.randrange(kinds) for _ in range(GUARANTEED)]
    sizes = data.draw(st.tuples(*4 * [st.sampled_from([0, 1, 14, 20, 90, 200])]))
    own = [[rng.randrange(kinds) for _ in range(size)] for size in sizes]
    a, b = own[0] + run + own[1], own[2] + run + own[3]
    prints = [set(printed(tokens)) for tokens in (a, b)]
    assert prints[0] & prints[1]


def printed(tokens: list[int]) -> list[int]:
    """The fingerprints of an article whose words are numbers, by the kernel."""
    found: list[int] = calls.sketch_texts([" ".join(f"x{token}" for token in tokens)])[0]["prints"]
    return found


def test_the_signature_of_nothing_is_the_highest_everywhere() -> None:
    assert set(calls.sketch_texts(["two words"])[0]["signature"]) == {np.iinfo(np.uint32).max}
