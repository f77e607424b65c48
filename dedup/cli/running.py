"""A run from the command line: read, search, give what was found."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dedup.cli import options
from dedup.cli.ending import check_stdout, logs_json, say, standard

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates
    from dedup.feeds import FeedOptions


@dataclass(frozen=True)
class Wanted:
    """What is to become of the result."""

    out: str | None
    kept: str | None
    file_format: options.Format
    text: bool
    report: bool
    as_json: bool
    quiet: bool
    profile: bool


def run(search: Callable[..., Duplicates], wanted: Wanted, max_errors: float) -> None:
    """Read, search and give what was found; `search` takes progress, what to do once it has read, a clock."""
    from dedup import feeds
    from dedup.clock import Clock
    from dedup.report import folder, progress
    from dedup.report.profile import show_profile
    from dedup.warm import compiling

    read: list[feeds.Feed] = []

    def on_read(feed: feeds.Feed) -> None:
        read.append(feed)
        for loss in feed.losses:
            say(loss, "warning")
        if wanted.out is not None:
            folder.check_inputs(wanted.out, feed.inputs)  # now with the files of folders
        if wanted.kept is not None:
            feeds.check_kept(feed, wanted.kept)
        for note in () if wanted.quiet else feed.notes:
            say(note)
        compiled()

    clock = Clock()
    hush: Callable[[str], None] = (lambda _: None) if wanted.quiet else say
    with (
        compiling(hush) as compiled,
        progress.bar(sys.stderr, wanted=not wanted.quiet and not logs_json()) as tell,
    ):
        found = search(progress=tell, on_read=on_read, clock=clock)
    with clock("write"):
        give(found, wanted)
    if found.run["spilled_bytes"] and not wanted.quiet:
        say(f"{found.run['spilled_bytes'] / 1e6:,.0f} MB of texts and sketches lay in temporary files")
    if wanted.profile:
        _tell(partial(show_profile, clock.costs), on_stdout=False)
    if wanted.kept is not None:
        Path(wanted.kept).resolve().parent.mkdir(parents=True, exist_ok=True)
        feeds.write_kept(read[0], found.keep, wanted.kept)
    feeds.check_rejects(read[0], max_errors)


def survey(inputs: list[str], reading: FeedOptions, *, as_json: bool, quiet: bool, max_errors: float) -> None:
    """Read a feed and tell what it holds."""
    from dedup import feeds
    from dedup.report import plain, progress
    from dedup.report.inventory import show_inventory

    check_stdout()
    with progress.bar(sys.stderr, wanted=not quiet and not logs_json()) as tell:
        feed = feeds.read(inputs, reading, tell)
    told = feeds.inventory(feed)
    with standard(sys.stdout) as stdout:
        if as_json:
            stdout.buffer.write(plain.as_json(told))
        else:
            show_inventory(told, stdout)
    feeds.check_rejects(feed, max_errors)


def check(inputs: list[str], wanted: Wanted) -> None:
    """Refuse, before the work, what could not be written after it."""
    from dedup.report import folder

    if wanted.out is None or wanted.as_json or not wanted.quiet:
        check_stdout("open it, or write a folder in silence with --out DIR --quiet")
    if wanted.out is not None:
        folder.check_inputs(wanted.out, inputs)
        folder.check_out(wanted.out)
    if wanted.kept is not None:
        folder.check_file(wanted.kept, wanted.out)


def give(
    found: Duplicates, wanted: Wanted, table: str = "clusters", show: Callable[..., None] | None = None
) -> None:
    """Data to --out or stdout; the summary to stdout, or to stderr where data is on stdout.

    `table` is what goes to stdout; `show` tells the summary, as `terminal.show` unless given.
    """
    from dedup.report import csv, figures, terminal

    if wanted.out is not None:
        how = {"text": wanted.text, "report": wanted.report}
        csv.write(found, wanted.out, file_format=wanted.file_format.value, **how)
    if wanted.as_json:
        with standard(sys.stdout) as stdout:
            stdout.buffer.write(csv.run_json(found.run, figures=asdict(figures.figures(found))))
        return
    if wanted.out is None:
        with standard(sys.stdout) as stdout:
            csv.write_table(found.tables[table], stdout.buffer)
    if not wanted.quiet:
        _tell(partial(show or terminal.show, found), on_stdout=wanted.out is not None)


def _tell(show: Callable[[IO[str]], None], *, on_stdout: bool) -> None:
    """Text for people; on a stderr of JSON lines each line of it is a message."""
    if logs_json() and not on_stdout:
        lines = io.StringIO()
        show(lines)
        for line in filter(None, lines.getvalue().splitlines()):
            say(line)
    else:
        with standard(sys.stdout if on_stdout else sys.stderr) as stream:
            show(stream)
