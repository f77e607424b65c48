"""A file that is held, damaged, full, or none of ours: told in plain words, and left as it was."""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from dedup import connection, schema, store
from dedup.archive import Archive
from dedup.cli import app
from dedup.errors import ArchiveError
from dedup.opening import open_store
from dedup.settings import Settings

REPO = Path(__file__).parents[1]
META = {"settings": "{}"}
AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one night, which nothing is done to."""
    path = tmp_path_factory.mktemp("made") / "news.duckdb"
    with Archive.open(path) as opened:
        opened.add(pa.table({"id": ["a", "b"], "text": [_story("bridge"), _story("bridge")]}), run_id="one")
    return path


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def _story(name: str, sentences: int = 12) -> str:
    return " ".join(
        f"{name}{n} tells that {name} number {n} was seen near {name}{n + 1}." for n in range(sentences)
    )


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps({"id": id_, "text": _story("bridge")}) + "\n" for id_ in "cd"))
    return path


@contextmanager
def disk(place: Path, size: str) -> Iterator[Path]:
    """A small disk of its own, in memory."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("NOT RUN: no right to mount a small disk")
    try:
        yield place
    finally:
        gc.collect()  # errors hold the connections that they came from
        subprocess.run(["umount", place], check=True)


def run(*arguments: str | Path) -> tuple[int, str]:
    """The command line, in this process: its exit code and what it says on stderr."""
    end = CliRunner().invoke(app, [*map(str, arguments)])
    assert end.exception is None or isinstance(end.exception, SystemExit), end.exception
    return end.exit_code, end.stderr


@contextmanager
def held(path: Path, how: str = "") -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open, until it is told something or killed."""
    script = f"""
        import sys
        from dedup.opening import open_store
        with open_store(sys.argv[1]{how}):
            print("open", flush=True)
            sys.stdin.readline()
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"
    try:
        yield holder
    finally:
        holder.kill()
        holder.wait()
        assert holder.stdin
        holder.stdin.close()
        holder.stdout.close()


@pytest.mark.parametrize("how", ["", ", reads=True"], ids=["writes", "reads"])
def test_who_holds_an_archive_is_told_after_the_wait(archive: Path, feed: Path, how: str) -> None:
    with held(archive, how) as holder:
        commands = [("add", archive, feed, "-q"), ("compact", archive), ("expire", archive, "2020-01-01")]
        if not how:
            commands += [("info", archive), ("export", archive)]
        for command in commands:
            code, said = run(*command, "--wait", "0")
            assert code == 4
            assert said.startswith(f"dedup: {archive}: is held by process {holder.pid} (")
            assert " since 20" in said
            assert said.endswith("and waited 0 s; wait for it to end, or longer with --wait\n")
            assert len(said.splitlines()) == 1
        assert "with --wait" in run("info", archive, "--wait", "0.3")[1] if not how else True
    assert run("add", archive, feed, "-q")[0] == 0


def test_readers_read_beside_each_other(archive: Path) -> None:
    with held(archive, ", reads=True"), held(archive, ", reads=True"):
        assert run("info", archive, "--wait", "0")[0] == 0
        assert run("export", archive, "--wait", "0")[0] == 0


def test_a_file_that_is_let_go_within_the_wait_is_opened(archive: Path, feed: Path) -> None:
    with held(archive) as holder:
        assert holder.stdin
        sleeps: list[float] = []
        let_go = holder.stdin

        def sleep(seconds: float) -> None:
            sleeps.append(seconds)
            if not let_go.closed:
                let_go.close()
                holder.wait()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dedup.connection.time.sleep", sleep)
            assert run("add", archive, feed, "-q") == (0, "")
        assert sleeps


def test_what_a_dead_holder_left_does_no_harm(archive: Path, feed: Path) -> None:
    with held(archive) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    left = archive.with_name(archive.name + ".holder")
    assert json.loads(left.read_text())["pid"] == holder.pid
    assert run("info", archive, "--wait", "0")[0] == 0
    assert run("add", archive, feed, "-q", "--wait", "0") == (0, "")
    assert not left.exists()


def test_what_dead_processes_left_is_swept_away_and_nothing_else(archive: Path, feed: Path) -> None:
    mark = "0123456789abcdef"
    dead = [f".{archive.name}.{mark}.new", f".{archive.name}.{mark}.new.wal"]
    others = [f".{archive.name}.new", f".other.duckdb.{mark}.new", f"{archive.name}.{mark}.new"]
    for name in dead + others:
        (archive.parent / name).touch()
    spilt = archive.with_name(archive.name + ".tmp")
    spilt.mkdir()
    (spilt / "duckdb_temp_storage_DEFAULT-0.tmp").touch()
    assert run("info", archive)[0] == 0
    assert spilt.exists()
    assert run("add", archive, feed, "-q") == (0, "")
    assert {path.name for path in archive.parent.iterdir()} == {archive.name, feed.name, *others}


@pytest.mark.parametrize("left", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "command": "x", "since": "y"}'])
def test_a_broken_or_stale_note_of_the_holder_does_no_harm(archive: Path, left: str) -> None:
    with held(archive) as holder:
        archive.with_name(archive.name + ".holder").write_text(left)
        code, said = run("info", archive, "--wait", "0")
        assert code == 4
        assert f"is held by process {holder.pid} (" in said


def test_opening_twice_in_one_process_is_told(archive: Path) -> None:
    with (
        open_store(archive, reads=True),
        pytest.raises(ArchiveError, match="is open in this process already"),
    ):
        open_store(archive)
    open_store(archive).close()


# Files that are no archive, or no more.


def _truncated(share: float) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def _foreign(*statements: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.unlink()
        with duckdb.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)

    return make


def _of_sqlite(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE meta (name, value)")
    connection.commit()
    connection.close()


def _changed(name: str, value: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with duckdb.connect(path) as connection:
            connection.execute("UPDATE meta SET value = ? WHERE name = ?", [value, name])

    return change


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("no archive\n" * 1000), "not a valid DuckDB database file"),
    "empty": (lambda path: path.write_bytes(b""), "not a valid DuckDB database file"),
    "zeros": (lambda path: path.write_bytes(bytes(100_000)), "not a valid DuckDB database file"),
    "cut at nothing": (lambda path: os.truncate(path, 1), "not a valid DuckDB database file"),
    "cut in the header": (lambda path: os.truncate(path, 5000), "Could not read enough bytes"),
    "cut at the header": (lambda path: os.truncate(path, 12288), "Could not read enough bytes"),
    "cut in the middle": (_truncated(0.5), ""),
    "cut at the end": (lambda path: os.truncate(path, path.stat().st_size - 1), ""),
    "of SQLite": (_of_sqlite, "it is not a valid DuckDB database file"),
    "of others": (_foreign("CREATE TABLE news (id INT)"), "a DuckDB file, but no archive of dedup"),
    "of others, with meta": (_foreign("CREATE TABLE meta (x INT)"), "a DuckDB file, but no archive of dedup"),
    "of others, like ours": (
        _foreign("CREATE TABLE meta AS SELECT 1 AS name, 2 AS value"),
        "a DuckDB file, but no archive of dedup",
    ),
    "newer": (_changed("schema_version", str(schema.VERSION + 1)), "; use a newer dedup"),
    "of another fold table": (_changed("fold_table", "Unicode 1.0"), "its fold table is Unicode 1.0 and"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_archive_is_told_and_not_touched(archive: Path, feed: Path, name: str) -> None:
    spoil, told = BROKEN[name]
    spoil(archive)
    before = archive.read_bytes()
    for command in (
        ("add", archive, feed, "-q"),
        ("info", archive),
        ("export", archive),
        ("compact", archive),
    ):
        code, said = run(*command)
        if not (code == 0 and name.startswith("cut")):  # nothing may have been where it was cut
            assert code == 4
            assert said.startswith(f"dedup: {archive}: ")
            assert told.lower() in said.lower()
            assert len(said.splitlines()) == 1
            assert archive.read_bytes() == before
            assert sorted(path.name for path in archive.parent.iterdir()) == [feed.name, archive.name]


def test_other_settings_are_told_with_both_values(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ArchiveError, match=r"it has threshold 0\.7 and not 0\.9; give it those"):
        Archive.open(archive, Settings(threshold=0.9))
    with pytest.raises(ArchiveError, match="has keep_text True and not False"):
        Archive.open(archive, keep_text=False)
    assert archive.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_is_told_or_does_no_harm(archive: Path, feed: Path, seed: int) -> None:
    whole = archive.read_bytes()
    rng = random.Random(seed)
    at = rng.randrange(12_288) if seed % 3 == 0 else rng.randrange(len(whole))
    spoilt = bytearray(whole)
    spoilt[at] ^= 1 << rng.randrange(8)
    archive.write_bytes(spoilt)
    for command in (("export", archive), ("info", archive), ("add", archive, feed, "-q")):
        code, said = run(*command)
        assert code in (0, 4), said
        if code == 4:
            assert said.startswith(f"dedup: {archive}: ")
            assert len(said.splitlines()) == 1
            if command[0] != "add":
                assert archive.read_bytes() == spoilt


def test_a_missing_folder_a_folder_and_a_device_are_told(tmp_path: Path, feed: Path) -> None:
    for place, told in (
        (tmp_path / "none" / "a.duckdb", "there is no folder"),
        (tmp_path, "is no file"),
        (Path(os.devnull), "is no file"),
        (feed / "a.duckdb", "folder"),
        (tmp_path / ("x" * 300), "name too long"),
    ):
        code, said = run("add", place, feed, "-q")
        assert code == 4, (place, said)
        assert told in said
        assert len(said.splitlines()) == 1
    for command in ("info", "export", "compact"):
        assert "there is no such archive; `dedup add` makes one" in run(command, tmp_path / "a.duckdb")[1]
    assert list(tmp_path.iterdir()) == [feed]


def test_a_circle_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "a")
    assert run("info", tmp_path / "a")[0] == 4


@AS_ROOT
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_file_that_may_not_be_written_is_told(archive: Path, feed: Path, mode: int) -> None:
    archive.chmod(mode)
    code, said = run("add", archive, feed, "-q")
    assert code == 4
    assert said.endswith("; name a file that you may read and write\n")


def test_a_query_that_is_interrupted_is_a_ctrl_c_and_no_damage(archive: Path) -> None:
    with pytest.raises(KeyboardInterrupt), connection.telling(archive):
        raise RuntimeError("Query interrupted")


def test_a_bad_record_is_a_reject_and_too_many_are_told_beside_a_whole_report(
    archive: Path, feed: Path
) -> None:
    """The run is kept: what was rejected can be given again, and what was not is there."""
    with feed.open("a") as lines:
        lines.write("no JSON\n" * 20)
    out = feed.parent / "out"
    code, said = run("add", archive, feed, "--out", out, "-q", "--run-id", "two")
    assert code == 3
    assert "20 of 22 records could not be read" in said
    report = _report(out)
    assert run("add", archive, feed, "--out", out, "-q", "--run-id", "two", "--max-errors", "1") == (0, "")
    assert _report(out) == report
    with Archive.open(archive, reads=True) as opened:
        assert opened.info()["articles"] == {"live": 4}


# A disk that is full.


@contextmanager
def at_most(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond that: what a full disk does, on every system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def all_of(path: Path) -> dict[str, list[dict[str, object]]]:
    """All that is in an archive."""
    with open_store(path, reads=True) as opened:
        names = opened.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")["table_name"].to_pylist()
        return {name: opened.rows(f"SELECT * FROM {name} ORDER BY ALL").to_pylist() for name in names}


def test_what_is_written_to_a_full_disk_is_not_kept_and_the_store_can_be_used_again(archive: Path) -> None:
    before = all_of(archive)
    numbers = pa.table({"cluster_id": [f"{n:x}" * 20 for n in range(60_000)], "run": range(60_000)})
    with open_store(archive) as opened:
        with (
            at_most(archive.stat().st_size),
            pytest.raises(ArchiveError, match=r"; free some space; the archive is as it was$"),
            opened.transaction(),
        ):
            opened.add("cluster_ids", numbers)
        assert opened.one("SELECT count(*) FROM cluster_ids WHERE run > 1") == 0
        with opened.transaction():
            opened.run("DELETE FROM cluster_ids WHERE run > 1")
    assert all_of(archive) == before


def test_what_was_written_is_kept_though_there_is_no_room_for_a_checkpoint(
    archive: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint = store.Store.checkpoint

    def without_room(opened: store.Store) -> None:
        with at_most(archive.stat().st_size):
            checkpoint(opened)

    numbers = pa.table({"cluster_id": [f"{n:x}" * 20 for n in range(6_000)], "run": range(6_000)})
    monkeypatch.setattr(store.Store, "checkpoint", without_room)
    with open_store(archive) as opened:
        with opened.transaction():
            opened.add("cluster_ids", numbers)
        assert opened.one("SELECT count(*) FROM cluster_ids WHERE run > 1") == 5_998
    assert "No space" in caplog.text or "File too large" in caplog.text
    with open_store(archive, reads=True) as opened:
        assert opened.one("SELECT count(*) FROM cluster_ids WHERE run > 1") == 5_998


def test_compacting_without_room_leaves_the_archive_and_its_store(archive: Path) -> None:
    before, octets = all_of(archive), archive.read_bytes()
    with open_store(archive) as opened:
        with (
            at_most(100_000),
            pytest.raises(ArchiveError, match=r"; free some space; the archive is as it was$"),
        ):
            opened.compact()
        assert opened.meta["tool"] == "dedup"
    assert archive.read_bytes() == octets
    assert all_of(archive) == before
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_an_archive_is_held_until_the_compacted_file_is_in_its_place(archive: Path) -> None:
    """What another process wrote meanwhile would be lost with the old one."""
    replace, ends = Path.replace, []

    def between(beside: Path, place: Path) -> Path:
        script = "import sys; from dedup.opening import open_store; open_store(sys.argv[1], wait=0)"
        ends.append(subprocess.run([sys.executable, "-c", script, place], capture_output=True, check=False))
        return replace(beside, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", between)
        with open_store(archive) as opened:
            opened.compact()
    assert b"is held by process" in ends[0].stderr


@pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: small disks are mounted on Linux")
@pytest.mark.parametrize("room", [0, 40_000, 300_000, 700_000, 1_200_000, 1_600_000, 2_200_000])
def test_a_full_disk_ends_a_run_with_a_word_and_with_more_room_it_works(
    archive: Path, feed: Path, room: int
) -> None:
    known, command = archive.read_bytes(), ("-q", "--as-of", "2026-01-02", "--run-id", "two")
    assert run("add", archive, feed, "--out", feed.parent / "out", *command) == (0, "")
    report, whole = _report(feed.parent / "out"), all_of(archive)
    with disk(feed.parent / "disk", "8m") as small:
        full = small / archive.name
        full.write_bytes(known)
        before = all_of(full)
        (small / "filler").write_bytes(bytes(8_388_608 - len(known) // 4096 * 4096 - 8192 - room))
        code, said = run("add", full, feed, "--out", small / "out", *command)
        assert code in (1, 4) if room < 1_000_000 else code in (0, 1, 4)
        if code:
            assert said.splitlines()[-1].startswith("dedup: ")
            assert "; free some space" in said
            assert not (small / "out").exists()
            assert _timeless(all_of(full)) in (_timeless(before), _timeless(whole))
        (small / "filler").unlink()
        assert run("add", full, feed, "--out", small / "out", *command) == (0, "")
        assert _report(small / "out") == report
        assert _timeless(all_of(full)) == _timeless(whole)
        assert {path.name for path in small.iterdir()} == {"out", archive.name}


def test_a_frugal_reading_gives_the_same_and_leaves_no_limit(archive: Path) -> None:
    asks = "SELECT current_setting('memory_limit')"
    with open_store(archive) as opened, opened.transaction():
        before = opened.one(asks)
        opened.run("CREATE TABLE many AS SELECT range AS one, range * 2 AS other FROM range(300_000)")
        with opened.frugal():
            assert opened.one(asks) != before
            read = opened.rows("SELECT * FROM many")
        assert opened.one(asks) == before
        assert read == opened.rows("SELECT * FROM many")


def test_where_what_is_held_leaves_no_room_a_frugal_reading_has_no_limit(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_POOL", 1)
    asks = "SELECT current_setting('memory_limit')"
    with open_store(archive) as opened:
        before = opened.one(asks)
        with opened.transaction():
            opened.run("CREATE TABLE many AS SELECT range AS one FROM range(300_000)")
            with opened.frugal():
                assert opened.one(asks) == before
        assert opened.one("SELECT max(one) FROM many") == 299_999


def test_a_report_of_whole_tables_is_told_from_a_migrated_archive(archive: Path) -> None:
    articles = [{"id": f"a{i}", "text": " ".join(f"w{i}x{j}" for j in range(60))} for i in range(40)]
    with Archive.open(archive) as opened:
        told = opened.add([*articles, {**articles[0], "id": "copy"}], run_id="tonight")
    with duckdb.connect(archive) as older:
        pieces = older.sql("SELECT run, name, body FROM reports ORDER BY run, name, part").fetchall()
        whole: dict[tuple[int, str], bytes] = {}
        for run, name, body in pieces:
            whole[run, name] = whole.get((run, name), b"") + body
        assert len(pieces) > len(whole)
        older.execute("DELETE FROM reports")
        older.execute("ALTER TABLE reports DROP COLUMN part")
        for (run, name), body in whole.items():
            older.execute("INSERT INTO reports VALUES (?, ?, ?)", (run, name, body))
        older.execute("UPDATE meta SET value = '2' WHERE name = 'schema_version'")
    with Archive.open(archive) as opened:
        again = opened.add(articles, run_id="tonight")
        assert opened.info()["schema_version"] == schema.VERSION
    assert again.tables == told.tables


def _report(out: Path) -> dict[str, object]:
    found: dict[str, object] = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    run = json.loads((out / "run.json").read_text())
    return {**found, "run.json": {**run, "seconds": None}}


def _timeless(found: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    reports = [row for row in found["reports"] if row["name"] != "run.json"]
    return {**found, "reports": reports}
