"""README's generated parts, made from the code: the help of `dedup find` and the columns of every table.

`python tools/docs.py` writes them between their markers, `<!-- help -->` to `<!-- /help -->` and so on.
A test holds README to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))  # run as a file: its siblings are found from the folder above

from benchmarks import one_machine  # noqa: E402
from dedup import columns  # noqa: E402

README = REPO / "README.md"

_ALWAYS_PARQUET = ("articles",)

_KINDS = {
    columns.TEXT: "text",
    columns.LONG_TEXT: "text",
    columns.COUNT: "whole number",
    columns.SHARE: "number",
    columns.FLAG: "true or false",
    columns.TIME: "time",
}
# Width and colour of help texts follow the terminal, and typer forces one where these are set.
_TERMINAL = ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS")
_WIDTH = "100"
_FIND_HELP = "import sys; sys.argv = ['dedup', 'find', '--help']; from dedup.cli import main; main()"


def find_help() -> str:
    """`dedup find --help` as a terminal of 100 columns without colours shows it, in a code block."""
    environ = {name: value for name, value in os.environ.items() if name not in _TERMINAL}
    environ |= {
        "COLUMNS": _WIDTH,
        "TERMINAL_WIDTH": _WIDTH,
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONUTF8": "1",
    }
    shown = subprocess.run(
        [sys.executable, "-c", _FIND_HELP],
        env=environ,
        cwd=REPO,
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    ).stdout
    lines = "\n".join(line.rstrip() for line in shown.strip("\n").splitlines())
    return f"```text\n$ dedup find --help\n{lines}\n```"


def column_tables() -> str:
    """Every file of the output as a Markdown table, one row per column; what an archive adds comes last."""
    tables = [_column_table(name, rows) for name, rows in columns.TABLES.items()]
    more = {name: rows for name, rows in columns.ARCHIVE_TABLES.items() if name not in columns.TABLES}
    tables += [_column_table(name, rows) for name, rows in more.items()]
    marks = _column_table("clusters", columns.ARCHIVE_TABLES["clusters"][len(columns.TABLES["clusters"]) :])
    heading = "Of an archive's run `clusters.csv`, `pairs.csv` and `repeats.csv` have two columns more:"
    return "\n\n".join([*tables, marks.replace("**`clusters.csv`**", heading)])


def _column_table(name: str, described: tuple[columns.Column, ...]) -> str:
    file = f"{name}.parquet" if name in _ALWAYS_PARQUET else f"{name}.csv"
    rows = [
        f"**`{file}`**",
        "",
        "| column | type | unit | may be absent | meaning |",
        "|---|---|---|---|---|",
    ]
    for column in described:
        absent = "yes" if column.may_be_absent else ""
        meaning = column.meaning.replace("|", "\\|")
        rows.append(f"| `{column.name}` | {_KINDS[column.type]} | {column.unit} | {absent} | {meaning} |")
    return "\n".join(rows)


def without_spark() -> str:
    """What one machine does in a minute, an hour and a night, by the tables of benchmarks/README.md."""
    return one_machine.report((REPO / "benchmarks" / "README.md").read_text(encoding="utf-8"))


PARTS: dict[str, Callable[[], str]] = {
    "help": find_help,
    "columns": column_tables,
    "spark": without_spark,
}


def part(page: str, name: str) -> str:
    """What stands between the markers `name` of `page`; raises `ValueError` without exactly one pair."""
    before, after = _around(page, name)
    return page[len(before) : len(page) - len(after)].strip("\n")


def renewed(page: str) -> str:
    """`page` with every generated part made anew."""
    for name, make in PARTS.items():
        before, after = _around(page, name)
        page = f"{before}\n{make()}\n{after}"
    return page


def _around(page: str, name: str) -> tuple[str, str]:
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    if page.count(opening) != 1 or page.count(closing) != 1 or page.index(opening) > page.index(closing):
        raise ValueError(f"README.md must hold {opening} and then {closing}, once each")
    return page[: page.index(opening) + len(opening)], page[page.index(closing) :]


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
