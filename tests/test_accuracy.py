"""The labelled sets are scored right, on tiny sets and results made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from benchmarks import accuracy, labelled
from benchmarks.floors import Floor
from benchmarks.labelled import Figure

Rows = Mapping[str, Mapping[str, Sequence[Any]]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what dedup finds, table by table."""

    def set_tables(tables: Rows) -> None:
        result = SimpleNamespace(tables={name: pa.table(dict(columns)) for name, columns in tables.items()})
        monkeypatch.setattr(labelled, "find", lambda _: result)

    return set_tables


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_labelled_pairs_are_scored_per_kind_and_the_missed_named(found: Any, tmp_path: Path) -> None:
    figures = {"jaccard5": 0.9, "a_in_b": 0.9, "b_in_a": 0.8, "words_a": 80, "words_b": 90}
    labels = [
        ("a", "b", "near_duplicate"),
        ("c", "a", "contained"),
        ("p", "q", "contained"),
        ("a", "q", "partial_reuse"),
    ]
    write_lines(
        tmp_path / "made.pairs.jsonl", [{"a": a, "b": b, "relation": r, **figures} for a, b, r in labels]
    )
    found(
        {
            "clusters": {"cluster_id": ["1", "1"], "article_id": ["a", "b"]},
            "pairs": {
                "a_id": ["a", "p"],
                "b_id": ["c", "q"],
                "pairs_not_listed": [0, 0],
                "relation": ["excerpt", "boilerplate"],
            },
        }
    )
    score = labelled.pairs("made", tmp_path)
    assert {figure.name: figure.detail for figure in score.figures} == {
        "made/told": "2 of 3",
        "made/told/near_duplicate": "1 of 1",
        "made/told/contained": "1 of 2",
        "made/told/heavy_reuse": "0 of 0",
        "made/told/partial_reuse": "0 of 1",
        "made/joined without a strong label": "0 of 1",
    }
    assert len(score.remarks) == 1
    assert "p | q: contained, jaccard5 0.9" in score.remarks[0]


def test_repeats_are_scored_by_article_by_character_and_by_false_finds(found: Any, tmp_path: Path) -> None:
    block = {"first": [0, 100], "second": [200, 300]}
    repeats = {"whole": [block], "half": [block], "overlooked": [block], "false": [], "none": []}
    write_lines(
        tmp_path / "made.jsonl", [{"id": key, "text": "", "repeats": r} for key, r in repeats.items()]
    )
    found(
        {
            "repeats": {
                "article_id": ["whole", "half", "false"],
                "first_start": [0, 50, 0],
                "first_end": [110, 100, 10],
                "second_start": [190, 250, 20],
                "second_end": [300, 300, 30],
            }
        }
    )
    score = labelled.internal_repetition("made", tmp_path)
    assert [(figure.value, figure.detail) for figure in score.figures] == [
        (2 / 3, "2 of 3"),
        (1 / 2, "300 of 600"),
        (1, "of 2 without repeats"),
    ]
    assert score.remarks == ["made: overlooked: overlooked", "made: false: false"]


@pytest.mark.parametrize(("shift", "value"), [(0, 1.0), (1, 0.0)])
def test_the_seed_article_wants_one_block_with_exact_ends(
    found: Any, tmp_path: Path, shift: int, value: float
) -> None:
    block = "Putin made the remarks. It lasted 2.5 hours."
    start = len("Lead. ") + shift
    places = (start, start + len(block), start + len(block) + 1, start + 2 * len(block) + 1)
    names = ("first_start", "first_end", "second_start", "second_end")
    found(
        {
            "repeats": {name: [place] for name, place in zip(names, places, strict=True)},
            "articles": {"text": [f"Lead. {block} {block} End."]},
        }
    )
    assert labelled.seed_article("seed_article", tmp_path).figures[0].value == value


def test_articles_of_a_set_without_copies_are_counted(found: Any, tmp_path: Path) -> None:
    found({"clusters": {"cluster_id": ["1", "1"], "article_id": ["b", "a"]}})
    score = labelled.basil("basil", tmp_path)
    assert (score.figures[0].value, score.remarks) == (2, ["basil: in a cluster: a, b"])


def test_the_accuracy_table_tells_floors_and_which_are_broken() -> None:
    figures = [Figure("a", 1.0, "2 of 2"), Figure("b", 6, "articles"), Figure("c", 0.25)]
    lines = accuracy.table(figures, {"a": Floor(0.98), "b": Floor(5, "lower")}).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells == [
        ["a", "1", "≥ 0.98", "ok", "2 of 2"],
        ["b", "6", "≤ 5", "WORSE", "articles"],
        ["c", "0.2500", "", "", ""],
    ]


def test_a_set_that_is_not_here_is_told_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accuracy, "DATA", tmp_path)
    monkeypatch.setattr("sys.argv", ["accuracy.py", "--only", "basil"])
    assert accuracy.main() == 0
    assert "NOT RUN: basil" in capsys.readouterr().out
