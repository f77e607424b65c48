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


def nodes_of(store: Store, articles: Rows) -> Rows:
    """The node of each article."""
    wanted = pa.table({"article": articles.astype(np.uint32), "place": np.arange(articles.size)})
    sql = "SELECT a.node FROM articles a JOIN wanted w USING (article) ORDER BY w.place"
    return numbers(store.rows(sql, wanted=wanted), "node")


def components_of(store: Store, nodes: Rows) -> Rows:
    """The component of each node."""
    wanted = pa.table({"node": nodes.astype(np.uint32), "place": np.arange(nodes.size)})
    sql = "SELECT n.component FROM nodes n JOIN wanted w USING (node) ORDER BY w.place"
    return numbers(store.rows(sql, wanted=wanted), "component")
