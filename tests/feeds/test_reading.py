from __future__ import annotations

import datetime as dt
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.articles import ARTICLES
from dedup.columns import schema
from dedup.errors import FeedError
from dedup.feeds import Feed, FeedOptions, decoding, read, reading, sources
from dedup.feeds.frame import read_frame
from dedup.room import Room
from dedup.texts import Block
from tests.feeds.made import column, feed_of, lines, packed, rejects, texts

NAMES = [
    f"feed{kind}{suffix}" for kind in (".jsonl", ".ndjson", ".csv", ".txt") for suffix in ("", ".gz", ".zst")
]


@pytest.mark.parametrize("name", [*NAMES, "FEED.JSONL", "Feed.Csv.GZ"])
def test_every_format_is_recognised_by_name_packed_or_not(tmp_path: Path, name: str) -> None:
    plain = name.lower()
    data = b"one" if ".txt" in plain else b"text\none\n" if ".csv" in plain else lines({"text": "one"})
    path = tmp_path / name
    path.write_bytes(packed(data, plain))
    feed = read([path])
    assert texts(feed) == ["one"]
    assert feed.articles.schema.equals(ARTICLES)
    assert feed.rejects.schema.equals(schema("rejects"))


BARRED = [
    {"id": "1", "text": "a", "pubstatus": "stat:Cancelled", "embargo": ""},
    {"id": "2", "text": "b", "pubstatus": "usable", "embargo": "2026-01-20 12:00"},
]


def of_lines(path: Path) -> Feed:
    return feed_of(path / "feed.jsonl", lines(*BARRED), tz="Europe/Paris")


def of_csv(path: Path) -> Feed:
    rows = [",".join(BARRED[0]), *(",".join(row.values()) for row in BARRED)]
    return feed_of(path / "feed.csv", "\n".join(rows).encode(), tz="Europe/Paris")


def of_parquet(path: Path) -> Feed:
    pq.write_table(pa.Table.from_pylist(BARRED), path / "feed.parquet")
    return read([path / "feed.parquet"], FeedOptions(tz="Europe/Paris"))


def of_frame(_path: Path) -> Feed:
    return read_frame(BARRED, FeedOptions(tz="Europe/Paris"))


@pytest.mark.parametrize("made", [of_lines, of_csv, of_parquet, of_frame])
def test_what_bars_the_use_of_an_article_is_read_from_every_format(
    tmp_path: Path, made: Callable[[Path], Feed]
) -> None:
    feed = made(tmp_path)
    assert column(feed, "status") == ["canceled", None]
    assert column(feed, "embargoed") == [None, dt.datetime(2026, 1, 20, 11, tzinfo=dt.UTC)]
    assert feed.counts["bad_fields"] == feed.counts["unparsed_times"] == 0


def test_nothing_bars_the_use_of_a_text_file(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "feed.txt", b"status: canceled")
    assert column(feed, "status") == column(feed, "embargoed") == [None]


def test_several_inputs_of_several_formats_are_read_in_the_order_named(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(lines({"text": "b1"}, "{", {"text": "b3"}))
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,a1\n2\n")
    (tmp_path / "c.txt").write_bytes(b"c")
    feed = read([tmp_path / "b.jsonl", str(tmp_path / "a.csv"), tmp_path / "c.txt"])
    assert texts(feed) == ["b1", "b3", "a1", "c"]
    assert column(feed, "input") == [0, 0, 1, 2]
    assert column(feed, "record") == [1, 3, 1, 1]
    assert [(name, record) for name, record, _ in rejects(feed)] == [("b.jsonl", 2), ("a.csv", 2)]
    assert feed.counts["records"] == 6
    assert feed.counts["articles"] == 4


def test_a_folder_holds_any_formats_and_tells_how_many_files_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.jsonl").write_bytes(lines({"text": "b"}))
    (tmp_path / "a.csv").write_bytes(b"text\na\n")
    (tmp_path / "c.txt").write_bytes(b"c")
    (tmp_path / "notes.doc").write_bytes(b"?")
    (tmp_path / "sub/again").symlink_to(tmp_path)
    (tmp_path / "sub/dangling.txt").symlink_to(tmp_path / "nowhere")
    feed = read([tmp_path])
    assert texts(feed) == ["a", "c", "b"]
    assert feed.inputs == (f"{tmp_path}/a.csv", f"{tmp_path}/c.txt", f"{tmp_path}/sub/b.jsonl")
    assert feed.counts["unknown_files"] == 3
    assert feed.notes[-1] == f"{tmp_path}: 3 files of no known format left aside"


def test_a_folder_keeps_the_name_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire/a.txt").write_bytes(b"a")
    monkeypatch.chdir(tmp_path)
    assert read(["wire"]).inputs == ("wire/a.txt",)
    assert read(["./wire/"]).inputs == ("./wire/a.txt",)


def test_the_same_choice_for_many_files_is_told_once(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.jsonl").write_bytes(lines({"text": name}))
    assert read([tmp_path]).notes == (
        f"{tmp_path}/a.jsonl and 2 more: text from 'text'; no id, title, source, published, url",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.jsonl", "{0}/gone.jsonl does not exist; check the path"),
        (
            "feed.doc",
            "{0}/feed.doc is of no known format; a feed is ninjs, NewsML-G2, NewsML 1, NITF, RSS, Atom, JSON "
            "Feed, HTML, WARC, IPTC 7901, ANPA 1312, JSON, JSON lines, CSV, Parquet or .txt, each also .gz "
            "or .zst, in a .zip or .tar, or in a folder",
        ),
        ("empty", "{0}/empty holds no file of a known format; name a folder or file that does"),
        ("pipe.jsonl", "{0}/pipe.jsonl is not a regular file; pipe it in and name the input '-'"),
    ],
)
def test_an_input_that_cannot_be_a_feed_is_an_error_before_anything_is_read(
    tmp_path: Path, name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feed.doc").write_bytes(b"?")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "good.jsonl").write_bytes(lines({"text": "a"}))
    monkeypatch.setattr(reading, "_batches", lambda *_: pytest.fail("something was read"))
    with pytest.raises(FeedError) as error:
        read([tmp_path / "good.jsonl", tmp_path / name])
    assert str(error.value) == message.format(tmp_path)


@pytest.mark.parametrize("named", [[], ["-", "-"]])
def test_no_input_or_stdin_twice_is_a_bad_argument(named: list[str]) -> None:
    with pytest.raises(ValueError, match="'-' at most once, got "):
        read(named)


def test_one_name_may_stand_without_a_list(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    assert texts(read(tmp_path / "a.txt")) == texts(read(str(tmp_path / "a.txt"))) == ["a"]  # type: ignore[arg-type]


def test_stdin_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    said = lines({"text": "a"}, {"text": "b"})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said)))
    feed = read(["-"])
    assert texts(feed) == ["a", "b"]
    assert feed.inputs == ("-",)
    assert feed.notes == ("-: text from 'text'; no id, title, source, published, url",)


@pytest.mark.parametrize("block", [1, 10, 1 << 20])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_a_truncated_file_gives_its_records_and_one_reject(
    tmp_path: Path, kind: str, suffix: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "BLOCK", block)
    rows = [os.urandom(200).hex() for _ in range(2000)]  # does not pack well, so that it breaks in the middle
    data = (
        lines(*({"text": row} for row in rows))
        if kind == ".jsonl"
        else "\n".join(["text", *rows, ""]).encode()
    )
    whole = packed(data, suffix)
    path = tmp_path / f"feed{kind}{suffix}"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "next.jsonl").write_bytes(lines({"text": "next"}))
    feed = read([path, tmp_path / "next.jsonl"])
    got = texts(feed)
    assert got[-1] == "next"
    assert got[:-1] == rows[: len(got) - 1]
    if suffix == ".gz":
        assert len(got) > 1000
    [(name, record, reason)] = rejects(feed)
    assert name == path.name
    assert record == (len(got) if len(got) > 1 else None)
    assert reason.endswith("data breaks off before its end")


@pytest.mark.parametrize("kind", [".jsonl.gz", ".csv.zst", ".txt.gz", ".parquet", ".parquet.gz"])
def test_a_wholly_unreadable_input_is_a_reject_beside_others_and_an_error_alone(
    tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / f"bad{kind}"
    bad.write_bytes(b"not what it says")
    good = tmp_path / "good.jsonl"
    good.write_bytes(lines({"text": "a"}))
    feed = read([bad, good])
    assert texts(feed) == ["a"]
    assert [(name, record) for name, record, _ in rejects(feed)] == [(bad.name, None)]
    assert feed.counts["records"] == 1
    with pytest.raises(FeedError, match=r"bad.*: the .* is damaged: .*; no input could be read"):
        read([bad])
    with pytest.raises(FeedError, match=r"\(and 1 more inputs? likewise\)"):
        read([bad, bad])


def test_an_input_without_the_fields_is_an_error_though_others_have_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"text": "a"}))
    (tmp_path / "b.jsonl").write_bytes(lines({"story": "b"}))
    with pytest.raises(FeedError, match=r"b\.jsonl: which field holds the text\?"):
        read([tmp_path])


def test_progress_goes_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK", 50)
    for name in ("a.jsonl", "b.jsonl.gz", "c.csv", "d.txt"):
        data = lines(*[{"text": "a"}] * 30) if "jsonl" in name else b"text\na\n"
        (tmp_path / name).write_bytes(packed(data, name))
    told: list[tuple[str, float]] = []
    read([tmp_path], progress=lambda stage, share: told.append((stage, share)))
    assert {stage for stage, _ in told} == {"read"}
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-2:] == [1.0, 1.0]


def test_blocks_are_given_as_they_are_read_and_make_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_BATCH", 40)
    monkeypatch.setattr(sources, "BLOCK", 40)
    records = [{"id": str(number), "text": f"text {number}"} for number in range(50)]
    (tmp_path / "feed.jsonl").write_bytes(lines(*records))
    given: list[list[str]] = []

    def use(blocks: Iterator[Block]) -> None:
        given.extend(block.to_arrow().to_pylist() for block in blocks)

    feed = read([tmp_path / "feed.jsonl"], use=use)
    assert column(feed, "id") == [record["id"] for record in records]
    assert column(feed, "text") == [record["text"] for record in records]
    assert feed.articles["text"].num_chunks == 1
    assert 1 < len(given) < 50
    assert [text for texts in given for text in texts] == column(feed, "text")


@pytest.mark.parametrize("memory", [1, 0])
def test_a_feed_larger_than_memory_is_read_all_the_same(tmp_path: Path, memory: int) -> None:
    records = [{"id": str(number), "text": f"text {number}"} for number in range(50)]
    (tmp_path / "feed.jsonl").write_bytes(lines(*records))
    room = Room(memory)
    feed = read([tmp_path / "feed.jsonl"], room=room)
    assert column(feed, "text") == [record["text"] for record in records]
    assert (room.spilled > 0) == (memory == 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tz": "Mars/Base"}, "tz must name a time zone, such as 'Europe/Paris', got 'Mars/Base'"),
        ({"tz": "../etc"}, "tz must name a time zone, such as 'Europe/Paris', got '../etc'"),
        ({"tz": ""}, "tz must name a time zone, such as 'Europe/Paris', got ''"),
        ({"tz": None}, "tz must name a time zone, such as 'Europe/Paris', got None"),
        ({"html": "drop"}, "html must be one of strip, keep, got 'drop'"),
        (
            {"fields": {"body": "b"}},
            "fields may name id, text, title, source, published, url, version, prior_ids, byline, status, "
            "embargoed, got 'body'",
        ),
        ({"fields": {"text": ""}}, "the field text must be named by a text, got ''"),
    ],
)
def test_an_unknown_option_is_a_bad_argument(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        FeedOptions(**options)  # type: ignore[arg-type]
    assert str(error.value) == message


def test_a_real_feed_is_read_whole(shared: Path) -> None:
    feed = read([shared / "data" / "reuters21578_1_4000.jsonl"])
    assert feed.counts["articles"] == 4000
    assert (feed.counts["unparsed_times"], feed.counts["html_stripped"], feed.counts["rejects"]) == (0, 0, 0)
    assert feed.articles["published"].null_count == 0
    assert feed.articles["text"].type == pa.large_string()


def test_inputs_lost_or_cut_off_are_told_in_one_line(tmp_path: Path) -> None:
    whole = packed(b"".join(lines({"text": os.urandom(200).hex()}) for _ in range(200)), ".gz")
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b.csv.gz").write_bytes(b"no gzip")
    (tmp_path / "c.jsonl").write_bytes(lines({"text": "c"}, "{"))
    [told] = read([tmp_path]).losses
    assert told.startswith(f"{tmp_path}/a.jsonl.gz was lost or cut off: record ")
    assert told.endswith("the gzip data breaks off before its end (and 1 more inputs were lost or cut off)")
    assert read([tmp_path / "c.jsonl"]).losses == ()
