from __future__ import annotations

import io
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import FeedError, OutputError
from dedup.feeds import Feed, check_kept, jsonl, read, sources, write_kept
from tests.feeds.made import lines, packed, rejects


@pytest.fixture(params=[1, 11, 1 << 20], ids=lambda size: f"blocks of {size}")
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sources, "BLOCK", request.param)
    size: int = request.param
    return size


def keep(feed: Feed, dropped: Sequence[int] = ()) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Keep all articles but those at these places."""
    kept = np.ones(feed.articles.num_rows, bool)
    kept[list(dropped)] = False
    return kept


def unpacked(path: Path) -> bytes:
    return b"".join(sources.Source(name=path.name, index=0, path=path).blocks())


LINES = b'\xef\xbb\xbf{"text": "a" }\r\n\n{ broken\n{"text":"b"}\n{"id": 1}\n{"text":"c"}'


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize(
    ("dropped", "left", "written"),
    [
        ([], LINES, 5),
        ([1], LINES.replace(b'{"text":"b"}\n', b""), 4),
        ([2], LINES.removesuffix(b'{"text":"c"}'), 4),
        ([0, 1, 2], b'\xef\xbb\xbf\n{ broken\n{"id": 1}\n', 2),
    ],
)
def test_lines_are_copied_unchanged_less_the_dropped_ones(
    tmp_path: Path, dropped: list[int], left: bytes, written: int, suffix: str
) -> None:
    path = tmp_path / f"feed.jsonl{suffix}"
    path.write_bytes(packed(LINES, suffix))
    feed = read([path])
    out = tmp_path / f"kept.jsonl{suffix}"
    assert write_kept(feed, keep(feed, dropped), out) == written
    assert unpacked(out) == left
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, out.name])  # noqa: PTH208 - nothing beside


def test_several_files_become_one_with_a_line_each(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text":"a"}')
    (tmp_path / "b.ndjson").write_bytes(b'\xef\xbb\xbf{"text":"b"}\n{"text":"c"}')
    feed = read([tmp_path])
    assert write_kept(feed, keep(feed, [1]), tmp_path / "kept.jsonl") == 2
    assert (tmp_path / "kept.jsonl").read_bytes() == b'{"text":"a"}\n{"text":"c"}'


@pytest.mark.usefixtures("block")
def test_stdin_is_read_a_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINES)))
    feed = read(["-"])
    write_kept(feed, keep(feed), tmp_path / "kept.jsonl")
    assert (tmp_path / "kept.jsonl").read_bytes() == LINES


ROWS = b'\nid;text\r\n1;"a\nwith ""lines"""\r\n\r\n2\r\n3;b\r\n4;caf\xe9\r\n5;c'


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    ("dropped", "left", "written"),
    [
        ([], ROWS, 5),
        ([0], ROWS.replace(b'1;"a\nwith ""lines"""\r\n', b""), 4),
        ([1, 2], ROWS.replace(b"3;b\r\n", b"").removesuffix(b"5;c"), 3),
    ],
)
def test_rows_are_copied_unchanged_less_the_dropped_ones(
    tmp_path: Path, dropped: list[int], left: bytes, written: int
) -> None:
    (tmp_path / "feed.csv").write_bytes(ROWS)
    feed = read([tmp_path / "feed.csv"])
    assert write_kept(feed, keep(feed, dropped), tmp_path / "kept.csv") == written
    assert (tmp_path / "kept.csv").read_bytes() == left


def test_csv_files_of_one_header_become_one(tmp_path: Path) -> None:
    for name, data in {
        "a": b"",
        "b": b"id,text\n1,a",
        "c": b"id,text\n2,b\n",
        "d": b'"id",text\n3,c\n',
    }.items():
        (tmp_path / f"{name}.csv").write_bytes(data)
    feed = read([tmp_path])
    assert write_kept(feed, keep(feed, [1]), tmp_path / "kept.csv") == 2
    assert (tmp_path / "kept.csv").read_bytes() == b"id,text\n1,a\n3,c\n"


def test_csv_files_of_different_headers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,a\n")
    (tmp_path / "b.csv").write_bytes(b"text,id\na,1\n")
    feed = read([tmp_path])
    with pytest.raises(FeedError) as error:
        write_kept(feed, keep(feed), tmp_path / "kept.csv")
    assert str(error.value) == (
        f"{tmp_path}/a.csv and {tmp_path}/b.csv have different headers, so their rows do not fit into one "
        "file; write what is kept of each in a run of its own"
    )


def test_what_cannot_be_written_is_refused_before_there_is_anything_to_keep(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"id,text\n1,a\n")
    feed = read([tmp_path])
    check_kept(feed, tmp_path / "kept.csv")
    with pytest.raises(OutputError, match="named like another format"):
        check_kept(feed, tmp_path / "kept.jsonl")
    (tmp_path / "b.csv").write_bytes(b"text,id\na,1\n")
    with pytest.raises(FeedError, match="different headers"):
        check_kept(read([tmp_path]), tmp_path / "kept.csv")
    with pytest.raises(FeedError, match="has changed since"):
        check_kept(feed, tmp_path / "kept.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_a_folder_of_many_files_is_copied_one_after_another(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    for number in range(300):
        (tmp_path / "feed" / f"{number:04}.csv").write_bytes(b"text\na\n")
    feed = read([tmp_path / "feed"])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        assert write_kept(feed, keep(feed), tmp_path / "kept.csv") == 300
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (tmp_path / "kept.csv").read_bytes() == b"text\n" + b"a\n" * 300


def test_formats_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,a\n")
    (tmp_path / "b.jsonl").write_bytes(lines({"text": "b"}))
    feed = read([tmp_path])
    with pytest.raises(FeedError) as error:
        write_kept(feed, keep(feed), tmp_path / "kept.csv")
    assert str(error.value) == (
        "the inputs are of several formats (CSV, JSON lines), so their records do not fit into one file; "
        "write what is kept of each format in a run of its own"
    )


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize("codec", ["none", "snappy", "zstd"])
def test_parquet_keeps_schema_metadata_and_codec(tmp_path: Path, codec: str, suffix: str) -> None:
    table = pa.table(
        {"text": pa.array(["a", "b", None, "d"]), "n": pa.array(["x", "y", "x", "y"]).dictionary_encode()}
    ).replace_schema_metadata({"who": "me"})
    pq.write_table(table, tmp_path / "plain", row_group_size=3, compression=codec)
    path = tmp_path / f"feed.parquet{suffix}"
    path.write_bytes(packed((tmp_path / "plain").read_bytes(), suffix))
    feed = read([path, path])
    out = tmp_path / f"kept.parquet{suffix}"
    assert write_kept(feed, keep(feed, [1, 3, 4]), out) == 5
    kept = pq.ParquetFile(io.BytesIO(unpacked(out)))
    assert kept.schema_arrow.equals(table.schema, check_metadata=True)
    assert kept.metadata.row_group(0).column(0).compression == (
        "UNCOMPRESSED" if codec == "none" else codec.upper()
    )
    assert kept.read()["text"].to_pylist() == ["a", None, "b", None, "d"]


def test_parquet_files_of_different_columns_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"text": ["a"], "id": [1]}), tmp_path / "b.parquet")
    feed = read([tmp_path])
    with pytest.raises(FeedError, match=r"a\.parquet and .*b\.parquet have different columns"):
        write_kept(feed, keep(feed), tmp_path / "kept.parquet")


def test_an_empty_parquet_file_is_copied(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "a.parquet")
    feed = read([tmp_path / "a.parquet"])
    assert write_kept(feed, keep(feed), tmp_path / "kept.parquet") == 0
    assert pq.read_table(tmp_path / "kept.parquet").num_rows == 0


def test_text_files_are_copied_under_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "sub/c.txt.gz"):
        (folder / name).write_bytes(packed(name.encode(), name))
    (folder / "bad.txt").write_bytes(b"\xff")
    feed = read([folder])
    assert write_kept(feed, keep(feed, [1]), tmp_path / "kept") == 3
    left = {path.relative_to(tmp_path / "kept").as_posix(): path for path in (tmp_path / "kept").rglob("*.*")}
    assert sorted(left) == ["a.txt", "bad.txt", "sub/c.txt.gz"]
    for name, path in left.items():
        assert path.read_bytes() == (folder / name).read_bytes()


def test_text_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_bytes(name.encode())
    feed = read([tmp_path / "x", tmp_path / "y"])
    with pytest.raises(FeedError) as error:
        write_kept(feed, keep(feed), tmp_path / "kept")
    assert str(error.value) == (
        f"{tmp_path}/x/a.txt and {tmp_path}/y/a.txt would both be a.txt in what is kept; "
        "name the folder above them instead"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "y"]


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    (tmp_path / "feed.jsonl").write_bytes(lines({"text": "a"}, {"text": "b"}))
    return read([tmp_path / "feed.jsonl"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kept.csv", "{0}/kept.csv is named like another format, but what is kept is JSON lines as it "
                     "came; name it kept.jsonl"),
        ("kept.txt.gz", "{0}/kept.txt.gz is named like another format, but what is kept is JSON lines as it "
                        "came; name it kept.jsonl.gz"),
        ("feed.jsonl", "{0}/feed.jsonl is an input; name another file for what is kept"),
        (".", "{0} is a folder; name a file for what is kept"),
        ("gone/kept.jsonl", "{0}/gone/kept.jsonl cannot be written: No such file or directory"),
    ],
)  # fmt: skip
def test_an_output_that_cannot_be_is_refused(feed: Feed, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(OutputError) as error:
        write_kept(feed, keep(feed), tmp_path / name)
    assert str(error.value) == message.format(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["feed.jsonl"]


def test_a_folder_with_something_in_it_is_not_filled_with_text_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    feed = read([tmp_path / "a.txt"])
    with pytest.raises(OutputError, match="must be a new or empty folder"):
        write_kept(feed, keep(feed), tmp_path)
    (tmp_path / "empty").mkdir()
    assert write_kept(feed, keep(feed), tmp_path / "empty") == 1


@pytest.mark.parametrize("change", ["longer", "touched", "gone"])
def test_a_file_that_changed_since_is_refused(feed: Feed, tmp_path: Path, change: str) -> None:
    path = tmp_path / "feed.jsonl"
    if change == "longer":
        path.write_bytes(path.read_bytes() + b"\n")
    elif change == "touched":
        os.utime(path, ns=(1, 1))
    else:
        path.unlink()
    with pytest.raises(
        FeedError, match=r"feed\.jsonl (has changed since it was read|was read but is gone now)"
    ):
        write_kept(feed, keep(feed), tmp_path / "kept.jsonl")
    assert not (tmp_path / "kept.jsonl").exists()


def test_an_older_file_stays_when_writing_fails(
    feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "kept.jsonl"
    out.write_bytes(b"older")

    def interrupted(_sources: object, _dropped: object, beside: Path) -> int:
        beside.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(jsonl, "copy", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_kept(feed, keep(feed), out)
    assert out.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.jsonl", "kept.jsonl"]
    assert write_kept(feed, keep(feed), out) == 2
    assert out.read_bytes() == (tmp_path / "feed.jsonl").read_bytes()


def test_a_feed_that_came_from_no_file_is_refused(feed: Feed, tmp_path: Path) -> None:
    made = Feed(articles=feed.articles, rejects=feed.rejects, inputs=("frame",), counts={}, notes=())
    with pytest.raises(FeedError, match="was not read from files"):
        write_kept(made, keep(made), tmp_path / "kept.jsonl")


def test_a_flag_too_few_is_a_bad_argument(feed: Feed, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"keep must have one bool per article \(2\), got 1"):
        write_kept(feed, keep(feed)[:1], tmp_path / "kept.jsonl")


def test_an_input_that_could_not_be_read_at_all_cannot_be_copied(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"text": "a"}))
    (tmp_path / "b.jsonl.gz").write_bytes(b"no gzip")
    feed = read([tmp_path])
    with pytest.raises(
        FeedError, match=r"b\.jsonl\.gz could not be read \(the gzip data is damaged: .*leave it out"
    ):
        write_kept(feed, keep(feed), tmp_path / "kept.jsonl")


@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_what_could_be_read_of_a_truncated_file_is_copied(tmp_path: Path, kind: str) -> None:
    rows = [os.urandom(200).hex() for _ in range(500)]
    data = (
        lines(*({"text": row} for row in rows)) if kind == ".jsonl" else "\n".join(["text", *rows]).encode()
    )
    whole = packed(data, ".gz")
    path = tmp_path / f"feed{kind}.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    feed = read([path])
    out = tmp_path / f"kept{kind}"
    tail = kind == ".jsonl"  # half a row of CSV would swallow what may follow it
    assert write_kept(feed, keep(feed, [0]), out) == feed.articles.num_rows - 1 + tail
    again = read([out])
    assert again.articles["text"].to_pylist() == feed.articles["text"].to_pylist()[1:]
    assert len(rejects(again)) == tail


line = st.sampled_from(['{"text":"a"}', '{ "text" : "b" }', '{"id":1}', "{", "", " ", '{"text":null}\r'])


@given(st.lists(st.tuples(line, st.booleans()), max_size=12), st.integers(1, 50), st.booleans())
def test_any_lines_kept_are_the_lines_less_those_dropped(
    some: list[tuple[str, bool]], size: int, ended: bool
) -> None:
    data = ['{"text":"first"}', *(text for text, _ in some)]
    flags = [True, *(kept for _, kept in some)]
    with TemporaryDirectory() as folder, patch.object(sources, "BLOCK", size):
        path, out = Path(folder) / "feed.jsonl", Path(folder) / "kept.jsonl"
        path.write_bytes("\n".join(data).encode() + b"\n" * ended)
        feed = read([path])
        kept = np.array([flags[record - 1] for record in feed.articles["record"].to_pylist()])
        write_kept(feed, kept, out)
        gone = {
            record for record, keep in zip(feed.articles["record"].to_pylist(), kept, strict=True) if not keep
        }
        ends = [*(["\n"] * (len(data) - 1)), "\n" if ended else ""]
        left = [
            text + end
            for number, (text, end) in enumerate(zip(data, ends, strict=True), 1)
            if number not in gone
        ]
        assert out.read_bytes().decode() == "".join(left)


def test_of_a_link_the_target_is_written_and_the_link_stays(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    link = tmp_path / "kept.jsonl"
    for target in ("store/new.jsonl", "store/new.jsonl.gz"):
        link.symlink_to(tmp_path / target)
        for dropped in ([], [0]):
            write_kept(feed, keep(feed, dropped), link)
        assert link.is_symlink()
        assert unpacked(tmp_path / target) == lines({"text": "b"})
        link.unlink()


def test_a_link_to_an_input_is_refused(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").symlink_to(tmp_path / "feed.jsonl")
    with pytest.raises(OutputError, match="is an input"):
        check_kept(feed, tmp_path / "kept.jsonl")


def test_a_pipe_is_not_replaced(feed: Feed, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "kept.jsonl")
    with pytest.raises(OutputError, match="is a device or a pipe"):
        check_kept(feed, tmp_path / "kept.jsonl")


def test_csv_files_of_different_delimiters_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\nid,text\n1,a\n")
    (tmp_path / "b.csv").write_bytes(b"id;text\n2;b\n")
    with pytest.raises(FeedError, match="have different delimiters, so their rows do not fit into one file"):
        check_kept(read([tmp_path]), tmp_path / "kept.csv")


@pytest.mark.usefixtures("block")
def test_a_row_with_a_quote_left_open_swallows_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'id,text\n1,a\n2,"b\n')
    (tmp_path / "b.csv").write_bytes(b'id,text\n3,c\n4,"d')
    feed = read([tmp_path])
    assert write_kept(feed, keep(feed), tmp_path / "kept.csv") == 3
    assert (tmp_path / "kept.csv").read_bytes() == b'id,text\n1,a\n3,c\n4,"d'
