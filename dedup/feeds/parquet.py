"""Parquet: one row per record, only the chosen columns read."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.errors import FeedError
from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged, packed_file
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.fields import choose, told
from dedup.feeds.sources import Source

NAME = "Parquet"
SUFFIXES: tuple[str, ...] = (".parquet",)
INTO_FOLDER = False

# Rows of a batch: about 24 MB of news text at 3 KB each.
_ROWS = 8192

_BROKEN = (Damaged, pa.ArrowException, OSError)  # pyarrow says OSError for a page that does not unpack


def read(sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    """One batch per some thousand rows; where a file is damaged, the batches before."""
    for source in sources:
        try:
            with _opened(source) as file:
                yield from _batches(source, file, options, tally)
        except _BROKEN as error:
            tally.reject(source, None, _reason(error))
        tally.seen(source.size)


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    """The `pyarrow.parquet.ParquetFile` of a source, unpacked first if need be: its footer comes last."""
    import pyarrow.parquet as pq  # 30 ms that other formats need not pay

    if not (source.compression or source.opener):
        with source.open() as plain, pq.ParquetFile(plain) as file:
            yield file
        return
    with tempfile.TemporaryFile() as plain:
        for block in source.blocks(at.BLOCK):
            plain.write(block)
        plain.seek(0)
        with pq.ParquetFile(plain) as file:
            yield file


def _reason(error: Exception) -> str:
    if isinstance(error, Damaged):
        return str(error)
    first = str(error).partition("\n")[0].rstrip(".")
    return f"the Parquet file is damaged: {first}"


def _batches(source: Source, file: Any, options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    schema = file.schema_arrow
    chosen = choose(schema.names, options.fields, source.name)
    kind = schema.types[schema.names.index(chosen["text"])]
    if not _holds_text(kind):
        raise FeedError(
            f"{source.name}: the column {chosen['text']!r} holds {kind}, not text; "
            "name another with --text NAME (text='NAME')"
        )
    tally.chose(source, told(chosen))
    before = 0
    names = list(dict.fromkeys(chosen.values()))
    # One row group after the other, so that those before a damaged one are read.
    groups = (
        file.iter_batches(_ROWS, row_groups=[group], columns=names) for group in range(file.num_row_groups)
    )
    for batch in itertools.chain.from_iterable(groups):
        # By place, not by name: a name with a dot may bring more columns along, and names may be double.
        columns = {field: batch.column(batch.schema.names.index(name)) for field, name in chosen.items()}
        records = np.arange(before + 1, before + 1 + batch.num_rows)
        yield _readable(source, records, columns, tally)
        before += batch.num_rows


def _readable(source: Source, records: Any, columns: dict[str, pa.Array], tally: Tally) -> pa.RecordBatch:
    """A batch of the rows whose text is UTF-8, which Parquet does not promise."""
    plain: dict[str, pa.Array] = {}
    rows = np.ones(len(records), bool)
    for field, column in columns.items():
        plain[field], bad = _utf8(column) if _holds_text(column.type) else (column, ())
        for row, octet in bad:
            if field == "text":
                rows[row] = False
                tally.reject(source, int(records[row]), f"it is not UTF-8: byte 0x{octet:02x} in its text")
            else:
                tally.counts["bad_fields"] += 1
    index = pa.repeat(pa.scalar(source.index, pa.int32()), len(records))
    batch = pa.RecordBatch.from_pydict({"input": index, "record": pa.array(records, pa.int64()), **plain})
    return batch if rows.all() else batch.filter(pa.array(rows))


def _holds_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind in (
        *(pa.string(), pa.large_string(), pa.string_view(), pa.null()),
        *(pa.binary(), pa.large_binary(), pa.binary_view()),  # some writers do not say that bytes are text
    )


def _utf8(column: pa.Array) -> tuple[pa.Array, list[tuple[int, int]]]:
    """The column as large strings, and the rows that are no UTF-8 (absent then) with the octet at fault."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    octets = column.cast(pa.large_binary())
    try:
        return octets.cast(pa.large_string()), []
    except pa.ArrowInvalid:
        texts: list[str | None] = []
        bad: list[tuple[int, int]] = []
    for row, value in enumerate(octets.to_pylist()):
        try:
            texts.append(None if value is None else value.decode())
        except UnicodeDecodeError as error:
            texts.append(None)
            bad.append((row, value[error.start]))
    return pa.array(texts, pa.large_string()), bad


def check_fit(sources: Sequence[Source]) -> None:
    """All must have the same columns."""
    first = None
    for source in sources:
        with _to_copy(source) as file:
            first = first or file.schema_arrow
            if not file.schema_arrow.equals(first):
                raise FeedError(
                    f"{sources[0].name} and {source.name} have different columns, so their rows do not "
                    "fit into one file; write what is kept of each in a run of its own"
                )


def copy(sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
    """The rows of every row group, with the first source's schema, metadata and compression."""
    import pyarrow.parquet as pq  # 30 ms that other formats need not pay

    with _to_copy(sources[0]) as first:
        schema = first.schema_arrow
        codec = first.metadata.row_group(0).column(0).compression if first.num_row_groups else "SNAPPY"
    written = 0
    compression = "none" if codec == "UNCOMPRESSED" else codec.lower()
    with packed_file(out) as file, pq.ParquetWriter(file, schema, compression=compression) as writer:
        for source, gone in zip(sources, dropped, strict=True):
            with _to_copy(source) as parquet:
                written += _copy_rows(parquet, np.fromiter(gone, np.int64), writer)
    return written


def _copy_rows(parquet: Any, gone: Any, writer: Any) -> int:
    before = written = 0
    for group in range(parquet.num_row_groups):
        table = parquet.read_row_group(group)
        rows = ~np.isin(np.arange(before + 1, before + 1 + table.num_rows), gone)
        before += table.num_rows
        writer.write_table(table if rows.all() else table.filter(pa.array(rows)))
        written += int(rows.sum())
    return written


@contextmanager
def _to_copy(source: Source) -> Iterator[Any]:
    try:
        with _opened(source) as file:
            yield file
    except _BROKEN as error:
        raise FeedError(f"{source.name}: {_reason(error)}; leave it out and run again") from error
