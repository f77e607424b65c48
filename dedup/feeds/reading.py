"""Inputs to a `Feed`: find the sources, let each format's reader read them, gather."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import pyarrow as pa

from dedup.articles import ARTICLES
from dedup.columns import schema
from dedup.errors import FeedError
from dedup.feeds import build
from dedup.feeds.contract import COUNTED, Feed, FeedOptions, Progress, Tally
from dedup.feeds.formats import reader_of, recognise
from dedup.feeds.sources import STDIN, Source, find_sources

DEFAULTS = FeedOptions()

# Bytes of a joined batch: 16 MB took 30 MB more memory and no less time.
_JOINED = 1 << 22


def read(
    inputs: Sequence[str | os.PathLike[str]],
    options: FeedOptions = DEFAULTS,
    progress: Progress | None = None,
) -> Feed:
    """Read files, folders and stdin (`-`) into one feed.

    A record that cannot be read is a row of `rejects` and the reading goes on. Raises `FeedError` for an
    input that is missing, of no known format, or without the fields; and if not one input can be read.
    """
    start = time.perf_counter()
    names = [os.fspath(name) for name in ([inputs] if isinstance(inputs, (str, os.PathLike)) else inputs)]
    if not names or names.count(STDIN) > 1:
        raise ValueError(f"inputs must name files or folders, and '-' at most once, got {names!r}")
    sources, unknown = find_sources(names, lambda source: recognise(source) is not None)
    tally = Tally(_share_of(sources, progress))
    tally.counts["unknown_files"] = sum(unknown.values())
    batches = list(_packed(_batches(sources, options, tally)))
    if progress is not None:
        progress("read", 1.0)
    feed = _feed(sources, pa.Table.from_batches(batches, ARTICLES), tally, unknown)
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


def _packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches joined to larger ones, in buffers no longer than what they hold.

    Arrow's builders double their buffers as they grow, and the half left over is not given back: 225 MB
    of news took 466 MB. A copy is cheaper than touching that much memory.
    """
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= _JOINED:
            yield pa.concat_batches(held)
            held, size = [], 0
    if held:
        yield pa.concat_batches(held)


def _feed(sources: list[Source], articles: pa.Table, tally: Tally, unknown: dict[str, int]) -> Feed:
    # Sorted, so that the blocks a file is read in cannot be told from the rejects.
    found = sorted(tally.rejects, key=lambda reject: (reject[0], reject[1] or 0, reject[2]))
    unread = {index for index, record, _ in found if record is None}
    if not articles.num_rows and len(unread) == len(sources):
        _, _, reason = found[0]
        more = f" (and {len(sources) - 1} more inputs likewise)" if len(sources) > 1 else ""
        raise FeedError(f"{sources[0].name}: {reason}{more}; no input could be read")
    rejects = pa.Table.from_pylist(
        [{"input": sources[at].name, "record": record, "reason": reason} for at, record, reason in found],
        schema("rejects"),
    )
    tally.counts.update(
        articles=articles.num_rows, rejects=len(found), records=articles.num_rows + len(found) - len(unread)
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
    if not articles.num_rows:
        yield f"{_named([source.name for source in sources])}: no article"


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
