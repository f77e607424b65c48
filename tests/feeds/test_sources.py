from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.feeds import compression
from dedup.feeds.compression import Damaged, packed_file
from dedup.feeds.sources import Source, whole_lines, without_mark
from tests.feeds.made import packed

pieces = st.lists(
    st.sampled_from([b"a", b"\n", b"bc\n", b"\xef", b"\xbb\xbf", b"\xef\xbb\xbf", b"\n\n"]), max_size=12
)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(pieces.map(b"".join), st.integers(1, 9))
def test_blocks_are_cut_after_newlines_and_lose_only_the_mark(data: bytes, size: int) -> None:
    blocks = list(whole_lines(cut(data, size)))
    assert b"".join(blocks) == data.removeprefix(b"\xef\xbb\xbf")
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    assert b"".join(without_mark(cut(data, size))) == data.removeprefix(b"\xef\xbb\xbf")


def test_an_input_that_breaks_off_gives_its_lines_and_then_the_unfinished_one() -> None:
    def breaking() -> Iterator[bytes]:
        yield b"one\ntw"
        yield b"o\nthr"
        raise Damaged("it breaks off")

    blocks: list[bytes] = []
    with pytest.raises(Damaged) as damage:
        blocks.extend(whole_lines(breaking()))
    assert damage.value.tail == b"thr"


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
