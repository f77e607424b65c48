"""Values of `prior_ids`, in the ways feeds write them, to a column of lists of ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

PRIOR_IDS = pa.list_(pa.string())

# A text may hold several ids. The comma of a tag URI (RFC 4151), `tag:wire.example,2026:a1`, is part of one.
_BETWEEN = re.compile(r"[\s;|]+|,(?![0-9]{4}(?:-[0-9]{2}){0,2}:)")

Plain = Callable[[Any], str | None]
"""Gives one value as text, or None where it has none."""


def listed(values: Iterable[Any], plain: Plain) -> tuple[pa.Array, int]:
    """The column, absent where no id is named; and how many values were no ids (absent then)."""
    lists, bad = [], 0
    for value in values:
        ids = [] if value is None else _ids(value, plain)
        bad += ids is None
        lists.append(ids or None)
    return pa.array(lists, PRIOR_IDS), bad


def _ids(value: Any, plain: Plain) -> list[str] | None:
    """The ids that a value names, or None where it is no ids."""
    if isinstance(value, (list, tuple, np.ndarray)):
        ids = [plain(each) for each in value if each is not None]
        return None if None in ids else [each for each in map(str.strip, ids) if each]  # type: ignore[arg-type]
    text = plain(value)
    return None if text is None else [part for part in _BETWEEN.split(text) if part]


def values_of(column: pa.Array) -> Iterator[Any]:
    """The values of a column; a text that is not UTF-8, as in Parquet it need not be, is bytes."""
    try:
        yield from column.to_pylist()
    except UnicodeDecodeError:
        for cell in column:
            try:
                yield cell.as_py()
            except UnicodeDecodeError:
                yield b""
