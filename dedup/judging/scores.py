"""A truth, and what was found of its articles, into an `Evaluation`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray

from dedup.evaluation import Evaluation, LabelScore, Wrong
from dedup.judging.agreement import agreement, b_cubed, codes, pair_counts
from dedup.judging.found import Found, Places
from dedup.judging.told import Told
from dedup.judging.truth import KNOWN, RELATIONS, Labels, Stories, belongs_together

Flags = NDArray[np.bool_]


def score_labels(truth: Labels, found: Found, most: int) -> Evaluation:
    """Score a result on labelled pairs, listing up to `most` of those missed and of the false alarms."""
    place_of = {article: place for place, article in enumerate(found.ids)}
    a, b = (np.array([place_of[articles[side]] for articles in truth.label_of], np.int64) for side in (0, 1))
    labels = np.array(list(truth.label_of.values()), object)
    together = np.array([belongs_together(label) for label in labels], bool)
    joined = found.joins(a, b)
    missed, false = (together & ~joined), (joined & ~together)
    return Evaluation(
        truth="pairs",
        ids=len(found.ids),
        ids_unknown=found.unknown,
        ids_split=found.split,
        together=int(together.sum()),
        apart=int((~together).sum()),
        joined=int(joined.sum()),
        joined_rightly=int((together & joined).sum()),
        adjusted_rand=None,
        b_cubed_precision=None,
        b_cubed_recall=None,
        labels=_by_label(truth, found, found.of(a, b).relation, joined),
        missed=_worst(found, a[missed], b[missed], most, labels=labels[missed]),
        false_alarms=_worst(found, a[false], b[false], most, labels=labels[false], rising=True),
    )


def score_stories(truth: Stories, found: Found, most: int) -> Evaluation:
    """Score a result on the story of each article, listing up to `most` pairs missed and of false alarms."""
    stories = (truth.story_of[article] for article in found.ids)
    # A story of its own has a name that no cell of the truth can equal.
    true = codes(story or (article,) for article, story in zip(found.ids, stories, strict=True))
    pairs, cubed = pair_counts(true, found.groups), b_cubed(true, found.groups)
    joined, same = found.joins(found.a, found.b), true[found.a] == true[found.b]
    return Evaluation(
        truth="clusters",
        ids=len(found.ids),
        ids_unknown=found.unknown,
        ids_split=found.split,
        together=pairs.in_true,
        apart=pairs.every - pairs.in_true,
        joined=pairs.in_found,
        joined_rightly=pairs.in_both,
        adjusted_rand=agreement(true, found.groups).adjusted_rand,
        b_cubed_precision=cubed.precision,
        b_cubed_recall=cubed.recall,
        labels={},
        missed=_worst(found, *_filled(found, same & ~joined, true, found.groups, most), most),
        false_alarms=_worst(
            found, *_filled(found, joined & ~same, found.groups, true, most), most, rising=True
        ),
    )


def _by_label(
    truth: Labels, found: Found, relations: NDArray[np.object_], joined: Flags
) -> dict[str, LabelScore]:
    """The score of each label, relations first."""
    pairs, labels = list(truth.label_of), np.array(list(truth.label_of.values()), object)
    listed = frozenset(pair for pair, relation in zip(pairs, relations, strict=True) if relation)
    told = Told(listed, found.cluster_of, found.counted)
    scores = {}
    for label in KNOWN:
        own = np.flatnonzero(labels == label)
        if own.size:
            scores[label] = LabelScore(
                pairs=own.size,
                same=int((relations[own] == label).sum()) if label in RELATIONS else None,
                joined=int(joined[own].sum()),
                told=sum(told.tells(pairs[i]) for i in own.tolist()),
            )
    return scores


def _worst(
    found: Found,
    a: Places,
    b: Places,
    most: int,
    *,
    labels: NDArray[np.object_] | None = None,
    rising: bool = False,
) -> tuple[Wrong, ...]:
    """The first `most` of these pairs by falling or rising overlap, then by ids; those without one last."""
    facts = found.of(a, b)
    order = np.lexsort((b, a, facts.overlap if rising else -facts.overlap))[:most]  # NaN is last either way
    return tuple(
        Wrong(
            a_id=found.ids[a[i]],
            b_id=found.ids[b[i]],
            label=None if labels is None else labels[i],
            relation=facts.relation[i],
            **dict(zip(("jaccard", "a_in_b", "b_in_a"), _known(facts.figures[i]), strict=True)),
        )
        for i in order.tolist()
    )


def _known(figures: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(figure) else figure for figure in figures.tolist()]


def _filled(found: Found, which: Flags, outer: Places, inner: Places, most: int) -> tuple[Places, Places]:
    """The listed pairs `which`; where they are under `most`, with others of one outer group but no inner one.

    No more than needed: there may be billions.
    """
    a, b = found.a[which], found.b[which]
    listed = set(zip(a.tolist(), b.tolist(), strict=True)) if a.size < most else set()
    others = (pair for pair in _split_pairs(outer, inner) if pair not in listed)
    more = np.array(list(islice(others, max(0, most - a.size))), np.int64).reshape(-1, 2)
    return np.concatenate([a, more[:, 0]]), np.concatenate([b, more[:, 1]])


def _split_pairs(outer: Places, inner: Places) -> Iterator[tuple[int, int]]:
    """Pairs of places of one outer group and two inner ones, both numbered in order of appearance."""
    width = int(inner.max(initial=0)) + 1
    cells_of = np.bincount(np.unique(outer * width + inner) // width)
    order = np.argsort(outer, kind="stable")
    ends = np.cumsum(np.bincount(outer))
    for group in np.flatnonzero(cells_of > 1).tolist():
        members = order[ends[group - 1] if group else 0 : ends[group]]
        cells: dict[int, list[int]] = {}
        for place, cell in zip(members.tolist(), inner[members].tolist(), strict=True):
            cells.setdefault(cell, []).append(place)
        for one, other in combinations(cells.values(), 2):
            yield from ((min(pair), max(pair)) for pair in product(one, other))
