"""`dedup find --engine spark`, as a shell runs it, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import dedup
from dedup.cli import app
from dedup.columns import TABLES, schema
from dedup.errors import EngineError
from tests.conftest import REPO, has_java, soak

WIRE = REPO / "data" / "wire.jsonl"
needs_java = pytest.mark.skipif(not has_java(), reason="NOT RUN: no Java")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dedup", "find", "--engine", "spark", "--master", "local[2]", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@soak
@needs_java
def test_a_folder_of_parquet_holds_what_a_local_run_finds(tmp_path: Path) -> None:
    feed, out = tmp_path / "feed", tmp_path / "out"
    feed.mkdir()
    (feed / "wire.jsonl").write_bytes(WIRE.read_bytes() + b'{"id": "broken"\n')
    ended = run(str(feed), "--out", str(out))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == ""
    found = dedup.find_duplicates(WIRE)
    for name in TABLES:
        written = pq.read_table(out / f"{name}.parquet")
        if name == "rejects":
            (row,) = written.to_pylist()
            assert row["input"].endswith("/feed/wire.jsonl")
            assert row["reason"] == "not a JSON object"
        else:
            table = written.select(schema(name).names).cast(schema(name))
            assert sorted(map(repr, table.to_pylist())) == sorted(map(repr, found.tables[name].to_pylist()))
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert told["engine"].startswith("Spark 4")
    assert told["inputs"] == [str(feed)]
    assert (told["counts"]["records"], told["counts"]["rejects"]) == (68, 1)
    again = run(str(feed), "--out", str(tmp_path / "feed"), "--quiet")
    assert again.returncode == 1
    assert "holds files that are not a result of dedup; empty it or name a new folder" in again.stderr
    lost = run(str(tmp_path / "none.jsonl"), "--out", str(out), "--quiet")
    assert lost.returncode == 1
    assert "none.jsonl" in lost.stderr
    assert (out / "run.json").exists()  # an earlier result stays where a run fails


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--engine", "spark"], "writes a folder: name it with --out DIR"),
        (["--engine", "spark", "--out", "x", "--format", "csv"], "writes Parquet; leave --format out"),
        (["--engine", "spark", "--out", "x", "--kept", "y", "--report"], "goes without --kept, --report"),
        (["--master", "local[2]"], "--master is about --engine spark"),
    ],
)
def test_what_spark_does_not_do_is_wrong_usage(arguments: list[str], reason: str) -> None:
    ended = CliRunner().invoke(app, ["find", str(WIRE), *arguments], env={"COLUMNS": "200"})
    assert ended.exit_code == 2
    assert reason in " ".join(ended.output.replace("│", " ").split())


def test_without_java_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="NOT RUN: no pyspark")
    from dedup.spark import files

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with (
        pytest.raises(EngineError, match=r"^Spark needs Java 17 or later, and there is no java on the path;"),
        files.session("local[2]"),
    ):
        pass
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError, match="no java at JAVA_HOME"), files.session("local[2]"):
        pass


def test_without_pyspark_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import dedup.spark

    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"pip install 'wirededup\[spark\]'"):
        _ = dedup.spark.find_duplicates
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dedup.spark.nothing
