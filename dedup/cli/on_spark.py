"""`dedup find --engine spark`: paths that Spark reads into a folder that Spark writes."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from dedup.cli import options
from dedup.cli.ending import say, standard
from dedup.cli.running import Wanted

if TYPE_CHECKING:
    from dedup.feeds import FeedOptions
    from dedup.settings import Settings


def refuse_others(
    wanted: Wanted, file_format: options.Format | None, *, dry_run: bool, curve: bool, encoding: str | None
) -> None:
    """Raise `typer.BadParameter` for what Spark's engine does not do."""
    if wanted.out is None:
        raise typer.BadParameter("--engine spark writes a folder: name it with --out DIR")
    if file_format is options.Format.CSV:
        raise typer.BadParameter("--engine spark writes Parquet; leave --format out")
    others = {
        "--kept": wanted.kept is not None,
        "--report": wanted.report,
        "--profile": wanted.profile,
        "--dry-run": dry_run,
        "--curve": curve,
        "--encoding": encoding is not None,
    }
    if named := ", ".join(name for name, given in others.items() if given):
        raise typer.BadParameter(f"--engine spark goes without {named}")


def find(
    paths: list[str],
    wanted: Wanted,
    asked: tuple[Settings, FeedOptions],
    as_of: datetime | None,
    master: str | None,
    max_errors: float,
) -> None:
    """Find duplicates on Spark and write the result."""
    from dedup import spark

    find_duplicates = spark.find_duplicates  # before all else: it tells what is not installed
    from dedup.feeds.rejects import check_share
    from dedup.report import csv
    from dedup.spark import files

    settings, reading = asked
    out = wanted.out or ""
    with files.session(master) as session:
        files.check_out(session, out)
        articles, rejects = files.read_paths(session, paths, reading.fields)
        found = find_duplicates(
            articles,
            settings=settings,
            options=replace(reading, fields={}),
            as_of=as_of,
            progress=None if wanted.quiet else lambda stage: say(f"{stage} …"),
        )
        run = files.with_inputs(found.run, paths, rejects)
        files.write({**found.tables, "rejects": rejects}, run, out, text=wanted.text)
        if wanted.as_json:
            with standard(sys.stdout) as stdout:
                stdout.buffer.write(csv.run_json(run))
        elif not wanted.quiet:
            rows = found.tables["clusters"].count()
            number = run["counts"]["articles"]
            say(f"{number:,} articles, {rows:,} of them in clusters; the tables are in {out}")
        first = [row.asDict() for row in rejects.limit(1).collect()]
    check_share(run["counts"]["articles"], run["counts"]["rejects"], first, max_errors)
