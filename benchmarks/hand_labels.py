"""Runs dedup over the sets whose pairs were read by hand and scores the relations it tells.

Rules were tuned on one half of the pairs; the figures that count are those of the other half.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.labelled import LISTED_MISSES, Figure, Score, find, rows_of, share, told_in
from benchmarks.scoring import Told, pair

LABELS = Path(__file__).parent / "labels"
SAME_STORY = ("copy", "version", "excerpt")
KINDS = (*SAME_STORY, "shared", "template", "boilerplate")


@dataclass(frozen=True)
class Reading:
    """A pair read by hand: its label, and what dedup tells of it."""

    pair: tuple[str, str]
    label: str
    relation: str
    is_joined: bool

    @property
    def is_held_out(self) -> bool:
        """Whether the pair is in the half that no rule was tuned on."""
        return hashlib.sha256(" ".join(self.pair).encode()).digest()[0] % 2 == 1


def labels(name: str, folder: Path) -> Score:
    """Templates told, copies told as templates, and pairs rightly joined or kept apart, for each half."""
    readings = [reading for path in sorted(LABELS.glob("*.csv")) for reading in _readings(path, folder)]
    held_out = [reading for reading in readings if reading.is_held_out]
    tuned_on = [reading for reading in readings if not reading.is_held_out]
    wrong = [reading for reading in held_out if reading.is_joined != (reading.label in SAME_STORY)]
    remarks = [f"{name}: wrong: {', '.join(_in_words(reading))}" for reading in wrong[:LISTED_MISSES]]
    return Score([*_figures(f"{name}/held out", held_out), *_figures(f"{name}/tuned on", tuned_on)], remarks)


def _figures(name: str, readings: Sequence[Reading]) -> list[Figure]:
    templates = [reading for reading in readings if reading.label == "template"]
    same = [reading for reading in readings if reading.label in ("copy", "version")]
    right = [reading for reading in readings if reading.is_joined == (reading.label in SAME_STORY)]
    return [
        share(f"{name}/templates told", _told_as(templates, "template"), len(templates)),
        share(f"{name}/copies and versions told as template", _told_as(same, "template"), len(same)),
        share(f"{name}/joined or apart", len(right), len(readings)),
    ]


def _told_as(readings: Sequence[Reading], relation: str) -> int:
    return sum(reading.relation == relation for reading in readings)


def _in_words(reading: Reading) -> tuple[str, ...]:
    joined = "joined" if reading.is_joined else "apart"
    return (*reading.pair, f"labelled {reading.label}", f"told {reading.relation or 'nothing'}", joined)


def _readings(path: Path, folder: Path) -> list[Reading]:
    """The labelled pairs of one set beside what dedup tells of them."""
    found = find(folder / f"{path.stem}.jsonl")
    relations = {
        pair(a, b): relation for a, b, relation in rows_of(found, "pairs", "a_id", "b_id", "relation")
    }
    told: Told = told_in(found)
    with path.open(encoding="utf-8", newline="") as source:
        return [
            Reading(
                (row["a_id"], row["b_id"]),
                row["label"],
                relations.get(pair(row["a_id"], row["b_id"]), ""),
                told.joins((row["a_id"], row["b_id"])),
            )
            for row in csv.DictReader(source)
        ]
