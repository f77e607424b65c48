"""`Clock`: what each stage of a run takes, in seconds and memory."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_PER_MIB = 1 << 20 if sys.platform == "darwin" else 1 << 10  # of the unit in which the system tells a peak


@dataclass
class Cost:
    """What one stage took."""

    wall: float = 0.0
    """Seconds, those of stages inside it not counted."""
    cpu: float = 0.0
    """Seconds of processor time, on all threads; the same."""
    peak: int = 0
    """MiB that the process held at most until the stage ended."""


class Clock:
    """Costs per stage; a stage that starts inside another one stops the other's clock."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}
        self._open: list[str] = []
        self._since = (0.0, 0.0)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Charge what is done meanwhile to `stage`."""
        self._charge()
        self._open.append(stage)
        self.costs.setdefault(stage, Cost())
        try:
            yield
        finally:
            self._charge()
            self.costs[stage].peak = peak()
            self._open.pop()

    def _charge(self) -> None:
        """Charge the time since the last call to the innermost stage that is open."""
        now = (time.perf_counter(), time.process_time())
        if self._open:
            cost = self.costs[self._open[-1]]
            cost.wall += now[0] - self._since[0]
            cost.cpu += now[1] - self._since[1]
        self._since = now

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds per stage, to 4 decimals."""
        return {stage: round(cost.wall, 4) for stage, cost in self.costs.items()}


def peak() -> int:
    """MiB that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _PER_MIB
