from __future__ import annotations

import gzip
import io
import os
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dedup.errors import FeedError
from dedup.feeds import compression, read, write_kept
from tests.feeds.made import column, lines, packed, rejects, texts

FILES = {"b.jsonl": lines({"text": "b"}), "sub/a.txt": b"a", "c.csv": b"text,id\nc,1\n", "d.doc": b"?"}


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    if path.name.endswith((".gz", ".zst")):
        path.write_bytes(packed(path.read_bytes(), path.name))
    return path


ARCHIVES = {
    "feed.zip": zipped,
    "feed.tar": tarred,
    "feed.tar.gz": tarred,
    "feed.tar.zst": tarred,
    "x": tarred,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_members_of_an_archive_are_read_as_the_files_they_are(tmp_path: Path, name: str) -> None:
    path = ARCHIVES[name](tmp_path / name, FILES)
    feed = read([path])
    assert texts(feed) == ["b", "a", "c"]
    assert feed.inputs == tuple(f"{path}/{member}" for member in ("b.jsonl", "sub/a.txt", "c.csv"))
    assert column(feed, "id")[1] == f"{name}/sub/a.txt"
    assert feed.counts["unknown_files"] == 1


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_on_stdin_is_read(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ARCHIVES[name](tmp_path / name, FILES).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert texts(read(["-"])) == ["b", "a", "c"]


@pytest.mark.parametrize("name", ["feed.zip", "feed.tar"])
def test_packed_members_are_unpacked_and_archives_within_one_are_left_aside(
    tmp_path: Path, name: str
) -> None:
    inner = zipped(tmp_path / "inner", FILES).read_bytes()
    path = ARCHIVES[name](tmp_path / name, {"a.txt.gz": gzip.compress(b"a"), "inner.zip": inner})
    feed = read([path])
    assert texts(feed) == ["a"]
    assert feed.notes == (f"{path}: 1 file of no known format left aside",)


@pytest.mark.parametrize("name", ["feed.zip", "feed.tar"])
def test_members_cannot_escape_from_the_folder_of_what_is_kept(tmp_path: Path, name: str) -> None:
    hostile = {"../../up.txt": b"up", "/above.txt": b"above", "a/../b.txt": b"b", "c:\\d.txt": b"d"}
    (tmp_path / "in").mkdir()
    feed = read([ARCHIVES[name](tmp_path / "in" / name, hostile)])
    (tmp_path / "out").mkdir()
    assert write_kept(feed, np.ones(4, bool), tmp_path / "out" / "kept") == 4
    kept = sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*.txt"))
    assert [path.as_posix() for path in kept] == [
        f"out/kept/{name}/{inside}" for inside in ("a/b.txt", "above.txt", "c:/d.txt", "up.txt")
    ]


def test_a_link_in_a_tar_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    with tarfile.open(tmp_path / "feed.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            info = tarfile.TarInfo(f"link{kind!r}.txt")
            info.type, info.linkname = kind, str(tmp_path / "secret.txt")
            archive.addfile(info)
    with pytest.raises(FeedError, match=r"feed\.tar holds no file of a known format"):
        read([tmp_path / "feed.tar"])


def test_a_broken_zip_is_a_reject_beside_others_and_an_error_alone(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "feed.zip", FILES).read_bytes()
    (tmp_path / "feed.zip").write_bytes(whole[:-30])
    (tmp_path / "good.txt").write_bytes(b"good")
    feed = read([tmp_path])
    assert texts(feed) == ["good"]
    assert rejects(feed) == [("feed.zip", None, "the zip archive is damaged: File is not a zip file")]
    with pytest.raises(FeedError, match="the zip archive is damaged: File is not a zip file; no input could"):
        read([tmp_path / "feed.zip"])


def test_a_zip_member_with_flipped_bytes_is_a_reject_and_the_others_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "feed.zip", {"a.txt": b"alpha beta", "b.txt": b"b"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"alpha", b"alphA"))
    feed = read([path])
    assert texts(feed) == ["b"]
    [(_, _, reason)] = rejects(feed)
    assert reason == "the zip member is damaged: Bad CRC-32 for file 'a.txt'"


def test_a_zip_member_with_a_password_is_a_reject(tmp_path: Path) -> None:
    path = zipped(tmp_path / "feed.zip", {"a.txt": b"alpha", "b.txt": b"b"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    path.write_bytes(data)
    feed = read([path])
    assert texts(feed) == ["b"]
    assert rejects(feed) == [("a.txt", None, "the zip member is encrypted; unpack it before")]


@pytest.mark.parametrize("name", ["feed.tar", "feed.tar.gz"])
def test_a_tar_that_breaks_off_gives_the_members_before_and_a_reject(tmp_path: Path, name: str) -> None:
    files = {f"{number}.txt": os.urandom(20_000).hex().encode() for number in range(20)}
    path = tarred(tmp_path / name, files)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    feed = read([path])
    assert 5 < feed.articles.num_rows < 12
    assert texts(feed) == [data.decode() for data in files.values()][: feed.articles.num_rows]
    assert any("breaks off" in reason or "tar archive is damaged" in reason for _, _, reason in rejects(feed))


def test_a_zip_of_more_than_a_feed_can_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "FREE", 1 << 20)
    path = zipped(tmp_path / "feed.zip", {f"{number}.txt": bytes(1 << 20) for number in range(20)})
    with pytest.raises(FeedError, match="its members unpack to more than 200 times its size"):
        read([path])


def test_more_archives_than_may_be_open_are_read(tmp_path: Path) -> None:
    for number in range(80):
        zipped(tmp_path / f"{number:02}.zip", {"a.txt": b"%d" % number, "b.txt": b"b"})
    assert texts(read([tmp_path]))[::2] == [str(number) for number in range(80)]
    opened = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208
    assert opened < 80


@pytest.mark.parametrize("pattern", ["*.txt", "**/*.txt", "s*", "sub/?.txt"])
def test_a_pattern_names_the_files_that_match_in_order(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        (tmp_path / name).write_bytes(name.encode())
    there = {"*.txt": ["a.txt", "b.txt"], "**/*.txt": ["a.txt", "b.txt", "sub/c.txt"]}
    assert texts(read([f"{tmp_path}/{pattern}"])) == there.get(pattern, ["sub/c.txt"])


def test_a_file_whose_name_looks_like_a_pattern_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_bytes(b"a")
    assert texts(read([tmp_path / "a[1].txt"])) == ["a"]


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"\*\.txt matches no file; check the pattern"):
        read([f"{tmp_path}/*.txt"])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Plain words.", "Plain words."),
        (b"id,headline,body\n1,H,Words.\n", "Words."),
        (b'[{"id": "1", "text": "Words."}]', "Words."),
        (gzip.compress(b'{"text": "Words."}\n', mtime=0), "Words."),
        (packed(b"text;id\nWords.;1\n", ".zst"), "Words."),
    ],
)
def test_what_stdin_holds_is_told_by_its_content(
    data: bytes, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert texts(read(["-"])) == [text]


def test_stdin_that_holds_nothing_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert read(["-"]).notes == ("-: no article",)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"MZ\0\0\0\0"])
def test_stdin_of_no_known_format_is_an_error(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with pytest.raises(FeedError, match=r"^- is of no known format; a feed is ninjs, NewsML-G2"):
        read(["-"])


def test_documents_of_settings_beside_a_feed_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes(b'{\n "name": "x",\n "version": "1"\n}\n')
    (tmp_path / "feed.json").write_bytes(b'[\n {"id": 1,\n "body": "Words."}\n]\n')
    feed = read([tmp_path])
    assert texts(feed) == ["Words."]
    assert feed.counts["unknown_files"] == 1


def test_a_file_that_cannot_be_opened_is_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b.txt"):
        (tmp_path / name).write_bytes(b"words")
    real = Path.open

    def opened(path: Path, *how: object, **more: object) -> object:
        if path.name == "a":
            raise PermissionError(13, "Permission denied")
        return real(path, *how, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", opened)
    feed = read([tmp_path])
    assert texts(feed) == ["words"]
    assert rejects(feed) == [("a", None, "cannot be opened: Permission denied")]
    assert feed.losses == (f"{tmp_path}/a was lost or cut off: cannot be opened: Permission denied",)


def test_a_folder_without_the_right_to_read_it_is_a_reject_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.txt").write_bytes(b"a")
    real = os.scandir

    def listed(folder: str) -> object:
        if folder.endswith("shut"):
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr(os, "scandir", listed)
    reason = "cannot be listed: Permission denied; allow it to be read"
    feed = read([tmp_path])
    assert texts(feed) == ["a"]
    assert rejects(feed) == [("shut", None, reason)]
    assert feed.losses == (f"{tmp_path}/shut was lost or cut off: {reason}",)
    with pytest.raises(FeedError, match=f"^{tmp_path}/shut {reason}$"):
        read([tmp_path / "shut"])


def test_names_that_are_not_utf8_are_written_so_that_they_can_be_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"on disk")
    path = zipped(tmp_path / "feed.zip", {"a.txt": b"in a zip"})
    with tarfile.open(tmp_path / "feed.tar", "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("\xe9.txt"), io.BytesIO())
    feed = read([tmp_path])
    assert column(feed, "id") == ["caf\\xe9.txt", "feed.tar/\\xe9.txt", "feed.zip/a.txt"]
    assert write_kept(feed, np.ones(3, bool), tmp_path / "kept") == 3
    assert (tmp_path / "kept" / "caf\\xe9.txt").read_bytes() == b"on disk"
    assert path.exists()
