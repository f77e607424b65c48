"""The commands of an archive as people run them: what they write, tell and refuse."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from dedup.archive import Archive
from dedup.cli import app, asked
from dedup.report.csv import read_table
from tests.archive.made import PARAGRAPHS

REPO = Path(__file__).resolve().parents[1]
STORY, OTHER, THIRD = PARAGRAPHS[5], PARAGRAPHS[7], PARAGRAPHS[6]
COMMAND = (sys.executable, "-m", "dedup")
COMMANDS = ("add", "info", "export", "remove", "expire", "compact")
MONDAY = ("--as-of", "2026-03-02T04:00Z", "--run-id", "monday")
TUESDAY = ("--as-of", "2026-03-03T04:00Z", "--run-id", "tuesday")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> Result:
    end = call(*arguments)
    assert end.exit_code == 0, end.output
    return end


def feed(name: str, *records: dict[str, Any]) -> Path:
    path = Path(name)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def article(id_: str, text: str, **facts: str) -> dict[str, Any]:
    return {"id": id_, "text": text, "published": "2026-03-01T10:00Z", **facts}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one night and the feeds of two."""
    folder = tmp_path_factory.mktemp("wire")
    before = Path.cwd()
    os.chdir(folder)
    try:
        monday = (article("a", STORY, title="Harbour to close"), article("b", STORY), article("c", OTHER))
        feed("monday.jsonl", *monday)
        feed(
            "tuesday.jsonl",
            article("d", f"{OTHER} Later."),
            article("c", OTHER),
            article("t", f"{THIRD}\n\n{THIRD}"),
            article("b", "", pubstatus="canceled"),
        )
        done("add", "wire.dedup", "monday.jsonl", *MONDAY, "-q", "--out", "monday")
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def wire(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder anew, as the working folder; the name of its archive."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Path("wire.dedup")


def contents(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def articles_of(archive: Path) -> dict[str, int]:
    told: dict[str, int] = json.loads(done("info", archive, "--json").stdout)["articles"]
    return told


def test_a_night_becomes_a_report_with_kills_changes_and_what_is_new(wire: Path) -> None:
    told = done("add", wire, "tuesday.jsonl", *TUESDAY, "--out", "tuesday")
    assert set(contents("tuesday")) == {*contents("monday"), "kills.csv", "changes.csv"}
    clusters = read_table("tuesday/clusters.csv").to_pylist()
    assert [(row["article_id"], row["is_new"], row["run_id"]) for row in clusters] in (
        [("c", False, "tuesday"), ("d", True, "tuesday")],
        [("d", True, "tuesday"), ("c", False, "tuesday")],
    )
    for name in ("pairs", "repeats"):
        assert {"is_new", "run_id"} <= set(read_table(f"tuesday/{name}.csv").column_names)
    [kill] = read_table("tuesday/kills.csv").to_pylist()
    assert (kill["article_id"], kill["status"], kill["archived"]) == ("b", "canceled", True)
    moved = {row["article_id"] for row in read_table("tuesday/changes.csv").to_pylist()}
    assert moved == {"a", "b", "c"}
    first, second, *_ = told.stdout.splitlines()
    assert first == f"CANCELED: b: its text is deleted, it is out of cluster {kill['cluster_id']}."
    assert second == "4 records read, 2 new articles, 1 known."
    assert f"{len(read_table('tuesday/changes.csv'))} verdicts of earlier runs moved" in told.stdout


def test_without_out_clusters_go_to_stdout_and_the_summary_to_stderr(wire: Path) -> None:
    told = done("add", wire, "tuesday.jsonl", *TUESDAY)
    assert told.stdout.splitlines()[0].endswith(",is_new,run_id")
    assert len(told.stdout.splitlines()) == 3
    assert "2 new articles, 1 known" in told.stderr
    assert done("add", wire, "tuesday.jsonl", *TUESDAY, "-q").stderr == ""


def test_json_takes_the_place_of_the_summary(wire: Path) -> None:
    told = json.loads(done("add", wire, "tuesday.jsonl", *TUESDAY, "--json", "--out", "tuesday").stdout)
    assert told["run_id"] == "tuesday"
    assert told["window_from"] == "2026-02-01T04:00:00+00:00"
    counts = told["counts"]
    assert (counts["articles_new"], counts["articles_known"], counts["articles_killed"]) == (2, 1, 1)
    assert told["figures"]["articles"] == 2


def test_kept_is_the_feed_less_copies_and_what_was_known(wire: Path) -> None:
    done("add", wire, "tuesday.jsonl", *TUESDAY, "-q", "--kept", "kept/tuesday.jsonl", "--keep", "longest")
    kept = [json.loads(line)["id"] for line in Path("kept/tuesday.jsonl").read_text().splitlines()]
    assert kept == ["d", "t", "b"]


def test_format_and_text_are_those_wanted(wire: Path) -> None:
    done("add", wire, "tuesday.jsonl", *TUESDAY, "-q", "--out", "out", "--format", "parquet", "--no-text")
    assert {path.suffix for path in Path("out").iterdir()} == {".parquet", ".json"}
    assert pq.read_table("out/kills.parquet").num_rows == 1
    assert "text" not in pq.read_table("out/articles.parquet").column_names


def test_a_run_again_writes_the_same_bytes_and_adds_nothing(wire: Path) -> None:
    before = contents("monday")
    done("add", wire, feed("later.jsonl", article("d", f"{STORY} Later.")), "-q")
    done("add", wire, "monday.jsonl", "--run-id", "monday", "-q", "--out", "monday")
    assert contents("monday") == before
    assert json.loads(done("info", wire, "--json").stdout)["runs"] == 2


def test_a_run_again_leaves_out_the_text_of_what_was_killed_since(wire: Path) -> None:
    done("add", wire, "tuesday.jsonl", *TUESDAY, "-q")
    done("add", wire, "monday.jsonl", "--run-id", "monday", "-q", "--out", "monday")
    texts = pq.read_table("monday/articles.parquet", columns=["article_id", "text"]).to_pylist()
    assert texts == [{"article_id": "a", "text": STORY}, {"article_id": "b", "text": None}]


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_known_run_that_is_given_another_feed_is_told_even_when_quiet(
    wire: Path, quiet: tuple[str, ...]
) -> None:
    told = done("add", wire, "tuesday.jsonl", *MONDAY, "--out", "monday", *quiet)
    assert told.stderr.splitlines()[-1] == (
        "dedup: run monday is known and was given another feed: its report is told, nothing added"
    )
    assert articles_of(wire) == {"live": 3}


@pytest.mark.parametrize(
    ("said", "articles"), [("12h", {"live": 1, "past": 4}), ("1d", {"live": 5}), ("all", {"live": 5})]
)
def test_the_window_tells_how_far_back_articles_take_part(
    wire: Path, said: str, articles: dict[str, int]
) -> None:
    feed("now.jsonl", article("n", "nothing"), article("m", "more", published="2026-03-02T01:00Z"))
    done("add", wire, "now.jsonl", "--as-of", "2026-03-02T04:00Z", "--window", said, "-q")
    assert articles_of(wire) == articles


@pytest.mark.parametrize(
    "said", ["", "d", "3", "0d", "-1d", "1.5d", "30D", "3 d", "d3", "ever", "1d1h", "999999d", "9" * 99 + "w"]
)
def test_a_window_that_is_none_is_wrong_usage(wire: Path, said: str) -> None:
    before = wire.read_bytes()
    end = call("add", wire, "tuesday.jsonl", "--window", said)
    assert end.exit_code == 2
    assert "--window must" in end.stderr
    assert wire.read_bytes() == before


@pytest.mark.parametrize(
    ("said", "span"),
    [("30d", dt.timedelta(30)), ("12h", dt.timedelta(hours=12)), ("2w", dt.timedelta(14)), ("all", None)],
)
def test_a_window_is_hours_days_or_weeks(said: str, span: dt.timedelta | None) -> None:
    assert asked.span(said, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)) == span


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (("2026-03-03T04:00", "--tz", "Europe/Paris"), "2026-03-03T03:00:00+00:00"),
        (("2026-03-03T04:00",), "2026-03-03T04:00:00+00:00"),
        (("2026-03-03T04:00+02:00", "--tz", "Asia/Tokyo"), "2026-03-03T02:00:00+00:00"),
    ],
)
def test_the_moment_of_a_run_is_of_its_zone_or_of_tz(wire: Path, said: tuple[str, ...], moment: str) -> None:
    told = json.loads(done("add", wire, "tuesday.jsonl", "--as-of", *said, "--json", "-q").stdout)
    assert told["as_of"] == moment


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "wire.dedup", "tuesday.jsonl", "--as-of", "tomorrow"), "--as-of must be a time"),
        (("add", "wire.dedup", "tuesday.jsonl", "--as-of", "0001-01-01T00:00+14:00"), "--as-of must be a"),
        (("add", "wire.dedup", "tuesday.jsonl", "--tz", "Mars/Olympus"), "tz must name a time zone"),
        (("add", "wire.dedup", "tuesday.jsonl", "--log-format", "xml"), "xml"),
        (("add", "wire.dedup", "tuesday.jsonl", "--threshold", "0.5"), "--threshold"),
        (("add", "wire.dedup"), "FEED"),
        (("expire", "wire.dedup", "tomorrow"), "BEFORE must be a time in ISO 8601"),
        (("expire", "wire.dedup", "2026-03-01", "--tz", "Mars/Olympus"), "tz must name a time zone"),
        (("remove", "wire.dedup"), "ID"),
    ],
)
def test_wrong_usage_ends_with_two_and_leaves_the_archive(
    wire: Path, arguments: tuple[str, ...], told: str
) -> None:
    before = wire.read_bytes()
    end = call(*arguments)
    assert end.exit_code == 2
    assert "Usage" in end.stderr
    assert told in " ".join(end.stderr.replace("│", " ").split())
    assert wire.read_bytes() == before


@pytest.mark.usefixtures("wire")
def test_a_new_archive_keeps_the_settings_of_its_file_and_others_are_refused() -> None:
    Path("mine.toml").write_text("threshold = 0.6\nmin_words = 5\n")
    done("add", "new.dedup", "monday.jsonl", *MONDAY, "-q", "--settings", "mine.toml")
    told = json.loads(done("info", "new.dedup", "--json").stdout)["settings"]
    assert (told["threshold"], told["min_words"]) == (0.6, 5)
    done("add", "new.dedup", "tuesday.jsonl", *TUESDAY, "-q", "--settings", "mine.toml", "--threads", "1")
    Path("mine.toml").write_text("threshold = 0.9\nmin_words = 5\n")
    end = call("add", "new.dedup", "tuesday.jsonl", "-q", "--settings", "mine.toml")
    assert end.exit_code == 4
    [line] = end.stderr.splitlines()
    assert "new.dedup: is of other settings: it has threshold 0.6 and not 0.9; " in line


@pytest.mark.parametrize(
    ("said", "keeps"), [((), True), (("--keep-text",), True), (("--no-keep-text",), False)]
)
@pytest.mark.usefixtures("wire")
def test_whether_texts_are_kept_is_said_once(said: tuple[str, ...], keeps: bool) -> None:
    done("add", "new.dedup", "monday.jsonl", *MONDAY, "-q", *said)
    assert json.loads(done("info", "new.dedup", "--json").stdout)["keep_text"] is keeps
    assert f"Texts        {'kept' if keeps else 'not kept'}\n" in done("info", "new.dedup").stdout
    end = call("add", "new.dedup", "monday.jsonl", "--no-keep-text" if keeps else "--keep-text")
    assert end.exit_code == 4
    assert f"keep_text {keeps} and not {not keeps}" in end.stderr


def test_info_tells_a_line_for_each_thing(wire: Path) -> None:
    lines = dict(line.split("  ", 1) for line in done("info", wire).stdout.splitlines())
    told = {name: value.strip() for name, value in lines.items()}
    assert list(told) == [
        "Archive", "Articles", "Clusters", "Boilerplate", "Runs", "Latest run", "Size", "Texts", "Settings",
        "Fold table",
    ]  # fmt: skip
    assert told["Articles"] == "3 live"
    assert told["Clusters"] == "1, of 2 articles"
    assert told["Boilerplate"] == "0 blocks learnt"
    assert told["Latest run"].startswith("monday as of 2026-03-02T04:00:00+00:00, window from 2026-01-31T")
    assert told["Latest run"].endswith(": 3 new, 0 moved")


def test_a_name_that_would_move_the_cursor_is_shown_harmless(wire: Path) -> None:
    feed("now.jsonl", article("n", "nothing"))
    done("add", wire, "now.jsonl", "--run-id", "a\x1b[2Jb\nc", "-q")
    told = done("info", wire).stdout
    assert "\x1b" not in told
    assert len(told.splitlines()) == 10


def test_export_is_the_clusters_of_the_archive(wire: Path) -> None:
    Path("all.csv").write_bytes(done("export", wire).stdout_bytes)
    with Archive.open(wire) as archive:
        assert read_table("all.csv").equals(archive.export())
    assert len(read_table("all.csv")) == 2


def test_remove_tells_what_that_changed(wire: Path) -> None:
    told = done("remove", wire, "b")
    assert told.stderr == "1 article removed; 7 verdicts moved.\n"
    assert told.stdout.splitlines()[0] == "article_id,version,what,old,new,why"
    assert len(told.stdout.splitlines()) == 8
    assert articles_of(wire) == {"live": 2}
    assert len(done("export", wire).stdout.splitlines()) == 1
    told = done("remove", wire, "b", "--out", "out")
    assert told.stdout == "0 articles removed; 0 verdicts moved.\n"
    assert told.stderr.endswith("wire.dedup: has no article of the id b\n")
    assert done("remove", wire, "c", "--out", "out", "-q").output == ""
    assert json.loads(Path("out/run.json").read_text())["counts"]["articles_removed"] == 1


def test_expire_takes_out_what_is_older(wire: Path) -> None:
    assert done("expire", wire, "2026-03-01T11:00", "--tz", "Europe/Paris").stderr == (
        "0 articles removed; 0 verdicts moved.\n"
    )
    told = done("expire", wire, "2026-03-01T11:00", "--out", "out")
    assert told.stdout.startswith("3 articles removed; ")
    assert articles_of(wire) == {}
    assert "Articles     none\n" in done("info", wire).stdout


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_taken_out(wire: Path) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    for command in (("remove", wire, "b"), ("expire", wire, "2026-04-01")):
        end = call(*command, "--out", "mine")
        assert end.exit_code == 1
        assert "holds notes.txt" in end.stderr
    assert articles_of(wire) == {"live": 3}
    end = call("add", "new.dedup", "monday.jsonl", "--out", "mine")
    assert end.exit_code == 1
    assert not Path("new.dedup").exists()


def test_compact_is_silent_and_loses_nothing(wire: Path) -> None:
    done("remove", wire, "b", "-q")
    before = done("export", wire).stdout
    assert done("compact", wire).output == ""
    assert done("export", wire).stdout == before
    assert articles_of(wire) == {"live": 2}


@pytest.mark.parametrize(
    "arguments",
    [("info",), ("info", "--json"), ("export",), ("remove", "a"), ("expire", "2026-01-01"), ("compact",)],
)
@pytest.mark.usefixtures("wire")
def test_an_archive_that_is_not_there_is_one_line(arguments: tuple[str, ...]) -> None:
    end = call(arguments[0], "none.dedup", *arguments[1:])
    assert end.exit_code == 4
    assert end.stdout == ""
    assert end.stderr == "dedup: none.dedup: there is no such archive; `dedup add` makes one\n"
    assert not list(Path().glob("*none*"))


def messages(end: Result) -> list[dict[str, str]]:
    told: list[dict[str, str]] = [json.loads(line) for line in end.stderr.splitlines()]
    for message in told:
        assert list(message) == ["time", "level", "message"]
        assert dt.datetime.fromisoformat(message["time"]).utcoffset() == dt.timedelta(0)
    return told


def test_an_archive_that_another_process_holds_is_told_after_the_wait(wire: Path) -> None:
    with Archive.open(wire):
        end = subprocess.run(
            [*COMMAND, "info", wire, "--wait", "0"],
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(REPO)},
            timeout=300,
            check=False,
            text=True,
        )
    assert end.returncode == 4
    assert f"wire.dedup: is held by process {os.getpid()} (" in end.stderr
    assert end.stderr.endswith("; wait for it to end, or longer with --wait\n")


AS_JSON = ("--log-format", "json")


def test_messages_are_json_lines_the_summary_and_the_profile_too(wire: Path) -> None:
    told = messages(done("add", wire, "tuesday.jsonl", *TUESDAY, *AS_JSON, "--profile"))
    said = [message["message"] for message in told]
    assert said[0].startswith("tuesday.jsonl: text from 'text'")
    assert said[1].startswith("CANCELED: b: ")
    assert any(line.startswith("Stage ") for line in said)
    assert {message["level"] for message in told} == {"info"}


def test_a_warning_is_a_json_line_with_its_level(wire: Path) -> None:
    *_, last = messages(done("add", wire, "tuesday.jsonl", *MONDAY, *AS_JSON, "--out", "monday"))
    assert last["level"] == "warning"
    assert last["message"].startswith("run monday is known")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("wire.dedup", "missing.jsonl"), 1, "missing.jsonl does not exist"),
        (("wire.dedup", "tuesday.jsonl", "--window", "0d"), 2, "--window must be"),
        (("wire.dedup", "tuesday.jsonl", "--as-of", "tomorrow"), 2, "--as-of must be"),
        (("wire.dedup", "bad.jsonl", "-q", "--out", "out"), 3, "could not be read"),
        (("wire.dedup", "tuesday.jsonl", "--no-keep-text"), 4, "keep_text True"),
    ],
)
@pytest.mark.usefixtures("wire")
def test_an_error_is_a_json_line_with_its_level(arguments: tuple[str, ...], code: int, told: str) -> None:
    Path("bad.jsonl").write_text("not JSON\n")
    end = call("add", *arguments, *AS_JSON)
    assert end.exit_code == code
    [message] = messages(end)
    assert message["level"] == "error"
    assert told in message["message"]


def test_no_progress_stands_between_json_lines_on_a_terminal(wire: Path) -> None:
    leader, terminal = pty.openpty()
    command = [*COMMAND, "add", str(wire), "tuesday.jsonl", *TUESDAY, *AS_JSON, "--out", "out"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "PYTHONPATH": str(REPO), "TERM": "xterm"},
    )
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(leader, 65_536):
            shown += part
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(leader)
    assert running.stdout
    assert b"CANCELED: b" in running.stdout.read()
    assert running.wait(timeout=300) == 0
    assert [json.loads(line)["level"] for line in shown.splitlines()] == ["info"]


@pytest.mark.parametrize("arguments", [("info",), ("info", "--json"), ("export",), ("remove", "b")])
def test_a_stdout_closed_from_the_start_is_one_line_before_the_work(
    wire: Path, arguments: tuple[str, ...]
) -> None:
    command = [*COMMAND, arguments[0], str(wire), *arguments[1:]]
    end = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        timeout=300,
        check=False,
        text=True,
    )
    assert end.returncode == 1
    assert end.stderr.startswith("dedup: stdout is closed; open it")
    assert len(end.stderr.splitlines()) == 1
    assert articles_of(wire) == {"live": 3}


def test_help_lists_the_commands() -> None:
    told = done("--help").stdout
    assert all(f" {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_and_option_has_its_help(command: str) -> None:
    known = get_command(app).commands[command]  # type: ignore[attr-defined]
    assert known.help
    bare = [parameter.name for parameter in known.params if not getattr(parameter, "help", None)]
    assert bare == []
    told = done(command, "--help").stdout
    for parameter in known.params:
        assert all(flag in told for flag in parameter.opts if flag.startswith("--"))


def test_add_takes_what_find_takes_but_for_settings_that_are_those_of_the_archive() -> None:
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    find, add = ({param.name for param in commands[name].params} for name in ("find", "add"))
    assert find - add == {
        "curve", "dry_run", "engine", "master",
        "threshold", "excerpt", "shared", "min_words", "min_repeat", "boilerplate",
    }  # fmt: skip
    assert add - find == {"archive", "log_format", "window", "run_id", "wait", "keep_text"}
