"""Packed bytes to plain ones and back: `.gz` and `.zst`, told apart by name."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

SUFFIXES = (".gz", ".zst")

_GZIP = 31  # zlib's wbits for a gzip header and trailer
_PACKED = 1 << 16  # packed bytes taken at a time: small, since one packed byte may unpack to thousands


class Damaged(Exception):
    """An input cannot be read any further; what came before stands."""

    tail: bytes = b""
    """The unfinished line at the break, where lines were being read."""


def unpacked(file: IO[bytes], suffix: str, size: int, seen: Callable[[int], None]) -> Iterator[bytes]:
    """The plain bytes of a file in blocks of about `size`; raises `Damaged` after the last good one."""
    packed = _taken(file, size if not suffix else _PACKED, seen)
    if suffix == ".gz":
        return _gathered(_members(packed, _gzip_member, (zlib.error,), "gzip"), size)
    if suffix == ".zst":
        import zstandard  # only for feeds that need it

        frames = _members(packed, zstandard.ZstdDecompressor().decompressobj, (zstandard.ZstdError,), "zstd")
        return _gathered(frames, size)
    return packed


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
