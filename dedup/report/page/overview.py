"""A result's `run.json` and counts into the top of the report: what was read, what remains, what to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.duplicates import Duplicates
from dedup.report.figures import Figures, figures
from dedup.report.page.relations import MEANINGS
from dedup.report.page.result import Result
from dedup.report.terminal import capped, count, missing, rejected

_INPUTS_SHOWN = 8


@dataclass(frozen=True)
class Relation:
    """How often a relation was found."""

    name: str
    meaning: str
    copies: int
    pairs: int


@dataclass(frozen=True)
class Overview:
    """The top of the report."""

    told: Figures
    inputs: Sequence[str]
    """The first of them."""
    inputs_not_shown: int
    as_of: str
    known: int | None
    """Of an archive's run: the articles it was held against."""
    relations: Sequence[Relation]
    notes: Sequence[str]
    settings: Sequence[tuple[str, str]]


def overview(result: Result) -> Overview:
    """Tell what the run was and found."""
    run = result.run
    counts = run.get("counts", {})
    keep = np.ones(int(counts.get("articles", 0)), np.bool_)
    told = figures(Duplicates(tables=result.tables, run=run, keep=keep, articles_in=None))
    inputs = [str(name) for name in run.get("inputs", ())]
    return Overview(
        told=told,
        inputs=inputs[:_INPUTS_SHOWN],
        inputs_not_shown=max(0, len(inputs) - _INPUTS_SHOWN),
        as_of=str(run.get("as_of") or "")[:16].replace("T", " "),
        known=counts.get("articles_known"),
        relations=[
            Relation(name, meaning, told.in_clusters.get(name, 0), told.pairs.get(name, 0))
            for name, meaning in MEANINGS.items()
            if name in told.in_clusters or name in told.pairs
        ],
        notes=list(_notes(result, told)),
        settings=[(name, str(value)) for name, value in sorted(run.get("settings", {}).items())],
    )


def _notes(result: Result, told: Figures) -> Iterator[str]:
    """What a reader must know before believing the rest, the most pressing first."""
    counts = result.run.get("counts", {})
    yield from _kills(result)
    yield from rejected(told)
    yield from missing(result.run)
    yield from capped(result.run)
    for name, what in (
        ("articles_killed", "killed and left out"),
        ("articles_embargoed", "under embargo and left out"),
        ("articles_short", "too short to join but as exact copies"),
        ("articles_without_keys", "of under three words, which match nothing"),
        ("empty_texts", "without any text"),
    ):
        if counts.get(name):
            yield f"{count(counts[name], 'article')} {what}."
    if not result.has_text:
        yield "The articles' texts were not kept: offsets and figures stand in their place."


def _kills(result: Result) -> Iterator[str]:
    for kill in result.tables["kills"].to_pylist() if "kills" in result.tables else ():
        done = "its text is deleted" if kill["archived"] else "it was not archived"
        title = f" ({kill['title']})" if kill["title"] else ""
        yield f"{kill['status'].upper()}: {kill['article_id']}{title}: {done}."
