"""Costs of stages, one inside another."""

from __future__ import annotations

import time

import pytest

from dedup.clock import Clock


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clocks say: the only item, set by the test."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: 2 * now[0])
    return now


def test_a_stage_inside_another_is_not_charged_twice(seconds: list[float]) -> None:
    clock = Clock()
    with clock("outer"):
        seconds[0] += 1
        with clock("inner"):
            seconds[0] += 10
        seconds[0] += 2
    seconds[0] += 100
    with clock("inner"):
        seconds[0] += 5
    assert clock.seconds == {"outer": 3.0, "inner": 15.0}
    assert clock.costs["inner"].cpu == 30.0


def test_a_stage_that_fails_is_charged_and_closed(seconds: list[float]) -> None:
    clock = Clock()

    def fail() -> None:
        with clock("outer"):
            seconds[0] += 1
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    seconds[0] += 7
    assert clock.seconds == {"outer": 1.0}


def test_the_peak_is_in_mib() -> None:
    clock = Clock()
    with clock("stage"):
        time.process_time()
    assert 10 < clock.costs["stage"].peak < 1 << 20
