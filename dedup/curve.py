"""Settings into the detection curve: which share of pairs, by how alike they are, would be compared at all.

What is never compared is never found; what is compared is told by its measured overlap. The shares are of
two articles by themselves: among many copies of one story, groups and caps narrow the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.kernels.sketch import _TOKENS_PER_WINDOW
from dedup.pairs import among, pair_keys
from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.collapse import collapse
from dedup.stages.sketch import sketch
from dedup.texts import Texts

PAIRS = 2_000  # a share counted of so many has a standard error of 1.1 points at most
WORDS = 300
_JACCARDS = tuple(tenth / 10 for tenth in range(1, 11))
_EDITS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
_SHORT = (150, 100, 50, 20)
_SEED = 1
_VOCABULARY = 10**9  # so large that hardly a word comes twice by chance

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class BandPoint:
    """Pairs of one Jaccard of their shingle sets."""

    jaccard: float
    band_key: float
    """Share with a band key in common."""
    compared: float
    """Share with a band key in common and signatures alike enough to be compared for it."""


@dataclass(frozen=True, kw_only=True)
class CertainRun:
    """A run of equal words, outside boilerplate, that for certain gives two articles a common fingerprint."""

    article_words: int | None
    """Most words of either article; absent for articles of any length."""
    run: int


@dataclass(frozen=True, kw_only=True)
class EditPoint:
    """Pairs of an article and a copy of it in which a share of the words is replaced."""

    edited: float
    """Chance of each word to be replaced by another, independently."""
    jaccard: float
    """Jaccard of the shingle sets that is to be expected."""
    by_band: float
    """Share compared for a band key."""
    by_fingerprint: float
    """Share compared for fingerprints."""
    by_either: float
    """Share compared for the one or the other."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What the settings find."""

    bands: tuple[BandPoint, ...]
    certain: tuple[CertainRun, ...]
    """For articles of any length, then for ever shorter ones."""
    edits: tuple[EditPoint, ...]
    words: int
    """Words of the articles behind `edits`."""
    pairs: int
    """Pairs made for each point of `edits`."""

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def detection_curve(settings: Settings) -> Curve:
    """The detection curve of some settings.

    `bands` is computed: at Jaccard s each row of two signatures is equal with probability s, so a band of r
    rows is with s^r, and one of b bands with 1 - (1 - s^r)^b (Leskovec, Rajaraman, Ullman, Mining of Massive
    Datasets, chapter 3). `certain` follows from winnowing (Schleimer, Wilkerson, Aiken 2003). `edits` is
    simulated, seeded: articles of random words, and copies with random words replaced, are sketched and meet
    as those of a feed do.
    """
    return Curve(
        bands=tuple(_at_jaccard(jaccard, settings) for jaccard in _JACCARDS),
        certain=tuple(_certain(settings)),
        edits=tuple(_simulated(settings)),
        words=WORDS,
        pairs=PAIRS,
    )


def _at_jaccard(jaccard: float, settings: Settings) -> BandPoint:
    """By the distribution of the number of equal rows: of all pairs, and of those without a band key."""
    rows, bands = settings.permutations // settings.bands, settings.bands
    in_band = _power(np.array([1 - jaccard, jaccard]), rows)
    no_key = np.append(in_band[:-1], 0.0)
    alike = np.arange(settings.permutations + 1) >= candidates.LEAST_ALIKE * settings.permutations
    compared = float((_power(in_band, bands) - _power(no_key, bands))[alike].sum())
    return BandPoint(
        jaccard=jaccard, band_key=1 - (1 - jaccard**rows) ** bands, compared=min(1.0, max(0.0, compared))
    )


def _power(distribution: NDArray[np.float64], times: int) -> NDArray[np.float64]:
    """The distribution of a sum of so many."""
    total = np.ones(1)
    for _ in range(times):
        total = np.convolve(total, distribution)
    return total


def _certain(settings: Settings) -> Iterator[CertainRun]:
    """The k-grams of a run fill one window of the wider kind, that of the longer article."""
    yield CertainRun(article_words=None, run=settings.kgram + settings.window - 1)
    for words in _SHORT:
        window = max(1, words // _TOKENS_PER_WINDOW)
        if window < settings.window:
            yield CertainRun(article_words=words, run=settings.kgram + window - 1)


def _simulated(settings: Settings) -> Iterator[EditPoint]:
    rng = np.random.default_rng(_SEED)
    articles, fresh = rng.integers(_VOCABULARY, size=(2, PAIRS, WORDS))
    chances = rng.random((PAIRS, WORDS))
    for edited in _EDITS:
        copies = np.where(chances < edited, fresh, articles)
        by_band, by_fingerprint = _met(np.concatenate([articles, copies]), settings)
        kept = (1 - edited) ** settings.shingle
        yield EditPoint(
            edited=edited,
            jaccard=kept / (2 - kept),
            by_band=float(by_band.mean()),
            by_fingerprint=float(by_fingerprint.mean()),
            by_either=float((by_band | by_fingerprint).mean()),
        )


def _met(words: NDArray[np.int64], settings: Settings) -> tuple[Flags, Flags]:
    """Which articles of the first half meet their copies in the second: by band, by fingerprint."""
    texts = [" ".join(map(str, article)) for article in words.tolist()]
    blocks = Texts(pa.chunked_array([pa.array(texts, pa.large_string())])).blocks()
    nodes = collapse(sketch(blocks, settings))
    a, b = nodes.of_article.reshape(2, -1)
    a, b = np.minimum(a, b), np.maximum(a, b)
    groups, everyone = np.arange(len(nodes), dtype=np.int32), np.ones(len(nodes), bool)
    bands = candidates.band_lists(nodes, settings)
    by_band, _ = candidates.share_band(nodes, bands, groups, everyone)
    by_fingerprint, _ = candidates.share_fingerprints(nodes, groups, everyone, settings)
    keys = pair_keys(a, b)
    met = [among(keys, np.unique(pair_keys(*links))) for links in (by_band, by_fingerprint)]
    return (a == b) | met[0], (a == b) | met[1]
