"""Watches the processes that a command starts, and theirs: how much memory they hold together.

Linux only, by /proc. Pages that processes share count in each of them, so it is no less than they hold. Their
exact share would cost what is measured: 50 to 85 ms for each GB, every time one asks.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

PROC = Path("/proc")
PERIOD = 0.2  # seconds
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


class Watched:
    """While it is open: the most MiB that the sessions of this process's children held at one time.

    `measure.run_once` gives its command a session of its own, in which all that the command starts stays.
    `peak`: MiB; `cpu`: user and system seconds, of those too that ended.
    """

    def __init__(self) -> None:
        self.peak = self.cpu = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(PERIOD):
            memory, cpu = held_by_sessions(os.getpid())
            self.peak, self.cpu = max(self.peak, memory), max(self.cpu, cpu)


def held_by_sessions(parent: int) -> tuple[float, float]:
    """MiB, and seconds of processor time, of all processes in sessions that children of `parent` lead."""
    processes = {int(path.name): _figures(path) for path in PROC.iterdir() if path.name.isdigit()}
    leaders = {number for number, told in processes.items() if told and told[:2] == (parent, number)}
    some = [told for told in processes.values() if told and told[1] in leaders]
    return sum(told[2] for told in some) * _PAGE / (1 << 20), sum(told[3] for told in some) / _TICK


def _figures(process: Path) -> tuple[int, int, int, int] | None:
    """Parent, session, resident pages, ticks of it and of children it waited for; None if it has ended."""
    try:
        told = (process / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    words = told.rpartition(")")[2].split()  # a command's name may hold anything; man 5 proc counts from it
    return int(words[1]), int(words[3]), int(words[21]), sum(map(int, words[11:15]))
