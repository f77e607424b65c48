"""`Duplicates`: everything that was found, as one frozen result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dedup.columns import fitting
from dedup.frames import rows_where
from dedup.notebook import as_html

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class Tables(Mapping[str, pa.Table]):
    """Tables with the types of their schema, made of smaller ones each time that one is asked for.

    `small`: the same cells in narrower numbers, dictionaries and views, a third as large.
    """

    def __init__(self, small: Mapping[str, pa.Table]) -> None:
        self.small = small

    def __getitem__(self, name: str) -> pa.Table:
        table = self.small[name]
        wanted = fitting(name, table.column_names)
        return table if wanted is None else table.cast(wanted)

    def __iter__(self) -> Iterator[str]:
        return iter(self.small)

    def __len__(self) -> int:
        return len(self.small)


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Clusters, pairs, passages and repeats of one feed, with the evidence.

    `tables` maps each name of `dedup.columns.TABLES` to an Arrow table with that schema, its rows
    sorted by their keys; `run` is what `run.json` holds. `keep` is one bool per record of the input,
    in input order: False for the records that `kept` leaves out. `articles_in` is the caller's own
    input, never changed.
    """

    tables: Mapping[str, pa.Table]
    run: Mapping[str, Any]
    keep: NDArray[np.bool_] = field(repr=False)
    articles_in: Any = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", Tables(self.small))

    @property
    def small(self) -> Mapping[str, pa.Table]:
        """The tables as they were given: the same cells, in types that take less room."""
        return self.tables.small if isinstance(self.tables, Tables) else self.tables

    def _frame(self, table: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.tables[table].to_pandas()
        return frame

    def _repr_html_(self) -> str:
        """What a notebook shows: how many stories and copies there are, and the largest clusters."""
        return as_html(self.tables, self.run)

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """One row per article in a cluster."""
        return self._frame("clusters")

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row per told pair."""
        return self._frame("pairs")

    @cached_property
    def passages(self) -> pd.DataFrame:
        """One row per matched passage of a listed pair."""
        return self._frame("passages")

    @cached_property
    def repeats(self) -> pd.DataFrame:
        """One row per later place of a repeated block."""
        return self._frame("repeats")

    @cached_property
    def boilerplate(self) -> pd.DataFrame:
        """One row per passage that recurs in articles which are otherwise unrelated."""
        return self._frame("boilerplate")

    @cached_property
    def articles(self) -> pd.DataFrame:
        """One row per article in a cluster, pair or repeat."""
        return self._frame("articles")

    @cached_property
    def rejects(self) -> pd.DataFrame:
        """One row per record that could not be read."""
        return self._frame("rejects")

    @cached_property
    def kept(self) -> Any:
        """The input less duplicates: same type, columns, dtypes, index and order."""
        return rows_where(self.articles_in, self.keep)
