"""The examples do what they say: cron's line in a shell, Airflow's task with a stand-in, the ETL step."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from dedup.archive import Archive
from dedup.report.csv import read_table
from examples.etl import tonight
from tests.archive.made import PARAGRAPHS

REPO = Path(__file__).resolve().parent.parent
NIGHT = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
STORY, OTHER = PARAGRAPHS[5], PARAGRAPHS[7]


def records(*more: dict[str, str]) -> list[dict[str, str]]:
    """A feed of two copies and one story of its own; none says when it was published."""
    return [{"id": "a", "text": STORY}, {"id": "b", "text": STORY}, {"id": "c", "text": OTHER}, *more]


def lines(*more: dict[str, str]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records(*more))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def executable(path: Path, *script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *script, ""]))
    path.chmod(0o755)


class Cron:
    """Runs the entry of `examples/crontab` as cron does, on a night of our own."""

    def __init__(self, home: Path) -> None:
        self.wire = home / "wire"
        (self.wire / "feeds").mkdir(parents=True)
        said = (REPO / "examples" / "crontab").read_text().splitlines()
        told = [line for line in said if line and not line.startswith("#")]
        self.variables = dict(line.split("=", 1) for line in told if re.match(r"\w+=", line))
        [entry] = [line for line in told if not re.match(r"\w+=", line)]
        *self.schedule, command = entry.split(maxsplit=5)
        assert not re.search(r"(?<!\\)%", command), "cron ends the command here"
        self.command = command.replace(r"\%", "%")
        executable(home / "bin" / "dedup", f'exec {shlex.quote(sys.executable)} -m dedup "$@"')
        executable(home / "bin" / "date", 'test "$*" = +%F && echo 2026-03-01')
        self.environ = {
            **{name: value for name, value in os.environ.items() if name.startswith("XDG_")},
            "HOME": str(home),
            "PATH": f"{home / 'bin'}{os.pathsep}{self.variables['PATH']}",
            "PYTHONPATH": str(REPO),
            "PYTHONUTF8": "1",
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        }

    def run(self) -> subprocess.CompletedProcess[str]:
        shell = [self.variables["SHELL"], "-c", self.command]
        return subprocess.run(
            shell, env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )


@pytest.fixture
def cron(tmp_path: Path) -> Cron:
    return Cron(tmp_path)


def test_the_line_for_cron_puts_the_night_in_and_again_gives_the_same_bytes(cron: Cron) -> None:
    assert len(cron.schedule) == 5
    feed = cron.wire / "feeds" / "2026-03-01.jsonl"
    feed.write_text(lines({"id": "k", "pubstatus": "canceled"}))
    end = cron.run()
    assert (end.returncode, end.stderr) == (0, ""), (cron.wire / "dedup.log").read_text()
    assert end.stdout.startswith("CANCELED: k: it was not archived.\n")
    report = contents(cron.wire / "reports" / "2026-03-01")
    assert json.loads(report["run.json"])["run_id"] == "2026-03-01"
    clusters = read_table(cron.wire / "reports" / "2026-03-01" / "clusters.csv").to_pylist()
    assert {row["article_id"] for row in clusters} == {"a", "b"}
    kept = (cron.wire / "kept" / "2026-03-01.jsonl").read_text()
    assert [json.loads(line)["id"] for line in kept.splitlines()] == ["a", "c", "k"]
    with Archive.open(cron.wire / "wire.dedup") as archive:
        assert archive.info()["articles"]["live"] == 3

    again = cron.run()
    assert (again.returncode, again.stdout) == (0, end.stdout)
    assert contents(cron.wire / "reports" / "2026-03-01") == report
    assert (cron.wire / "kept" / "2026-03-01.jsonl").read_text() == kept
    with Archive.open(cron.wire / "wire.dedup") as archive:
        assert archive.info()["runs"] == 1
    assert all(json.loads(line)["level"] == "info" for line in (cron.wire / "dedup.log").open())


def test_the_line_for_cron_ends_with_the_exit_code_of_dedup_and_logs_why(cron: Cron) -> None:
    feed = cron.wire / "feeds" / "2026-03-01.jsonl"
    feed.write_text(lines() + "not JSON\n" * 10)
    assert cron.run().returncode == 3
    assert (cron.wire / "reports" / "2026-03-01" / "rejects.csv").exists()
    (cron.wire / "wire.dedup").write_bytes(b"damaged" * 1000)
    assert cron.run().returncode == 4
    feed.unlink()
    (cron.wire / "wire.dedup").unlink()
    assert cron.run().returncode == 1
    told = [json.loads(line) for line in (cron.wire / "dedup.log").read_text().splitlines()]
    errors = [message["message"] for message in told if message["level"] == "error"]
    assert len(errors) == 3
    assert "could not be read" in errors[0]
    assert "wire.dedup: " in errors[1]
    assert "2026-03-01.jsonl" in errors[2]


def test_the_comments_for_cron_name_the_flags_of_its_line() -> None:
    page = (REPO / "examples" / "crontab").read_text()
    told, _, line = page.rpartition("\n15 4 ")
    assert set(re.findall(r"--[a-z-]+", line)) == set(re.findall(r"^# (--[a-z-]+) ", told, re.MULTILINE))


class StandInForAirflow(ModuleType):
    """What the example asks of Airflow, and no more: it notes how DAG and task are made, and runs nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.dags: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, dict[str, Any]] = {}

    def dag(self, **said: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
        def made(body: Callable[[], None]) -> Callable[[], None]:
            self.dags[body.__name__] = said
            return body

        return made

    def task(self, **said: Any) -> Callable[[Callable[..., Any]], Any]:
        def made(body: Callable[..., Any]) -> Any:
            def asked(**values: Any) -> None:
                self.asked[body.__name__] = {**said, **values}

            asked.function = body  # type: ignore[attr-defined] # so Airflow's own tasks name it
            return asked

        return made


@pytest.fixture(params=["airflow.sdk", "airflow.decorators"])
def airflow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInForAirflow]:
    """A stand-in for Airflow 3, and one for Airflow 2, which has no `airflow.sdk`."""
    made = StandInForAirflow(request.param)
    for name in ("airflow", "airflow.sdk", "airflow.decorators"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, request.param, made)
    sys.modules.pop("examples.airflow_dag", None)
    yield made
    sys.modules.pop("examples.airflow_dag", None)


def test_the_dag_has_one_task_that_the_logical_date_names(airflow: StandInForAirflow) -> None:
    importlib.import_module("examples.airflow_dag")
    [(name, said)] = airflow.dags.items()
    assert (name, said["max_active_runs"], said["start_date"].tzinfo) == ("wire_archive", 1, UTC)
    [asked] = airflow.asked.values()
    assert asked["retries"] > 0
    assert asked["run_id"] == "{{ ds }}"
    assert asked["as_of"] == "{{ data_interval_end | ts }}"
    assert "{{ ds }}" in asked["feed"]
    assert "{{ ds }}" in asked["out"]
    assert "{" not in asked["archive"]


@pytest.mark.usefixtures("airflow")
def test_the_task_puts_a_night_in_and_a_retry_gives_the_same_bytes(tmp_path: Path) -> None:
    add_night = importlib.import_module("examples.airflow_dag").add_night.function
    feed, out, archive = tmp_path / "feed.jsonl", tmp_path / "out", tmp_path / "wire.dedup"
    feed.write_text(lines())
    night = {"run_id": "2026-03-01", "as_of": NIGHT.isoformat()}
    counts = {"articles_new": 3, "articles_known": 0}
    assert add_night(str(feed), str(out), str(archive), **night) == counts
    first = contents(out)
    assert json.loads(first["run.json"])["as_of"] == NIGHT.isoformat()
    assert add_night(str(feed), str(out), str(archive), **night) == counts
    assert contents(out) == first
    with Archive.open(archive) as opened:
        assert opened.info()["runs"] == 1


def test_the_etl_step_gives_the_frame_less_copies_with_clusters(tmp_path: Path) -> None:
    archive = tmp_path / "wire.dedup"
    monday = pd.DataFrame(records()).assign(desk=["city", "sport", "city"]).set_index(pd.Index([7, 8, 9]))
    before = monday.copy()
    rows = tonight(monday, archive, NIGHT)
    pd.testing.assert_frame_equal(monday, before)
    assert list(rows.columns) == ["id", "text", "desk", "cluster_id", "relation", "lead_id"]
    assert list(rows.index) == [7, 9]
    assert list(rows["lead_id"].fillna("")) == ["a", ""]
    assert rows["cluster_id"].notna().tolist() == [True, False]
    pd.testing.assert_frame_equal(tonight(monday, archive, NIGHT), rows)


def test_the_etl_step_keeps_updates_and_leaves_out_what_is_known_or_killed(tmp_path: Path) -> None:
    archive = tmp_path / "wire.dedup"
    facts = {"source": "Wire", "published": "2026-02-28T10:00Z"}
    tonight(pd.DataFrame([{**record, **facts} for record in records()]), archive, NIGHT)
    tuesday = pd.DataFrame(
        [
            {"id": "a", "text": STORY, **facts},
            {"id": "d", "text": STORY, "source": "Coast", "published": "2026-03-01T10:00Z"},
            {"id": "c2", "text": " ".join(OTHER.split()[:-3]), **facts},
            {"id": "b", "text": "", "pubstatus": "canceled", **facts},
        ]
    )
    rows = tonight(tuesday, archive, NIGHT + timedelta(days=1))
    assert rows[["id", "relation", "lead_id"]].to_numpy().tolist() == [["c2", "version", "c"]]
