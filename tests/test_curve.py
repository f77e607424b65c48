"""The detection curve: its sums done another way, and held against articles that are sketched and meet."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from math import prod, sqrt

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from dedup.curve import PAIRS, Curve, detection_curve
from dedup.kernels.meeting import common_counts
from dedup.pairs import among, pair_keys
from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.collapse import collapse
from dedup.stages.sketch import sketch
from dedup.texts import Texts

DEVIATIONS = 4.5  # a sound figure is further off once in 150,000 times
Words = NDArray[np.int64]


@pytest.fixture
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is not simulated: the edits are told of a few pairs only."""
    monkeypatch.setattr("dedup.curve.PAIRS", 10)


@cache
def curve() -> Curve:
    return detection_curve(Settings())


def texts_of(words: Words) -> Texts:
    """One text per row of numbers."""
    texts = [" ".join(map(str, row)) for row in words.tolist()]
    return Texts(pa.chunked_array([pa.array(texts, pa.large_string())]))


def drawn(seed: int, *shape: int) -> Words:
    """Words of which hardly two are the same."""
    return np.random.default_rng(seed).integers(10**9, size=shape)


def error(share: float, pairs: int, others: int = 10**9) -> float:
    """How far two counted shares may lie from each other by chance, each of so many pairs."""
    return DEVIATIONS * sqrt(share * (1 - share) * (1 / pairs + 1 / others)) + 1e-9


def test_the_share_of_band_keys_is_that_of_the_book() -> None:
    for point in curve().bands:
        assert point.band_key == pytest.approx(1 - (1 - point.jaccard**4) ** 32)


@pytest.mark.usefixtures("few_pairs")
def test_with_one_band_all_rows_must_be_equal() -> None:
    few = {point.jaccard: point.band_key for point in detection_curve(Settings(bands=1)).bands}
    assert few[0.9] == pytest.approx(0.9**128)
    assert few[1.0] == 1.0


@pytest.mark.usefixtures("few_pairs")
@pytest.mark.parametrize("bands", [1, 2, 3, 6])
def test_the_share_compared_is_that_of_all_signatures_written_out(bands: int) -> None:
    for point in detection_curve(Settings(permutations=6, bands=bands)).bands:
        compared = 0.0
        for equal in product([False, True], repeat=6):
            has_key = np.array(equal).reshape(bands, -1).all(axis=1).any()
            if has_key and sum(equal) >= candidates.LEAST_ALIKE * 6:
                compared += prod(point.jaccard if row else 1 - point.jaccard for row in equal)
        assert point.compared == pytest.approx(compared)


@pytest.mark.parametrize("in_common", [40, 50, 60, 66, 75])
def test_articles_of_a_known_jaccard_share_band_keys_as_told(in_common: int) -> None:
    pairs, shingles = 2_000, 100
    words = drawn(in_common, 2, pairs, shingles + 2)
    words[1, :, : in_common + 2] = words[0, :, : in_common + 2]
    jaccard = in_common / (2 * shingles - in_common)
    told = 1 - (1 - jaccard**4) ** 32
    signatures = sketch(texts_of(words.reshape(2 * pairs, -1)).blocks(), Settings()).signatures
    equal = (signatures[:pairs] == signatures[pairs:]).reshape(pairs, 32, 4)
    assert equal.mean() == pytest.approx(jaccard, abs=error(jaccard, 128 * pairs))
    assert equal.all(axis=2).any(axis=1).mean() == pytest.approx(told, abs=error(told, pairs))


def test_articles_whose_jaccard_is_a_point_of_the_curve_are_compared_as_told() -> None:
    pairs, settings = 2_000, Settings()
    for in_common, shingles, tenth in ((60, 130, 3), (80, 140, 4), (80, 120, 5), (90, 120, 6)):
        words = drawn(tenth, 2, pairs, shingles + 2)
        words[1, :, : in_common + 2] = words[0, :, : in_common + 2]
        nodes = collapse(sketch(texts_of(words.reshape(2 * pairs, -1)).blocks(), settings))
        everyone = np.ones(len(nodes), bool)
        bands = candidates.band_lists(nodes, settings)
        met, _ = candidates.share_band(nodes, bands, np.arange(len(nodes), dtype=np.int32), everyone)
        a, b = np.sort(nodes.of_article.reshape(2, -1), axis=0)
        share = among(pair_keys(a, b), np.unique(pair_keys(*met))).mean()
        point = curve().bands[tenth - 1]
        assert point.jaccard == pytest.approx(in_common / (2 * shingles - in_common))
        assert share == pytest.approx(point.compared, abs=error(point.compared, pairs))


def share_prints(first: Words, second: Words, settings: Settings) -> NDArray[np.bool_]:
    """Which articles of the first have a fingerprint of those of the second, row by row."""
    sketches = [sketch(texts_of(words).blocks(), settings) for words in (first, second)]
    prints = np.concatenate([each.prints for each in sketches])
    spans = np.concatenate([sketches[0].print_spans, sketches[1].print_spans + sketches[0].prints.size])
    rows = np.arange(len(first))
    common = np.empty(rows.size, np.int32)
    common_counts(prints, spans, rows, rows + rows.size, common)
    return common > 0


def with_run(words: Words, run: Words, seed: int) -> Words:
    """The words with the run of the same row somewhere in them."""
    words = words.copy()
    places = np.random.default_rng(seed).integers(words.shape[1] - run.shape[1] + 1, size=len(words))
    for row, place in enumerate(places.tolist()):
        words[row, place : place + run.shape[1]] = run[row]
    return words


@pytest.mark.usefixtures("few_pairs")
@pytest.mark.parametrize("settings", [Settings(), Settings(kgram=4, window=5), Settings(kgram=9, window=30)])
def test_a_run_found_for_certain_always_leaves_a_fingerprint_in_both(settings: Settings) -> None:
    told = detection_curve(settings).certain
    assert told[0].article_words is None
    assert told[0].run == settings.kgram + settings.window - 1
    for certain in told:
        longest = certain.article_words or 500
        for words in (certain.run, (certain.run + longest) // 2, longest):
            first, second = drawn(1, 500, longest), drawn(2, 500, words)
            for run, always in ((certain.run, True), (certain.run - 1, False)):
                shared = drawn(3, 500, run)
                met = share_prints(with_run(first, shared, 4), with_run(second, shared, 5), settings)
                assert met.all() or not always
        assert not met.all(), "a shorter run does as well"


def test_the_certain_runs_are_those_of_ever_shorter_articles() -> None:
    told = [(it.article_words, it.run) for it in curve().certain]
    assert told == [(None, 17), (150, 14), (100, 11), (50, 8), (20, 6)]


@pytest.mark.usefixtures("few_pairs")
def test_no_article_is_too_short_for_the_narrowest_window() -> None:
    assert [it.run for it in detection_curve(Settings(window=1)).certain] == [6]


def left_be(run: int, edited: float) -> NDArray[np.bool_]:
    """Which runs of so many words, in articles of 300 words, hold no word that an edit replaced."""
    kept = np.random.default_rng(run).random((PAIRS, 300)) >= edited
    runs = np.lib.stride_tricks.sliding_window_view(kept, run, axis=1)
    return np.asarray(runs.all(axis=2), np.bool_)


@pytest.mark.parametrize("place", range(6))
def test_edits_leave_the_band_keys_that_the_shingles_left_be_tell_of(place: int) -> None:
    point = curve().edits[place]
    equal = left_be(3, point.edited).sum(axis=1)
    jaccard = equal / (2 * 298 - equal)
    assert point.jaccard == pytest.approx(jaccard.mean(), abs=0.01)  # it is that of the mean, not the mean
    by_band = float((1 - (1 - jaccard**4) ** 32).mean())
    assert point.by_band <= by_band + error(by_band, PAIRS)
    if point.jaccard > 0.4:  # below, some that share a key are not alike enough to be compared for it
        assert point.by_band == pytest.approx(by_band, abs=error(by_band, PAIRS) + 0.005)


@pytest.mark.parametrize("place", range(6))
def test_edits_leave_as_many_fingerprints_as_the_least_of_random_numbers_do(place: int) -> None:
    point = curve().edits[place]
    equal = left_be(6, point.edited)
    own, others = np.random.default_rng(9).random((2, *equal.shape))
    least = (
        np.lib.stride_tricks.sliding_window_view(each, 12, axis=1).min(axis=2).tolist()
        for each in (own, np.where(equal, own, others))
    )
    both = [len(set(first) & set(second)) for first, second in zip(*least, strict=True)]
    one, four = (sum(number >= fewest for number in both) / PAIRS for fewest in (1, 4))
    assert point.by_fingerprint <= one + error(min(one, 0.999), PAIRS, PAIRS)
    # Four answer for 64 words: a fifth of the article, the least share told.
    assert point.by_fingerprint >= four - error(min(four, 0.999), PAIRS, PAIRS)


def test_more_edits_are_found_less_and_either_key_finds_what_one_does() -> None:
    points = curve().edits
    for one, other in pairwise(points):
        assert one.by_either >= other.by_either
        assert one.by_fingerprint >= other.by_fingerprint
    for point in points:
        assert max(point.by_band, point.by_fingerprint) <= point.by_either
        assert point.by_either <= point.by_band + point.by_fingerprint


def test_the_curve_is_the_same_each_time_with_any_number_of_threads() -> None:
    assert detection_curve(Settings(threads=3)) == curve()


def test_settings_that_find_less_are_told_so() -> None:
    coarse = detection_curve(replace(Settings(), bands=8, kgram=12, window=40))
    assert all(few.band_key <= many.band_key for few, many in zip(coarse.bands, curve().bands, strict=True))
    assert coarse.edits[-1].by_either < curve().edits[-1].by_either
