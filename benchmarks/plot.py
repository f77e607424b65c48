# /// script
# requires-python = ">=3.11"
# dependencies = ["matplotlib==3.11.2"]
# ///
"""Draws what benchmarks/scale.py measured: time and memory per article against the number of articles.

    python benchmarks/plot.py POINTS.json OUT.png

scale.py runs it, in an environment of its own, with a list of objects: series, articles, wall, cpu, memory.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

STYLES = ("o-", "s--")
FIGURES = (("wall", "wall time", "tab:blue"), ("cpu", "CPU time", "tab:orange"))
MEMORY = (("memory", "memory", "tab:green"),)

Point = dict[str, float | str]


def draw(axes: Axes, points: list[Point], figures: tuple[tuple[str, str, str], ...], label: str) -> None:
    """One panel: a line for each figure and series."""
    for style, series in zip(STYLES, dict.fromkeys(point["series"] for point in points), strict=False):
        rows = [point for point in points if point["series"] == series]
        sizes = [float(row["articles"]) for row in rows]
        for figure, name, colour in figures:
            values = [float(row[figure]) for row in rows]
            axes.plot(sizes, values, style, color=colour, label=f"{name}, {series}")
    sizes = sorted({float(point["articles"]) for point in points})
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{size / 1000:,.0f} k" if size < 1e6 else f"{size / 1e6:g} M" for size in sizes])
    axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
    axes.set_xlabel("articles")
    axes.set_ylabel(label)
    axes.grid(alpha=0.3)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1)}  # no line runs under it
    axes.legend(frameon=False, fontsize=8, ncols=2, handlelength=3.5, **above)


def main() -> None:
    """Read the points and write the picture."""
    points = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    draw(left, points, FIGURES, "milliseconds per article")
    draw(right, points, MEMORY, "KiB per article, at the peak")
    figure.savefig(sys.argv[2], dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
