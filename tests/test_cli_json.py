"""Every command gives machine output with --json: one JSON document on stdout, and nothing else there."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from dedup.archive import Archive
from dedup.cli import app
from dedup.report.csv import read_table
from tests.archive.made import PARAGRAPHS

STORY, OTHER = PARAGRAPHS[5], PARAGRAPHS[7]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a feed, its result, its archive and its truth."""
    folder = tmp_path_factory.mktemp("json")
    rows = [("a", STORY), ("b", f"{STORY} Later."), ("c", OTHER)]
    facts = {"published": "2026-03-01T10:00Z", "source": "Wire"}
    lines = [json.dumps({"id": id_, "text": text, **facts}) for id_, text in rows]
    (folder / "feed.jsonl").write_text("\n".join(lines))
    (folder / "truth.csv").write_text("a_id,b_id\na,b\n")
    call = CliRunner().invoke
    feed, out = str(folder / "feed.jsonl"), str(folder / "out")
    assert call(app, ["find", feed, "--out", out, "-q"]).exit_code == 0
    night = ("--as-of", "2026-03-02T04:00Z", "--run-id", "monday", "-q")
    assert call(app, ["add", str(folder / "wire.dedup"), feed, *night]).exit_code == 0
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*arguments: str) -> Any:
    end = CliRunner().invoke(app, [*arguments, "--json"])
    assert end.exit_code == 0, end.output
    return json.loads(end.stdout)


COMMANDS = {
    "find": (("feed.jsonl",), "figures"),
    "add": (("wire.dedup", "feed.jsonl"), "figures"),
    "info": (("wire.dedup",), "articles"),
    "export": (("wire.dedup",), 0),
    "remove": (("wire.dedup", "b"), "changes"),
    "expire": (("wire.dedup", "2026-03-01T12:00Z"), "changes"),
    "compact": (("wire.dedup",), "bytes"),
    "evaluate": (("out", "truth.csv"), "recall"),
    "compare": (("feed.jsonl#a", "feed.jsonl#b"), "relation"),
}


def test_every_command_has_the_option() -> None:
    known = get_command(app).commands  # type: ignore[attr-defined]
    without = [name for name, it in known.items() if "--json" not in {o for p in it.params for o in p.opts}]
    assert without == []
    assert set(known) - set(COMMANDS) <= {"report"}  # which has tests of its own


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_puts_one_document_on_stdout(command: str) -> None:
    arguments, holds = COMMANDS[command]
    values = told(command, *arguments)
    assert values[holds] is not None


@pytest.mark.usefixtures("here")
def test_export_has_the_rows_of_its_csv() -> None:
    rows = told("export", "wire.dedup")
    with Archive.open("wire.dedup") as archive:
        table = archive.export()
    assert [row["article_id"] for row in rows] == table["article_id"].to_pylist() == ["a", "b"]
    assert list(rows[0]) == table.column_names
    assert rows[0]["published"] == "2026-03-01T10:00:00Z"
    assert all(share == round(share, 4) for row in rows for share in (row["similarity"], row["in_lead"]))


@pytest.mark.usefixtures("here")
def test_an_archive_without_clusters_exports_an_empty_list() -> None:
    told("remove", "wire.dedup", "b")
    assert told("export", "wire.dedup") == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["remove", "expire"])
def test_what_was_taken_out_is_told_with_its_changes_and_written_where_wanted(command: str) -> None:
    arguments, _ = COMMANDS[command]
    values = told(command, *arguments, "--out", "changed")
    assert values["counts"]["articles_removed"] == (1 if command == "remove" else 3)
    changes = read_table("changed/changes.csv").to_pylist()
    assert values["changes"] == changes
    assert {change["article_id"] for change in changes} == {"a", "b"}


@pytest.mark.usefixtures("here")
def test_compact_tells_what_it_saved() -> None:
    told("remove", "wire.dedup", "b")
    before = Path("wire.dedup").stat().st_size
    values = told("compact", "wire.dedup")
    assert values == {
        "path": os.path.realpath("wire.dedup"),
        "bytes_before": before,
        "bytes": Path("wire.dedup").stat().st_size,
    }
