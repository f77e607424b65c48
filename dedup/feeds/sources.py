"""Where bytes come from: a file, a member of an archive, an address or stdin, read as often as need be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from dedup.errors import FeedError
from dedup.feeds.compression import SUFFIXES, Damaged, packing_of, unpacked

STDIN = "-"

UNREADABLE = "unreadable"
"""The form of a source that should be read and cannot be: reading it tells why."""

# Decoding 225 MB of JSON lines took 0.12 s in blocks of 1 MiB and 0.24 s in blocks of 4 MiB: what is
# decoded still lies in the processor's cache when Arrow copies it.
BLOCK = 1 << 20

MOST_BYTES = 64 << 20
"""Of one record: no article is longer, and a stream of anything may be without end."""

HEAD = 1 << 16
"""Bytes at the start of a document by which its format is recognised."""

Opener = Callable[[], IO[bytes]]
"""Gives the bytes as they are stored, from the start; raises `Damaged` or `OSError`."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One document, or one file that holds records."""

    name: str
    """As the user named it; a folder's file is the folder's name and the path inside it, and so is a member
    of an archive."""
    index: int
    """Place in `Feed.inputs`."""
    form: str = ""
    """Name of its format, where that was recognised."""
    path: Path | None = None
    """The file of this machine that it is, or is a member of."""
    inside: str = ""
    """Path relative to what was named, with `/`; the file name where a file was named."""
    size: int = 0
    """Bytes as stored when it was found."""
    state: tuple[int, int] | None = None
    """Bytes and time of the last change of `path` when it was found."""
    opener: Opener | None = None
    """What opens it, where that is not the file at `path` itself."""

    @cached_property
    def compression(self) -> str:
        """`.gz`, `.zst` or nothing."""
        try:
            with self.open() as file:
                start = file.read(4)
        except (Damaged, OSError):  # told when it is read
            start = b""
        return packing_of(start, self.name)

    @property
    def plain_name(self) -> str:
        """The name in lower case without a compression suffix."""
        name = self.name.lower()
        return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)

    def open(self) -> IO[bytes]:
        """The bytes as they are stored, from the start; raises `Damaged` when they cannot be had."""
        try:
            return self.opener() if self.opener else Path(self.path or self.name).open("rb", buffering=0)
        except OSError as error:
            raise Damaged(f"cannot be opened: {error.strerror or error}") from error

    def blocks(self, size: int = BLOCK, seen: Callable[[int], None] | None = None) -> Iterator[bytes]:
        """The unpacked bytes in blocks of about `size`; `seen` is told the bytes taken from where they lie.

        Raises `Damaged`, after the last block that could be read.
        """
        packing = self.compression
        with self.open() as file:
            yield from unpacked(file, packing, size, seen or _nobody)

    def head(self) -> bytes:
        """The first plain bytes, by which the format is recognised; fewer where it breaks off."""
        found = b""
        try:
            for block in self.blocks(HEAD):
                found += block
                if len(found) >= HEAD:
                    break
        except Damaged:  # told when it is read
            pass
        return found[:HEAD]

    def check_unchanged(self) -> None:
        """Raise `FeedError` if the file is not the one that was read."""
        if self.path is None or self.state is None:
            return
        try:
            now = state_of(self.path.stat())
        except OSError as error:
            raise FeedError(f"{self.name} was read but is gone now: {error.strerror}; run again") from error
        if now != self.state:
            raise FeedError(f"{self.name} has changed since it was read; run again on files that keep still")


def state_of(info: os.stat_result) -> tuple[int, int]:
    """What tells that a file is still the same."""
    return info.st_size, info.st_mtime_ns


def _nobody(_: int) -> None:
    pass
