"""Markdown tables, and putting them between their markers in benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).parent / "README.md"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with columns padded to equal width; all but the first column are set to the right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(row: Sequence[str]) -> str:
        first, *others = zip(row, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return "| " + " | ".join(padded) + " |"

    return "\n".join([line(cells[0]), line(rule), *map(line, cells[1:])])


def replace_between(text: str, name: str, block: str) -> str:
    """`text` with what stands between the markers of `name` replaced by `block`."""
    start, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"no markers {start} … {end} in the text")
    return f"{before}{start}\n\n{block}\n\n{end}{after}"


def write_into_readme(name: str, block: str, path: Path = README) -> None:
    """Put `block` between the markers of `name` in the README."""
    path.write_text(replace_between(path.read_text(encoding="utf-8"), name, block), encoding="utf-8")
