"""A result, or its folder, and a truth into an `Evaluation`."""

from __future__ import annotations

import os
from typing import Any

from dedup.duplicates import Duplicates
from dedup.errors import TruthError
from dedup.evaluation import Evaluation
from dedup.judging.found import COLUMNS, found_in
from dedup.judging.scores import score_labels, score_stories
from dedup.judging.truth import Labels, read_truth
from dedup.report.reading import read_result

MOST = 20


def evaluate(found: Duplicates | str | os.PathLike[str], truth: Any, *, most: int = MOST) -> Evaluation:
    """Compare the clusters of a result, or of its folder, with a truth.

    `truth` is a path to a CSV file, or a frame, of labelled pairs (`a_id`, `b_id` and `label`, `relation` or
    `kind`; without one of these all pairs belong together) or of the story of each article (`id` or
    `article_id`, and `cluster`, `cluster_id` or `story`, empty for an article that has none of its like).
    Labels are the names of the relations, or words such as `same` and `different`. Up to `most` pairs missed,
    and as many false alarms, are listed.

    Raises `TruthError` for a truth that cannot be used, `OutputError` for a folder that holds no result.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        raise ValueError(f"most must be a whole number from 0 up, got {most!r}")
    if not isinstance(found, Duplicates | str | os.PathLike):
        raise TypeError(f"found must be a result or the path of its folder, got {type(found).__name__}")
    wanted = read_truth(truth)
    tables = found.tables if isinstance(found, Duplicates) else read_result(found, COLUMNS)
    known = found_in(tables, wanted.ids)
    if tables["articles"].num_rows and known.unknown == len(known.ids):
        raise _no_match(wanted.name, known.ids[0], tables["articles"]["article_id"][0].as_py())
    if isinstance(wanted, Labels):
        return score_labels(wanted, known, most)
    return score_stories(wanted, known, most)


def _no_match(name: str, wanted: str, known: str) -> TruthError:
    return TruthError(
        f"{name}: no article it names is in a cluster, a pair or a repeat of the result; it has ids such as "
        f"{wanted!r}, the result {known!r}; use the ids of the feed"
    )
