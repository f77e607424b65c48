"""The folder of a result back into its tables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from dedup.columns import schema
from dedup.errors import OutputError
from dedup.report.csv import read_table


def read_result(folder: str | os.PathLike[str], columns: Mapping[str, Sequence[str]]) -> dict[str, pa.Table]:
    """Read these columns of these tables, each in its own type, whether CSV or Parquet holds them.

    Raises `OutputError` for a folder that does not hold them.
    """
    return {name: _table(Path(folder), name, wanted) for name, wanted in columns.items()}


def _table(folder: Path, name: str, wanted: Sequence[str]) -> pa.Table:
    csv, parquet = (folder / f"{name}.{kind}" for kind in ("csv", "parquet"))
    try:
        if csv.is_file():
            table = read_table(csv)
        elif parquet.is_file():
            table = _read_parquet(parquet, wanted)
        else:
            what = f"holds no {csv.name} or {parquet.name}" if folder.is_dir() else "is no folder"
            raise OutputError(f"{folder}: {what}; name a folder that dedup find --out wrote")
        return table.select(list(wanted)).cast(pa.schema([schema(name).field(column) for column in wanted]))
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        what = str(error).partition("\n")[0]
        raise OutputError(f"{folder}: its {name} cannot be read: {what}; write the result anew") from error


def _read_parquet(path: Path, wanted: Sequence[str]) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=list(wanted))
