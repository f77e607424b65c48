from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.feeds import sources as at
from dedup.feeds.compression import Damaged
from dedup.feeds.lines import in_utf8, whole_lines

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
    assert b"".join(in_utf8(cut(data, size))) == data.removeprefix(b"\xef\xbb\xbf")


def test_an_input_that_breaks_off_gives_its_lines_and_then_the_unfinished_one() -> None:
    def breaking() -> Iterator[bytes]:
        yield b"one\ntw"
        yield b"o\nthr"
        raise Damaged("it breaks off")

    blocks: list[bytes] = []
    with pytest.raises(Damaged) as damage:
        blocks.extend(whole_lines(breaking()))
    assert damage.value.tail == b"thr"


@given(st.lists(st.sampled_from([b"a", b"bcd", b"0123456789", b"x" * 30]), max_size=6), st.integers(1, 50))
def test_a_line_that_is_too_long_is_told_and_left_out(words: list[bytes], size: int) -> None:
    told: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at, "MOST_BYTES", 5)
        data = b"".join(word + b"\n" for word in words)
        read = b"".join(whole_lines(cut(data, min(size, 5)), lambda: told.append(True)))
    assert read == b"".join(word + b"\n" for word in words if len(word) < 10)
    assert len(told) == sum(len(word) >= 10 for word in words)


def test_without_someone_to_tell_a_line_that_is_too_long_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at, "MOST_BYTES", 5)
    with pytest.raises(Damaged, match="a line of it goes on for over"):
        list(whole_lines(cut(b"a\n" + b"x" * 20, 4)))


@given(st.text(max_size=30), st.integers(1, 9), st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]))
def test_utf_16_with_a_mark_is_read_however_it_is_cut(text: str, size: int, encoding: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert b"".join(in_utf8(cut((mark + text).encode(encoding), size))).decode() == text


@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "gb18030", "koi8-r"])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_named_encoding_is_read_and_a_mark_wins_over_it(encoding: str, size: int) -> None:
    text = {"cp1252": "café – “x”", "koi8-r": "Новости"}.get(encoding, "東京の時計\n")
    assert b"".join(in_utf8(cut(text.encode(encoding), size), encoding)).decode() == text
    assert b"".join(in_utf8(cut("\ufeffé".encode(), size), encoding)).decode() == "é"


def test_bytes_that_an_encoding_has_no_character_for_stay_for_the_reader_to_reject() -> None:
    assert b"".join(in_utf8(iter([b"a\x81\xe9"]), "cp1252")) == b"a" + b"\x81" + "é".encode()
