"""Names of files into the articles that they hold."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from dedup import feeds
from dedup.articles import ARTICLES
from dedup.comparing.choice import Chosen, row_of
from dedup.errors import FeedError
from dedup.feeds import Feed, FeedOptions
from dedup.settings import Settings
from dedup.stages.identify import identify

_log = logging.getLogger(__name__)

_STDIN = "-"
_SHOWN = 3  # ids, where one is to be named


def in_files(names: Sequence[str], options: FeedOptions, settings: Settings) -> Chosen:
    """The article that each file holds, or the one of an id: `FILE#ID`, `FILE#ID@VERSION`.

    Raises `FeedError` for a file that cannot be read, holds no article or several, or not that one.
    """
    parts = [_file_and_id(name) for name in names]
    read = {file: feeds.read([file], options) for file in dict.fromkeys(file for file, _ in parts)}
    return Chosen(pa.concat_tables([_article(read[file], file, id_) for file, id_ in parts]), settings)


def _file_and_id(name: str) -> tuple[str, str]:
    """A file, and the id of an article in it; the last # parts them, unless all of it is a file."""
    if _is_there(name):
        return name, ""
    file, _, id_ = name.rpartition("#")
    if not file:
        file, id_ = name, ""
    if not (_is_there(file) or file == _STDIN or "://" in file):
        raise FeedError(
            f"{file} does not exist; check the path, or name with --in the archive or the folder of a result "
            "that has an article of this id"
        )
    return file, id_


def _is_there(name: str) -> bool:
    with suppress(OSError):  # a name may be too long for a file
        return Path(name).exists()
    return False


def _article(feed: Feed, file: str, id_: str) -> pa.Table:
    if feed.rejects.num_rows:
        reason = feed.rejects["reason"][0].as_py()
        if not feed.articles.num_rows:
            raise FeedError(f"{file} holds no article that can be read: {reason}")
        _log.warning("%s: not all records could be read: %s", file, reason)
    if not feed.articles.num_rows:
        raise FeedError(f"{file} holds no article; name a file that does")
    known = identify(feed.articles, None)
    ids, versions = (known.articles[name].to_pylist() for name in ("id", "version"))
    if id_:
        some = ", ".join([*dict.fromkeys(ids)][:_SHOWN])
        place = row_of(
            id_, (ids, versions), lambda told: FeedError(f"{file} {told}"), f"it has such as {some}"
        )
    elif len(ids) > 1:
        raise FeedError(f"{file} holds {len(ids):,} articles; name one as {file}#ID, such as {file}#{ids[0]}")
    else:
        place = 0
    row = feed.articles.slice(int(known.first_record[place]), 1)
    for name, value in (("id", ids[place]), ("version", versions[place])):
        at = ARTICLES.get_field_index(name)
        row = row.set_column(at, ARTICLES.field(at), pa.array([value], pa.string()))
    return row
