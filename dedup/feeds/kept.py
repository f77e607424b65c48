"""A feed's own records less duplicates, written byte for byte as they came."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.errors import FeedError, OutputError
from dedup.feeds.compression import SUFFIXES
from dedup.feeds.contract import Feed, Reader
from dedup.feeds.formats import reader_of, readers


def write_kept(feed: Feed, keep: NDArray[np.bool_], path: str | os.PathLike[str]) -> int:
    """Write the records of a feed less those whose `keep` is False; return how many were written.

    `keep` has one bool per row of `feed.articles`; records that were rejected stay. `path` is a file, or
    for text files a folder; it appears whole or not at all, packed if its name ends so. Of a link the
    target is written and the link stays.
    """
    if len(keep) != feed.articles.num_rows:
        raise ValueError(f"keep must have one bool per article ({feed.articles.num_rows}), got {len(keep)}")
    check_kept(feed, path)
    out, reader = Path(path).resolve(), _one_reader(feed)
    beside = out.with_name(f".{os.getpid()}.partial.{out.name}")
    try:
        written = reader.copy(feed.sources, _dropped(feed, keep), beside)
        beside.replace(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        if beside.is_dir():
            shutil.rmtree(beside)
        else:
            beside.unlink(missing_ok=True)
    return written


def check_kept(feed: Feed, path: str | os.PathLike[str]) -> None:
    """Refuse, before there is anything to keep, what `write_kept` could not write.

    Raises `FeedError` for a feed whose records do not fit into one output or cannot be read again, and
    `OutputError` for a path that cannot be that output.
    """
    reader = _one_reader(feed)
    _check_can_be_read_again(feed)
    _check_name(Path(path), reader, feed)
    reader.check_fit(feed.sources)


def _one_reader(feed: Feed) -> Reader:
    if not feed.sources:
        raise FeedError(
            "this feed was not read from files, so there are no records to copy; keep its articles"
        )
    readers = {reader_of(source).NAME: reader_of(source) for source in feed.sources}
    if all(reader.INTO_FOLDER for reader in readers.values()):
        _check_one_record_each(feed)
    elif len(readers) > 1:
        raise FeedError(
            f"the inputs are of several formats ({', '.join(sorted(readers))}), so their records do not fit "
            "into one file; write what is kept of each format in a run of its own"
        )
    return next(iter(readers.values()))


def _check_one_record_each(feed: Feed) -> None:
    """Documents are kept whole, so what holds several records cannot lose some of them."""
    inputs = feed.articles["input"].to_numpy()
    several = np.flatnonzero(np.bincount(inputs, minlength=len(feed.sources)) > 1)
    if several.size:
        source = feed.sources[several[0]]
        raise FeedError(
            f"{source.name} is one {source.form} document with several records, which cannot be taken out of "
            "it; clusters.csv tells which of them stay"
        )


def _check_can_be_read_again(feed: Feed) -> None:
    for reject in feed.rejects.to_pylist():
        if reject["record"] is None:
            raise FeedError(
                f"{reject['input']} could not be read ({reject['reason']}), so what is kept of it cannot be "
                "written; leave it out and run again"
            )
    for source in feed.sources:
        source.check_unchanged()


def _check_name(out: Path, reader: Reader, feed: Feed) -> None:
    for source in feed.sources:
        if source.path is not None and out.exists() and out.samefile(source.path):
            raise OutputError(f"{out} is an input; name another file for what is kept")
    if out.exists() and not (out.is_file() or out.is_dir()):
        raise OutputError(f"{out} is a device or a pipe, which cannot be replaced; name a file")
    if reader.INTO_FOLDER:
        if out.is_file() or (out.is_dir() and any(out.iterdir())):
            raise OutputError(
                f"{out} must be a new or empty folder for the files that are kept; name another"
            )
        return
    if out.is_dir():
        raise OutputError(f"{out} is a folder; name a file for what is kept")
    target = out.resolve()  # of a link, what is written
    packing = target.suffix.lower() if target.suffix.lower() in SUFFIXES else ""
    name = target.name.lower().removesuffix(packing)
    others = {suffix for each in readers() for suffix in each.SUFFIXES} - set(reader.SUFFIXES)
    if name.endswith(tuple(others)):
        raise OutputError(
            f"{out} is named like another format, but what is kept is {reader.NAME} as it came; "
            f"name it {Path(name).stem}{reader.SUFFIXES[0]}{packing}"
        )


def _dropped(feed: Feed, keep: NDArray[np.bool_]) -> list[Collection[int]]:
    """The numbers of the records to leave out, for each source."""
    gone = feed.articles.select(["input", "record"]).filter(~np.asarray(keep, bool))
    numbers: list[set[int]] = [set() for _ in feed.sources]
    for index, record in zip(gone["input"].to_pylist(), gone["record"].to_pylist(), strict=True):
        numbers[index].add(record)
    return list(numbers)
