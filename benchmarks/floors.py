"""The floors: how good each figure must stay, kept in floors.json and raised, never lowered by accident.

The file maps a figure's name to {"floor": 0.98, "better": "higher"}; where smaller is better it says
"lower", and the number is a ceiling.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parent / "floors.json"
STEP = 1000  # floors have three decimals
DUST = 1e-9  # 0.29 * 1000 is 289.99999999999994: not a reason to lose a thousandth


@dataclass(frozen=True)
class Floor:
    """The bound of one figure."""

    floor: float
    better: str = "higher"

    def __post_init__(self) -> None:
        if self.better not in ("higher", "lower"):
            raise ValueError(f'better must be "higher" or "lower", got {self.better!r}')

    def holds(self, value: float) -> bool:
        """Whether the figure is on the right side of the bound."""
        return value >= self.floor if self.better == "higher" else value <= self.floor

    def moved_to(self, value: float) -> Floor:
        """The bound at the figure, rounded to its loose side."""
        rounded = (
            math.floor(value * STEP + DUST) if self.better == "higher" else math.ceil(value * STEP - DUST)
        )
        return Floor(rounded / STEP, self.better)


def load(path: Path = PATH) -> dict[str, Floor]:
    """The floors by name of figure."""
    return {name: Floor(**floor) for name, floor in json.loads(path.read_text(encoding="utf-8")).items()}


def save(floors: Mapping[str, Floor], path: Path = PATH) -> None:
    """Write the floors, sorted by name, a line each."""
    lines = [f"  {json.dumps(name)}: {json.dumps(vars(floor))}" for name, floor in sorted(floors.items())]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def broken(floors: Mapping[str, Floor], figures: Mapping[str, float]) -> list[str]:
    """The figures that are on the wrong side of their floor."""
    return [name for name, value in figures.items() if name in floors and not floors[name].holds(value)]


def updated(
    floors: Mapping[str, Floor], figures: Mapping[str, float], *, may_fall: Collection[str] = ()
) -> tuple[dict[str, Floor], list[str]]:
    """The floors raised to the figures, and the names of those that would have to be lowered and were not."""
    new = dict(floors)
    refused = []
    for name, value in figures.items():
        if name not in floors:
            continue
        moved = floors[name].moved_to(value)
        if floors[name].holds(moved.floor) or name in may_fall:
            new[name] = moved
        elif not floors[name].holds(value):
            refused.append(name)
    return new, refused
