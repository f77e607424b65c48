"""Where bytes come from: a named file or stdin becomes a `Source` that can be read more than once."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from dedup.errors import FeedError
from dedup.feeds.compression import SUFFIXES, Damaged, unpacked

_PATIENCE = 0.2  # seconds until a Ctrl-C on a silent stdin is noticed
STDIN = "-"

# Decoding 225 MB of JSON lines took 0.12 s in blocks of 1 MiB and 0.24 s in blocks of 4 MiB: what is
# decoded still lies in the processor's cache when Arrow copies it.
BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file, or stdin, that holds records."""

    name: str
    """As the user named it; a folder's file is the folder's name and the path inside it."""
    index: int
    """Place in `Feed.inputs`."""
    path: Path | None = None
    """None for stdin, which lies in `spool`."""
    inside: str = ""
    """Path relative to the folder that was named, with `/`; the file name where a file was named."""
    size: int = 0
    """Bytes on disk when the source was found."""
    changed_ns: int = 0
    """Time of its last change when it was found."""
    spool: IO[bytes] | None = None
    """An unlinked temporary file that holds what stdin said."""

    @property
    def compression(self) -> str:
        """`.gz`, `.zst` or nothing."""
        suffix = Path(self.name).suffix.lower()
        return suffix if suffix in SUFFIXES else ""

    @property
    def plain_name(self) -> str:
        """The name in lower case without a compression suffix: what a format is recognised by."""
        return self.name.lower().removesuffix(self.compression)

    def open(self) -> IO[bytes]:
        """The bytes as they are on disk, from the start; raises `Damaged` when they cannot be had."""
        try:
            if self.spool is not None:
                self.spool.seek(0)
                return os.fdopen(os.dup(self.spool.fileno()), "rb", buffering=0)
            return Path(self.path or self.name).open("rb", buffering=0)
        except OSError as error:
            raise Damaged(f"cannot be opened: {error.strerror or error}") from error

    def blocks(self, size: int = BLOCK, seen: Callable[[int], None] | None = None) -> Iterator[bytes]:
        """The unpacked bytes in blocks of about `size`; `seen` is told the bytes taken from disk.

        Raises `Damaged`, after the last block that could be read.
        """
        with self.open() as file:
            yield from unpacked(file, self.compression, size, seen or _nobody)

    def check_unchanged(self) -> None:
        """Raise `FeedError` if the file is not the one that was read."""
        if self.path is None:
            return
        try:
            now = self.path.stat()
        except OSError as error:
            raise FeedError(f"{self.name} was read but is gone now: {error.strerror}; run again") from error
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed_ns):
            raise FeedError(f"{self.name} has changed since it was read; run again on files that keep still")


# What stdin may start with that is no JSON lines: what it is then, and the mend.
_NO_LINES = (
    (b"\x1f\x8b", "gzip data", "unpack it: gzip -dc FILE | dedup find -"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it: zstd -dc FILE | dedup find -"),
    (b"PAR1", "a Parquet file", "name the file instead of '-'"),
)

MARK = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""


def mark_of(source: Source) -> bytes:
    """The byte order mark a source starts with, or nothing."""
    try:
        return MARK if next(source.blocks(), b"").startswith(MARK) else b""
    except Damaged:
        return b""


def _nobody(_: int) -> None:
    pass


def whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, each block cut after its last newline; a byte order mark at the start is left out.

    Where the input breaks off, the `Damaged` that is raised carries the unfinished line as `tail`.
    """
    pending: list[bytes] = []
    for block in without_mark(_tail_noted(blocks, pending)):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join([*pending, block[:cut]])
            pending.clear()
        if cut < len(block):
            pending.append(block[cut:])
    if pending:
        yield b"".join(pending)


def _tail_noted(blocks: Iterator[bytes], pending: list[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except Damaged as damage:
        damage.tail = b"".join(pending)
        raise


def without_mark(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes less a UTF-8 byte order mark at the start, wherever the blocks are cut."""
    start = b""
    for block in blocks:
        start += block
        if len(start) >= len(MARK):
            yield start.removeprefix(MARK)
            break
    else:
        yield start.removeprefix(MARK)
    yield from blocks


def find_sources(inputs: list[str], known: Callable[[Source], bool]) -> tuple[list[Source], dict[str, int]]:
    """Every source of the inputs, a folder's files sorted; and how many unknown files each folder has.

    Raises `FeedError` for an input that is missing, of no known format, or a folder without a feed in it.
    """
    for name in inputs:
        if name != STDIN and not Path(name).exists():
            raise FeedError(f"{name} does not exist; check the path")
    sources: list[Source] = []
    unknown: dict[str, int] = {}
    for name in inputs:
        if name == STDIN:
            sources.append(_spooled(len(sources)))
        elif Path(name).is_dir():
            before = len(sources)
            for inside in _files_in(Path(name)):
                source = _file(f"{name.rstrip('/')}/{inside}", inside, len(sources))
                if source is not None and known(source):
                    sources.append(source)
                else:
                    unknown[name] = unknown.get(name, 0) + 1
            if len(sources) == before:
                raise FeedError(f"{name} holds no file of a known format; name a folder or file that does")
        else:
            sources.append(_named(name, len(sources), known))
    return sources, unknown


def _named(name: str, index: int, known: Callable[[Source], bool]) -> Source:
    source = _file(name, Path(name).name, index)
    if source is None:
        raise FeedError(f"{name} is not a regular file; pipe it in and name the input '-'")
    if not known(source):
        raise FeedError(
            f"{name} is of no known format; a feed is .jsonl, .ndjson, .csv, .parquet or .txt, "
            "each also .gz or .zst, a folder of them, or '-' for JSON lines on stdin"
        )
    return source


def _file(name: str, inside: str, index: int) -> Source | None:
    path = Path(name)
    try:
        info = path.stat()
    except OSError:  # a dangling link in a folder, say
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    return Source(
        name=name, index=index, path=path, inside=inside, size=info.st_size, changed_ns=info.st_mtime_ns
    )


def _files_in(folder: Path) -> list[str]:
    """Paths of all files below `folder`, relative to it, with `/`, sorted by code point."""
    found: list[str] = []
    for where, folders, names in os.walk(folder, onerror=_not_listed):
        links = [name for name in folders if (Path(where) / name).is_symlink()]  # could lead round in circles
        found.extend((Path(where) / name).relative_to(folder).as_posix() for name in [*names, *links])
    return sorted(found)


def _not_listed(error: OSError) -> None:
    raise FeedError(f"{error.filename} cannot be listed: {error.strerror}; allow it to be read") from error


def _arrived(stdin: io.BufferedReader) -> bytes:
    """What has come on stdin, waiting for some; nothing at its end.

    A Ctrl-C just before a read would be noticed only when the read ends, so the wait ends now and then.
    """
    try:
        while not select.select([stdin], [], [], _PATIENCE)[0]:
            pass
    except (ValueError, io.UnsupportedOperation):  # no pipe or file: a test's own stream
        pass
    return stdin.read1(BLOCK)


def _spooled(index: int) -> Source:
    if sys.stdin is None:
        raise FeedError("stdin is closed; pipe a feed in, or name a file instead of '-'")
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the source: it is read twice
    stdin = cast("io.BufferedReader", sys.stdin.buffer)
    try:
        while block := _arrived(stdin):
            spool.write(block)
        spool.flush()
        spool.seek(0)
        start = spool.read(4)
        spool.seek(0, os.SEEK_END)
    except OSError as error:
        raise FeedError(
            f"stdin cannot be taken into {tempfile.gettempdir()}: {error.strerror or error}; "
            "make room there, or name a file instead of '-'"
        ) from error
    for magic, what, mend in _NO_LINES:
        if start.startswith(magic):
            raise FeedError(f"stdin is {what}, but JSON lines are read from it; {mend}")
    return Source(name=STDIN, index=index, inside=STDIN, size=spool.tell(), spool=spool)
