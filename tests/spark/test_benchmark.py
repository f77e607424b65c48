"""The benchmark of the engine on Spark: its figures of a tiny feed, and its arithmetic on made figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import corpus, one_machine, projection, spark_feeds, tree
from benchmarks import spark as program
from benchmarks.generate import Extras, generate_articles
from benchmarks.measure import Cost, run_once
from benchmarks.projection import Projection
from benchmarks.spark import Both, How
from benchmarks.spark_feeds import Feed
from benchmarks.spark_run import WRITE, measured
from benchmarks.spark_stages import Run, Stage, covered
from benchmarks.tables import README
from tests.conftest import soak

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ARTICLES, COPIES = 300, 40
NAMED = {"read", "identify", "nodes", projection.HOLDERS, "pairs", WRITE}
"""Stages that the programs or their readers name."""


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny feed with a hot story."""
    folder = tmp_path_factory.mktemp("feeds")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(corpus, "WORK", folder)
        spark_feeds.make(Feed(ARTICLES, COPIES), folder / "feed.parquet")
    return folder / "feed.parquet"


@pytest.fixture(scope="module")
def run(spark: SparkSession, feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What a run on it took."""
    out = tmp_path_factory.mktemp("out")
    run = measured(spark, feed, out)
    assert (out / "clusters").is_dir()
    return run


@soak
def test_every_stage_of_a_tiny_run_is_charged_with_what_spark_did(run: Run) -> None:
    assert run.articles == ARTICLES
    assert set(run.stages) >= NAMED
    assert set(run.stages) - {WRITE} == set(run.rows)
    assert all(stage.wall > 0 for stage in run.stages.values())
    assert run.stages["identify"].shuffled > 0  # records meet by their ids
    assert run.stages["read"].stored > 0
    assert 0 < run.stored_at_most <= run.whole.stored
    assert run.whole.tasks > run.stages["read"].tasks > 0
    assert 0 < run.whole.alone < run.whole.wall


@soak
def test_a_hot_story_of_a_tiny_run_is_one_cluster(run: Run) -> None:
    assert run.largest == COPIES + 1


@soak
def test_figures_written_down_are_those_read_again(run: Run, tmp_path: Path) -> None:
    run.save(tmp_path / "run.json")
    assert Run.load(tmp_path / "run.json") == run


@soak
def test_a_tiny_run_is_told_beside_the_local_one(run: Run) -> None:
    one = Both(Feed(ARTICLES), Cost(3, 4, 250), Cost(30, 45, 1900), run)
    told = program.report([one], How())
    assert "300" in told
    assert f"| {run.engine}, local[2] |" in told
    assert "Both engines count the same." in told
    assert "Not measured" not in told  # one size tells nothing of others


def test_only_copies_of_the_hot_story_are_edited_and_keep_most_words() -> None:
    before = list(generate_articles(60, 1, Extras(hot=20)))
    after = list(spark_feeds.edited(before, 1))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert {old[1]["kind"] for old, _ in changed} == {"hot"}
    assert len(changed) == 20
    for (old, _), (new, _) in changed:
        pairs = list(zip(old["text"].split(" "), new["text"].split(" "), strict=True))
        assert 0 < sum(one != other for one, other in pairs) <= 1 + spark_feeds.EDITED * len(pairs)
    assert list(spark_feeds.edited(before, 1)) == after


def test_what_several_stages_cover_at_one_time_counts_once() -> None:
    assert covered([(5, 6), (0, 3), (1, 2), (2, 4)]) == 5
    assert covered([]) == 0


def made_run(articles: int, seconds: dict[str, float], shuffled: int = 0) -> Run:
    """A run whose stages took so many core-seconds, and 1 s of the driver alone each."""
    stages = {
        name: Stage(tasks / 2 + 1, tasks, alone=1, shuffled=shuffled) for name, tasks in seconds.items()
    }
    counts = {"articles": articles, "pairs_compared": 2 * articles}
    return Run(articles, stages, {projection.HOLDERS: articles // 2}, counts, 5, 1000 * articles, 20_000_000)


SMALL = made_run(1000, {"square": 2.0, "linear": 2.0, "start": 3.0, "brief": 0.5})
LARGE = made_run(10_000, {"square": 200.0, "linear": 20.0, "start": 4.0, "brief": 50.0}, shuffled=5_000)


@pytest.mark.parametrize(
    ("stage", "power"),
    [
        ("square", 2),
        ("linear", 1),
        ("start", 1),  # less than in step is start-up
        ("brief", 1),  # too little to tell growth from chance
    ],
)
def test_core_seconds_grow_by_the_power_of_each_stage_and_at_least_in_step(stage: str, power: float) -> None:
    far = Projection(SMALL, LARGE, 100_000)
    assert far.power(stage) == pytest.approx(power)
    assert far.of_stage(stage) == pytest.approx(LARGE.stages[stage].tasks * 10**power / 3600)


def test_a_projection_tells_bytes_hours_and_the_stage_that_dominates() -> None:
    far = Projection(SMALL, LARGE, 100_000_000)
    told = dict(zip(projection.ROWS, far.cells(), strict=True))
    hours = (200 * 1e8 + (20 + 4 + 50) * 1e4) / 3600
    assert told["TB shuffled"] == "0.00"
    assert told["TB stored at most"] == "0.10"  # 1,000 bytes an article
    assert told["core-hours"] == f"{hours:,.0f}"
    assert told["stage that dominates"] == "square, 100%"
    assert told["hours of the driver"] == "0.0"  # 4 s in both runs: start-up
    assert told["million edges joined"] == "200 by Spark"
    assert told["GB of the driver for edges"] == "2.8"  # 20 million of 140 bytes
    assert told["GB for boilerplate"] == "1.2"  # 50 million of 24 bytes


def test_the_drivers_hours_are_those_that_more_articles_took_of_it() -> None:
    slower = made_run(10_000, {"linear": 20.0, "beside": 0.0, "more": 0.0})
    far = Projection(made_run(1000, {"linear": 2.0}), slower, 90_000_000)
    assert far.driver_hours == pytest.approx(2 / 9000 * 90_000_000 / 3600)


def test_the_report_of_two_sizes_ends_in_a_projection_and_its_assumptions() -> None:
    cost = Cost(1, 1, 100)
    runs = [Both(Feed(run.articles), cost, cost, run) for run in (SMALL, LARGE)]
    told = program.report(runs, How())
    assert "100,000,000 articles | 1,000,000,000 articles" in told
    assert "from 1,000 to 10,000 articles: by a" in told
    assert "{" not in told


@pytest.mark.parametrize(
    ("times", "peak", "holds"), [(5.0, 7000, True), (5.1, 7000, False), (1.0, 7630, False)]
)
def test_a_hot_story_is_held_to_its_times_and_its_memory(times: float, peak: float, holds: bool) -> None:
    def one(walls: dict[str, float]) -> Both:
        run = Run(200, {name: Stage(wall=wall) for name, wall in walls.items()}, largest=51)
        return Both(Feed(200), Cost(1, 1, 100), Cost(9, 9, peak), run)

    without, hot = (
        one({"compare": 2.0, "brief": 0.1}),
        one({"compare": 2 * times, "brief": 0.9, "round 2": 3.0}),
    )
    told, is_well = program.hot_report(without, hot, How())
    assert is_well is holds
    assert f"at most {times:.2f} (compare)" in told  # what is brief nine times as long is not judged
    assert ("NOT MET" in told) is not holds
    assert "| brief" in told
    assert "| round 2 | not run |" in " ".join(told.split())


def test_what_the_engines_count_differently_is_told() -> None:
    cost = Cost(1, 1, 100)
    one = Both(Feed(1000), cost, cost, SMALL, "pairs_compared 3 and 4")
    assert "do NOT count the same: pairs_compared 3 and 4." in program.report([one], How())


@pytest.mark.skipif(not tree.PROC.is_dir(), reason="NOT RUN: no /proc")
def test_memory_and_time_of_all_processes_of_a_command_are_added_up(tmp_path: Path) -> None:
    hold = "import subprocess, sys, time; held = b'x' * (60 << 20); sum(range(10**7)); time.sleep(1.2)"
    code = f"{hold}; subprocess.run([sys.executable, '-c', {hold!r}]); time.sleep(1.2)"
    with tree.Watched() as watched:
        cost = run_once((sys.executable, "-c", code), cwd=tmp_path, out=tmp_path / "out", timeout=60)
    assert 120 < watched.peak < 180  # twice 60 MiB, and two interpreters
    assert watched.cpu == pytest.approx(cost.cpu, rel=0.2)  # the other one has ended by then


def test_a_limit_between_two_sizes_and_beyond_the_last_is_found_on_their_line() -> None:
    known = [one_machine.Size(100, 10, 50), one_machine.Size(1000, 100, 50)]
    assert one_machine.within("wall", 50, known).articles == pytest.approx(500)
    beyond = one_machine.within("wall", 1000, known)
    assert beyond.articles == pytest.approx(10_000)
    assert beyond.peak == pytest.approx(500)  # no less an article than in the last
    with pytest.raises(ValueError, match="got 1"):
        one_machine.within("wall", 50, known[:1])


def test_the_table_of_one_machine_is_made_of_the_measured_ones() -> None:
    page = README.read_text(encoding="utf-8")
    known = one_machine.sizes(page)
    assert [size.articles for size in known] == [10_000, 30_000, 100_000, 300_000, 1_000_000]
    told = one_machine.report(page)
    for name, *_ in one_machine.LIMITS:
        assert f"| {name}" in told
    assert "a night of 50,000 articles" in told
