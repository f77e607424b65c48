"""Duplicates in syndicated news: copies, near-copies, excerpts, internal repeats, with the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.archive import Archive
    from dedup.articles import FieldNames
    from dedup.comparing import compare
    from dedup.comparison import Comparison
    from dedup.duplicates import Duplicates
    from dedup.errors import (
        ArchiveError,
        DedupError,
        EngineError,
        FeedError,
        OutputError,
        SettingsError,
        TooManyRejects,
        TruthError,
    )
    from dedup.evaluation import Evaluation
    from dedup.feeds import Feed, FeedOptions
    from dedup.judging import evaluate
    from dedup.pipeline import find_duplicates, sketch
    from dedup.report.csv import write
    from dedup.settings import Settings
    from dedup.stages.sketch import shingle_hash

_HOMES = {
    "Archive": "dedup.archive",
    "ArchiveError": "dedup.errors",
    "Comparison": "dedup.comparison",
    "DedupError": "dedup.errors",
    "Duplicates": "dedup.duplicates",
    "EngineError": "dedup.errors",
    "Evaluation": "dedup.evaluation",
    "Feed": "dedup.feeds",
    "FeedError": "dedup.errors",
    "FeedOptions": "dedup.feeds",
    "FieldNames": "dedup.articles",
    "OutputError": "dedup.errors",
    "Settings": "dedup.settings",
    "SettingsError": "dedup.errors",
    "TooManyRejects": "dedup.errors",
    "TruthError": "dedup.errors",
    "compare": "dedup.comparing",
    "evaluate": "dedup.judging",
    "find_duplicates": "dedup.pipeline",
    "shingle_hash": "dedup.stages.sketch",
    "sketch": "dedup.pipeline",
    "write": "dedup.report.csv",
}

__all__ = [
    "Archive",
    "ArchiveError",
    "Comparison",
    "DedupError",
    "Duplicates",
    "EngineError",
    "Evaluation",
    "Feed",
    "FeedError",
    "FeedOptions",
    "FieldNames",
    "OutputError",
    "Settings",
    "SettingsError",
    "TooManyRejects",
    "TruthError",
    "compare",
    "evaluate",
    "find_duplicates",
    "shingle_hash",
    "sketch",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: `dedup --help` must not pay for numba and Arrow."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
