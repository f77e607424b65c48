"""Damaged inputs of every format: whatever befalls a file, each record is read or rejected."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from dedup.errors import FeedError
from dedup.feeds import Feed, read
from dedup.feeds.contract import ASIDE
from tests.feeds.damage import damaged

REPO = Path(__file__).resolve().parents[2]
FILES = [
    *(path for path in sorted((REPO / "tests" / "feeds" / "fixtures").rglob("*")) if path.is_file()),
    *(REPO / "data" / name for name in ("wire.jsonl", "outlet.csv", "desk/clock.txt")),
]
_TIMES = 60


def read_if_known(paths: list[Path]) -> Feed | None:
    """The feed; None where the damage left a file without a format, or without a field for the text."""
    try:
        return read(paths)
    except FeedError:
        return None


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_damaged_file_is_read_or_rejected_record_by_record(path: Path, tmp_path: Path) -> None:
    chance = random.Random(path.name)
    whole = path.read_bytes()[:100_000]
    (tmp_path / "beside.txt").write_bytes(b"beside")
    for number in range(_TIMES):
        data = damaged(whole, chance)
        target = tmp_path / f"{number}{path.suffix}{'.gz' if number % 4 == 0 else ''}"
        target.write_bytes(gzip.compress(data, 1) if target.suffix == ".gz" else data)
        if number % 8 == 0:
            target.write_bytes(damaged(target.read_bytes(), chance))
        feed = read_if_known([tmp_path / "beside.txt", target])
        if feed is None:
            continue
        lost = sum(reject["record"] is None for reject in feed.rejects.to_pylist())
        aside = sum(feed.counts[name] for name in ASIDE)
        assert feed.counts["records"] == feed.articles.num_rows + feed.rejects.num_rows - lost + aside
        assert all(reject["reason"] for reject in feed.rejects.to_pylist())
        feed.articles.validate(full=True)
