"""The commands of an archive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dedup.cli import asked, options
from dedup.cli.ending import exit_codes, lean_imports, logging_as, standard
from dedup.cli.running import Wanted, give, run

if TYPE_CHECKING:
    from dedup.archive import Archive
    from dedup.duplicates import Duplicates


def add(  # noqa: PLR0913 - typer: each option is a parameter
    archive: options.ArchiveArgument,
    feed: options.AddedFeed,
    *,
    out: options.Out = None,
    kept: options.Kept = None,
    file_format: options.FileFormat = None,
    no_text: options.NoText = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    profile: options.Profile = False,
    log_format: options.LogAs = options.LogFormat.TEXT,
    window: options.TimeWindow = "30d",
    run_id: options.RunId = None,
    as_of: options.AddedAsOf = None,
    wait: options.Wait = 60.0,
    keep_text: options.KeepText = None,
    id_: options.Id = None,
    text: options.Text = None,
    title: options.Title = None,
    source: options.Source = None,
    published: options.Published = None,
    url: options.Url = None,
    version: options.FieldVersion = None,
    prior_ids: options.PriorIds = None,
    status: options.Status = None,
    embargoed: options.Embargoed = None,
    tz: options.Tz = "UTC",
    html: options.HtmlChoice = options.Html.STRIP,
    max_errors: options.MaxErrors = 0.01,
    settings: options.SettingsFile = None,
    keep: options.KeepChoice = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
) -> None:
    """Hold tonight's feed against an archive, put it in, and tell what is new: all of it or nothing."""
    names = asked.said(
        id=id_,
        text=text,
        title=title,
        source=source,
        published=published,
        url=url,
        version=version,
        prior_ids=prior_ids,
        status=status,
        embargoed=embargoed,
    )
    free = asked.said(threads=threads, memory=memory, keep=keep and keep.value)
    wanted = Wanted(out, kept, file_format or options.Format.CSV, not no_text, as_json, quiet, profile)
    with logging_as(log_format), exit_codes(), lean_imports():
        reading = asked.reading(names, tz, html)
        when, back = asked.moment(as_of, tz), asked.span(window)
        stored = asked.settings(settings, {}) if settings else None
        from dedup.archive import Archive

        with Archive.open(archive, stored, keep_text=keep_text, wait=wait) as opened:
            opened.settings = replace(opened.settings, **free)
            search = partial(opened.add, feed, run_id=run_id, window=back, as_of=when, options=reading)
            run(feed, search, wanted, max_errors)


@contextmanager
def _opened(archive: str, wait: float, *, reads: bool) -> Iterator[Archive]:
    from dedup.archive import Archive

    with exit_codes(), lean_imports(), Archive.open(archive, make=False, reads=reads, wait=wait) as opened:
        yield opened


def info(
    archive: options.ArchiveArgument, *, as_json: options.FiguresAsJson = False, wait: options.Wait = 60.0
) -> None:
    """Tell what is in an archive: runs, articles, clusters, settings, size."""
    with exit_codes():
        from dedup.archive import Archive
        from dedup.report import plain
        from dedup.report.archived import show_info

        with Archive.open(archive, make=False, reads=True, wait=wait) as opened:
            told = opened.info()
        with standard(sys.stdout) as stdout:
            if as_json:
                stdout.buffer.write(plain.as_json(told))
            else:
                show_info(told, stdout)


def export(archive: options.ArchiveArgument, *, wait: options.Wait = 60.0) -> None:
    """Put all clusters as of now on stdout, as clusters.csv."""
    from dedup.report import csv

    with _opened(archive, wait, reads=True) as opened, standard(sys.stdout) as stdout:
        csv.write_table(opened.export(), stdout.buffer)


def remove(
    archive: options.ArchiveArgument,
    ids: options.IdArgument,
    *,
    out: options.Out = None,
    quiet: options.Quiet = False,
    wait: options.Wait = 60.0,
) -> None:
    """Take articles out of an archive by their ids, and tell what that changed."""
    with _opened(archive, wait, reads=False) as opened:
        _give(opened.remove(ids), out, quiet)


def expire(
    archive: options.ArchiveArgument,
    before: options.Before,
    *,
    tz: options.Tz = "UTC",
    out: options.Out = None,
    quiet: options.Quiet = False,
    wait: options.Wait = 60.0,
) -> None:
    """Take out what was published before a time, and tell what that changed."""
    moment = asked.moment(before, tz)
    assert moment is not None
    with _opened(archive, wait, reads=False) as opened:
        _give(opened.expire(moment), out, quiet)


def _give(found: Duplicates, out: str | None, quiet: bool) -> None:
    if out is not None or not quiet:
        give(
            found, Wanted(out, None, options.Format.CSV, text=True, as_json=False, quiet=quiet, profile=False)
        )


def compact(archive: options.ArchiveArgument, *, wait: options.Wait = 60.0) -> None:
    """Write an archive's file anew, without what was deleted from it."""
    with _opened(archive, wait, reads=False) as opened:
        opened.compact()
