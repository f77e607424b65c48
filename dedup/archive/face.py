"""`Archive`: open, add, find, remove, expire, export, info."""

from __future__ import annotations

import json
import logging
import math
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive import reports, standing
from dedup.archive.catalogue import When, call_roll, feed_hash, text_digests
from dedup.archive.night import forget, hold
from dedup.archive.rows import numbers
from dedup.archive.shelf import OutlineShelf, Shelf
from dedup.archive.taking import Given
from dedup.articles import FieldNames
from dedup.clock import Clock
from dedup.duplicates import Duplicates
from dedup.errors import ArchiveError
from dedup.feeds import Feed, FeedOptions, Progress
from dedup.folding import fold_digest
from dedup.intake import Intake, take_in
from dedup.opening import open_store
from dedup.pipeline import untold
from dedup.settings import Settings
from dedup.stages.identify import moment, with_zone
from dedup.store import Store
from dedup.texts import Texts

_log = logging.getLogger(__name__)

_NAMED = 10  # of ids that are told

Rows = NDArray[np.int64]

WINDOW = timedelta(days=30)
"""How far back articles take part, unless a run says otherwise."""

_FREE = ("threads", "memory", "keep")  # settings that may differ from run to run


class Archive:
    """The persistent index of a feed. Made by `Archive.open`; close it, or use it in a `with`."""

    def __init__(self, store: Store, settings: Settings, *, keep_text: bool) -> None:
        self._store = store
        self.settings = settings
        self.keep_text = keep_text

    @property
    def path(self) -> Path:
        """Its file."""
        return self._store.path

    @property
    def _shelf(self) -> Shelf:
        return (
            Shelf(self.settings) if self.keep_text else OutlineShelf(self.settings, self._store.meta["key"])
        )

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        settings: Settings | None = None,
        *,
        keep_text: bool | None = None,
        make: bool = True,
        reads: bool = False,
        wait: float = 60.0,
    ) -> Archive:
        """Open the archive in a file, or make one where there is none.

        `settings` and `keep_text` are stored with a new one; for one that is there they must be the same, and
        are the stored ones where they are not given. `make`: whether one may be made. `reads`: only ask;
        other readers may ask meanwhile.
        Where another process holds it, up to `wait` seconds are waited.

        Raises `ArchiveError` for one that is held, damaged, of other settings, of a newer version, or none,
        and `ValueError` for a `wait` that is no time.
        """
        if not 0 <= wait < math.inf:
            raise ValueError(f"wait must be a number of seconds from 0 on, got {wait!r}")
        wanted = settings or Settings()
        new = {
            "settings": json.dumps(wanted.as_dict(), sort_keys=True),
            "fold_table": fold_digest(),
            "keep_text": json.dumps(keep_text is not False),
            "key": secrets.token_hex(16),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        store = open_store(path, new=new if make else None, reads=reads, wait=wait)
        try:
            return cls._opened(store, settings, keep_text)
        except BaseException:
            store.close()
            raise

    @classmethod
    def _opened(cls, store: Store, settings: Settings | None, keep_text: bool | None) -> Archive:
        meta = store.meta
        stored = Settings(**json.loads(meta["settings"]))
        if settings is not None:
            ours, theirs = settings.as_dict(), stored.as_dict()
            if other := [name for name in ours if name not in _FREE and ours[name] != theirs[name]]:
                named = ", ".join(f"{name} {theirs[name]} and not {ours[name]}" for name in other)
                raise ArchiveError(
                    f"{store.path}: is of other settings: it has {named}; give it those, or make another"
                )
            stored = replace(stored, **{name: ours[name] for name in _FREE})
        if meta["fold_table"] != fold_digest():
            raise ArchiveError(
                f"{store.path}: its fold table is {meta['fold_table']} and that of this Python's Unicode is "
                f"{fold_digest()}, so words would not meet; use the Python it was made with, or make another"
            )
        keeps = json.loads(meta["keep_text"])
        if keep_text is not None and keep_text != keeps:
            raise ArchiveError(
                f"{store.path}: has keep_text {keeps} and not {keep_text}; give it that, or make another"
            )
        return cls(store, stored, keep_text=keeps)

    def add(  # noqa: PLR0913 - all but the articles by keyword, and none of them needed
        self,
        articles: Any,
        *,
        run_id: str | None = None,
        window: timedelta | None = WINDOW,
        as_of: datetime | None = None,
        options: FeedOptions | None = None,
        progress: Progress | None = None,
        on_read: Callable[[Feed], None] | None = None,
        clock: Clock | None = None,
        **fields: Unpack[FieldNames],
    ) -> Duplicates:
        """Hold articles against the archive, put them in, and tell what was found: all in one transaction.

        `articles`, `options`, `progress`, `on_read`, `clock` and `fields` are those of `find_duplicates`. The
        result tells tonight's clusters, pairs and repeats, old members included. `window`: how far back
        from `as_of` (a time with its zone; now, unless given) articles take part, by `published`, else by
        when they were added; None for all. A `run_id` that is known, or a feed that is, changes nothing and
        gives what that run gave.

        Raises what `find_duplicates` does, and `ArchiveError`; the archive is then as it was.
        """
        when = self._when(as_of, window)
        clock = clock or Clock()
        tell = progress or untold
        taken = take_in(articles, options, fields, self.settings, tell, clock)
        if on_read is not None:
            on_read(taken.feed)
        digests = text_digests(Texts(taken.feed.articles["text"]))
        feed = feed_hash(taken.feed.articles, digests)
        run, kept = reports.known_run(self._store, run_id, feed), None
        if run is None:
            with self._store.transaction():
                run, kept = self._run(taken, digests, when, (run_id or feed, feed), tell, clock)
        elif run.feed != feed:
            _log.warning(
                "run %s is known and was given another feed: its report is told, nothing added", run_id
            )
        return reports.told(self._store, run, taken, digests, kept)

    def find(
        self,
        articles: Any,
        *,
        window: timedelta | None = WINDOW,
        as_of: datetime | None = None,
        options: FeedOptions | None = None,
        **fields: Unpack[FieldNames],
    ) -> Duplicates:
        """What `add` would tell of some articles; nothing is stored."""
        when, clock = self._when(as_of, window), Clock()
        taken = take_in(articles, options, fields, self.settings, untold, clock)
        digests = text_digests(Texts(taken.feed.articles["text"]))
        with self._store.undone():
            run, kept = self._run(taken, digests, when, ("", ""), untold, clock)
            return reports.told(self._store, run, taken, digests, kept)

    def remove(self, ids: Iterable[str], *, run_id: str | None = None) -> Duplicates:
        """Take all versions of some ids out, and judge again what they touched; tells what changed.

        Of ids that the archive has not got a warning is logged.
        """
        given = pa.table({"id": pa.array(dict.fromkeys(ids), pa.string())})
        absent = self._store.rows(
            "SELECT id FROM given ANTI JOIN articles USING (id) ORDER BY id", given=given
        )
        if absent.num_rows:
            some = ", ".join(absent["id"].to_pylist()[:_NAMED])
            more = f" and {absent.num_rows - _NAMED:,} more" if absent.num_rows > _NAMED else ""
            _log.warning("%s: has no article of the id %s%s", self.path, some, more)
        found = self._store.rows("SELECT article FROM articles SEMI JOIN given USING (id)", given=given)
        return self._without(found, run_id or "remove")

    def expire(self, before: datetime, *, run_id: str | None = None) -> Duplicates:
        """Take out what was published before a time, or added where it has none, and judge again."""
        limit = pa.table({"before": pa.array([with_zone(before, "before")], pa.timestamp("us", "UTC"))})
        found = self._store.rows(
            "SELECT article FROM articles, moment WHERE coalesce(published, added) < before", moment=limit
        )
        return self._without(found, run_id or "expire")

    def _without(self, removed: pa.Table, name: str) -> Duplicates:
        """The archive without some articles, within the window of its latest run."""
        latest = self._store.rows("SELECT as_of, window_from FROM runs ORDER BY run DESC LIMIT 1").to_pylist()
        now = datetime.now(UTC)
        as_of, since = latest[0].values() if latest else (now, None)
        when = When(as_of, since and as_of - since)
        clock = Clock()
        nothing = pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())})
        taken = take_in(nothing, None, {}, self.settings, untold, clock)
        with self._store.transaction():
            gone = numbers(removed, "article")
            named = (f"{name} {now.isoformat()}", "")
            run, kept = self._run(taken, [], when, named, untold, clock, gone)
        return reports.told(self._store, run, taken, [], kept)

    def _run(  # noqa: PLR0913, PLR0917 - a run is made of these
        self,
        taken: Intake,
        digests: list[bytes],
        when: When,
        named: tuple[str, str],
        tell: Progress,
        clock: Clock,
        removed: Rows | None = None,
    ) -> tuple[reports.Run, reports.Kept]:
        """One run, written, and its report; `named`: its id and the hash of its feed."""
        store, shelf = self._store, self._shelf
        gone = np.empty(0, np.int64) if removed is None else removed
        run = reports.Run(store.one("SELECT coalesce(max(run) + 1, 1) FROM runs"), *named)
        roll = call_roll(store, taken.feed.articles, digests, when, gone)
        given = Given(taken.feed.articles["text"], taken.sketches)
        night = hold(store, roll, given, gone, run.number, shelf, tell, clock)
        kept = reports.keep(store, run, night, taken, when, shelf, clock)
        if gone.size or night.kills.num_rows:
            forget(store)
        return run, kept if self.keep_text else replace(kept, texts={})

    def _when(self, as_of: datetime | None, window: timedelta | None) -> When:
        as_of = moment(as_of)
        if window is not None and window <= timedelta(0):
            raise ValueError(f"window must be longer than nothing, got {window!r}")
        return When(as_of.astimezone(UTC), window)

    def info(self) -> dict[str, Any]:
        """What is in the archive: runs, articles, clusters, settings, size, and what `compact` would save."""
        return standing.info(self._store, self.settings, keep_text=self.keep_text)

    def compact(self) -> None:
        """Write the file anew without what was deleted; it takes its place whole or not at all."""
        self._store.compact()

    def export(self) -> pa.Table:
        """All clusters as of now: a table with the columns of `clusters`."""
        return standing.clusters_now(self._store)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
