"""A table to JSON for programs: one array, an object for each row and a row on each line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import IO, Any

import pyarrow as pa

_ROWS = 8_192  # at a time, as Python has them
_DECIMALS = 4


def write_rows(table: pa.Table, sink: IO[bytes]) -> None:
    """Write a table with the values that its CSV has: shares to 4 decimals, times in ISO 8601 UTC."""
    before = "[\n"
    for batch in table.to_batches(_ROWS):
        for row in batch.to_pylist():
            sink.write(f"{before}{json.dumps(plain_row(row), ensure_ascii=False)}".encode())
            before = ",\n"
    sink.write(b"[]\n" if before == "[\n" else b"\n]\n")


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    return round(value, _DECIMALS) if isinstance(value, float) else value
