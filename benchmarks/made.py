"""Runs dedup over made feeds, whose truth is known, and scores its clusters."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import generate, scoring
from benchmarks.labelled import Figure, Score, share, told_in


def made_feeds(stories: int, seeds: Sequence[int]) -> Score:
    """Of each figure, the worst of the seeds."""
    of_seeds = [one_feed(f"made_{stories}", stories, seed) for seed in seeds]
    worst = [min(same, key=lambda figure: figure.value) for same in zip(*of_seeds, strict=True)]
    told = f"; worst of {len(seeds)} seeds"
    return Score([Figure(figure.name, figure.value, figure.detail + told) for figure in worst])


def one_feed(name: str, stories: int, seed: int) -> list[Figure]:
    """Recall of each kind of copy, and how the clusters agree with the stories."""
    from dedup import find_duplicates

    with tempfile.TemporaryDirectory() as folder:
        feed, truth = Path(folder, "feed.jsonl"), Path(folder, "truth.csv")
        generate.write(stories, seed, feed, truth)
        found = find_duplicates(feed)
        cluster_of = told_in(found).cluster_of
        with truth.open(encoding="utf-8", newline="") as source:
            records = [(row["id"], int(row["story"]), row["kind"]) for row in csv.DictReader(source)]
    agreed = scoring.agreement(
        scoring.codes(story for _, story, _ in records),
        scoring.codes(scoring.group(cluster_of, article) for article, _, _ in records),
    )
    articles = f"seed {seed}, {len(records):,} articles"
    return [
        *(
            share(f"{name}/recall/{kind}", *counts)
            for kind, counts in scoring.recall_by_kind(records, cluster_of).items()
        ),
        Figure(f"{name}/pair precision", agreed.precision, articles),
        Figure(f"{name}/pair recall", agreed.recall, articles),
        Figure(f"{name}/adjusted Rand index", agreed.adjusted_rand, articles),
        *_boilerplate(name, found.tables["boilerplate"]["text"].to_pylist(), seed),
    ]


def _boilerplate(name: str, texts: Sequence[str], seed: int) -> list[Figure]:
    """How many footers are told as boilerplate, and how much of what is told is a footer."""
    footers = [footer.text.strip() for footer in generate.Feed(seed).footers]
    whole = [
        footer
        for footer in footers
        if any(text.strip() in footer + "." and len(text) > 0.9 * len(footer) for text in texts)
    ]
    of_footers = [text for text in texts if any(text.strip(" .") in footer for footer in footers)]
    return [
        share(f"{name}/footers told", len(whole), len(footers)),
        share(f"{name}/boilerplate that is footer", len(of_footers), len(texts)),
    ]
