"""What the stages of a run took, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from dedup.clock import Cost
from dedup.report.plain import show_parts, table


def show_profile(costs: Mapping[str, Cost], stream: IO[str]) -> None:
    """Write seconds and peak memory per stage, in the order in which they began."""
    whole = Cost(
        sum(cost.wall for cost in costs.values()),
        sum(cost.cpu for cost in costs.values()),
        max((cost.peak for cost in costs.values()), default=0),
    )
    rows = [*costs.items(), ("all", whole)]
    cells = [
        (
            stage,
            f"{cost.wall:.2f}",
            f"{cost.cpu:.2f}",
            f"{cost.wall / (whole.wall or 1):.0%}",
            f"{cost.peak:,}",
        )
        for stage, cost in rows
    ]
    show_parts([table(("Stage", "Wall s>", "CPU s>", "Share>", "Peak MiB>"), cells)], stream)
