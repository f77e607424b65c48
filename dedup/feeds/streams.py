"""Files made of others: a part of one, and one that may fail in its own ways."""

from __future__ import annotations

import io
from typing import IO

from dedup.feeds.compression import Damaged


class _Stream(io.RawIOBase):
    """What can be read from the start to the end."""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next; return how much that is."""
        found = self._next(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def _next(self, size: int) -> bytes:
        raise NotImplementedError


class Slice(_Stream):
    """`size` bytes of a file from `start` on; whoever else reads the file must say where, too."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._at, self._end = file, start, start + size

    def _next(self, size: int) -> bytes:
        self._file.seek(self._at)
        found = self._file.read(min(size, self._end - self._at))
        if not found and size and self._at < self._end:
            raise Damaged("breaks off before its end")
        self._at += len(found)
        return found


class Guarded(_Stream):
    """A file whose errors of these kinds become `Damaged`, after `what` and a colon."""

    def __init__(self, file: IO[bytes], errors: tuple[type[Exception], ...], what: str) -> None:
        self._file, self._errors, self._what = file, errors, what

    def _next(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except self._errors as error:
            raise Damaged(f"{self._what}: {said(error)}") from error

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()


def said(error: Exception) -> str:
    """The first line of what an error says, or its kind."""
    return str(error).partition("\n")[0].rstrip(". ") or type(error).__name__
