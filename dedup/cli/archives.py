"""The commands of an archive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import typer

from dedup.cli import asked, options
from dedup.cli.ending import check_stdout, exit_codes, lean_imports, logging_as, standard
from dedup.cli.running import Wanted, check, give, run

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
    report: options.Report = False,
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
    byline: options.Byline = None,
    status: options.Status = None,
    embargoed: options.Embargoed = None,
    tz: options.Tz = "UTC",
    html: options.HtmlChoice = options.Html.STRIP,
    encoding: options.Encoding = None,
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
        byline=byline,
        status=status,
        embargoed=embargoed,
    )
    if report and out is None:
        raise typer.BadParameter("--report puts a page into --out, and there is no --out")
    free = asked.said(threads=threads, memory=memory, keep=keep and keep.value)
    wanted = Wanted(
        out, kept, file_format or options.Format.CSV, not no_text, report, as_json, quiet, profile
    )
    with logging_as(log_format), exit_codes(), lean_imports():
        reading = asked.reading(names, tz, html, encoding)
        when = asked.moment(as_of, tz) or datetime.now(UTC)
        back = asked.span(window, when)
        stored = asked.settings(settings, {}) if settings else None
        check(feed, wanted)

        def search(**how: Any) -> Duplicates:
            from dedup.archive import Archive

            with Archive.open(archive, stored, keep_text=keep_text, wait=wait) as opened:
                opened.settings = replace(opened.settings, **free)
                return opened.add(feed, run_id=run_id, window=back, as_of=when, options=reading, **how)

        run(search, wanted, max_errors)


def _show(
    archive: str, wait: float, ask: Callable[[Archive], Any], show: Callable[[Any, TextIO], object]
) -> None:
    """Ask an archive, let go of it, and put what it told on stdout, which may be slow."""
    with exit_codes(), lean_imports():
        from dedup.archive import Archive

        check_stdout()
        with Archive.open(archive, make=False, reads=True, wait=wait) as opened:
            told = ask(opened)
        with standard(sys.stdout) as stdout:
            show(told, stdout)


def _take_out(archive: str, wait: float, taken: Callable[[Archive], Duplicates], **how: Any) -> None:
    """Take articles out of an archive, let go of it, and give what that changed; `how`: as in `Wanted`."""
    wanted = Wanted(kept=None, file_format=options.Format.CSV, text=True, report=False, profile=False, **how)
    with exit_codes(), lean_imports():
        from dedup.archive import Archive
        from dedup.report.archived import show_removal

        check([], wanted)
        with Archive.open(archive, make=False, wait=wait) as opened:
            found = taken(opened)
        if wanted.as_json:
            _give_changes(found, wanted.out)
        else:
            give(found, wanted, "changes", show_removal)


def _give_changes(found: Duplicates, out: str | None) -> None:
    """What was changed to stdout, as JSON."""
    from dedup.report import csv
    from dedup.report.rows import plain_row

    if out is not None:
        csv.write(found, out)
    changes = [plain_row(row) for row in found.tables["changes"].to_pylist()]
    with standard(sys.stdout) as stdout:
        stdout.buffer.write(csv.run_json(found.run, changes=changes))


def info(
    archive: options.ArchiveArgument, *, as_json: options.FiguresAsJson = False, wait: options.Wait = 60.0
) -> None:
    """Tell what is in an archive: runs, articles, clusters, settings, size."""
    from dedup.report import plain
    from dedup.report.archived import show_info

    def as_figures(told: Any, stdout: TextIO) -> None:
        stdout.buffer.write(plain.as_json(told))

    _show(archive, wait, lambda opened: opened.info(), as_figures if as_json else show_info)


def export(
    archive: options.ArchiveArgument, *, as_json: options.RowsAsJson = False, wait: options.Wait = 60.0
) -> None:
    """Put all clusters as of now on stdout, as clusters.csv."""
    from dedup.report.csv import write_table
    from dedup.report.rows import write_rows

    write = write_rows if as_json else write_table
    _show(archive, wait, lambda opened: opened.export(), lambda told, stdout: write(told, stdout.buffer))


def remove(
    archive: options.ArchiveArgument,
    ids: options.IdArgument,
    *,
    out: options.ChangesOut = None,
    as_json: options.ChangesAsJson = False,
    quiet: options.Quiet = False,
    wait: options.Wait = 60.0,
) -> None:
    """Take articles out of an archive by their ids, and tell what that changed."""
    _take_out(archive, wait, lambda opened: opened.remove(ids), out=out, as_json=as_json, quiet=quiet)


def expire(  # noqa: PLR0913 - typer: each option is a parameter
    archive: options.ArchiveArgument,
    before: options.Before,
    *,
    tz: options.Tz = "UTC",
    out: options.ChangesOut = None,
    as_json: options.ChangesAsJson = False,
    quiet: options.Quiet = False,
    wait: options.Wait = 60.0,
) -> None:
    """Take out what was published before a time, and tell what that changed."""
    moment = asked.time(before, tz, "BEFORE")
    _take_out(archive, wait, lambda opened: opened.expire(moment), out=out, as_json=as_json, quiet=quiet)


def compact(
    archive: options.ArchiveArgument, *, as_json: options.FiguresAsJson = False, wait: options.Wait = 60.0
) -> None:
    """Write an archive's file anew, without what was deleted from it."""
    with exit_codes(), lean_imports():
        from dedup.archive import Archive
        from dedup.report import plain

        if as_json:
            check_stdout()
        with Archive.open(archive, make=False, wait=wait) as opened:
            path, before = opened.path, opened.path.stat().st_size
            opened.compact()
            figures = {"path": str(path), "bytes_before": before, "bytes": path.stat().st_size}
        if as_json:
            with standard(sys.stdout) as stdout:
                stdout.buffer.write(plain.as_json(figures))
