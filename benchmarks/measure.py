"""Runs a command once and tells its wall time, CPU time and peak memory.

The calling process must stay small: Linux starts a child's peak at what its parent held when it forked.
"""

from __future__ import annotations

import os
import platform
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    wall: float
    """Seconds from start to exit."""
    cpu: float
    """User and system seconds of the process and all processes it waited for."""
    peak: float
    """Most resident MiB of the largest process: a tool that forks workers holds more than this in all."""


class RunError(Exception):
    """The command failed or did not end in time; the message tells which, short enough for a table."""


def find(feed: Path, out: Path | None, *options: str) -> Sequence[str]:
    """The command line of our whole run, into a folder or to standard output."""
    into = ("--out", str(out)) if out else ()
    return (sys.executable, "-m", "dedup", "find", str(feed), *into, *options)


def run_once(
    command: Sequence[str], *, cwd: Path, out: Path, timeout: float, env: Mapping[str, str] | None = None
) -> Cost:
    """Run `command` in `cwd`, its standard output into the file `out`, ended after `timeout` seconds.

    `env` is set beside the environment of this process.
    """
    log, environ = out.with_suffix(".stderr"), {**os.environ, **(env or {})}
    with out.open("wb") as sink, log.open("wb") as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=cwd, env=environ, stdout=sink, stderr=errors, start_new_session=True
        )
        late = threading.Event()
        timer = threading.Timer(timeout, _end, (child.pid, late))
        timer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)  # it is reaped: keep Popen from waiting for it
    if late.is_set():
        raise RunError(f"> {timeout:g} s")
    if child.returncode:
        lines = log.read_text(errors="replace").split("\n")
        told = [line for line in lines if line.strip()]
        raise RunError(f"failed: {told[-1]}" if told else f"exit {child.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _end(group: int, late: threading.Event) -> None:
    late.set()
    os.killpg(group, signal.SIGKILL)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.peak for cost in costs),
    )


def conditions() -> str:
    """Where and when it was measured, in words that follow a table."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
