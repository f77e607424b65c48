"""Packed bytes to plain ones and back: `.gz` and `.zst`, told apart by content, else by name."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

SUFFIXES = (".gz", ".zst")

_MAGIC = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}

_GZIP = 31  # zlib's wbits for a gzip header and trailer
_PIECE = 1 << 10  # of packed bytes unpacked at once: zstd makes 32 MB of that much, if it must
_PACKED = 1 << 16  # packed bytes taken at a time: zlib makes 64 MB of that much, if it must


# News packs to a fifth or a tenth, and a feed of copies to a hundredth. What unpacks to much more than that
# is no feed: 10 MB of packed zeros hold 10 GB, and zeros packed twice have no end.
FREE = 1 << 30
"""Bytes that any input may unpack to."""
MOST_TIMES = 200
"""What comes beyond them may be at most so many times as large as it was packed."""


class Damaged(Exception):
    """An input cannot be read any further; what came before stands."""

    tail: bytes = b""
    """The unfinished line at the break, where lines were being read."""


def packing_of(start: bytes, name: str) -> str:
    """How bytes that start so are packed: `.gz`, `.zst`, or nothing. Damaged ones are told by their name."""
    suffix = Path(name).suffix.lower()
    return next(
        (packing for packing, magic in _MAGIC.items() if start.startswith(magic)),
        suffix if suffix in SUFFIXES else "",
    )


def most_plain(packed: int) -> int:
    """How many bytes so many packed ones may unpack to."""
    return max(FREE, MOST_TIMES * packed)


class Allowance:
    """Keeps count of what was unpacked, and refuses what is no feed."""

    def __init__(self) -> None:
        self.packed = self._plain = 0

    def take(self, size: int) -> None:
        """Count plain bytes; raises `Damaged` where they are too many."""
        self._plain += size
        if self._plain > most_plain(self.packed):
            raise Damaged(
                f"unpacks to more than {MOST_TIMES} times its size, which no feed does; "
                "if it is one, unpack it before"
            )


def unpacked(file: IO[bytes], suffix: str, size: int, seen: Callable[[int], None]) -> Iterator[bytes]:
    """The plain bytes of a file in blocks of about `size`; raises `Damaged` after the last good one."""
    if not suffix:
        return _taken(file, size, seen)
    allowance = Allowance()

    def counted(taken: int) -> None:
        allowance.packed += taken
        seen(taken)

    packed = _taken(file, _PACKED, counted)
    if suffix == ".gz":
        members = _members(packed, _gzip_member, (zlib.error,), "gzip")
    else:
        import zstandard  # only for feeds that need it

        start = zstandard.ZstdDecompressor().decompressobj
        members = _members(_pieces(packed), start, (zstandard.ZstdError,), "zstd")
    return _gathered(_allowed(members, allowance), size)


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for at in range(0, len(block), _PIECE):
            yield block[at : at + _PIECE]


def _allowed(blocks: Iterator[bytes], allowance: Allowance) -> Iterator[bytes]:
    for block in blocks:
        allowance.take(len(block))
        yield block


def _gzip_member() -> Any:
    return zlib.decompressobj(_GZIP)


def _taken(file: IO[bytes], size: int, seen: Callable[[int], None]) -> Iterator[bytes]:
    while True:
        try:
            block = file.read(size)
        except OSError as error:
            raise Damaged(f"cannot be read: {error.strerror or error}") from error
        if not block:
            return
        seen(len(block))
        yield block


def _members(
    packed: Iterator[bytes], start: Callable[[], Any], errors: tuple[type[Exception], ...], kind: str
) -> Iterator[bytes]:
    """Unpack the members or frames of a stream, one after the other."""
    member = None
    for block in packed:
        rest = block
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0") if kind == "gzip" else rest  # gzip allows padding with zeros
                if not rest:
                    break
                member = start()
            try:
                yield member.decompress(rest)
            except errors as error:
                raise Damaged(f"the {kind} data is damaged: {error}") from error
            rest = member.unused_data if member.eof else b""
            member = None if member.eof else member
    if member is not None:
        raise Damaged(f"the {kind} data breaks off before its end")


def _gathered(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Small blocks joined to blocks of at least `size`, so that few are handled; none is lost at a break."""
    held: list[bytes] = []
    length = 0
    try:
        for block in blocks:
            held.append(block)
            length += len(block)
            if length >= size:
                yield b"".join(held)
                held, length = [], 0
    except Damaged:
        if length:
            yield b"".join(held)
        raise
    if length:
        yield b"".join(held)


@contextmanager
def packed_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write plain bytes to, packed as its name says; the same bytes in, the same file out."""
    with path.open("xb") as file:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0, compresslevel=6) as packing:
                yield cast("IO[bytes]", packing)
        elif path.suffix == ".zst":
            import zstandard  # only for feeds that need it

            with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packing:
                yield cast("IO[bytes]", packing)
        else:
            yield file
