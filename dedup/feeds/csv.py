"""CSV with a header row; a record's number is its row's, counted from the first below the header."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from dedup.articles import USUAL_NAMES
from dedup.errors import FeedError
from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged, packed_file
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.fields import choose, told
from dedup.feeds.lines import NOT_UTF8, in_utf8, mark_of, whole_lines
from dedup.feeds.raw import NO_RECORD, Raw, check_was_met_before, write_raw
from dedup.feeds.sources import Source

NAME = "CSV"
SUFFIXES: tuple[str, ...] = (".csv",)
INTO_FOLDER = False

_DELIMITERS = (",", ";", "\t", "|")

# An article of 10 MB is a field of 10 MB, and Python's own limit is 128 KiB.

_OPEN = "a quote opened in it is never closed, so everything from here to the end of the input was left out"
_END = b""  # after the last line; no line is empty


class _Row(NamedTuple):
    cells: list[str]
    """None in a blank row, and in one with a fault. Bytes that are no UTF-8 are lone surrogates."""
    raw: bytes
    fault: str


def read(sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    """One batch per block's worth of rows."""
    for source in sources:
        rows = _rows(whole_lines(in_utf8(source.blocks(at.BLOCK, tally.seen), options.encoding)))
        try:
            header = next(rows, None)
        except Damaged as damage:
            tally.reject(source, None, str(damage))
            continue
        if header is not None and header.fault:
            tally.reject(source, None, f"the header cannot be read: {header.fault}")
        elif header is not None:
            chosen = choose(header.cells, options.fields, source.name)
            tally.chose(source, told(chosen))
            yield from _Table(source, header.cells, chosen, tally).batches(rows)


def _rows(blocks: Iterator[bytes]) -> Iterator[_Row]:
    """The header, then every row, blank and broken ones too, each with its own bytes."""
    csv.field_size_limit(at.MOST_BYTES)
    taken: list[bytes] = []  # a quoted field may hold newlines: a row takes one line or more
    lines = _decoded(blocks, taken)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        return
    reader = csv.reader(itertools.chain([first], lines), delimiter=_delimiter(first))
    while True:
        try:
            cells, fault = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = [], f"it is not CSV: {error}"
        if taken[-1:] == [_END]:  # the reader asks for a line after the last only within quotes
            cells, fault = [], _OPEN
        yield _Row(cells, b"".join(taken), fault)
        taken.clear()


def _decoded(blocks: Iterator[bytes], taken: list[bytes]) -> Iterator[str]:
    for block in blocks:
        for line in block.splitlines(keepends=True):
            taken.append(line)
            yield line.decode("utf-8", "surrogateescape")
    taken.append(_END)


def is_table(head: bytes) -> bool:
    """Whether bytes begin with a header that names a text and another field, as the usual names are."""
    first = head.partition(b"\n")[0].decode("utf-8", "replace").strip()
    if not first or "\0" in first:
        return False
    try:
        cells = {cell.strip().lower() for cell in next(csv.reader([first], delimiter=_delimiter(first)))}
    except csv.Error:
        return False
    return len(cells) > 1 and not cells.isdisjoint(USUAL_NAMES["text"])


def _delimiter(header: str) -> str:
    """What cuts the header into most fields: surer than `csv.Sniffer`, which long texts mislead."""
    return max(_DELIMITERS, key=lambda each: len(next(csv.reader([header], delimiter=each))))


class _Table:
    """Turns the rows of one source into batches."""

    def __init__(self, source: Source, header: list[str], chosen: dict[str, str], tally: Tally) -> None:
        self._source = source
        self._width = len(header)
        self._places = {field: header.index(name) for field, name in chosen.items()}
        self._tally = tally

    def batches(self, rows: Iterator[_Row]) -> Iterator[pa.RecordBatch]:
        """A batch per block's worth of rows; where the input breaks off, those before it."""
        good: dict[int, list[str]] = {}
        size = number = 0
        try:
            for number, row in enumerate(rows, start=1):
                fault = row.fault or self._fault(row)
                if fault:
                    self._tally.reject(self._source, number, fault, cut_off=fault == _OPEN)
                elif row.cells:
                    good[number] = row.cells
                else:
                    self._tally.counts["blank_lines"] += 1
                size += len(row.raw)
                if size >= at.BLOCK:
                    yield self._batch(good)
                    good, size = {}, 0
        except Damaged as damage:
            self._tally.reject(self._source, number + 1, str(damage), cut_off=True)
        yield self._batch(good)

    def _fault(self, row: _Row) -> str:
        if len(row.cells) in (0, self._width):
            return ""
        fault = f"it has {len(row.cells)} fields where the header has {self._width}"
        lines = len(row.raw.splitlines())
        return fault + (f", over {lines} lines: is a quote left open?" if lines > 1 else "")

    def _batch(self, rows: dict[int, list[str]]) -> pa.RecordBatch:
        try:
            return self._arrays(rows)
        except UnicodeEncodeError:
            return self._arrays(
                {number: cells for number, cells in rows.items() if self._is_utf8(number, cells)}
            )

    def _arrays(self, rows: dict[int, list[str]]) -> pa.RecordBatch:
        columns = {
            field: pa.array(
                [cells[place] for cells in rows.values()],
                pa.large_string() if field == "text" else pa.string(),
            )
            for field, place in self._places.items()
        }
        return pa.RecordBatch.from_pydict(
            {
                "input": pa.repeat(pa.scalar(self._source.index, pa.int32()), len(rows)),
                "record": pa.array(rows.keys(), pa.int64()),
                **columns,
            }
        )

    def _is_utf8(self, number: int, cells: list[str]) -> bool:
        try:
            for place in self._places.values():
                cells[place].encode()
        except UnicodeEncodeError as bad:
            octet = ord(bad.object[bad.start]) - 0xDC00  # what surrogateescape made of it
            self._tally.reject(
                self._source, number, f"it is not UTF-8: byte 0x{octet:02x} in a field{NOT_UTF8}"
            )
            return False
        return True


def check_fit(sources: Sequence[Source]) -> None:
    """All headers and delimiters must be one; an empty file has none."""
    headers = [(source.name, header) for source in sources for header in _header(source)]
    for name, header in headers:
        first_name, first = headers[0]
        differ = "headers" if header.cells != first.cells else "delimiters"
        if header.cells != first.cells or _delimiter_of(header) != _delimiter_of(first):
            raise FeedError(
                f"{first_name} and {name} have different {differ}, so their rows do not fit "
                "into one file; write what is kept of each in a run of its own"
            )


def _delimiter_of(header: _Row) -> str:
    lines = header.raw.decode("utf-8", "surrogateescape").splitlines()
    return _delimiter(next(line for line in lines if line.strip()))


def _header(source: Source) -> list[_Row]:
    return list(itertools.islice(_whole_rows(source), 1))


def copy(sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
    """The first source's header, then the raw rows of all."""
    with packed_file(out) as file:
        file.write(mark_of(sources[0]))
        return write_raw(_pieces(sources), dropped, file)


def _pieces(sources: Sequence[Source]) -> Iterator[Iterator[Raw]]:
    has_header = False  # the first file may be empty
    for source in sources:
        rows = _whole_rows(source)
        header = next(rows, None)
        needed = [] if header is None or has_header else [(NO_RECORD, header.raw)]
        has_header = has_header or header is not None
        yield itertools.chain(needed, _raw(rows, is_last=source is sources[-1]))


def _raw(rows: Iterator[_Row], *, is_last: bool) -> Iterator[Raw]:
    for number, row in enumerate(rows, start=1):
        if row.fault == _OPEN and not is_last:  # it would swallow the rows of the next source
            return
        yield (number if row.cells or row.fault else NO_RECORD, row.raw)


def _whole_rows(source: Source) -> Iterator[_Row]:
    """Every row before the place where the input breaks off: half a row would swallow what follows it."""
    try:
        yield from _rows(whole_lines(source.blocks(at.BLOCK)))
    except Damaged as damage:
        check_was_met_before(source, damage)
