"""Which reader reads a source: by its first bytes, and where these leave it open by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

# By `import as`: this package imports itself in a circle here, where mypy, run again, loses a `from` import.
import dedup.feeds.csv as csv  # noqa: PLR0402
import dedup.feeds.jsonl as jsonl  # noqa: PLR0402
import dedup.feeds.ninjs as ninjs  # noqa: PLR0402
import dedup.feeds.parquet as parquet  # noqa: PLR0402
import dedup.feeds.text as text  # noqa: PLR0402
from dedup.articles import FieldNames
from dedup.feeds.contract import Reader
from dedup.feeds.items import Documents, Format, Whole
from dedup.feeds.json_forms import json_form
from dedup.feeds.lines import in_utf8, is_utf_16
from dedup.feeds.sources import STDIN, UNREADABLE, Source

_READERS: tuple[Reader, ...] = (
    *(jsonl, csv, parquet, text, ninjs, Whole(jsonl, "JSON", ()), Whole(ninjs, "ninjs", ())),
)

_PARQUET = b"PAR1"
# What begins without any of these is of no kind of document, and need not wait 0.1 s for their readers.
_LIKE_A_DOCUMENT = re.compile(rb"[<\0\x01\xff\xfe]|WARC/|jsonfeed\.org")
_START = 1024


@cache
def _documents() -> tuple[Documents, ...]:
    """The readers of documents in the order they are asked: NITF, the last of XML, takes any wrapper."""
    from dedup.feeds.markup import newsml, newsml_g2, nitf
    from dedup.feeds.web import jsonfeed, pages, syndication, warc
    from dedup.feeds.wire import wires

    forms: tuple[Format, ...] = (wires, warc, newsml_g2, newsml, syndication, pages, jsonfeed, nitf)
    return tuple(map(Documents, forms))


def readers() -> tuple[Reader, ...]:
    """All of them."""
    return (*_READERS, *_documents())


def recognise(source: Source, head: bytes, named: FieldNames) -> str:
    """The name of the format of a source, or nothing when it is not known.

    `head`: its first bytes; `named`: the fields that the user named.
    """
    if head.startswith(_PARQUET):
        return parquet.NAME
    if _LIKE_A_DOCUMENT.search(head, 0, _START):
        for form in _documents():
            if form.recognises(head):
                return form.NAME
    if is_utf_16(head):
        head = head[: len(head) & ~1]
    plain = b"".join(in_utf8(iter([head])))
    is_csv = source.plain_name.endswith(csv.SUFFIXES)
    return (
        ("" if is_csv else json_form(source, plain, named))
        or _named_so(source, _READERS)
        or _by_guess(source, plain)
        or _named_so(source, _documents())
    )


def _named_so(source: Source, among: Iterable[Reader]) -> str:
    return next((each.NAME for each in among if source.plain_name.endswith(each.SUFFIXES)), "")


def _by_guess(source: Source, head: bytes) -> str:
    """The format of what has no name that tells it: a table of articles, or what comes on stdin."""
    if csv.is_table(head):
        return csv.NAME
    if source.name != STDIN or b"\0" in head:
        return ""
    return text.NAME if head.strip() else jsonl.NAME


def reader_of(source: Source) -> Reader:
    """The reader of a source that was recognised before."""
    if source.form == UNREADABLE:
        return text
    known = next((each for each in _READERS if source.form == each.NAME), None)
    return known or next(each for each in _documents() if source.form == each.NAME)
