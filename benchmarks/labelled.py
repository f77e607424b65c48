"""Runs dedup over the labelled sets of the shared folder and scores what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks import scoring
from benchmarks.scoring import MUST_TELL, Label, Span, Told

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates

LISTED_MISSES = 20  # more would drown the table; the count tells the rest
BLOCK_STARTS, BLOCK_ENDS = "Putin made the remarks", "2.5 hours."


@dataclass(frozen=True)
class Figure:
    """One measured number, and in words what it was counted from."""

    name: str
    value: float
    detail: str = ""


@dataclass(frozen=True)
class Score:
    """The figures of one set, and what a reader should look at: the misses, one line each."""

    figures: list[Figure]
    remarks: list[str] = field(default_factory=list)


def share(name: str, part: int, whole: int) -> Figure:
    """A share and the two counts it comes from; the share of nothing is 1."""
    return Figure(name, part / whole if whole else 1.0, f"{part:,} of {whole:,}")


def told_in(found: Duplicates) -> Told:
    """What a result says of pairs, less those that have furniture alone in common."""
    listed = rows_of(found, "pairs", "a_id", "b_id", "pairs_not_listed", "relation")
    return scoring.told(
        rows_of(found, "clusters", "cluster_id", "article_id"),
        ((a, b, unlisted) for a, b, unlisted, relation in listed if relation != "boilerplate"),
    )


def pairs(name: str, folder: Path) -> Score:
    """Of the labelled pairs that must be told, how many are; the weaker ones for information."""
    labels = [_label(row) for row in _lines(folder / f"{name}.pairs.jsonl")]
    found = told_in(find(folder / f"{name}.jsonl"))
    strong = scoring.of_kinds(labels, MUST_TELL)
    misses = scoring.missed(strong, found)
    figures = [share(f"{name}/told", len(strong) - len(misses), len(strong))]
    for kind in (*MUST_TELL, "partial_reuse"):
        of_kind = scoring.of_kinds(labels, [kind])
        figures.append(
            share(f"{name}/told/{kind}", len(of_kind) - len(scoring.missed(of_kind, found)), len(of_kind))
        )
    figures.append(
        share(f"{name}/joined without a strong label", *scoring.joined_without_label(labels, found))
    )
    remarks = [
        f"{name}: not told: {miss.pair[0]} | {miss.pair[1]}: {miss.told_by}"
        for miss in misses[:LISTED_MISSES]
    ]
    if len(misses) > LISTED_MISSES:
        remarks.append(f"{name}: and {len(misses) - LISTED_MISSES} more not told")
    return Score(figures, remarks)


def levels(name: str, folder: Path) -> Score:
    """The labelled pairs, and the pairs of different stories in one cluster.

    Stories that a label says hold the same text (a few files do) are not different.
    """
    score = pairs(name, folder)
    story = {row["id"]: row["group"] for row in _lines(folder / f"{name}.jsonl")}
    same = {frozenset((one, one)) for one in story.values()} | {
        frozenset((story[row["a"]], story[row["b"]]))
        for row in _lines(folder / f"{name}.pairs.jsonl")
        if row["relation"] in ("near_duplicate", "contained")
    }
    wrong = [
        (a, b)
        for a, b in scoring.together(told_in(find(folder / f"{name}.jsonl")))
        if frozenset((story[a], story[b])) not in same
    ]
    return Score(
        [*score.figures, Figure(f"{name}/different stories joined", len(wrong), "pairs")],
        [*score.remarks, *(f"{name}: joined: {a} | {b}" for a, b in wrong[:LISTED_MISSES])],
    )


def basil(name: str, folder: Path) -> Score:
    """Articles in a cluster of a set that holds no copies."""
    clustered = sorted(
        article
        for _, article in rows_of(find(folder / f"{name}.jsonl"), "clusters", "cluster_id", "article_id")
    )
    remarks = [f"{name}: in a cluster: {', '.join(clustered)}"] if clustered else []
    return Score([Figure(f"{name}/clustered", len(clustered), "articles")], remarks)


def internal_repetition(name: str, folder: Path) -> Score:
    """Articles with labelled repeats that have one found, their repeated characters, and false finds.

    Repeated characters of an article are the union of all its labelled places, first and second; they
    count as found where the union of all found places, first and second, covers them.
    """
    found: dict[str, list[Span]] = {}
    places = ("article_id", "first_start", "first_end", "second_start", "second_end")
    for article, *ends in rows_of(find(folder / f"{name}.jsonl"), "repeats", *places):
        found.setdefault(article, []).extend([(ends[0], ends[1]), (ends[2], ends[3])])
    labelled = {
        row["id"]: [tuple(repeat[place]) for repeat in row["repeats"] for place in ("first", "second")]
        for row in _lines(folder / f"{name}.jsonl")
    }
    repeating = [article for article, spans in labelled.items() if spans]
    characters = [scoring.covered(labelled[article], found.get(article, [])) for article in repeating]
    overlooked = [article for article in repeating if article not in found]
    false = [article for article, spans in labelled.items() if not spans and article in found]
    return Score(
        [
            share(f"{name}/articles found", len(repeating) - len(overlooked), len(repeating)),
            share(f"{name}/characters found", sum(c for c, _ in characters), sum(c for _, c in characters)),
            Figure(
                f"{name}/false articles", len(false), f"of {len(labelled) - len(repeating)} without repeats"
            ),
        ],
        [f"{name}: overlooked: {article}" for article in overlooked]
        + [f"{name}: false: {article}" for article in false],
    )


def seed_article(name: str, folder: Path) -> Score:
    """Whether the article it all started from has exactly its one block of five paragraphs."""
    found = find(folder / f"{name}.txt")
    places = list(rows_of(found, "repeats", "first_start", "first_end", "second_start", "second_end"))
    blocks: list[str] = []
    exact = len(places) == 1
    for text, *_ in rows_of(found, "articles", "text"):
        for first, first_end, second, second_end in places:
            blocks.append(text[first:first_end])
            exact &= blocks[-1] == text[second:second_end]
            exact &= blocks[-1].startswith(BLOCK_STARTS) and blocks[-1].endswith(BLOCK_ENDS)
    remarks = (
        []
        if exact
        else [f"{name}: {len(block)} characters: {block[:40]!r} … {block[-40:]!r}" for block in blocks]
    )
    return Score([Figure(f"{name}/one exact block", float(exact), f"{len(places)} blocks")], remarks)


SETS: Mapping[str, Callable[[str, Path], Score]] = {
    "senate_2007_11": pairs,
    "fnc1_train": pairs,
    "reuters21578_1_4000": pairs,
    "onestop_english": levels,
    "basil": basil,
    "internal_repetition": internal_repetition,
    "seed_article": seed_article,
}


def find(path: Path) -> Duplicates:
    from dedup import find_duplicates

    found: Duplicates = find_duplicates(path)
    return found


def rows_of(found: Duplicates, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(found.tables[table].column(name).to_pylist() for name in columns), strict=True)


def _lines(path: Path) -> list[Any]:
    decoded: list[Any] = msgspec.json.Decoder().decode_lines(path.read_bytes())
    return decoded


def _label(row: Mapping[str, Any]) -> Label:
    figures = ", ".join(
        f"{name} {row[name]}" for name in ("jaccard5", "a_in_b", "b_in_a", "words_a", "words_b")
    )
    return Label(
        pair=scoring.pair(row["a"], row["b"]),
        kind=row["relation"],
        fewest_words=min(row["words_a"], row["words_b"]),
        told_by=f"{row['relation']}, {figures}",
    )
