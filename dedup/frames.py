"""Tables in memory of whatever kind: columns out of them, and rows of them, the table itself unchanged.

pandas and polars are never imported here: a frame of theirs proves that the caller has done so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.errors import FeedError


@dataclass(frozen=True)
class Column:
    """One column of a frame, read when it is asked for."""

    arrow: Callable[[], Any]
    """Gives a pyarrow array; raises where the values are not of one type that Arrow knows."""
    values: Callable[[], list[Any]]
    """Gives the values as Python has them."""


def is_frame(value: Any) -> bool:
    """Whether `value` is a frame or a list of dicts, and no path or feed."""
    return (
        (isinstance(value, list) and all(isinstance(row, Mapping) for row in value))
        or hasattr(value, "__arrow_c_stream__")
        or _is_of("pandas", "DataFrame", value)
    )


def settled(frame: Any) -> Any:
    """The frame itself, or an Arrow table of a stream, which could be read only once.

    Raises `TypeError` for a stream that is one column and no table.
    """
    if _is_of("pandas", "DataFrame", frame) or _is_of("polars", "DataFrame", frame):
        return frame
    if isinstance(frame, (list, pa.Table, pa.RecordBatch)):
        return frame
    try:
        return pa.RecordBatchReader.from_stream(frame).read_all()
    except pa.ArrowInvalid as error:
        raise TypeError(
            f"articles must be a frame with columns, got {type(frame).__name__}: {error}"
        ) from error


def columns_of(frame: Any) -> tuple[dict[str, Column], int]:
    """The columns of a settled frame by name, other labels as text, and how many rows there are.

    Of a list of dicts, the keys that are texts. A name that two columns bear is a column that cannot be read.
    """
    if isinstance(frame, list):
        names = dict.fromkeys(name for row in frame for name in row if isinstance(name, str))
        return {name: _of_values(partial(_of_rows, frame, name)) for name in names}, len(frame)
    if _is_of("pandas", "DataFrame", frame):
        series = (partial(_of_pandas, frame, place) for place in range(frame.shape[1]))
        return _by_name(map(str, frame.columns), map(_of_values, series)), len(frame)
    if _is_of("polars", "DataFrame", frame):
        return _by_name(frame.columns, (_of_arrow(series.to_arrow) for series in frame)), frame.height
    names = frame.schema.names
    arrays = (_of_arrow(partial(frame.column, place)) for place in range(len(names)))
    return _by_name(names, arrays), frame.num_rows


def rows_where(frame: Any, keep: NDArray[np.bool_]) -> Any:
    """The rows of a settled frame whose `keep` is True: same type, columns, types, index and order."""
    if isinstance(frame, list):
        return list(compress(frame, keep.tolist()))
    if _is_of("pandas", "DataFrame", frame):
        return frame[keep]
    if _is_of("polars", "DataFrame", frame):
        return frame.filter(keep)
    try:
        return frame.filter(pa.array(keep))
    except pa.ArrowNotImplementedError:  # Arrow filters no string views, among others
        return _joined_runs(frame, keep)


def _joined_runs(frame: Any, keep: NDArray[np.bool_]) -> Any:
    """The rows to keep of an Arrow table, run by run, which needs no knowledge of their types."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]])))
    runs = [frame.slice(start, end - start) for start, end in ends.reshape(-1, 2).tolist()]
    if isinstance(frame, pa.Table):
        return pa.concat_tables([frame.slice(0, 0), *runs]).combine_chunks()
    return pa.concat_batches([frame.slice(0, 0), *runs])


def _is_of(module: str, name: str, value: Any) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def _by_name(names: Iterable[str], columns: Iterable[Column]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, column in zip(names, columns, strict=True):
        found[name] = _of_arrow(partial(_refuse_twice, name)) if name in found else column
    return found


def _refuse_twice(name: str) -> Any:
    raise FeedError(f"the frame has two columns named {name!r}; rename one")


def _of_arrow(read: Callable[[], Any]) -> Column:
    return Column(read, lambda: list(read().to_pylist()))


def _of_values(read: Callable[[], Any]) -> Column:
    # from_pandas: NaN, NaT and NA are absent values.
    return Column(lambda: pa.array(read(), from_pandas=True), lambda: list(read()))


def _of_rows(rows: list[Mapping[str, Any]], name: str) -> list[Any]:
    return [row.get(name) for row in rows]


def _of_pandas(frame: Any, place: int) -> Any:
    return frame.iloc[:, place]
