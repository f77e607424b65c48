"""A result to files: every table as CSV for people or Parquet for jobs, and `run.json`, in one folder."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import ARCHIVE_TABLES, SCHEMA_VERSION, fitting
from dedup.report import folder
from dedup.texts import Cells, block_of, lines_of
from dedup.threads import in_order

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates

FileFormat = Literal["csv", "parquet"]

# A spreadsheet runs a cell that starts with one of these. Leading apostrophes are part of the pattern so
# that a cell which starts with them already still comes back exactly as it was.
_RUNS = r"^'*[=+\-@\t\r]"
_GUARDED = r"^'+[=+\-@\t\r]"
_NEEDS_QUOTES = r'^$|[",\r\n]'
_DECIMALS = pa.decimal128(38, 4)
_TEXT = pa.large_string()
_NOTHING, _APOSTROPHE, _MARK, _Z = (pa.scalar(mark, _TEXT) for mark in ("", "'", '"', "Z"))
# Lines are built in memory one slice at a time; a cell may hold a whole article.
_ROWS_PER_SLICE = 8_192
# A row must fit into one block when read back; an article of 10 MB may be repeated in one cell.
_BLOCK = 1 << 28


def write(
    found: Duplicates,
    out: str | os.PathLike[str],
    *,
    file_format: FileFormat = "csv",
    text: bool = True,
    report: bool = False,
) -> None:
    """Write the result folder `out`, whole or not at all.

    `text=False` leaves the articles' text out; `report=True` puts the HTML report beside the tables. A folder
    that holds an earlier result is replaced; another that is not empty is refused with `OutputError`.
    """
    if file_format not in ("csv", "parquet"):
        raise ValueError(f"file_format must be csv or parquet, got {file_format!r}")
    folder.check_inputs(out, found.run.get("inputs", ()))
    with folder.replacing(out) as new:

        def work(name: str) -> None:
            kind = "parquet" if name == "articles" else file_format
            _write(found.small[name], new / f"{name}.{kind}", text)

        # Texts are packed on one thread while all else is written on another; more threads take longer.
        list(in_order(work, sorted(found.small, key=lambda name: name != "articles"), 2))
        (new / "run.json").write_bytes(run_json(found.run))
        if report:
            from dedup.report.page import write_report  # jinja2 takes 0.1 s

            write_report(new)


def _write(table: pa.Table, path: Path, text: bool) -> None:
    wanted = fitting(path.stem, table.column_names) or table.schema
    if not text and path.stem == "articles":
        table = table.drop_columns("text")
    if path.suffix == ".csv":
        with path.open("wb") as sink:
            write_table(table, sink)
    else:
        _write_parquet(table, path, pa.schema([wanted.field(name) for name in table.column_names]))


def run_json(run: Mapping[str, Any], **more: Any) -> bytes:
    """What `run.json` holds, marked as ours: pretty, keys sorted."""
    marked = {**run, **more, "tool": folder.TOOL, "schema_version": SCHEMA_VERSION}
    text = json.dumps(marked, indent=2, sort_keys=True, ensure_ascii=False, default=_plain) + "\n"
    # A file name that is no UTF-8 comes with lone surrogates; escaped so they are JSON.
    return text.encode(errors="backslashreplace")


def _plain(number: np.generic) -> Any:
    """The number itself: counts may come as numpy gives them."""
    return number.item()


def _write_parquet(table: pa.Table, path: Path, wanted: pa.Schema) -> None:
    """Write a table with the types of a schema.

    Texts that are views are written from where they stand, for a copy would be all articles once more; the
    schema that is kept in the file makes them what readers expect.
    """
    import pyarrow.parquet as pq

    views = (pa.types.is_string_view(field.type) for field in table.schema)
    held = [
        field.with_type(pa.string_view()) if is_view else field
        for field, is_view in zip(wanted, views, strict=True)
    ]
    with pq.ParquetWriter(path, pa.schema(held), compression="zstd", store_schema=False) as writer:
        writer.write_table(table.cast(pa.schema(held)))
        writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(wanted.serialize())})


def write_table(table: pa.Table, sink: IO[bytes]) -> None:
    """Write one table as CSV: UTF-8, a header always, floats to 4 decimals, absent cells empty."""
    sink.write((",".join(table.column_names) + "\n").encode())
    columns = [_speller(column) for column in table.columns]
    for start in range(0, table.num_rows, _ROWS_PER_SLICE):
        sink.write(lines_of([spell(start) for spell in columns], ",", "\n"))


def _speller(column: pa.ChunkedArray) -> Callable[[int], Cells]:
    """What gives the cells of a slice from its first row; what recurs is spelt once.

    Of the shares of a million passages 8,461 differ. Small numbers are places among the numbers from 0 on.
    """
    if pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type) and column.num_chunks:
        whole = pa.concat_arrays(column.unify_dictionaries().chunks)
        return _taker(_cells(whole.dictionary), whole.indices)
    if pa.types.is_integer(column.type) and len(column):
        least, most = (end.as_py() for end in pc.min_max(column).values())
        if least is not None and 0 <= least <= most < len(column):
            return _taker(_cells(pa.array(np.arange(most + 1))), pa.concat_arrays(column.chunks))
    return lambda start: _each(pa.concat_arrays(map(_cells, column.slice(start, _ROWS_PER_SLICE).chunks)))


def _taker(cells: pa.LargeStringArray, places: pa.Array) -> Callable[[int], Cells]:
    if places.null_count:  # an absent cell is behind the others, and empty
        cells = pa.concat_arrays([cells, pa.array([None], _TEXT)])
        places = places.fill_null(len(cells) - 1)
    known, numbers = block_of(cells), places.to_numpy()
    return lambda start: (known, numbers[start : start + _ROWS_PER_SLICE].astype(np.int32))


def _each(cells: pa.LargeStringArray) -> Cells:
    return block_of(cells), np.arange(len(cells), dtype=np.int32)


def _cells(column: pa.Array) -> pa.LargeStringArray:
    kind = column.type
    if pa.types.is_floating(kind):
        column = column.cast(_DECIMALS)
    elif pa.types.is_timestamp(kind):
        # Without its zone first: Arrow would need the machine's zone files to spell a zoned time.
        spelt = column.cast(pa.timestamp("us")).cast(_TEXT)
        spelt = pc.replace_substring(pc.replace_substring(spelt, " ", "T"), ".000000", "")
        return pc.binary_join_element_wise(spelt, _Z, _NOTHING)
    elif not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return _quoted(_guarded(column.cast(_TEXT)))
    return column.cast(_TEXT)


def _guarded(cells: pa.LargeStringArray) -> pa.LargeStringArray:
    runs = pc.match_substring_regex(cells, _RUNS)
    if not pc.any(runs).as_py():
        return cells
    return pc.if_else(runs, pc.binary_join_element_wise(_APOSTROPHE, cells, _NOTHING), cells)


def _quoted(cells: pa.LargeStringArray) -> pa.LargeStringArray:
    """RFC 4180; an empty text is quoted too, which tells it from an absent one."""
    needs = pc.match_substring_regex(cells, _NEEDS_QUOTES)
    if not pc.any(needs).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    quoted = pc.binary_join_element_wise(_MARK, doubled, _MARK, _NOTHING)
    return pc.if_else(needs, quoted, cells)


def read_table(path: str | os.PathLike[str]) -> pa.Table:
    """Read back a table that `write_table` wrote, guards undone, every column in its own type."""
    from pyarrow import csv

    size = Path(path).stat().st_size
    with Path(path).open("rb") as lines:
        wanted = _schema_of(lines.readline().decode().rstrip("\n").split(","))
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(block_size=min(size, _BLOCK)),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types={field.name: field.type for field in wanted},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return pa.table([_unguarded(column) for column in table.columns], names=table.column_names).cast(wanted)


def _schema_of(header: list[str]) -> pa.Schema:
    """The table of ours that has this header, or else text in every column."""
    known = (fitting(name, header) for name in ARCHIVE_TABLES)
    return next(filter(None, known), pa.schema([(name, pa.string()) for name in header]))


def _unguarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    guarded = pc.match_substring_regex(column, _GUARDED)
    return pc.if_else(guarded, pc.utf8_slice_codeunits(column, 1), column)
