"""The command line alone: reading and finding are replaced by what gives a result made by hand."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

import dedup.pipeline  # takes the real names from dedup.feeds, before any test replaces them there
from dedup.articles import FIELDS
from dedup.cli import app, options
from dedup.errors import FeedError, TooManyRejects
from dedup.settings import KEEP_RULES, Settings
from tests.report.made_up import result

FEED = SimpleNamespace(notes=("feed.jsonl: text is 'body'\x1b[2J",), inputs=("feed.jsonl",), losses=())


class Library:
    """Stands in for feeds and pipeline, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.failure: BaseException | None = None
        self.signal: signal.Signals | None = None

    def find_duplicates(self, inputs: list[str], **asked: Any) -> Any:
        self.asked |= {"inputs": inputs, "reading": asked["options"], "progress": asked["progress"]}
        with asked["clock"]("read"):
            asked["on_read"](FEED)
        self.asked |= {"settings": asked["settings"], "as_of": asked["as_of"]}
        if self.signal:
            os.kill(os.getpid(), self.signal)
        if self.failure and not isinstance(self.failure, TooManyRejects):
            raise self.failure
        return result()

    def write_kept(self, feed: Any, keep: Any, path: str) -> int:
        assert feed is FEED
        Path(path).write_text(f"{keep.sum()} kept")
        return int(keep.sum())

    def check_kept(self, feed: Any, path: str) -> None:
        assert feed is FEED
        assert path == "kept.jsonl"
        assert "settings" not in self.asked, "the work has begun"

    def check_rejects(self, feed: Any, max_errors: float) -> None:
        assert feed is FEED
        self.asked["max_errors"] = max_errors
        if isinstance(self.failure, TooManyRejects):
            raise self.failure


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Library:
    made = Library()
    for name in ("check_kept", "write_kept", "check_rejects"):
        monkeypatch.setattr(f"dedup.feeds.{name}", getattr(made, name))
    monkeypatch.setattr("dedup.pipeline.find_duplicates", made.find_duplicates)
    monkeypatch.chdir(tmp_path)
    return made


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_without_out_clusters_go_to_stdout_and_the_summary_to_stderr(library: Library) -> None:
    told = call("find", "feed.jsonl")
    assert told.exit_code == 0
    assert told.stdout.startswith("cluster_id,article_id,")
    assert len(told.stdout.splitlines()) == 7
    assert "4 distinct stories" in told.stderr
    assert library.asked["inputs"] == ["feed.jsonl"]


def test_with_out_the_summary_goes_to_stdout(library: Library) -> None:
    told = call("find", "one.csv", "-", "--out", "out")
    assert told.exit_code == 0
    assert "4 distinct stories" in told.stdout
    assert Path("out/run.json").exists()
    assert library.asked["inputs"] == ["one.csv", "-"]


@pytest.mark.usefixtures("library")
def test_notes_are_told_on_stderr_in_one_harmless_line() -> None:
    assert "dedup: feed.jsonl: text is 'body'\ufffd[2J\n" in call("find", "feed.jsonl", "--out", "out").stderr


@pytest.mark.usefixtures("library")
def test_quiet_leaves_the_data_alone() -> None:
    assert call("find", "f", "-q", "--out", "out").output == ""
    told = call("find", "f", "--quiet")
    assert told.stderr == ""
    assert len(told.stdout.splitlines()) == 7


@pytest.mark.usefixtures("library")
def test_json_takes_the_place_of_the_summary_or_of_the_clusters() -> None:
    for arguments in (("--out", "out"), ()):
        told = json.loads(call("find", "f", "--json", *arguments).stdout)
        assert told["figures"]["stories"] == 4
        assert told["counts"]["records"] == 9
        assert told["tool"] == "dedup"
    assert "figures" not in json.loads(Path("out/run.json").read_text())


@pytest.mark.usefixtures("library")
def test_a_profile_tells_what_each_stage_took_on_stderr() -> None:
    told = call("find", "f", "--out", "out", "-q", "--profile")
    assert told.stdout == ""
    header, *rows = told.stderr.splitlines()
    assert header.split() == ["Stage", "Wall", "s", "CPU", "s", "Share", "Peak", "MiB"]
    assert [row.split()[0] for row in rows] == ["read", "write", "all"]


@pytest.mark.usefixtures("library")
def test_format_and_text_are_those_wanted() -> None:
    assert call("find", "f", "--out", "out", "--format", "parquet", "--no-text").exit_code == 0
    assert Path("out/clusters.parquet").exists()
    assert not Path("out/clusters.csv").exists()


@pytest.mark.usefixtures("library")
def test_kept_is_written() -> None:
    assert call("find", "f", "--kept", "kept.jsonl").exit_code == 0
    assert Path("kept.jsonl").read_text() == "8 kept"


def test_fields_and_reading_are_handed_on(library: Library) -> None:
    names = {name: f"my_{name}" for name in FIELDS}
    flags = [part for name, mine in names.items() for part in (f"--{name.replace('_', '-')}", mine)]
    call("find", "f", *flags, "--tz", "Europe/Paris", "--html", "keep", "--max-errors", "0.5")
    reading = library.asked["reading"]
    assert (reading.fields, reading.tz, reading.html) == (names, "Europe/Paris", "keep")
    assert library.asked["max_errors"] == 0.5


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        (("2026-01-20T12:00Z",), 12),
        (("2026-01-20T12:00:00+02:00", "--tz", "Asia/Tokyo"), 10),
        (("2026-01-20T12:00",), 12),
        (("2026-01-20 12:00", "--tz", "Europe/Paris"), 11),
        (("2026-01-20",), 0),
    ],
)
def test_the_time_embargoes_are_held_to_is_of_its_zone_or_of_tz(
    library: Library, said: tuple[str, ...], hour: int
) -> None:
    assert call("find", "f", "--as-of", *said).exit_code == 0
    assert library.asked["as_of"] == dt.datetime(2026, 1, 20, hour, tzinfo=dt.UTC)


def test_without_options_reading_and_settings_are_the_defaults(library: Library) -> None:
    call("find", "f")
    assert library.asked["as_of"] is None
    assert library.asked["reading"] == dedup.feeds.FeedOptions()
    assert library.asked["settings"] == Settings()
    assert library.asked["max_errors"] == 0.01
    assert library.asked["progress"] is None


def test_a_flag_wins_over_the_settings_file(library: Library) -> None:
    Path("mine.toml").write_text('threshold = 0.6\nexcerpt = 1\nkgram = 5\nkeep = "origin"\n')
    call("find", "f", "--settings", "mine.toml", "--threshold", "0.9", "--keep", "latest", "--min-words", "0")
    wanted = replace(Settings(), threshold=0.9, excerpt=1, kgram=5, keep="latest", min_words=0)
    assert library.asked["settings"] == wanted


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("treshold = 0.6", "no such setting: treshold; there are shingle, "),
        ("threshold = 7", "threshold must be above 0 and at most 1, got 7"),
        ("threshold = ", "Invalid value"),
        ("[threshold]\nx = 1", "threshold must be above 0"),
        (None, "No such file or directory"),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_bad_settings_file_is_told_by_its_name(toml: str | None, told: str) -> None:
    if toml is not None:
        Path("mine.toml").write_text(toml)
    end = call("find", "f", "--settings", "mine.toml")
    assert end.exit_code == 1
    assert end.stderr.startswith("dedup: mine.toml: ")
    assert told in end.stderr
    assert len(end.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("f", "--threshold", "7"),
        ("f", "--threshold", "much"),
        ("f", "--keep", "best"),
        ("f", "--html", "eat"),
        ("f", "--tz", "Mars/Olympus"),
        ("f", "--as-of", "tomorrow"),
        ("f", "--as-of", "2026-01-20T12:00", "--tz", "Mars/Olympus"),
        ("f", "--max-errors", "2"),
        ("f", "--format", "csv"),
        ("f", "--no-text"),
        ("f", "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_two_before_any_work(library: Library, arguments: tuple[str, ...]) -> None:
    end = call("find", *arguments)
    assert end.exit_code == 2
    assert "Usage" in end.stderr
    assert not library.asked


def test_a_known_error_is_one_line_and_ends_with_one(library: Library) -> None:
    library.failure = FeedError("feed.jsonl: no text\nin any \x1b[31mrecord; name the field with --text")
    end = call("find", "feed.jsonl", "-q")
    assert end.exit_code == 1
    assert end.stderr == "dedup: feed.jsonl: no text in any \ufffd[31mrecord; name the field with --text\n"
    assert end.stdout == ""


def test_too_many_rejects_end_with_three_after_all_is_written(library: Library) -> None:
    library.failure = TooManyRejects("11 of 100 records were rejected; see rejects.csv")
    end = call("find", "f", "--out", "out", "--kept", "kept.jsonl")
    assert end.exit_code == 3
    assert end.stderr.splitlines()[-1] == "dedup: 11 of 100 records were rejected; see rejects.csv"
    assert Path("out/run.json").exists()
    assert Path("kept.jsonl").exists()


@pytest.fixture
def heeded() -> Iterator[None]:
    """Signals as a shell's foreground has them: under nohup, say, they come ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_ends_with_130_and_leaves_nothing(
    library: Library, number: signal.Signals
) -> None:
    library.signal = number
    end = call("find", "f", "--out", "out", "-q")
    assert end.exit_code == 130
    assert end.stderr == "dedup: interrupted\n"
    assert not list(Path().iterdir())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("failure", [ZeroDivisionError("x"), EOFError("x"), ValueError("x")])
def test_an_unexpected_error_is_not_swallowed(library: Library, failure: Exception) -> None:
    library.failure = failure
    end = call("find", "f")
    assert end.exception is failure or end.exception.__cause__ is failure  # type: ignore[union-attr]


def test_a_folder_of_somebody_else_is_refused_before_any_work(library: Library) -> None:
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine")
    end = call("find", "f", "--out", "out")
    assert end.exit_code == 1
    assert end.stderr == (
        "dedup: out: holds notes.txt, which is not of a result of dedup; move it away or name a new folder\n"
    )
    assert (
        call("find", "f", "--kept", "out").stderr
        == "dedup: out: is a folder that holds files; name a new one\n"
    )
    assert not library.asked


def test_every_option_has_its_help() -> None:
    help_text = call("find", "--help").stdout
    find = get_command(app).commands["find"]  # type: ignore[attr-defined]
    for flag in ("--out", "--kept", "--version", "--settings", "--json", "-q"):
        assert flag in help_text
    assert len(inspect.signature(find.callback).parameters) == 39


def test_defaults_told_in_the_help_are_those_of_the_settings() -> None:
    told = {
        field.name: getattr(options, name).__metadata__[0].help
        for name, field in (
            (("KeepChoice" if field.name == "keep" else field.name.title().replace("_", "")), field)
            for field in fields(Settings)
        )
        if hasattr(options, name)
    }
    assert set(told) == {
        "threshold",
        "excerpt",
        "shared",
        "min_words",
        "min_repeat",
        "boilerplate",
        "keep",
        "threads",
        "memory",
    }
    for name, text in told.items():
        assert text.endswith(f"({getattr(Settings(), name)}).")


def test_the_keep_rules_of_the_command_are_those_of_the_settings() -> None:
    assert tuple(rule.value for rule in options.Keep) == KEEP_RULES


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", {"wirededup": "1.2.3"}.__getitem__)
    end = call("--version")
    assert (end.exit_code, end.stdout) == (0, "dedup 1.2.3\n")


def test_the_version_is_unknown_where_the_distribution_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", nothing)
    end = call("--version")
    assert (end.exit_code, end.stdout) == (
        0,
        "dedup, of unknown version: it runs from a folder and is not installed\n",
    )


@pytest.mark.parametrize("heavy", ["pyarrow", "numpy", "pandas", "numba", "datasketch", "dedup.pipeline"])
def test_help_loads_nothing_heavy(heavy: str) -> None:
    import subprocess

    code = f"import sys, dedup.cli; sys.exit({heavy!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
