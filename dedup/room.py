"""`Room`: where what is kept of every article lies, in memory up to a bound and in temporary files beyond."""

from __future__ import annotations

import mmap
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup.errors import OutputError

Item = TypeVar("Item", bound=np.generic)

_LEAST = 1 << 22  # bytes a pile starts with room for
_GROWTH = 1.5
_CONTAINER = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # version 2, and 1
_SHARE = 0.6  # of the memory there is; the search needs the rest


class Room:
    """Memory for some piles, which lie in temporary files as soon as they hold more than their share of it.

    `memory`: bytes that the whole run may take; 0 stands for what is free.
    """

    def __init__(self, memory: int = 0) -> None:
        self._left = int(_SHARE * (memory or _available()))
        self._lock = Lock()
        self.spilled = 0
        """Bytes in temporary files."""

    def take(self, size: int) -> bool:
        """Take so many bytes of memory, if there are."""
        with self._lock:
            fits = size <= self._left
            self._left -= size * fits
            return fits

    def spill(self, written: int, given_back: int = 0) -> None:
        """Note what was written to a file, and what memory is free again."""
        with self._lock:
            self.spilled += written
            self._left += given_back

    def pile(self, kind: type[Item]) -> Pile[Item]:
        """An empty pile of items of one type."""
        return Pile(self, np.dtype(kind))


class Pile(Generic[Item]):
    """Items one behind the other, added in blocks."""

    def __init__(self, room: Room, kind: np.dtype[Item]) -> None:
        self._room = room
        self._kind = kind
        self._memory = _anonymous(_LEAST)
        self._octets = 0
        self._file: IO[bytes] | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return self._octets // self._kind.itemsize

    def add(self, items: NDArray[Item]) -> int:
        """Put items behind those there are, and return how many these were; any thread may call it.

        Raises `OutputError` where the temporary folder is full.
        """
        with self._lock:
            before = len(self)
            self._add(items)
        return before

    def _add(self, items: NDArray[Item]) -> None:
        if self._file is None and not self._room.take(items.nbytes):
            self._spill()
        if self._file is not None:
            self._write(items)
            self._room.spill(items.nbytes)
        else:
            needed = self._octets + items.nbytes
            if needed > len(self._memory):
                # The pages move, not the bytes; and no view is handed out before the pile is whole.
                self._memory.resize(int(_GROWTH * needed))
            held = np.frombuffer(self._memory, np.uint8)
            held[self._octets : needed] = np.ascontiguousarray(items).view(np.uint8).reshape(-1)
            del held  # or a profiler that looks at frames keeps it, and then memory cannot grow
        self._octets += items.nbytes

    def filled(self) -> NDArray[Item]:
        """All items; nothing can be added after."""
        whole = self._memory
        if self._file is not None and self._octets:
            self._file.flush()
            # Numba tells read-only arrays apart: what is written to this copy is never written to the file.
            whole = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_COPY)
        items: NDArray[Item] = np.frombuffer(whole, np.uint8)[: self._octets].view(self._kind)
        return items

    def _spill(self) -> None:
        """What there is goes to a file, and the memory back to the room."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the pile
        self._write(np.frombuffer(self._memory, np.uint8)[: self._octets])
        self._memory = _anonymous(_LEAST)
        self._room.spill(self._octets, given_back=self._octets)

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


def _anonymous(size: int) -> mmap.mmap:
    """Memory that takes none until it is filled, in huge pages where there are: 1 fault instead of 512."""
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):  # not on macOS
        with suppress(OSError):  # a kernel without them
            memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def _available() -> int:
    """Bytes of memory that are free for this process, as far as the system tells."""
    free = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(OSError), Path("/proc/meminfo").open(encoding="ascii") as lines:  # not on macOS
        free += [int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")]
    for bound in _CONTAINER:
        with suppress(OSError, ValueError):  # it may say `max`
            free.append(int(Path(bound).read_text(encoding="ascii")))
    return min(free)
