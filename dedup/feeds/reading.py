"""Inputs to a `Feed`: find the sources, let each format's reader read them, gather."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.articles import ARTICLES
from dedup.columns import schema
from dedup.errors import FeedError
from dedup.feeds import build
from dedup.feeds.contract import ASIDE, COUNTED, Feed, FeedOptions, Progress, Tally
from dedup.feeds.finding import find_sources
from dedup.feeds.formats import reader_of, recognise
from dedup.feeds.sources import STDIN, Source
from dedup.room import Room
from dedup.texts import Block, block_of

DEFAULTS = FeedOptions()


def read(
    inputs: Sequence[str | os.PathLike[str]],
    options: FeedOptions = DEFAULTS,
    progress: Progress | None = None,
    *,
    room: Room | None = None,
    use: Callable[[Iterator[Block]], None] | None = None,
) -> Feed:
    """Read files, folders and stdin (`-`) into one feed.

    The texts lie in `room`. `use` is given them in blocks as they are read, and must take them all. A record
    that cannot be read is a row of `rejects` and the reading goes on. Raises `FeedError` for an input that is
    missing, of no known format, or without the fields; and if not one input can be read.
    """
    start = time.perf_counter()
    names = [os.fspath(name) for name in ([inputs] if isinstance(inputs, (str, os.PathLike)) else inputs)]
    if not names or names.count(STDIN) > 1:
        raise ValueError(f"inputs must name files or folders, and '-' at most once, got {names!r}")
    sources, unknown = find_sources(names, lambda source, head: recognise(source, head, options.fields))
    tally = Tally(_share_of(sources, progress))
    tally.counts["unknown_files"] = sum(unknown.values())
    taken = _Taken(room or Room())
    (use or _used_up)(taken.blocks(_batches(sources, options, tally)))
    if progress is not None:
        progress("read", 1.0)
    feed = _feed(sources, taken.table(), tally, unknown)
    return replace(feed, seconds=time.perf_counter() - start)


def _share_of(sources: list[Source], progress: Progress | None) -> Callable[[int], None]:
    total = sum(source.size for source in sources)
    taken = 0

    def seen(size: int) -> None:
        nonlocal taken
        taken += size
        if progress is not None:
            progress("read", min(1.0, taken / max(1, total)))

    return seen


def _batches(sources: list[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
    for reader, of_reader in groupby(sources, reader_of):
        for batch in reader.read(list(of_reader), options, tally):
            if batch.num_rows:
                yield build.articles(batch, options, tally.counts)


def _used_up(blocks: Iterator[Block]) -> None:
    for _ in blocks:
        pass


class _Taken:
    """Gathers batches; their texts lie one behind the other, and no batch outlives its use.

    Arrow's builders double their buffers as they grow, and the half left over is not given back: 225 MB
    of news took 466 MB.
    """

    def __init__(self, room: Room) -> None:
        self._octets = room.pile(np.uint8)
        self._sizes: list[NDArray[np.int64]] = []
        self._others: list[pa.RecordBatch] = []

    def blocks(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Block]:
        """The texts of all batches."""
        # Half of the time goes into fresh memory: meanwhile the next batch is read.
        with ThreadPoolExecutor(1) as pool:
            added: Future[int] | None = None
            for batch in batches:
                texts = block_of(batch["text"])
                if added is not None:
                    added.result()
                added = pool.submit(self._octets.add, texts.data[texts.offsets[0] : texts.offsets[-1]])
                self._sizes.append(np.diff(texts.offsets))
                self._others.append(batch.drop_columns("text"))
                yield texts
            if added is not None:
                added.result()

    def table(self) -> pa.Table:
        """All that was taken, in the schema `ARTICLES`."""
        texts = Block(self._octets.filled(), np.cumsum(np.concatenate([np.zeros(1, np.int64), *self._sizes])))
        others = pa.schema([field for field in ARTICLES if field.name != "text"])
        table = pa.Table.from_batches(self._others, others).combine_chunks()
        return table.append_column(ARTICLES.field("text"), texts.to_arrow()).select(ARTICLES.names)


def _feed(sources: list[Source], articles: pa.Table, tally: Tally, unknown: dict[str, int]) -> Feed:
    # Sorted, so that the blocks a file is read in cannot be told from the rejects.
    found = sorted(tally.rejects, key=lambda reject: (reject[0], reject[1] or 0, reject[2]))
    unread = {index for index, record, _ in found if record is None}
    if not articles.num_rows and len(unread) == len(sources) and found:
        _, _, reason = found[0]
        more = f" (and {len(sources) - 1} more inputs likewise)" if len(sources) > 1 else ""
        raise FeedError(f"{sources[0].name}: {reason}{more}; no input could be read")
    rejects = pa.Table.from_pylist(
        [{"input": sources[at].name, "record": record, "reason": reason} for at, record, reason in found],
        schema("rejects"),
    )
    aside = sum(tally.counts[name] for name in ASIDE)
    tally.counts.update(
        articles=articles.num_rows,
        rejects=len(found),
        records=articles.num_rows + len(found) - len(unread) + aside,
    )
    return Feed(
        articles=articles,
        rejects=rejects,
        inputs=tuple(source.name for source in sources),
        counts={name: tally.counts[name] for name in COUNTED},
        notes=tuple(_notes(sources, articles, tally, unknown)),
        losses=tuple(_losses(tally.lost)),
        sources=tuple(sources),
    )


def _losses(lost: dict[str, str]) -> Iterator[str]:
    if lost:
        name, reason = next(iter(lost.items()))
        more = f" (and {len(lost) - 1} more inputs were lost or cut off)" if len(lost) > 1 else ""
        yield f"{name} was lost or cut off: {reason}{more}"


def _notes(sources: list[Source], articles: pa.Table, tally: Tally, unknown: dict[str, int]) -> Iterator[str]:
    for choice, names in tally.chosen.items():
        yield f"{_named(names)}: {choice}"
    for folder, files in unknown.items():
        yield f"{folder}: {files} file{'s' if files > 1 else ''} of no known format left aside"
    aside = [f"{tally.counts[name]:,} {name.replace('_', ' ')}" for name in ASIDE if tally.counts[name]]
    if aside:
        yield f"{_named([source.name for source in sources])}: {' and '.join(aside)} left aside"
    if not articles.num_rows:
        yield f"{_named([source.name for source in sources])}: no article"


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
