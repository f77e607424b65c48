"""A DuckDB file into a connection: waits for its lock, says who holds it, tells plainly what goes wrong."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.errors import ArchiveError

if TYPE_CHECKING:
    import duckdb

_RETRY = 0.2  # seconds between two attempts to get hold of the file
_COMPRESSED = 256  # bytes of a text, on average
ROWS = 16_384
"""Rows of a group. One that is not full is written anew by each run that adds to it. With the 122,880 that
DuckDB takes a night of 50,000 took 2 to 6 s of CPU more, and the file was up to a quarter larger."""
_LOCKED = "Could not set lock on file"
# By itself DuckDB takes a file of SQLite for its own business, and fetches what reads it from the network.
_ALONE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
_FULL = ("no space left on device", "disk quota exceeded", "file too large", "could not write file")
_INTERRUPTED = "Query interrupted"  # what DuckDB makes of a Ctrl-C
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """What goes wrong with a file meanwhile is an `ArchiveError`."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError, RuntimeError) as error:  # the last for a circle of links
        if _INTERRUPTED in str(error):
            raise KeyboardInterrupt from error
        raise ArchiveError(f"{path}: {told(error)}; {_mend(error)}") from error


def connect(place: Path, deadline: float, *, reads: bool) -> duckdb.DuckDBPyConnection:
    """Connect to a file, once no other process holds it.

    Raises `ArchiveError` for a file that cannot be opened, and for one that is held until the deadline, in
    seconds of `time.monotonic`.
    """
    import duckdb

    began = time.monotonic()
    while True:
        try:
            connection = _attached(place, reads=reads)
            connection.execute("SET TimeZone = 'UTC'")
            # From here on texts are compressed, to a half; by itself DuckDB does so from 4,096 bytes on.
            connection.execute(f"SET GLOBAL zstd_min_string_length = {_COMPRESSED}")
            return connection
        except duckdb.Error as error:
            if not isinstance(error, duckdb.IOException) or _LOCKED not in str(error):
                raise ArchiveError(f"{place}: {told(error)}; {_mend(error)}") from error
            if time.monotonic() >= deadline:
                waited = round(time.monotonic() - began)
                raise ArchiveError(
                    f"{place}: {_holder(place, error)}, and waited {waited} s; wait for it to end, or longer "
                    "with --wait"
                ) from error
        time.sleep(min(_RETRY, max(0.0, deadline - time.monotonic())))


def _attached(place: Path, *, reads: bool) -> duckdb.DuckDBPyConnection:
    """A connection to the file. It is attached, for only there can the rows of a group be said."""
    import duckdb

    connection = duckdb.connect(config={**_ALONE, "temp_directory": f"{place}.tmp"})
    try:
        options = f"{'READ_ONLY' if reads else 'READ_WRITE'}, TYPE duckdb, ROW_GROUP_SIZE {ROWS}"
        connection.execute(f"ATTACH '{quoted(place)}' AS archive ({options})")
        connection.execute("USE archive")
    except BaseException:
        connection.close()
        raise
    return connection


def quoted(path: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(path).replace("'", "''")


def holder_file(place: Path) -> Path:
    """Who holds the file. DuckDB's lock is what counts; this one only says more, and may be left over."""
    return place.with_name(place.name + ".holder")


def say_who(place: Path) -> None:
    """Write down that this process holds a file."""
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    said = {"pid": os.getpid(), "since": since, "command": command}
    with suppress(OSError):
        holder_file(place).write_text(json.dumps(said), encoding="utf-8")


def _holder(place: Path, error: Exception) -> str:
    """Who holds a file, since when, in words."""
    told = _HOLDER.search(str(error))
    pid = int(told[2]) if told else None
    with suppress(OSError, ValueError, KeyError, TypeError):  # it may be half written just now
        known = json.loads(holder_file(place).read_text(encoding="utf-8"))
        if pid in (None, known["pid"]):
            return f"is held by process {known['pid']} ({known['command']}) since {known['since']}"
    return f"is held by process {pid} ({told[1]}){_began(pid)}" if told else "is held by another process"


def _began(pid: int | None) -> str:
    """Since when a process runs, which is as much as is known of one that reads; only Linux tells."""
    with suppress(OSError, ValueError, IndexError):
        ticks = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
        began = time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
        return f", which runs since {datetime.fromtimestamp(began, UTC).isoformat(timespec='seconds')}"
    return ""


def told(error: BaseException) -> str:
    """The system's or DuckDB's own words, in one line."""
    said = error.strerror if isinstance(error, OSError) else None
    return " ".join((said or str(error)).split())[:300]


def _mend(error: Exception) -> str:
    said = str(error).lower()
    if any(full in said for full in _FULL):
        return "free some space; the archive is as it was"
    if "out of memory" in said:
        return "free some memory; the archive is as it was"
    if "permission denied" in said or "read-only file system" in said:
        return "name a file that you may read and write"
    return "name another archive, or restore this one from a copy"
