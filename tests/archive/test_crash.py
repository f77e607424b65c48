"""A night that dies leaves the archive as it was, or as it was to be, and the next run simply works."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.crashes import SECOND, Killer, Night, died, report_of, write_feed

ADD = ("add", "ARCHIVE", "FEED", "--out", "OUT", "-q", "--as-of", "2026-01-04")

SOAK = int(os.environ.get("DEDUP_SOAK", "0"))
"""How many random kills, and all the points beside; `make soak` says 100."""

# What is done more than once is hit the last time. `make soak` hits every point there is, every time.
MAKING = ["CREATE", "COMMIT", "CHECKPOINT", "link .duckdb", "unlink .new"]
TAKING_IN = [
    "open to write",
    "write .holder",
    "UPDATE",
    "INSERT",
    "COMMIT",
    "CHECKPOINT",
    "make .new",
    "write .csv",
    "write .json",
    "rename to .old",
    "rename to folder",
    "delete .old",
    "unlink .holder",
    "close",
]
MIGRATING = ["ALTER", "COMMIT", "CHECKPOINT"]
COMPACTING = ["ATTACH anew", "COPY anew", "DETACH anew", "fsync .new", "replace .duckdb", "fsync folder"]


def shim(folder: Path) -> Path | None:
    """What counts calls to the system, compiled; None where it cannot be."""
    if sys.platform != "linux" or not shutil.which("cc"):
        return None
    made = folder / "system.so"
    source = Path(__file__).with_name("system.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    folder = tmp_path_factory.mktemp("crash")
    killer = Killer(folder / "root", shim(folder) if SOAK else None)
    yield killer
    killer.close()


@pytest.fixture(scope="module")
def first(killer: Killer) -> Night:
    feed = killer.root.parent / "first.jsonl"
    return Night(killer, [str(feed) if word == "FEED" else word for word in ADD], None).measure()


@pytest.fixture(scope="module")
def base(first: Night) -> Path:
    """An archive of one night, with its report."""
    first.lay()
    assert first.again()["code"] == 0
    return Path(shutil.copytree(first.folder, first.kill.root.parent / "base"))


@pytest.fixture(scope="module")
def second(killer: Killer, base: Path) -> Night:
    feed = str(write_feed(killer.root.parent / "second.jsonl", SECOND))
    return Night(killer, [feed if word == "FEED" else word for word in ADD], base).measure()


@pytest.fixture(scope="module")
def migrated(killer: Killer, base: Path) -> Night:
    return Night(
        killer, ["add", "ARCHIVE", str(killer.root.parent / "first.jsonl"), "-q"], base, {"older": True}
    ).measure()


@pytest.fixture(scope="module")
def compacted(killer: Killer, base: Path) -> Night:
    return Night(killer, ["compact", "ARCHIVE"], base).measure()


def kill_and_check(night: Night, point: str, nth: int = 0) -> None:
    """Kill at a point: the n-th time that it comes up, or the last."""
    places = [at for at, one in enumerate(night.points) if one == point]
    assert places, f"there is no such point any more; there are {sorted(set(night.points))}"
    nth = nth or len(places)
    night.lay()
    assert died(night.again(strike=point, nth=nth))
    done = len(night.points) - 1 - night.points[::-1].index("after COMMIT") if night.is_written else 0
    assert night.check() == (places[nth - 1] >= done)


@pytest.mark.parametrize("kind", TAKING_IN)
@pytest.mark.parametrize("edge", ["before", "after"])
def test_a_run_killed_at_a_point_loses_nothing_and_the_next_tells_the_same(
    second: Night, edge: str, kind: str
) -> None:
    kill_and_check(second, f"{edge} {kind}")


@pytest.mark.parametrize("kind", MAKING)
@pytest.mark.parametrize("edge", ["before", "after"])
def test_a_first_run_killed_while_its_archive_is_made_leaves_none_or_a_whole_one(
    first: Night, edge: str, kind: str
) -> None:
    kill_and_check(first, f"{edge} {kind}", nth=1)


@pytest.mark.parametrize("kind", MIGRATING)
@pytest.mark.parametrize("edge", ["before", "after"])
def test_an_archive_killed_while_it_is_migrated_is_of_the_old_version_or_the_new(
    migrated: Night, edge: str, kind: str
) -> None:
    kill_and_check(migrated, f"{edge} {kind}")


@pytest.mark.parametrize("kind", COMPACTING)
@pytest.mark.parametrize("edge", ["before", "after"])
def test_an_archive_killed_while_it_is_compacted_is_whole(compacted: Night, edge: str, kind: str) -> None:
    kill_and_check(compacted, f"{edge} {kind}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("point", "is_kept"),
    [
        ("before INSERT", False),
        ("before COMMIT", False),
        ("after COMMIT", True),
        ("before write .json", True),
    ],
)
def test_an_interrupted_run_ends_with_130_and_leaves_nothing_behind(
    second: Night, number: int, point: str, is_kept: bool
) -> None:
    second.lay()
    before = report_of(second.out)
    end = second.again(strike=point, signal=number)
    assert (end["code"], end["stderr"]) == (130, "dedup: interrupted\n")
    assert {path.name for path in second.folder.iterdir()} == {second.archive.name, second.out.name}
    assert report_of(second.out) == before
    assert second.check() == is_kept


def test_the_report_of_a_known_run_is_told_again_byte_for_byte(second: Night) -> None:
    second.lay()
    assert second.again()["code"] == 0
    report = report_of(second.out)
    shutil.rmtree(second.out)
    assert second.again()["code"] == 0
    assert report_of(second.out) == report


@pytest.mark.parametrize("seed", range(SOAK or 3))
def test_a_run_killed_at_a_random_moment_loses_nothing_and_the_next_tells_the_same(
    second: Night, seed: int
) -> None:
    rng = random.Random(seed)
    second.lay()
    began = time.monotonic()
    assert second.again()["code"] == 0
    most = time.monotonic() - began
    while True:
        second.lay()
        if died(second.again(seconds=rng.uniform(0, most))):
            break
        most *= 0.9  # it was done already
    second.check()


@pytest.mark.skipif(not SOAK, reason="`make soak` kills at every point, every time that it comes up")
@pytest.mark.parametrize("name", ["first", "second", "migrated", "compacted"])
def test_a_command_killed_at_any_point_at_all_loses_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    night: Night = request.getfixturevalue(name)
    for point in sorted(set(night.points)):
        count = night.points.count(point)
        every = {1, count} if point.split()[1] in ("CREATE", "COMMENT") else range(1, count + 1)
        for nth in sorted(every):
            kill_and_check(night, point, nth)
            print(f"{name}: killed at {point}, {nth} of {count}", flush=True)


@pytest.mark.skipif(not SOAK, reason="`make soak` kills at every call to the system, before, after and in it")
@pytest.mark.parametrize("name", ["first", "second", "compacted"])
def test_a_command_killed_at_any_call_to_the_system_loses_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    night: Night = request.getfixturevalue(name)
    if night.kill.shim is None:
        pytest.skip("NOT RUN: needs Linux and a C compiler")
    night.lay()
    (count,) = map(int, night.again(system=-1, edge=0)["points"])
    assert count > 20
    for nth in range(1, count + 1):
        for edge in (0, 1, 2):
            night.lay()
            assert died(night.again(system=nth, edge=edge))
            night.check()
            print(f"{name}: killed at call {nth} of {count}, {edge}", flush=True)
