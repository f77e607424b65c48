"""Figures into tables for people and JSON for programs, nothing in them cut off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

from dedup.report.terminal import console, harmless, put

if TYPE_CHECKING:
    from rich.console import RenderableType

_NO_LIMIT = 100_000  # columns: an id that is cut off cannot be looked up
_DECIMALS = 4


def show_parts(parts: Iterable[RenderableType], stream: IO[str]) -> None:
    """Write texts and tables, an empty line between them; bold headers on a terminal."""
    target = console(stream)
    target.width = _NO_LIMIT
    put(parts, target, stream)


def text(*lines: str) -> RenderableType:
    """Some lines."""
    from rich.text import Text

    return Text("\n".join(map(harmless, lines)))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> RenderableType:
    """A table without lines; a column whose header ends in `>` has its cells on the right."""
    from rich.table import Column, Table
    from rich.text import Text

    columns = (
        Column(name.removesuffix(">"), justify="right" if name.endswith(">") else "left", no_wrap=True)
        for name in header
    )
    made = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        made.add_row(*(Text(harmless(cell)) for cell in row))
    return made


def share(value: float | None) -> str:
    """A share as CSV has it, or a dash where there is none."""
    return "–" if value is None else f"{value:.{_DECIMALS}f}"


def as_json(values: Any) -> bytes:
    """Plain values as JSON, shares to 4 decimals."""
    return (json.dumps(_rounded(values), indent=2, ensure_ascii=False) + "\n").encode()


def _rounded(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _rounded(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [_rounded(value) for value in values]
    return round(values, _DECIMALS) if isinstance(values, float) else values
