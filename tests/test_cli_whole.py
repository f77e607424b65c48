"""The command as people run it: a process of its own, files, pipes and signals."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from dedup.cli import app
from dedup.kernels.jit import cache_home
from dedup.report.csv import read_table

COMMAND = (sys.executable, "-m", "dedup")
REPO = Path(__file__).parents[1]


def story(name: str, sentences: int = 12) -> str:
    """A text that shares no run of words with that of another name."""
    return " ".join(
        f"{name}{n} tells that {name} number {n} was seen near {name}{n + 1}." for n in range(sentences)
    )


def records() -> list[dict[str, str]]:
    bridge, market = story("bridge"), story("market")
    return [
        {"id": "a1", "title": "Bridge opens – 新聞", "source": "Northern Wire", "text": bridge},
        {"id": "a2", "title": "=Bridge", "source": "The Tide", "text": bridge},
        {"id": "a3", "source": "Bay Post", "text": "HARBOUR (NW) " + bridge},
        {"id": "b1", "title": "Market", "source": "Bay Post", "text": market},
        {
            "id": "c1",
            "title": "Twice",
            "source": "Bay Post",
            "text": story("council") + "\n\n" + story("council"),
        },
    ]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records()))
    return path


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(REPO), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, **more}


def call(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `dedup` with these arguments and this added to the environment."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=environment(**more),
        timeout=300,
        check=False,
    )


def here(*arguments: str | Path) -> Result:
    """The same in this process, a second sooner: where nothing is asked of a process itself."""
    return CliRunner().invoke(app, [*map(str, arguments)])


def left_in(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def test_a_feed_becomes_a_folder_and_a_summary(feed: Path) -> None:
    out = feed.parent / "out"
    end = call("find", feed, "--out", out, "--kept", feed.parent / "less" / "kept.jsonl")
    assert end.returncode == 0, end.stderr
    assert "5 records read" in end.stdout
    assert "2 copies" in end.stdout
    assert "\x1b" not in end.stdout + end.stderr
    clusters = read_table(out / "clusters.csv").to_pylist()
    assert {row["article_id"] for row in clusters} == {"a1", "a2", "a3"}
    assert {row["article_id"] for row in read_table(out / "repeats.csv").to_pylist()} == {"c1"}
    assert len((feed.parent / "less" / "kept.jsonl").read_text().splitlines()) == 3
    assert left_in(feed.parent) == {"feed.jsonl", "less", "out"}


def test_what_must_not_be_used_is_left_out_told_and_kept(feed: Path) -> None:
    killed = [
        {"id": "a2", "pubstatus": "canceled"},
        {"id": "e", "text": story("bridge"), "until": "2026-01-20"},
    ]
    with feed.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in killed)
    kept, out = feed.parent / "kept.jsonl", feed.parent / "out"
    names = ("--embargoed", "until", "--as-of", "2026-01-19T23:59", "--tz", "UTC")
    end = here("find", feed, "--out", out, "--kept", kept, *names)
    assert end.exit_code == 0, end.stderr
    assert "2 articles killed, 1 under embargo: left out." in end.stdout.splitlines()
    assert {row["article_id"] for row in read_table(out / "clusters.csv").to_pylist()} == {"a1", "a3"}
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert (counts["articles_killed"], counts["articles_embargoed"]) == (2, 1)
    assert [json.loads(line)["id"] for line in kept.read_text().splitlines()][-4:] == ["b1", "c1", "a2", "e"]


def test_a_repeat_is_the_same_text_twice(feed: Path) -> None:
    out = feed.parent / "out"
    assert here("find", feed, "--out", out).exit_code == 0
    texts = {row["article_id"]: row["text"] for row in pq.read_table(out / "articles.parquet").to_pylist()}
    (row,) = read_table(out / "repeats.csv").to_pylist()
    text = texts[row["article_id"]]
    assert text[row["first_start"] : row["first_end"]] == row["text"]
    assert text[row["second_start"] : row["second_end"]] == row["text"]


def test_in_a_pipe_the_clusters_are_those_of_the_folder(feed: Path) -> None:
    here("find", feed, "--out", feed.parent / "out")
    end = call("find", feed)
    assert end.returncode == 0
    assert end.stdout == (feed.parent / "out" / "clusters.csv").read_text(encoding="utf-8")
    assert "5 records read" in end.stderr


def test_stdin_is_a_feed_of_json_lines(feed: Path) -> None:
    with feed.open("rb") as stdin:
        end = subprocess.run(
            [*COMMAND, "find", "-", "-q"],
            stdin=stdin,
            capture_output=True,
            env=environment(),
            timeout=300,
            check=True,
        )
    assert end.stdout.decode() == here("find", feed, "-q").stdout


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--out", "out")])
def test_a_closed_pipe_is_quiet_and_the_rest_is_done(feed: Path, arguments: tuple[str, ...]) -> None:
    running = subprocess.Popen(
        [*COMMAND, "find", feed, "--kept", "kept.jsonl", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=feed.parent,
        env=environment(),
    )
    assert running.stdout
    running.stdout.close()
    assert running.stderr
    told = running.stderr.read().decode()
    assert running.wait(timeout=300) == 0
    assert "Traceback" not in told
    assert "Broken" not in told
    assert (feed.parent / "kept.jsonl").exists()


def test_a_closed_stderr_is_quiet_too(feed: Path) -> None:
    running = subprocess.Popen(
        [*COMMAND, "find", feed], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert running.stderr
    running.stderr.close()
    assert running.stdout
    assert running.stdout.read().startswith(b"cluster_id,")
    assert running.wait(timeout=300) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_stdout_is_one_line(feed: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        end = subprocess.run(
            [*COMMAND, "find", feed, "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=300,
            check=False,
        )
    assert end.returncode == 1
    assert end.stderr == b"dedup: <stdout>: No space left on device; write to another place\n"


def test_too_many_rejects_end_with_three_and_are_told(feed: Path) -> None:
    feed.write_text(feed.read_text() + "not JSON\n" * 50)
    end = call("find", feed, "--out", feed.parent / "out")
    assert end.returncode == 3
    assert end.stderr.splitlines()[-1].startswith("dedup: ")
    assert read_table(feed.parent / "out" / "rejects.csv").num_rows == 50
    assert here("find", feed, "-q", "--max-errors", "1").exit_code == 0


@pytest.mark.parametrize("arguments", [("missing.jsonl",), ("feed.jsonl", "--text", "nonsense")])
def test_a_feed_that_cannot_be_read_is_one_line(feed: Path, arguments: tuple[str, ...]) -> None:
    end = call("find", *(str(feed.parent / a) if a.endswith("jsonl") else a for a in arguments), "-q")
    assert end.returncode == 1
    assert end.stderr.startswith("dedup: ")
    assert len(end.stderr.splitlines()) == 1


def test_kept_records_that_fit_no_file_are_refused_before_the_work(feed: Path) -> None:
    end = here("find", feed, "--kept", feed.parent / "kept.csv")
    assert end.exit_code == 1
    assert end.stdout == ""
    assert end.stderr.splitlines()[-1].endswith("name it kept.jsonl")
    assert left_in(feed.parent) == {"feed.jsonl"}


def test_seconds_of_reading_are_told(feed: Path) -> None:
    seconds = json.loads(here("find", feed, "--json", "-q").stdout)["seconds"]
    assert seconds["read"] > 0


def test_a_feed_larger_than_memory_gives_the_same_and_says_where_it_lies(tmp_path: Path) -> None:
    feed = tmp_path / "large.jsonl"
    made = ({"id": f"{n}", "text": story(f"story{n % 60}", 200)} for n in range(90))
    feed.write_text("".join(json.dumps(record) + "\n" for record in made))
    small = here("find", feed, "--out", tmp_path / "small", "--memory", "1")
    assert re.search(r"^dedup: [1-9] MB of texts and sketches lay in temporary files$", small.stderr, re.M)
    large = here("find", feed, "--out", tmp_path / "large")
    assert "temporary" not in large.stderr
    for name in ("clusters.csv", "pairs.csv", "passages.csv", "repeats.csv", "articles.parquet"):
        assert (tmp_path / "small" / name).read_bytes() == (tmp_path / "large" / name).read_bytes()


def test_permutations_are_made_where_none_are_kept(feed: Path, tmp_path: Path) -> None:
    """datasketch makes them, and needs what other runs do not import."""
    known = cache_home()
    for kept in known.iterdir():
        if not kept.name.startswith("permutations"):
            (tmp_path / "cache" / "dedup").mkdir(parents=True, exist_ok=True)
            (tmp_path / "cache" / "dedup" / kept.name).symlink_to(kept)
    end = call("find", feed, "-q", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert (end.returncode, end.stderr) == (0, "")
    assert any((tmp_path / "cache" / "dedup").glob("permutations-*"))


def test_neither_pandas_nor_scipy_nor_datasketch_is_imported(feed: Path) -> None:
    """Each takes a quarter of a second, and Arrow and numba import the first two wherever they can."""
    script = (
        "import sys; from dedup.cli import app; app(sys.argv[1:], standalone_mode=False); "
        "print(sorted({'pandas', 'scipy', 'datasketch'} & sys.modules.keys()), file=sys.stderr)"
    )
    here("find", feed)  # makes what is kept of datasketch's permutations
    done = subprocess.run(
        [sys.executable, "-c", script, "find", str(feed), "-q"], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"


def closed(folder: Path, stream: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `dedup find` in the folder with a standard stream closed from the start."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {stream}', "sh", *COMMAND, "find", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment(),
        timeout=300,
        check=False,
    )


def test_a_closed_stdin_is_one_line(feed: Path) -> None:
    end = closed(feed.parent, "<&-", "-")
    assert end.returncode == 1
    assert end.stderr == "dedup: stdin is closed; pipe a feed in, or name a file instead of '-'\n"


def test_a_refused_folder_is_left_alone(feed: Path) -> None:
    end = here("find", feed, "--out", feed.parent)
    assert end.exit_code == 1
    assert "holds the input" in end.stderr
    assert "which would be deleted; name another folder" in end.stderr
    assert left_in(feed.parent) == {"feed.jsonl"}


def heed() -> None:
    """Take signals as a shell's foreground does: under nohup, say, they come ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_the_earlier_result_and_nothing_else(
    feed: Path, number: signal.Signals
) -> None:
    out = feed.parent / "out"
    assert here("find", feed, "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    running = subprocess.Popen(
        [*COMMAND, "find", "-", "--out", out],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=heed,  # noqa: PLW1509 - no thread of ours runs here
    )
    assert running.stdin
    assert running.stderr
    # More than a pipe holds: when it is through, the command is reading.
    running.stdin.write(feed.read_bytes() * 1000)
    running.stdin.flush()
    running.send_signal(number)
    assert running.wait(timeout=300) == 130  # though stdin is still open
    running.stdin.close()
    assert running.stderr.read().decode().splitlines()[-1] == "dedup: interrupted"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert left_in(feed.parent) == {"feed.jsonl", "out"}


def test_a_terminal_that_knows_no_unicode_shows_the_rest(feed: Path) -> None:
    end = call("find", feed, "--out", feed.parent / "out", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert end.returncode == 0
    assert "Bridge opens ? ??" in end.stdout


def test_progress_is_shown_on_a_terminal(feed: Path) -> None:
    leader, terminal = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, "find", feed, "--out", feed.parent / "out"],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=environment(TERM="xterm", COLUMNS="80"),
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
    assert b"5 records read" in running.stdout.read()
    assert running.wait(timeout=300) == 0
    assert b"%" in shown


def test_help_is_given_for_each_command() -> None:
    assert "find" in here("--help").stdout
    assert "--threshold" in here("find", "--help").stdout
    assert call().returncode == 2


@pytest.mark.parametrize("arguments", [("-q",), ("--out", "out"), ("--out", "out", "-q", "--json")])
def test_a_stdout_closed_from_the_start_is_one_line_before_the_work(
    feed: Path, arguments: tuple[str, ...]
) -> None:
    end = closed(feed.parent, ">&-", feed, *arguments)
    assert end.returncode == 1
    assert end.stderr == (
        "dedup: stdout is closed; open it, or write a folder in silence with --out DIR --quiet\n"
    )
    assert left_in(feed.parent) == {"feed.jsonl"}


def test_a_closed_stream_that_nothing_is_written_to_makes_no_odds(feed: Path) -> None:
    end = closed(feed.parent, ">&-", feed, "--out", "out", "-q")
    assert (end.returncode, end.stderr) == (0, "")
    end = closed(feed.parent, "2>&-", feed)
    assert end.returncode == 0
    assert end.stdout == (feed.parent / "out" / "clusters.csv").read_text(encoding="utf-8")


def test_an_input_inside_the_result_is_refused_before_it_is_lost(feed: Path) -> None:
    folder = feed.parent
    assert here("find", feed, "--out", folder / "out", "-q").exit_code == 0
    for named, told in (
        (
            folder / "out" / "articles.parquet",
            "articles.parquet, which would be deleted; name another folder",
        ),
        (folder, f"would be read as part of the input {folder}; name a folder outside it"),
    ):
        end = here("find", named, "--out", folder / "out", "-q")
        assert end.exit_code == 1
        assert told in end.stderr
    assert (folder / "out" / "articles.parquet").exists()


def test_a_feed_of_which_nothing_can_be_read_ends_with_three_when_all_is_written(feed: Path) -> None:
    feed.write_text("not JSON\n")
    end = here("find", feed, "--out", feed.parent / "out", "-q")
    assert end.exit_code == 3
    assert len(end.stderr.splitlines()) == 1
    assert read_table(feed.parent / "out" / "rejects.csv").num_rows == 1


def test_an_input_cut_off_is_told_even_when_quiet(feed: Path) -> None:
    packed = gzip.compress(feed.read_bytes() + b"\n".join([b'{"text": "a"}'] * 20_000))
    (feed.parent / "cut.jsonl.gz").write_bytes(packed[:-20])
    end = here("find", feed.parent / "cut.jsonl.gz", "--out", feed.parent / "out", "-q")
    assert end.exit_code == 0
    [line] = end.stderr.splitlines()
    assert line.endswith("the gzip data breaks off before its end")


@pytest.mark.parametrize("kept", ["-", "/dev/null", "out", "out/kept.jsonl"])
def test_a_place_where_nothing_can_be_kept_is_refused_before_the_run(feed: Path, kept: str) -> None:
    path = str(feed.parent / kept) if kept.startswith("out") else kept
    end = here("find", feed, "--out", feed.parent / "out", "--kept", path)
    assert end.exit_code == 1
    assert end.stderr.startswith(f"dedup: {path}: ")
    assert left_in(feed.parent) == {"feed.jsonl"}
