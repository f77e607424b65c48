"""The command that makes the report of a result."""

from __future__ import annotations

import sys
from typing import Annotated

from dedup.cli import options
from dedup.cli.ending import check_stdout, exit_codes, standard

Result = options.ResultArgument
AsJson = Annotated[bool, options.output("--json", "Put the names of the pages on stdout as JSON.")]


def report(result: Result, *, as_json: AsJson = False) -> None:
    """Make the report of a result: report.html in its folder, to look at in a browser."""
    with exit_codes():
        from dedup.report import plain
        from dedup.report.page import write_report

        check_stdout()
        pages = [page.as_posix() for page in write_report(result)]
        with standard(sys.stdout) as stdout:
            if as_json:
                stdout.buffer.write(plain.as_json({"pages": pages}))
            else:
                stdout.write(f"{pages[0]}\n")
