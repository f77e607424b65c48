"""`Room`: where what is kept of every article lies, in memory up to a bound and in temporary files beyond."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup.errors import OutputError

Item = TypeVar("Item", bound=np.generic)

_LEAST = (
    1 << 20
)  # items a pile starts with room for: from 4 MB on numpy asks for huge pages, a quarter of the faults
_GROWTH = 1.5  # realloc moves page tables, not bytes; room that is never filled takes no memory
_SHARE = 0.6  # of the memory there is; the search needs the rest


class Room:
    """Memory for some piles, which lie in temporary files as soon as they hold more than their share of it.

    `memory`: bytes that the whole run may take; 0 stands for what is free.
    """

    def __init__(self, memory: int = 0) -> None:
        self.left = int(_SHARE * (memory or _available()))
        self.spilled = 0
        """Bytes in temporary files."""

    def pile(self, kind: type[Item]) -> Pile[Item]:
        """An empty pile of items of one type."""
        return Pile(self, np.dtype(kind))


class Pile(Generic[Item]):
    """Items one behind the other, added in blocks."""

    def __init__(self, room: Room, kind: np.dtype[Item]) -> None:
        self._room = room
        self._items = np.empty(_LEAST, kind)
        self._size = 0
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return self._size

    def add(self, items: NDArray[Item]) -> None:
        """Put items behind those there are; raises `OutputError` where the temporary folder is full."""
        room = self._room
        if self._file is None and items.nbytes > room.left:
            self._spill()
        if self._file is not None:
            self._write(items)
        else:
            room.left -= items.nbytes
            if self._size + items.size > self._items.size:
                # No view is handed out before the pile is whole, so none is left behind.
                self._items.resize(int(_GROWTH * (self._size + items.size)), refcheck=False)
            self._items[self._size : self._size + items.size] = items
        self._size += items.size

    def filled(self) -> NDArray[Item]:
        """All items; nothing can be added after."""
        if self._file is None or not self._size:
            return self._items[: self._size]
        self._file.flush()
        whole = mmap.mmap(
            self._file.fileno(), 0, access=mmap.ACCESS_COPY
        )  # numba tells read-only arrays apart
        items: NDArray[Item] = np.frombuffer(whole, np.uint8).view(self._items.dtype)
        return items

    def _spill(self) -> None:
        """What there is goes to a file, and the memory back to the room."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the pile
        held = self._items[: self._size]
        self._items = np.empty(0, held.dtype)
        self._write(held)
        self._room.left += held.nbytes

    def _write(self, items: NDArray[Any]) -> None:
        assert self._file is not None
        try:
            self._file.write(np.ascontiguousarray(items).data)
        except OSError as error:
            raise OutputError(
                f"the feed is larger than the memory allowed, and {tempfile.gettempdir()} cannot take it: "
                f"{error.strerror or error}; make room there, name another folder in TMPDIR, or allow more "
                "with --memory"
            ) from error
        self._room.spilled += items.nbytes


def _available() -> int:
    """Bytes of memory that are free for this process, as far as the system tells."""
    free = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            free += [int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")]
    except OSError:  # not on macOS
        pass
    return min(free)
