"""Items of documents to batches of records: what the readers of formats without columns have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from dedup.errors import FeedError
from dedup.feeds import files
from dedup.feeds import sources as at
from dedup.feeds.build import whole_characters
from dedup.feeds.compression import Damaged
from dedup.feeds.contract import FeedOptions, Reader, Tally
from dedup.feeds.priors import PRIOR_IDS
from dedup.feeds.sources import Source

PLAIN = {b"text": b"plain"}
"""Metadata of a batch whose texts hold no markup: what looks like a tag in them is meant so."""

_ITEMS = 1024  # of a batch: Arrow takes about a millisecond a batch, whatever is in it


class Item(NamedTuple):
    """One item as its format says it: times and status unparsed, absent what it does not say.

    `text` is plain, with a blank line between paragraphs, and may be empty, as in a kill.
    """

    text: str
    id: str | None = None
    version: str | None = None
    title: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    prior_ids: Sequence[str] | None = None
    byline: str | None = None
    status: str | None = None
    embargoed: str | None = None


class Fault(NamedTuple):
    """An item that cannot be read, and why, in words a person can act on.

    `cut_off` says that nothing after it could be read either.
    """

    reason: str
    cut_off: bool = False


class Aside(NamedTuple):
    """An item that is no article; `what` is the name it is counted under, one of `contract.ASIDE`."""

    what: str


class Format(Protocol):
    """What the module of a format of documents gives; `Documents` makes a reader of it."""

    NAME: str
    """What a person calls the format."""
    SUFFIXES: tuple[str, ...]
    """What its file names end in, in lower case, without compression."""

    def recognises(self, head: bytes) -> bool:
        """Whether a document that starts so is of this format; `head`: up to `sources.HEAD` plain bytes."""
        ...

    def items(self, source: Source, options: FeedOptions, tally: Tally) -> Iterator[Item | Fault | Aside]:
        """What the document holds, in its order; each is a record, counted from 1.

        Reads `source.blocks(seen=tally.seen)`, as a stream where the document may be long, and lets the
        `Damaged` it raises pass. Raises nothing else, but `FeedError` where a library is missing.
        """
        ...


class _Files:
    """What readers of documents have in common: each is kept whole or not at all."""

    INTO_FOLDER = True

    def check_fit(self, sources: Sequence[Source]) -> None:
        """Documents go into a folder, so they fit together."""
        del sources

    def copy(self, sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
        """A folder of the documents themselves."""
        return files.copy(sources, dropped, out)


class Whole(_Files):
    """A reader like another, of documents."""

    def __init__(self, reader: Reader, name: str, suffixes: tuple[str, ...]) -> None:
        self.NAME, self.SUFFIXES = name, suffixes
        self.read = reader.read


class Documents(_Files):
    """A reader of documents of one format."""

    def __init__(self, form: Format) -> None:
        self.NAME, self.SUFFIXES = form.NAME, form.SUFFIXES
        self.recognises, self._items = form.recognises, form.items

    def read(self, sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
        """One batch for many documents, or a part of a long one. Named fields do not concern it."""
        found: list[tuple[int, int, Item]] = []
        size = 0
        for source in sources:
            number = 0
            try:
                for number, item in enumerate(self._items(source, options, tally), start=1):
                    if isinstance(item, Fault):
                        tally.reject(source, number, item.reason, cut_off=item.cut_off)
                    elif isinstance(item, Aside):
                        tally.counts[item.what] += 1
                    else:
                        found.append((source.index, number, item))
                        size += len(item.text)
                        if size >= at.BLOCK or len(found) == _ITEMS:
                            yield _batch(found)
                            found, size = [], 0
            except Damaged as damage:
                tally.reject(source, number + 1 if number else None, str(damage), cut_off=True)
            except FeedError as error:  # a library is missing
                raise FeedError(f"{source.name}: {error}") from error
        yield _batch(found)


_TYPES = {"prior_ids": PRIOR_IDS, "text": pa.large_string()}


def _batch(found: list[tuple[int, int, Item]]) -> pa.RecordBatch:
    columns: dict[str, Any] = {
        "input": pa.array([index for index, _, _ in found], pa.int32()),
        "record": pa.array([number for _, number, _ in found], pa.int64()),
    }
    for place, field in enumerate(Item._fields):
        columns[field] = _column([item[place] for _, _, item in found], _TYPES.get(field, pa.string()))
    return pa.RecordBatch.from_pydict(columns).replace_schema_metadata(PLAIN)


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half characters, as an entity may name them
        return pa.array(
            [whole_characters(value) if isinstance(value, str) else value for value in values], kind
        )
