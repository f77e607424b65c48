"""Whole files copied into a folder, for formats whose files hold one record each."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from dedup.errors import FeedError
from dedup.feeds.sources import Source


def copy(sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
    """Make the folder `out` of the files that have no record dropped, under their relative names."""
    out.mkdir()
    taken: dict[str, str] = {}
    for source, gone in zip(sources, dropped, strict=True):
        if gone:
            continue
        if source.inside in taken:
            raise FeedError(
                f"{taken[source.inside]} and {source.name} would both be {source.inside} in what is "
                "kept; name the folder above them instead"
            )
        taken[source.inside] = source.name
        target = out / source.inside
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open() as stored, target.open("xb") as file:
            shutil.copyfileobj(stored, file)
    return len(taken)
