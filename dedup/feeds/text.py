"""Plain text: one article per file, the file's content its text and its path its id."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from dedup.feeds import files
from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.lines import NOT_UTF8, OVERLONG, in_utf8
from dedup.feeds.sources import Source

NAME = "plain text"
SUFFIXES: tuple[str, ...] = (".txt",)
INTO_FOLDER = True

# Files of a batch: Arrow takes about a millisecond a batch, whatever is in it.
_FILES = 1024


def read(sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    """One batch for many files. Named fields do not concern it: a text file has none."""
    found: list[tuple[int, str, str]] = []
    size = 0
    for source in sources:
        text = _text(source, options, tally)
        if text is None:
            continue
        found.append((source.index, source.inside, text))
        size += len(text)
        if size >= at.BLOCK or len(found) == _FILES:
            yield _batch(found)
            found, size = [], 0
    yield _batch(found)


def _text(source: Source, options: FeedOptions, tally: Tally) -> str | None:
    blocks: list[bytes] = []
    try:
        for block in in_utf8(source.blocks(at.BLOCK, tally.seen), options.encoding):
            blocks.append(block)
            if sum(map(len, blocks)) > at.MOST_BYTES:
                tally.reject(source, 1, OVERLONG)
                return None
        return b"".join(blocks).decode()
    except Damaged as damage:
        tally.reject(source, 1 if blocks else None, str(damage), cut_off=True)
    except UnicodeDecodeError as bad:
        tally.reject(
            source, 1, f"it is not UTF-8: byte 0x{bad.object[bad.start]:02x} at byte {bad.start}{NOT_UTF8}"
        )
    return None


def _batch(found: list[tuple[int, str, str]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "input": pa.array([index for index, _, _ in found], pa.int32()),
            "record": pa.repeat(pa.scalar(1, pa.int64()), len(found)),
            "id": pa.array([inside for _, inside, _ in found], pa.string()),
            "text": pa.array([text for _, _, text in found], pa.large_string()),
        }
    )


def check_fit(sources: Sequence[Source]) -> None:
    """Whether two files of one name clash is seen when it is known which of them stay."""
    del sources


def copy(sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
    """A folder of the files themselves under their relative names."""
    return files.copy(sources, dropped, out)
