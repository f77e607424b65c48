"""A CSV file or a frame into columns of text, and the numbers of its rows, from 1 below the header."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from dedup.errors import TruthError
from dedup.frames import Column, columns_of, is_frame, settled

_DELIMITERS = (",", ";", "\t", "|")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")  # so our own CSV has what a spreadsheet would run


@dataclass(frozen=True)
class Sheet:
    """Columns of text by their names in lower case; a cell may be absent or empty."""

    name: str
    columns: Mapping[str, Sequence[str | None]]
    numbers: Sequence[int]

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Each row's number, then its cells in these columns."""
        return zip(self.numbers, *(self.columns[name] for name in names), strict=True)

    def fault(self, number: int, what: str, mend: str) -> TruthError:
        """The error that tells of one row."""
        return TruthError(f"{self.name}, row {number}: {what}; {mend}")


def read_sheet(given: Any) -> Sheet:
    """Read a path to a CSV file in UTF-8, or a frame as `dedup.find_duplicates` takes them.

    Fields of a file are cut by commas, semicolons, tabs or bars. Raises `TruthError` where it cannot be read.
    """
    if is_frame(given):
        return _of_frame(given)
    if not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"truth must be a path, a frame or a list of dicts, got {type(given).__name__}")
    return _of_file(os.fsdecode(given))


def _of_file(name: str) -> Sheet:
    try:
        rows = _rows(name)
    except OSError as error:
        raise TruthError(f"{name}: {error.strerror}; name a CSV file that can be read") from error
    except UnicodeDecodeError as error:
        raise TruthError(f"{name}: it is not UTF-8; save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise TruthError(f"{name}: it is not CSV: {error}; is a quote left open?") from error
    header = rows.pop(0) if rows else []
    numbers = [number for number, row in enumerate(rows, start=1) if row]
    for number in numbers:
        if len(rows[number - 1]) != len(header):
            what = f"it has {len(rows[number - 1])} fields where the header has {len(header)}"
            raise TruthError(f"{name}, row {number}: {what}; give it as many")
    cells = zip(*(rows[number - 1] for number in numbers), strict=True) if numbers else [()] * len(header)
    return Sheet(
        name, _named(name, header, [[_unguarded(cell) for cell in column] for column in cells]), numbers
    )


def _rows(name: str) -> list[list[str]]:
    with Path(name).open(encoding="utf-8-sig", newline="") as lines:
        first = lines.readline()
        delimiter = max(_DELIMITERS, key=first.count)
        return list(csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True))


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


def _of_frame(frame: Any) -> Sheet:
    columns, rows = columns_of(settled(frame))
    texts = [_texts(column) for column in columns.values()]
    return Sheet("the truth", _named("the truth", list(columns), texts), range(1, rows + 1))


def _named(
    name: str, header: Sequence[str], columns: Sequence[Sequence[str | None]]
) -> dict[str, Sequence[str | None]]:
    """The columns that have a name: a spreadsheet may leave empty ones behind the last."""
    plain = [column.strip().lower() for column in header]
    for column, count in Counter(plain).items():
        if column and count > 1:
            raise TruthError(f"{name}: it has {count} columns named {column!r}; rename or drop one")
    return {column: cells for column, cells in zip(plain, columns, strict=True) if column}


def _texts(column: Column) -> list[str | None]:
    """Each value as its text: 7 and 7.0 are `7`, True is `true`."""
    try:
        values = column.arrow()
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        texts: list[str | None] = values.cast(pa.large_string()).to_pylist()
    except (pa.ArrowException, TypeError, ValueError, OverflowError):  # of several types, or of none it knows
        import pandas as pd  # 0.3 s that only such columns pay

        values = pd.Series(column.values(), dtype=object)
        return [None if absent else str(value) for value, absent in zip(values, values.isna(), strict=True)]
    return texts
