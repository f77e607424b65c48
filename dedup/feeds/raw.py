"""Raw records of line formats, copied byte for byte less the dropped ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import IO

from dedup.errors import FeedError
from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.lines import whole_lines
from dedup.feeds.sources import Source

Raw = tuple[int, bytes]
"""A record's number and its bytes with the line end; `NO_RECORD` for a header or blank line."""

NO_RECORD = 0


def write_raw(pieces: Iterable[Iterable[Raw]], dropped: Sequence[Collection[int]], file: IO[bytes]) -> int:
    """Write the pieces of each source less the record numbers dropped of it; return the records written."""
    written = 0
    unfinished = False  # the last line of a file may have no newline, and another file may follow
    for of_source, gone in zip(pieces, dropped, strict=True):
        for number, data in of_source:
            if number in gone:
                continue
            if unfinished:
                file.write(b"\n")
            file.write(data)
            unfinished = not data.endswith((b"\n", b"\r"))
            written += number != NO_RECORD
    return written


def lines_and_tail(source: Source) -> Iterator[bytes]:
    """Blocks of whole lines; of an input that breaks off also the unfinished line, which is a reject."""
    try:
        yield from whole_lines(source.blocks(at.BLOCK))
    except Damaged as damage:
        check_was_met_before(source, damage)
        if damage.tail:
            yield damage.tail


def check_was_met_before(source: Source, damage: Damaged) -> None:
    """Raise `FeedError` unless the damage is in what is packed, which was there when it was first read."""
    if not (source.compression or source.opener):
        raise FeedError(
            f"{source.name} {damage}, so what is kept of it cannot be written; run again"
        ) from damage
