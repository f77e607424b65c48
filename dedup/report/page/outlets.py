"""Clusters into a matrix of outlets: who runs whose stories, how many, and how long after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.report.page.result import Result

_ROWS, _COLUMNS = 30, 12  # what a page can hold and a reader take in


@dataclass(frozen=True)
class Cell:
    """Articles of one outlet in clusters of another's story."""

    articles: int
    lag: float | None
    """The median of the seconds after the origin; None where no time is known."""
    shade: int
    """From 1 for few to 4 for many."""


@dataclass(frozen=True)
class Matrix:
    """Who republishes (rows) whom (columns); both with most articles first."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Mapping[tuple[str, str], Cell]
    articles: int
    """Articles of all cells, those that are not shown included."""
    not_shown: int
    unnamed: int
    """Copies left out because one of the two sources is not named."""


def matrix(result: Result) -> Matrix | None:
    """Count; None where no copy has a source other than its origin's."""
    table, unnamed = _copies(result.tables["clusters"])
    if not table.num_rows:
        return None
    counted = table.group_by(["source", "origin_source"], use_threads=False).aggregate([("lag", "list")])
    by_pair = {(row["source"], row["origin_source"]): row["lag_list"] for row in counted.to_pylist()}
    rows, columns = (_most(by_pair, side) for side in (0, 1))
    top = max(map(len, by_pair.values()))
    kept_rows, kept_columns = rows[:_ROWS], columns[:_COLUMNS]
    cells = {
        pair: Cell(len(lags), _median(lags), _shade(len(lags), top))
        for pair, lags in by_pair.items()
        if pair[0] in kept_rows and pair[1] in kept_columns
    }
    shown = sum(cell.articles for cell in cells.values())
    return Matrix(kept_rows, kept_columns, cells, table.num_rows, table.num_rows - shown, unnamed)


def _copies(clusters: pa.Table) -> tuple[pa.Table, int]:
    """Each member with another source than the origin of its cluster, and how many have none to tell."""
    origins = clusters.filter(clusters["is_origin"])
    place = pc.index_in(clusters["cluster_id"], origins["cluster_id"])
    source, time = (origins[name].take(place) for name in ("source", "published"))
    lag = pc.subtract(clusters["published"].cast(pa.int64()), time.cast(pa.int64()))
    table = pa.table({"source": clusters["source"], "origin_source": source, "lag": lag})
    table = table.filter(pc.invert(clusters["is_origin"]))
    other = pc.not_equal(table["source"], table["origin_source"])
    return table.filter(other), other.null_count


def _most(by_pair: Mapping[tuple[str, str], Sequence[int | None]], side: int) -> list[str]:
    counted: Counter[str] = Counter()
    for pair, lags in by_pair.items():
        counted[pair[side]] += len(lags)
    return sorted(counted, key=lambda name: (-counted[name], name))


def _median(lags: Sequence[int | None]) -> float | None:
    known = [lag for lag in lags if lag is not None]
    return float(np.median(known)) / 1e6 if known else None


def _shade(number: int, most: int) -> int:
    return 1 + min(3, int(4 * (number - 1) / most))
