"""Small feeds to read in tests."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import zstandard

from dedup.feeds import Feed, FeedOptions, read
from dedup.feeds.contract import Tally
from dedup.feeds.items import Aside, Fault, Format, Item
from dedup.feeds.sources import Source

KEYS = ("id", "version", "title", "source", "published", "url", "text")


def lines(*records: object) -> bytes:
    """JSON lines; a text or bytes stands for itself, so that broken lines can be made."""
    return b"\n".join(_line(record) for record in records) + b"\n"


def _line(record: object) -> bytes:
    if isinstance(record, bytes):
        return record
    return record.encode() if isinstance(record, str) else json.dumps(record).encode()


def packed(data: bytes, suffix: str) -> bytes:
    """The bytes packed as a file of that suffix is."""
    if suffix.endswith(".gz"):
        return gzip.compress(data, mtime=0)
    return zstandard.ZstdCompressor().compress(data) if suffix.endswith(".zst") else data


def feed_of(path: Path, data: bytes, **options: object) -> Feed:
    """Write a file, packed as its name says, and read it."""
    path.write_bytes(packed(data, path.name))
    return read([path], FeedOptions(**options))  # type: ignore[arg-type]


def texts(feed: Feed) -> list[str]:
    """The texts of all articles."""
    found: list[str] = feed.articles["text"].to_pylist()
    return found


def rejects(feed: Feed) -> list[tuple[str, int | None, str]]:
    """Input's file name, record and reason of each reject."""
    return [(Path(row["input"]).name, row["record"], row["reason"]) for row in feed.rejects.to_pylist()]


def column(feed: Feed, name: str) -> list[object]:
    """One column of the articles."""
    found: list[object] = feed.articles[name].to_pylist()
    return found


def names(paths: Sequence[str]) -> list[str]:
    """The file names of paths."""
    return [Path(path).name for path in paths]


def items_of(form: Format, data: bytes, name: str = "feed", **options: object) -> list[Item | Fault | Aside]:
    """What a format of documents finds in some bytes."""
    source = Source(name=name, index=0, inside=name, size=len(data), opener=lambda: io.BytesIO(data))
    return list(form.items(source, FeedOptions(**options), Tally(lambda _: None)))  # type: ignore[arg-type]
