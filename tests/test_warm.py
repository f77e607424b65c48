"""Compiling ahead of a first run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dedup import warm
from dedup.kernels import jit

# What compiles in a run of the demo although all parts have run: module.kernel by its argument types.
SCRIPT = """
import importlib, json, pkgutil, sys
import numba
import dedup, dedup.kernels, dedup.warm

def known():
    found = {}
    for name in (module.name for module in pkgutil.iter_modules(dedup.kernels.__path__)):
        module = importlib.import_module(f"dedup.kernels.{name}")
        for kernel in vars(module).values():
            if isinstance(kernel, numba.core.dispatcher.Dispatcher) and kernel.__module__ == module.__name__:
                found[f"{name}.{kernel.__name__}"] = set(map(str, kernel.signatures))
    return found

for work in dedup.warm.PARTS.values():
    work()
before = known()
dedup.find_duplicates(sys.argv[1:])
print(json.dumps([name for name, types in known().items() if types - before[name]]))
"""
DATA = Path(__file__).parents[1] / "data"


def test_what_is_compiled_ahead_is_what_a_run_needs_after_its_feed_is_sketched() -> None:
    feed = [str(DATA / name) for name in ("wire.jsonl", "outlet.csv", "desk")]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *feed], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["sketch.sketch_block"]


def test_nothing_is_started_or_said_where_all_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "is_cold", lambda: False)
    monkeypatch.setattr(subprocess, "Popen", lambda *_: pytest.fail("a process was started"))
    with warm.compiling(lambda _: pytest.fail("something was said")) as wait:
        wait()


def test_a_first_run_says_that_it_compiles_and_waits_for_every_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(warm, "is_cold", lambda: True)
    monkeypatch.setattr(warm, "cache_folder", lambda _: tmp_path)
    started: list[str] = []

    class Part:
        def __init__(self, command: list[str]) -> None:
            started.append(command[-1])

        def wait(self) -> None:
            waited.append(True)

        def kill(self) -> None:
            pass

    waited: list[bool] = []
    monkeypatch.setattr(subprocess, "Popen", Part)
    said: list[str] = []
    with warm.compiling(said.append) as wait:
        wait()
        assert len(waited) == len(warm.PARTS)
    assert started == list(warm.PARTS)
    assert said == ["compiling, once for this version of dedup and this machine"]


def test_where_nothing_can_be_kept_nothing_is_compiled_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "is_cold", lambda: True)
    monkeypatch.setattr(warm, "cache_folder", lambda _: None)
    monkeypatch.setattr(subprocess, "Popen", lambda *_: pytest.fail("a process was started"))
    said: list[str] = []
    with warm.compiling(said.append) as wait:
        wait()
    assert len(said) == 1


def test_modules_that_every_run_needs_are_there() -> None:
    assert all(jit._source(module) for module in jit._ALWAYS)
