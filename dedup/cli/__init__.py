"""The command line: parse, call the library, print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from dedup.cli import archives, asked, comparing, on_spark, options, reports
from dedup.cli.ending import check_stdout, exit_codes, lean_imports, standard
from dedup.cli.running import Wanted, check, run, survey

if TYPE_CHECKING:
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
    report: options.Report = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    profile: options.Profile = False,
    curve: options.Curve = False,
    engine: options.EngineChoice = options.Engine.LOCAL,
    master: options.Master = None,
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
    as_of: options.AsOf = None,
    html: options.HtmlChoice = options.Html.STRIP,
    encoding: options.Encoding = None,
    dry_run: options.DryRun = False,
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
    if out is None and (file_format or no_text or report):
        raise typer.BadParameter("--format, --no-text and --report are about --out, and there is no --out")
    if dry_run and (out or kept or curve or profile):
        raise typer.BadParameter(
            "--dry-run reads and tells; it goes without --out, --kept, --curve, --profile"
        )
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
    flags = asked.said(
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
    wanted = Wanted(
        out, kept, file_format or options.Format.CSV, not no_text, report, as_json, quiet, profile
    )
    if engine is options.Engine.SPARK:
        on_spark.refuse_others(wanted, file_format, dry_run=dry_run, curve=curve, encoding=encoding)
    elif master is not None:
        raise typer.BadParameter("--master is about --engine spark")
    with exit_codes():
        if curve:
            _show_curve(asked.settings(settings, flags), as_json)
            return
        if engine is options.Engine.SPARK:
            asked_for = (asked.settings(settings, flags), asked.reading(names, tz, html, None))
            on_spark.find(feed or [], wanted, asked_for, asked.moment(as_of, tz), master, max_errors)
            return
        with lean_imports():
            reading = asked.reading(names, tz, html, encoding)
            if dry_run:
                survey(feed or [], reading, as_json=as_json, quiet=quiet, max_errors=max_errors)
                return
            from dedup.pipeline import find_duplicates

            search = partial(
                find_duplicates,
                feed or [],
                settings=asked.settings(settings, flags),
                options=reading,
                as_of=asked.moment(as_of, tz),
            )
            check(feed or [], wanted)
            run(search, wanted, max_errors)


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
    from dedup.report import plain

    check_stdout()
    figures = measure()
    with standard(sys.stdout) as stdout:
        if as_json:
            stdout.buffer.write(plain.as_json(figures.as_dict()))
        else:
            show(figures, stdout)


for command in (
    archives.add,
    archives.info,
    archives.export,
    archives.remove,
    archives.expire,
    archives.compact,
    comparing.compare,
    reports.report,
):
    app.command()(command)


def main() -> None:
    """Run the command."""
    app(prog_name="dedup")
