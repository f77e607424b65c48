"""The contract of feeds: what a reader is asked, what it gives, and what reading a feed ends in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from dedup.articles import FIELDS, FieldNames
from dedup.feeds.sources import Source

Progress = Callable[[str, float], None]
"""Told the name of the stage and the share of it that is done."""

HTML_RULES = ("strip", "keep")


def zone(tz: str) -> ZoneInfo:
    """The time zone of that name; raises `ValueError` for an unknown one."""
    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, TypeError, LookupError) as error:
        raise ValueError(f"tz must name a time zone, such as 'Europe/Paris', got {tz!r}") from error


def check_encoding(encoding: str) -> None:
    """Raise `ValueError` for the name of no encoding of text."""
    try:
        "".encode(encoding)
    except (LookupError, TypeError) as error:
        raise ValueError(f"encoding must name one, such as 'cp1252', got {encoding!r}") from error


@dataclass(frozen=True, kw_only=True)
class FeedOptions:
    """How a feed is read. Raises `ValueError`, with the value received, when an option is unknown."""

    fields: FieldNames = field(default_factory=FieldNames)
    """The input's own names for fields; the usual names are recognised for the others."""
    tz: str = "UTC"
    """The zone that times without one are read in."""
    html: str = "strip"
    """What becomes of HTML in a text: one of `HTML_RULES`."""
    encoding: str | None = None
    """Of text, CSV, JSON, text wires and XML that do not say theirs. Unless it is named they are UTF-8; text
    wires that are not are cp1252."""

    def __post_init__(self) -> None:
        for name, value in self.fields.items():
            if name not in FIELDS:
                raise ValueError(f"fields may name {', '.join(FIELDS)}, got {name!r}")
            if not isinstance(value, str) or not value:
                raise ValueError(f"the field {name} must be named by a text, got {value!r}")
        if self.html not in HTML_RULES:
            raise ValueError(f"html must be one of {', '.join(HTML_RULES)}, got {self.html!r}")
        zone(self.tz)
        if self.encoding is not None:
            check_encoding(self.encoding)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed that was read: its articles, what could not be read, and what was done on the way."""

    articles: pa.Table
    """Schema `dedup.articles.ARTICLES`, in input order."""
    rejects: pa.Table
    """Schema `dedup.columns.schema("rejects")`, in input order."""
    inputs: tuple[str, ...]
    """As named by the user; a folder's files one by one."""
    counts: Mapping[str, int]
    """Numbers of `COUNTED`."""
    notes: tuple[str, ...]
    """What a person should be told: which fields were chosen, what was left aside."""
    losses: tuple[str, ...] = ()
    """At most one line: which input was lost or cut off, which a person is told however quiet the run."""
    seconds: float = 0.0
    """How long the reading took."""
    sources: tuple[Source, ...] = field(default=(), repr=False)
    """Where the records lie, for `write_kept`."""


ASIDE = (
    "packages",  # lists of other items: they hold no text of their own
    "items_without_text",  # pictures, video, events, pages that are no article, and the like
)
"""What items are that are no articles: counted, and left aside."""

COUNTED = (
    "records",  # articles, rejects and what is left aside
    "articles",
    "rejects",
    *ASIDE,
    "blank_lines",
    "empty_texts",
    "lone_surrogates",  # records in which half characters were replaced by U+FFFD
    "bad_fields",  # optional fields of a type that is no text, number or time: taken as absent
    "unparsed_times",  # taken as absent
    "html_stripped",  # texts whose tags were taken away
    "entities_decoded",  # texts without tags whose entities were decoded
    "unknown_files",  # files in a folder that are of no known format
)


class Tally:
    """What reading meets on the way; readers write to it, `read` makes the feed's tables from it."""

    def __init__(self, seen: Callable[[int], None]) -> None:
        self.rejects: list[tuple[int, int | None, str]] = []  # input, record, reason
        self.counts: Counter[str] = Counter()
        self.lost: dict[str, str] = {}  # inputs lost or cut off, and why
        self.chosen: dict[str, list[str]] = {}  # what was chosen, and for which inputs
        self.seen = seen
        """To be told the bytes taken from disk."""

    def reject(self, source: Source, record: int | None, reason: str, *, cut_off: bool = False) -> None:
        """Note a record that cannot be read, or with `record` None a whole input.

        `cut_off` says that nothing after the record could be read either.
        """
        self.rejects.append((source.index, record, reason))
        if record is None or cut_off:
            self.lost[source.name] = reason if record is None else f"record {record}: {reason}"

    def chose(self, source: Source, choice: str) -> None:
        """Note which fields were taken from a source, in words."""
        self.chosen.setdefault(choice, []).append(source.name)


class Reader(Protocol):
    """What the module of a format gives. A new format is a module with these, listed in `formats.py`."""

    NAME: str
    """What a person calls the format."""
    SUFFIXES: tuple[str, ...]
    """What its file names end in, in lower case, without compression; nothing where the content tells."""
    INTO_FOLDER: bool
    """Whether records are kept as the files they came in, in a folder; otherwise in one file of all."""

    def read(self, sources: Sequence[Source], options: FeedOptions, tally: Tally) -> Iterator[pa.RecordBatch]:
        """Batches of records: columns `input`, `record`, `text`, and those of `FIELDS` that there are.

        Columns are of the type the format gives; `build.articles` brings them into `ARTICLES`. A record
        or source that cannot be read goes to `tally.reject`; `FeedError` is for a source that has not
        got the fields.
        """
        ...

    def check_fit(self, sources: Sequence[Source]) -> None:
        """Raise `FeedError` for sources whose records do not fit into one output."""
        ...

    def copy(self, sources: Sequence[Source], dropped: Sequence[Collection[int]], out: Path) -> int:
        """Write the sources' records, bytes unchanged, less the numbers dropped of each; return how many.

        `out` does not exist yet and is removed by the caller where this fails; its name says how it is
        packed. `check_fit` has passed the sources.
        """
        ...
