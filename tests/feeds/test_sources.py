from __future__ import annotations

import os
from pathlib import Path

import pytest

from dedup.feeds import compression
from dedup.feeds.compression import Damaged, packed_file
from dedup.feeds.sources import Source
from tests.feeds.made import packed


def source(path: Path) -> Source:
    return Source(name=str(path), index=0, path=path)


TEXT = b"".join(b"line %d of a text that packs well\n" % number for number in range(5000))


@pytest.mark.parametrize("size", [100, 1 << 20])
@pytest.mark.parametrize("taken", [1, 1 << 16])
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".GZ"])
def test_packed_files_are_unpacked_whole_in_blocks_of_any_size(
    tmp_path: Path, suffix: str, taken: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "_PACKED", taken)
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(packed(TEXT, suffix.lower()))
    seen: list[int] = []
    assert b"".join(source(path).blocks(size, seen.append)) == TEXT
    assert sum(seen) == path.stat().st_size


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_files_joined_after_packing_are_unpacked_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(packed(b"one\n", suffix) + packed(b"", suffix) + packed(b"two\n", suffix))
    assert b"".join(source(path).blocks()) == b"one\ntwo\n"


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_file_gives_what_there_is_and_then_says_so(
    tmp_path: Path, suffix: str, share: float
) -> None:
    whole = packed(TEXT, suffix)
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    got: list[bytes] = []
    with pytest.raises(Damaged, match="data breaks off before its end"):
        got.extend(source(path).blocks(100))
    assert TEXT.startswith(b"".join(got))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_that_is_not_packed_at_all_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(b"plain text")
    with pytest.raises(Damaged, match="data is damaged: "):
        list(source(path).blocks())


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="cannot be opened: No such file"):
        list(source(tmp_path / "gone").blocks())


def test_a_read_that_fails_says_so(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=r"cannot be (read|opened): Is a directory"):
        list(source(tmp_path).blocks())


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_the_same_bytes_are_packed_the_same_and_come_back(tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in ("first", "second")]
    for path in paths:
        with packed_file(path) as file:
            file.write(TEXT[:1000])
            file.write(TEXT[1000:])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert b"".join(source(paths[0]).blocks()) == TEXT


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_is_packed_is_told_by_its_content(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "feed.txt"
    path.write_bytes(packed(TEXT, suffix))
    assert source(path).compression == suffix
    assert b"".join(source(path).blocks()) == TEXT


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_unpacks_to_more_than_a_feed_can_is_damaged(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "FREE", 1 << 20)
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(packed(bytes(100 << 20), suffix))
    taken: list[int] = []
    with pytest.raises(
        Damaged, match="unpacks to more than 200 times its size, which no feed does; if it is"
    ):
        taken.extend(map(len, source(path).blocks()))
    assert sum(taken) < 100 << 20
    path.write_bytes(packed(os.urandom(3 << 20), suffix))
    assert sum(map(len, source(path).blocks())) == 3 << 20
