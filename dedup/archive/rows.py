"""Numbers to and from the tables of an archive."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.store import Store

Rows = NDArray[np.int64]


def numbers(table: pa.Table, column: str) -> Rows:
    """A column of numbers (int64)."""
    out: Rows = table[column].to_numpy().astype(np.int64)
    return out


def of(name: str, numbers: Rows) -> pa.Table:
    """Numbers as a table of one column."""
    return pa.table({name: numbers.astype(np.uint32)})


def placed(name: str, numbers: Rows) -> pa.Table:
    """The same with the place of each, by which an answer comes in their order."""
    return of(name, numbers).append_column("place", pa.array(np.arange(numbers.size)))


def nodes_of(store: Store, articles: Rows) -> Rows:
    """The node of each article."""
    sql = "SELECT a.node FROM articles a JOIN wanted w USING (article) ORDER BY w.place"
    return numbers(store.rows(sql, wanted=placed("article", articles)), "node")


def components_of(store: Store, nodes: Rows) -> Rows:
    """The component of each node."""
    sql = "SELECT n.component FROM nodes n JOIN wanted w USING (node) ORDER BY w.place"
    return numbers(store.rows(sql, wanted=placed("node", nodes)), "component")
