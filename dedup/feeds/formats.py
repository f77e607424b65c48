"""Which reader reads a source. By its name today; by its content when a format needs that."""

from __future__ import annotations

# By `import as`: this package imports itself in a circle here, where mypy, run again, loses a `from` import.
import dedup.feeds.csv as csv  # noqa: PLR0402
import dedup.feeds.jsonl as jsonl  # noqa: PLR0402
import dedup.feeds.parquet as parquet  # noqa: PLR0402
import dedup.feeds.text as text  # noqa: PLR0402
from dedup.feeds.contract import Reader
from dedup.feeds.sources import STDIN, Source

READERS: tuple[Reader, ...] = (jsonl, csv, parquet, text)


def recognise(source: Source) -> Reader | None:
    """The reader of a source, or None when its format is not known."""
    if source.name == STDIN:
        return jsonl
    return next((reader for reader in READERS if source.plain_name.endswith(reader.SUFFIXES)), None)


def reader_of(source: Source) -> Reader:
    """The reader of a source that was recognised before."""
    reader = recognise(source)
    if reader is None:
        raise ValueError(f"{source.name} is of no known format")
    return reader
