from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from pathlib import Path

import pytest

from dedup.errors import OutputError
from dedup.report import csv
from dedup.report.folder import check_file, check_inputs, check_out, replacing
from tests.report.made_up import result

OURS = '{"tool": "dedup", "schema_version": 1}'


def names_in(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An earlier result."""
    place = tmp_path / "out"
    place.mkdir()
    (place / "run.json").write_text(OURS)
    (place / "clusters.csv").write_text("old")
    return place


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    with replacing(tmp_path / "a" / "b" / "out") as new:
        (new / "file").write_text("x")
        assert not (tmp_path / "a" / "b" / "out").exists()
    assert (tmp_path / "a" / "b" / "out" / "file").read_text() == "x"
    assert names_in(tmp_path / "a" / "b") == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    csv.write(result(), tmp_path / "out")
    assert (tmp_path / "out" / "run.json").exists()


def test_an_earlier_result_is_replaced(old: Path) -> None:
    csv.write(result(), old, file_format="parquet")
    assert not (old / "clusters.csv").exists()
    assert names_in(old.parent) == ["out"]


def test_a_link_to_an_earlier_result_stays_a_link(old: Path) -> None:
    link = old.parent / "latest"
    link.symlink_to(old)
    csv.write(result(), link)
    assert link.is_symlink()
    assert (old / "clusters.csv").read_text() != "old"


@pytest.mark.parametrize(
    "run", [None, "{}", "not JSON", "[1]", '{"tool": "other", "schema_version": 1}', '{"tool": "dedup"}']
)
def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, run: str | None) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    if run is not None:
        (tmp_path / "run.json").write_text(run)
    before = names_in(tmp_path)
    with pytest.raises(
        OutputError, match=r"holds notes\.txt, which is not of a result of dedup; move it away"
    ):
        check_out(tmp_path)
    with pytest.raises(OutputError):
        csv.write(result(), tmp_path)
    assert names_in(tmp_path) == before


def test_what_dead_processes_left_of_the_same_place_goes_and_what_lives_stays(tmp_path: Path) -> None:
    dead, live, other = (tmp_path / f"{name}.new" for name in (_left("out"), _left("out", 1), _left("other")))
    for folder in (dead, live, other, dead.with_suffix(".old")):
        folder.mkdir()
    held = os.open(live, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with replacing(tmp_path / "out") as new:
        (new / "file").write_text("x")
    os.close(held)
    assert names_in(tmp_path) == sorted([live.name, other.name, "out"])


def _left(out: str, number: int = 0) -> str:
    """The name of what a process left beside its result."""
    return f".dedup-{hashlib.blake2b(out.encode(), digest_size=4).hexdigest()}{number:08x}"


def test_two_results_for_the_same_place_do_not_disturb_each_other(tmp_path: Path) -> None:
    with replacing(tmp_path / "out") as one:
        with replacing(tmp_path / "out") as other:
            (other / "run.json").write_text(OURS)
        (one / "clusters.csv").write_text("later")
    assert (tmp_path / "out" / "clusters.csv").read_text() == "later"
    assert names_in(tmp_path) == ["out"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        check_out(tmp_path / "out")
    with pytest.raises(OutputError, match="is a file"):
        check_out(tmp_path / "out" / "deeper" / "still")


def test_the_working_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    for out in (".", "", ".."):
        with pytest.raises(OutputError, match="working folder"):
            check_out(out)


def test_a_mount_point_is_refused() -> None:
    with pytest.raises(OutputError, match="mount point"):
        check_out("/proc")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written to"):
        check_out(tmp_path / "out")


def test_checking_makes_nothing(tmp_path: Path) -> None:
    check_out(tmp_path / "a" / "out")
    check_file(tmp_path / "a" / "kept.jsonl")
    assert not names_in(tmp_path)


def test_a_folder_that_holds_files_is_no_place_for_a_file(old: Path) -> None:
    with pytest.raises(OutputError, match="is a folder that holds files; name a new one"):
        check_file(old)


def fail_half_way(out: Path, failure: type[BaseException]) -> None:
    with replacing(out) as new:
        (new / "clusters.csv").write_text("new")
        raise failure


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure):
        fail_half_way(tmp_path / "out", failure)
    assert not names_in(tmp_path)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_earlier_result_in_place(old: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure):
        fail_half_way(old, failure)
    assert (old / "clusters.csv").read_text() == "old"
    assert names_in(old.parent) == ["out"]


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("failure", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_a_failure_between_the_two_renames_is_undone(
    old: Path, monkeypatch: pytest.MonkeyPatch, failing: int, failure: BaseException
) -> None:
    renames = []
    rename = Path.rename

    def fail_once(path: Path, target: Path) -> Path:
        renames.append(path)
        if len(renames) == failing:
            raise failure
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        csv.write(result(), old)
    assert (old / "clusters.csv").read_text() == "old"
    assert names_in(old.parent) == ["out"]


@pytest.mark.parametrize(
    ("number", "mend"),
    [(errno.ENOSPC, "free some space"), (errno.EACCES, "may write to"), (errno.EIO, "another")],
)
def test_a_disk_that_fails_is_told_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, mend: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(csv, "write_table", fail)
    with pytest.raises(OutputError, match=f"{os.strerror(number)}; .*{mend}"):
        csv.write(result(), tmp_path / "out")
    assert not names_in(tmp_path)


def test_the_folder_has_the_rights_a_new_folder_has(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    csv.write(result(), tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("run", ["{}", "not JSON", "[1]", '{"tool": "dedup"}'])
def test_tables_without_a_run_of_ours_are_no_result(old: Path, run: str) -> None:
    (old / "run.json").write_text(run)
    with pytest.raises(OutputError, match="not a result of dedup; empty it or name a new folder"):
        check_out(old)


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "clusters.csv.bak", "pairs.csv/"])
def test_what_was_put_into_an_earlier_result_is_never_deleted(old: Path, name: str) -> None:
    if name.endswith("/"):
        (old / name).mkdir()
    else:
        (old / name).write_text("mine")
    before = names_in(old)
    with pytest.raises(OutputError) as error:
        csv.write(result(), old)
    assert str(error.value) == (
        f"{old}: holds {name.rstrip('/')}, which is not of a result of dedup; "
        "move it away or name a new folder"
    )
    assert names_in(old) == before


def test_what_is_put_there_while_the_result_is_written_is_not_deleted(old: Path) -> None:
    with pytest.raises(OutputError, match=r"holds notes\.txt"), replacing(old):
        (old / "notes.txt").write_text("mine")
    assert (old / "notes.txt").read_text() == "mine"
    assert names_in(old.parent) == ["out"]


def test_an_input_inside_the_folder_is_refused(old: Path) -> None:
    inside, beside = old / "articles.parquet", old.parent / "feed.jsonl"
    for path in (inside, beside):
        path.touch()
    check_inputs(old, ["-", str(beside)])
    with pytest.raises(
        OutputError, match=r"out: holds the input .*articles\.parquet, which would be deleted"
    ):
        check_inputs(old, [str(beside), str(inside)])


@pytest.mark.parametrize("name", ["out", "out/kept.jsonl", "link/kept.jsonl"])
def test_no_file_is_put_into_the_folder_of_the_result(old: Path, name: str) -> None:
    (old.parent / "link").symlink_to(old)
    (old / "clusters.csv").unlink()
    (old / "run.json").unlink()
    with pytest.raises(OutputError, match="is or lies inside the folder of the result; name a place outside"):
        check_file(old.parent / name, old)
    with pytest.raises(OutputError, match="holds the folder of the result"):
        check_file(old.parent / "new", old.parent / "new" / "out")


def test_a_stream_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="-: standard output is taken by the result; name a file"):
        check_file("-")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OutputError, match="is a device or a pipe, which cannot be replaced; name a file"):
            check_file(path)


@pytest.mark.parametrize("name", ["report.html", "report-12.html", ".report-part-report.html"])
def test_a_result_with_a_report_is_replaced_and_so_is_what_a_killed_run_left(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    csv.write(result(), out)
    (out / name).write_bytes(b"")
    csv.write(result(), out)
    assert not (out / name).exists()


def test_a_result_with_a_page_that_is_no_report_is_refused(tmp_path: Path) -> None:
    csv.write(result(), tmp_path / "out")
    (tmp_path / "out" / "report-of-mine.html").write_bytes(b"")
    with pytest.raises(OutputError, match=r"holds report-of-mine\.html, which is not of a result"):
        csv.write(result(), tmp_path / "out")
