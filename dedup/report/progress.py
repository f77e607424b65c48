"""Progress of a run to a bar on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from dedup.report.terminal import console


@contextmanager
def bar(stream: IO[str] | None, *, wanted: bool = True) -> Iterator[Callable[[str, float], None] | None]:
    """Give what tells a stage and the share of it that is done; None without a terminal."""
    if not (wanted and stream and stream.isatty()):
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stream), transient=True) as shown:
        tasks = {}

        def tell(stage: str, done: float) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=1.0)
            shown.update(tasks[stage], completed=done)

        yield tell
