"""The command that compares two articles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli import asked, options
from dedup.cli.ending import check_stdout, exit_codes, lean_imports, say, standard

if TYPE_CHECKING:
    from dedup.comparing import Chosen
    from dedup.comparison import Comparison

_PANEL = "Output"
_NAME = "A file that holds one article, FILE#ID for one of several; with --in an id, or ID@VERSION."

First = Annotated[str, typer.Argument(metavar="A", help=_NAME, show_default=False)]
Second = Annotated[
    str | None,
    typer.Argument(
        metavar="B", help="The other one; without it, what A repeats is shown.", show_default=False
    ),
]
Within = Annotated[
    str | None,
    typer.Option(
        "--in",
        metavar="PLACE",
        help="Archive, or folder of a result, whose articles A and B name; its settings and what it knows to "
        "be boilerplate count.",
    ),
]
Page = Annotated[
    str | None,
    typer.Option(
        "--html", metavar="FILE", help="Write a page of both texts side by side.", rich_help_panel=_PANEL
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Put relation, figures, passages and repeats on stdout as JSON.",
        rich_help_panel=_PANEL,
    ),
]
Whole = Annotated[
    bool, typer.Option("--whole", help="Fold no long stretches of text.", rich_help_panel=_PANEL)
]


def compare(  # noqa: PLR0913 - typer: each option is a parameter
    a: First,
    b: Second = None,
    *,
    within: Within = None,
    page: Page = None,
    as_json: AsJson = False,
    whole: Whole = False,
    wait: options.Wait = 60.0,
    id_: options.Id = None,
    text: options.Text = None,
    title: options.Title = None,
    source: options.Source = None,
    published: options.Published = None,
    url: options.Url = None,
    version: options.FieldVersion = None,
    prior_ids: options.PriorIds = None,
    tz: options.Tz = "UTC",
    encoding: options.Encoding = None,
    settings: options.SettingsFile = None,
    threshold: options.Threshold = None,
    excerpt: options.Excerpt = None,
    shared: options.Shared = None,
    min_repeat: options.MinRepeat = None,
) -> None:
    """Show what two articles have in common, word by word; of one alone, what it repeats."""
    names = asked.said(
        id=id_,
        text=text,
        title=title,
        source=source,
        published=published,
        url=url,
        version=version,
        prior_ids=prior_ids,
    )
    flags = asked.said(threshold=threshold, excerpt=excerpt, shared=shared, min_repeat=min_repeat)
    if within is not None and (names or flags or settings or encoding):
        raise typer.BadParameter(
            "--in has articles and settings of its own; name fields and settings for files"
        )
    if page is not None and b is None:
        raise typer.BadParameter("--html shows two articles; name B")
    with exit_codes(), lean_imports():
        from dedup.comparing import in_files, in_place

        articles = [a] if b is None else [a, b]
        if articles.count("-") > 1:
            raise typer.BadParameter("stdin holds one of the two; name a file for the other")
        _check(page, [*articles, *([within] if within else [])], needs_stdout=page is None or as_json)
        if within is not None:
            chosen = in_place(within, articles, wait=wait)
        else:
            reading = asked.reading(names, tz, options.Html.STRIP, encoding)
            chosen = in_files(articles, reading, asked.settings(settings, flags))
        _give(_compared(chosen), page, as_json=as_json, whole=whole)


def _check(page: str | None, inputs: list[str], *, needs_stdout: bool) -> None:
    """Refuse, before the work, what could not be written after it."""
    if needs_stdout:
        check_stdout()
    if page is not None:
        from dedup.report.comparison_page import check_page

        check_page(page, inputs)


def _compared(chosen: Chosen) -> Comparison:
    from dedup.comparing import compare_articles
    from dedup.warm import compiling

    with compiling(say) as compiled:
        compiled()
        return compare_articles(chosen.articles, chosen.settings, chosen.boilerplate)


def _give(told: Comparison, page: str | None, *, as_json: bool, whole: bool) -> None:
    """The page to its file; figures, or both texts, to stdout."""
    from dedup.report import plain
    from dedup.report.comparison import show_comparison

    if page is not None:
        from dedup.report.comparison_page import write_page

        write_page(told, page)
    if page is not None and not as_json:
        return
    with standard(sys.stdout) as stdout:
        if as_json:
            stdout.buffer.write(plain.as_json(told.as_dict()))
        else:
            show_comparison(told, stdout, folds=not whole)
