"""The command line: parse, call the library, print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from dedup.cli import asked, options
from dedup.cli.ending import exit_codes, lean_imports, say, standard

if TYPE_CHECKING:
    from datetime import datetime

    from dedup.duplicates import Duplicates
    from dedup.feeds import FeedOptions
    from dedup.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"dedup {version('wirededup')}")
        except PackageNotFoundError:
            typer.echo("dedup, of unknown version: it runs from a folder and is not installed")
        raise typer.Exit


@app.callback()
def top(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find copies, near-copies, excerpts and internal repeats in news feeds, with the evidence."""


@app.command()
def find(  # noqa: PLR0913 - typer: each option is a parameter
    feed: options.FeedArgument = None,
    *,
    out: options.Out = None,
    kept: options.Kept = None,
    file_format: options.FileFormat = None,
    no_text: options.NoText = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    profile: options.Profile = False,
    curve: options.Curve = False,
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
    as_of: options.AsOf = None,
    html: options.HtmlChoice = options.Html.STRIP,
    max_errors: options.MaxErrors = 0.01,
    settings: options.SettingsFile = None,
    threshold: options.Threshold = None,
    excerpt: options.Excerpt = None,
    shared: options.Shared = None,
    min_words: options.MinWords = None,
    min_repeat: options.MinRepeat = None,
    boilerplate: options.Boilerplate = None,
    keep: options.KeepChoice = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
) -> None:
    """Find which articles of a feed are copies of one another, and which repeat themselves."""
    if not (feed or curve):
        raise typer.BadParameter("name a FEED; --curve alone does without one")
    if out is None and (file_format or no_text):
        raise typer.BadParameter("--format and --no-text say how --out is written, and there is no --out")
    names = _said(
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
    flags = _said(
        threshold=threshold,
        excerpt=excerpt,
        shared=shared,
        min_words=min_words,
        min_repeat=min_repeat,
        boilerplate=boilerplate,
        keep=keep and keep.value,
        threads=threads,
        memory=memory,
    )
    wanted = _Wanted(out, kept, file_format or options.Format.CSV, not no_text, as_json, quiet, profile)
    with exit_codes():
        if curve:
            _show_curve(asked.settings(settings, flags), as_json)
        else:
            with lean_imports():
                reading = asked.reading(names, tz, html)
                when = asked.moment(as_of, tz)
                _run(feed or [], reading, asked.settings(settings, flags), when, wanted, max_errors)


@app.command()
def evaluate(
    result: options.ResultArgument,
    truth: options.TruthArgument,
    *,
    as_json: options.FiguresAsJson = False,
    most: options.Most = 20,
) -> None:
    """Tell how well the clusters of a result agree with a truth of your own."""
    from dedup import judging
    from dedup.report.evaluation import show_evaluation

    with exit_codes():
        _show(lambda: judging.evaluate(result, truth, most=most), show_evaluation, as_json)


def _show_curve(settings: Settings, as_json: bool) -> None:
    from dedup.curve import detection_curve
    from dedup.report.curve import show_curve

    _show(lambda: detection_curve(settings), show_curve, as_json)


def _show(measure: Callable[[], Any], show: Callable[[Any, TextIO], None], as_json: bool) -> None:
    """Figures to stdout, for people or as JSON."""
    from dedup.errors import OutputError
    from dedup.report import plain

    if sys.stdout is None:
        raise OutputError("stdout is closed; open it")
    figures = measure()
    with standard(sys.stdout) as stdout:
        if as_json:
            stdout.buffer.write(plain.as_json(figures.as_dict()))
        else:
            show(figures, stdout)


def _said(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


@dataclass(frozen=True)
class _Wanted:
    """What is to become of the result."""

    out: str | None
    kept: str | None
    file_format: options.Format
    text: bool
    as_json: bool
    quiet: bool
    profile: bool


def _run(
    inputs: list[str],
    reading: FeedOptions,
    settings: Settings,
    as_of: datetime | None,
    wanted: _Wanted,
    max_errors: float,
) -> None:
    from dedup import feeds, pipeline
    from dedup.clock import Clock
    from dedup.report import folder, progress
    from dedup.report.profile import show_profile
    from dedup.warm import compiling

    _check(inputs, wanted)
    read: list[feeds.Feed] = []

    def on_read(feed: feeds.Feed) -> None:
        read.append(feed)
        for loss in feed.losses:
            say(loss)
        if wanted.out is not None:
            folder.check_inputs(wanted.out, feed.inputs)  # now with the files of folders
        if wanted.kept is not None:
            feeds.check_kept(feed, wanted.kept)
        for note in () if wanted.quiet else feed.notes:
            say(note)
        compiled()

    clock = Clock()
    hush: Callable[[str], None] = (lambda _: None) if wanted.quiet else say
    with compiling(hush) as compiled, progress.bar(sys.stderr, wanted=not wanted.quiet) as tell:
        found = pipeline.find_duplicates(
            inputs,
            settings=settings,
            options=reading,
            progress=tell,
            on_read=on_read,
            clock=clock,
            as_of=as_of,
        )
    with clock("write"):
        _give(found, wanted)
    if found.run["spilled_bytes"] and not wanted.quiet:
        say(f"{found.run['spilled_bytes'] / 1e6:,.0f} MB of texts and sketches lay in temporary files")
    if wanted.profile:
        with standard(sys.stderr) as stderr:
            show_profile(clock.costs, stderr)
    if wanted.kept is not None:
        Path(wanted.kept).resolve().parent.mkdir(parents=True, exist_ok=True)
        feeds.write_kept(read[0], found.keep, wanted.kept)
    feeds.check_rejects(read[0], max_errors)


def _check(inputs: list[str], wanted: _Wanted) -> None:
    """Refuse, before the work, what could not be written after it."""
    from dedup.errors import OutputError
    from dedup.report import folder

    if sys.stdout is None and (wanted.out is None or wanted.as_json or not wanted.quiet):
        raise OutputError("stdout is closed; open it, or write a folder in silence with --out DIR --quiet")
    if wanted.out is not None:
        folder.check_inputs(wanted.out, inputs)
        folder.check_out(wanted.out)
    if wanted.kept is not None:
        folder.check_file(wanted.kept, wanted.out)


def _give(found: Duplicates, wanted: _Wanted) -> None:
    """Data to --out or stdout; the summary to stdout, or to stderr where data is on stdout."""
    from dedup.report import csv, figures, terminal

    if wanted.out is not None:
        csv.write(found, wanted.out, file_format=wanted.file_format.value, text=wanted.text)
    if wanted.as_json:
        with standard(sys.stdout) as stdout:
            stdout.buffer.write(csv.run_json(found.run, figures=asdict(figures.figures(found))))
        return
    if wanted.out is None:
        with standard(sys.stdout) as stdout:
            csv.write_table(found.tables["clusters"], stdout.buffer)
    if not wanted.quiet:
        with standard(sys.stdout if wanted.out is not None else sys.stderr) as stream:
            terminal.show(found, stream)


def main() -> None:
    """Run the command."""
    app(prog_name="dedup")
