"""A folder that appears whole or not at all: filled beside its place, then renamed into it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dedup.columns import ARCHIVE_TABLES
from dedup.errors import OutputError

TOOL = "dedup"
_MARK = "run.json"
PAGE = re.compile(r"report(?:-[1-9][0-9]*)?\.html")
"""Names of a report's pages."""
PART = ".report-part-"
"""What names of pages begin with while they are written; a killed run leaves such."""

_OURS = {_MARK} | {f"{name}.{kind}" for name in ARCHIVE_TABLES for kind in ("csv", "parquet")}


def check_out(out: str | os.PathLike[str]) -> None:
    """Refuse, with `OutputError`, a place where no result may be put; worth asking before an hour's work."""
    _place(out)


def check_inputs(out: str | os.PathLike[str], inputs: Iterable[str]) -> None:
    """Refuse, with `OutputError`, a folder that holds an input, or an earlier result that would be one."""
    place = Path(out).resolve()
    has_files = place.is_dir() and any(place.iterdir())
    for name, path in ((name, Path(name).resolve()) for name in inputs if name != "-"):
        if path.exists() and path.is_relative_to(place):
            raise _refusal(out, f"holds the input {name}, which would be deleted", "name another folder")
        if has_files and place.is_relative_to(path):
            raise _refusal(out, f"would be read as part of the input {name}", "name a folder outside it")


def check_file(path: str | os.PathLike[str], out: str | os.PathLike[str] | None = None) -> None:
    """Refuse, with `OutputError`, a place where no file or new folder can be put beside the result `out`."""
    if os.fspath(path) == "-":
        raise _refusal(path, "standard output is taken by the result", "name a file")
    try:
        place = Path(path).resolve()
        # As it was named: a link to a pipe, such as /dev/stdout, leads to no path.
        if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
            raise _refusal(path, "is a device or a pipe, which cannot be replaced", "name a file")
        if out is not None:
            _check_apart(path, place, Path(out).resolve())
        if place.is_dir() and any(place.iterdir()):
            raise _refusal(path, "is a folder that holds files", "name a new one")
        _check_holder(path, place)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error), _mend(error)) from error


def _check_apart(path: str | os.PathLike[str], place: Path, out: Path) -> None:
    if place.is_relative_to(out):
        raise _refusal(path, "is or lies inside the folder of the result", "name a place outside it")
    if out.is_relative_to(place):
        raise _refusal(path, "holds the folder of the result", "name another place")


@contextmanager
def replacing(out: str | os.PathLike[str]) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends well it takes the place of `out`.

    When the block fails or is interrupted nothing is left behind and what was at `out` still is. What a
    process that was killed has left goes with the next.
    """
    place = _place(out)
    name = f".dedup-{_mark_of(place)}{secrets.token_hex(4)}"
    new, old = (place.with_name(f"{name}.{kind}") for kind in ("new", "old"))
    held = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        held = _make(new)
        yield new
        _swap(new, _place(out), old)  # asked again: something may have been put there meanwhile
    except OSError as error:
        raise _refusal(out, error.strerror or str(error), _mend(error)) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if place.exists():  # else `old` is all there is, and worth more than tidiness
            shutil.rmtree(old, ignore_errors=True)
            _sweep(place)
        if held is not None:
            os.close(held)


def _mark_of(place: Path) -> str:
    return hashlib.blake2b(os.fsencode(place.name), digest_size=4).hexdigest()


def _make(new: Path) -> int:
    """Make a folder and lock it: by that others know that its process lives."""
    while True:
        new.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            held = os.open(new, os.O_RDONLY)
            with suppress(OSError):  # some network disks lock no folders
                fcntl.flock(held, fcntl.LOCK_EX)
            if new.exists():  # else it was swept before it was locked
                return held
            os.close(held)


def _sweep(place: Path) -> None:
    """Delete what dead processes have left of results for the same place."""
    for left in place.parent.glob(f".dedup-{_mark_of(place)}*"):
        with suppress(OSError):
            number = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(number)


def _swap(new: Path, place: Path, old: Path) -> None:
    """Two renames, for POSIX has no call that exchanges two folders; undone if they do not both happen."""
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise


def _place(out: str | os.PathLike[str]) -> Path:
    """Where `out` really is, once sure that nothing of anybody else's is there."""
    try:
        place = Path(out).resolve()
        if place.is_dir():
            _check_ours(out, place)
        elif place.exists():
            raise _refusal(out, "is a file", "name a new folder")
        _check_holder(out, place)
    except OSError as error:
        raise _refusal(out, error.strerror or str(error), _mend(error)) from error
    return place


def _check_holder(out: str | os.PathLike[str], place: Path) -> None:
    holder = next(parent for parent in place.parents if parent.exists())
    if not holder.is_dir():
        raise _refusal(out, f"{holder} is a file", "name a place in a folder")
    if not os.access(holder, os.W_OK | os.X_OK):
        raise _refusal(out, f"{holder} cannot be written to", "name another folder")


def _check_ours(out: str | os.PathLike[str], place: Path) -> None:
    if place == Path.cwd() or place in Path.cwd().parents:
        raise _refusal(out, "is or holds the working folder", "name a folder inside it")
    if place.is_mount():
        raise _refusal(out, "is a mount point, which cannot be replaced", "name a folder inside it")
    entries = sorted(place.iterdir())
    for entry in entries:
        is_ours = entry.name in _OURS or PAGE.fullmatch(entry.name) or entry.name.startswith(PART)
        if not is_ours or entry.is_symlink() or not entry.is_file():
            what = f"holds {entry.name}, which is not of a result of dedup"
            raise _refusal(out, what, "move it away or name a new folder")
    if entries and not _is_result(place):
        raise _refusal(out, "holds files that are not a result of dedup", "empty it or name a new folder")


def _is_result(place: Path) -> bool:
    try:
        run = json.loads((place / _MARK).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("tool") == TOOL and isinstance(run.get("schema_version"), int)


def _refusal(out: str | os.PathLike[str], what: str, mend: str) -> OutputError:
    return OutputError(f"{os.fspath(out)}: {what}; {mend}")


def _mend(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space or name a folder on another disk"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "name a folder that you may write to"
    return "name another folder"
