"""Spark's own figures of its stages into what each stage of dedup took: charged to the one that had begun."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass
class Stage:
    """What one stage of dedup took, with all that was done until the next one began."""

    wall: float = 0.0
    """Seconds."""
    tasks: float = 0.0
    """Seconds of all tasks, each of which holds one core: core-seconds."""
    alone: float = 0.0
    """Seconds in which no task ran and the driver worked alone."""
    shuffled: int = 0
    """Bytes written for shuffles; each is read once."""
    spilled: int = 0
    """Bytes that tasks put on disk because they had too little memory."""
    stored: int = 0
    """Bytes of the tables that are kept."""


@dataclass
class Run:
    """One run on Spark."""

    articles: int
    stages: dict[str, Stage] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    largest: int = 0
    """Articles in the largest cluster."""
    stored_at_most: int = 0
    """Bytes of the tables that were kept at one time, seen as each stage began."""
    driver_edges: int = 0
    """Up to so many edges components are joined on the driver."""
    engine: str = "Spark"
    """With its version."""

    @property
    def whole(self) -> Stage:
        """All stages together."""
        names = asdict(Stage())
        return Stage(**{name: sum(getattr(stage, name) for stage in self.stages.values()) for name in names})

    def save(self, path: Path) -> None:
        """Write it down."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """What was written down."""
        held = json.loads(path.read_text(encoding="utf-8"))
        stages = {name: Stage(**figures) for name, figures in held.pop("stages").items()}
        return cls(**held, stages=stages)


class Charges:
    """Charges what Spark does to the stage of dedup that began last.

    Jobs of dedup follow one another, so that whatever Spark did is over when the next stage begins.
    """

    def __init__(self, spark: SparkSession) -> None:
        context: Any = spark.sparkContext._jsc
        self._context = context.sc()
        self._seen: set[tuple[int, int]] = set()
        self._tables: set[int] = set()
        self._into = Stage()  # what came before is charged to nothing
        self.stages: dict[str, Stage] = {}
        self.stored_at_most = 0
        self._since = 0.0
        self._charge()

    def begin(self, name: str) -> None:
        """Charge what was done so far, and what is done from now on to the stage `name`."""
        self._charge()
        self._into = self.stages.setdefault(name, Stage())

    def end(self) -> None:
        """Charge what was done so far."""
        self._charge()
        self._into = Stage()

    def _charge(self) -> None:
        wall = time.perf_counter() - self._since
        # Spark learns of its own figures from messages: the last ones may be on their way.
        self._context.listenerBus().waitUntilEmpty()
        store = self._context.statusStore()
        new = [stage for stage in _each(_stages(store)) if self._is_new(stage)]
        for stage in new:
            self._into.tasks += stage.executorRunTime() / 1000
            self._into.shuffled += stage.shuffleWriteBytes()
            self._into.spilled += stage.diskBytesSpilled()
        self._into.wall += wall
        self._into.alone += max(0.0, wall - covered([span for stage in new for span in _spans(stage)]))
        held = 0
        for table in _each(store.rddList(True)):
            size, number = table.diskUsed() + table.memoryUsed(), table.id()
            held += size
            if number not in self._tables:
                self._tables.add(number)
                self._into.stored += size
        self.stored_at_most = max(self.stored_at_most, held)
        self._since = time.perf_counter()  # to ask takes time too, which is nobody's

    def _is_new(self, stage: Any) -> bool:
        key = stage.stageId(), stage.attemptId()
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """How long the spans last together, what several cover counted once."""
    total, behind = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, behind))
        behind = max(behind, end)
    return total


def _spans(stage: Any) -> list[tuple[float, float]]:
    """From a stage's first task to its end, seconds; none where it was skipped."""
    times = stage.firstTaskLaunchedTime(), stage.completionTime()
    if not all(time.isDefined() for time in times):
        return []
    start, end = (time.get().getTime() / 1000 for time in times)
    return [(start, end)]


def _stages(store: Any) -> Any:
    """All stages that Spark still knows of, up to `spark.ui.retainedStages`."""
    quantiles, states = (getattr(store, f"stageList$default${place}")() for place in (4, 5))
    return store.stageList(None, False, False, quantiles, states)


def _each(sequence: Any) -> Iterator[Any]:
    """The members of a sequence of Scala's."""
    members = sequence.iterator()
    while members.hasNext():
        yield members.next()
