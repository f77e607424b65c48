"""Inputs as a user names them to sources: files, folders, patterns, members of archives, addresses, stdin."""

from __future__ import annotations

import glob
import io
import os
import select
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, cast

from dedup.errors import FeedError
from dedup.feeds import remote
from dedup.feeds.compression import Damaged
from dedup.feeds.containers import Containers, in_utf8, kind_of
from dedup.feeds.sources import BLOCK, STDIN, UNREADABLE, Source, state_of
from dedup.feeds.streams import Slice

_PATIENCE = 0.2  # seconds until a Ctrl-C on a silent stdin is noticed
_PATTERN = frozenset("*?[")

Recognise = Callable[[Source, bytes], str]
"""The name of the format of a source whose first bytes are given, or nothing."""


def find_sources(inputs: list[str], recognise: Recognise) -> tuple[list[Source], dict[str, int]]:
    """Every source of the inputs, in order; and how many files of no known format each input has.

    Raises `FeedError` for an input that is missing, of no known format, or without a feed in it.
    """
    for name in inputs:
        if not (name == STDIN or remote.is_address(name) or Path(name).exists() or _PATTERN & set(name)):
            raise FeedError(f"{name} does not exist; check the path")
    containers = Containers()
    sources: list[Source] = []
    unknown: dict[str, int] = {}
    for name in inputs:
        before, aside = len(sources), 0
        files, names_one = _files(name)
        for source, head in _opened_up(files, containers):
            # What should have bytes and has none cannot be read, and is told as lost.
            form = source.form or recognise(source, head) or (UNREADABLE if source.size and not head else "")
            if form:
                sources.append(replace(source, index=len(sources), form=form))
            else:
                aside += 1
        if len(sources) == before:
            raise FeedError(f"{name} {_UNKNOWN if names_one and aside == 1 else _NO_FEED}")
        if aside:
            unknown[name] = aside
    return sources, unknown


_UNKNOWN = (
    "is of no known format; a feed is ninjs, NewsML-G2, NewsML 1, NITF, RSS, Atom, JSON Feed, HTML, WARC, "
    "IPTC 7901, ANPA 1312, JSON, JSON lines, CSV, Parquet or .txt, each also .gz or .zst, in a .zip or .tar, "
    "or in a folder"
)
_NO_FEED = "holds no file of a known format; name a folder or file that does"


def _opened_up(files: Iterator[Source], containers: Containers) -> Iterator[tuple[Source, bytes]]:
    """Each file with its first bytes; of an archive the members, and where it breaks off what tells so."""
    for file in files:
        head = file.head()
        kind = kind_of(head)
        if not kind:
            yield file, head
            continue
        try:
            for member in containers.members(file, kind):
                within = replace(
                    file,
                    name=f"{file.name}/{member.inside}",
                    inside=f"{file.inside}/{member.inside}",
                    size=member.size,
                    opener=member.opener,
                )
                yield within, within.head()
        except Damaged as damage:
            yield replace(file, form=UNREADABLE, opener=partial(_raise, damage)), b""


def _raise(damage: Damaged) -> IO[bytes]:
    raise damage


def _files(name: str) -> tuple[Iterator[Source], bool]:
    """The files that an input names, and whether it names a single one."""
    if name == STDIN:
        return iter([_spooled()]), True
    if remote.is_address(name):
        found, several = remote.files_at(name)
        return (
            Source(name=each.name, index=0, inside=each.inside, size=each.size, opener=each.opener)
            for each in found
        ), not several
    if Path(name).is_dir():
        return _of_folder(name), False
    if not Path(name).exists():
        return _of_pattern(name), False
    file = _file(name, Path(name).name)
    if file is None:
        raise FeedError(f"{name} is not a regular file; pipe it in and name the input '-'")
    return iter([file]), True


def _of_folder(name: str) -> Iterator[Source]:
    inside, unlisted = _files_in(Path(name))
    for each in inside:
        yield _file(f"{name.rstrip('/')}/{each}", each) or _none(f"{name}/{each}")
    for error in unlisted:
        damage = Damaged(f"cannot be listed: {error.strerror}; allow it to be read")
        if Path(error.filename) == Path(name):
            raise FeedError(f"{name} {damage}")
        yield Source(name=in_utf8(error.filename), index=0, form=UNREADABLE, opener=partial(_raise, damage))


def _of_pattern(name: str) -> Iterator[Source]:
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - takes absolute ones, too
    if not matches:
        raise FeedError(f"{name} matches no file; check the pattern")
    # With ** a folder's files are matched beside it.
    folders = [match for match in matches if Path(match).is_dir() and "**" not in name]
    for match in matches:
        if match in folders:
            yield from _of_folder(match)
        elif not Path(match).is_dir():
            yield _file(match, match.lstrip("/")) or _none(match)


def _none(name: str) -> Source:
    """What is no regular file, such as a link to nowhere: it has no bytes and no name that a format has."""
    return Source(name=f"{name}/", index=0, opener=partial(io.BytesIO, b""))


def _file(name: str, inside: str) -> Source | None:
    path = Path(name)
    try:
        info = path.stat()
    except OSError:  # a dangling link in a folder, say
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    name, inside = in_utf8(name), in_utf8(inside)
    return Source(name=name, index=0, path=path, inside=inside, size=info.st_size, state=state_of(info))


def _files_in(folder: Path) -> tuple[list[str], list[OSError]]:
    """Paths of all files below `folder`, relative to it, with `/`, sorted by code point; and what befell."""
    found: list[str] = []
    errors: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=errors.append):
        links = [name for name in folders if (Path(where) / name).is_symlink()]  # could lead round in circles
        found.extend((Path(where) / name).relative_to(folder).as_posix() for name in [*names, *links])
    return sorted(found), errors


def _spooled() -> Source:
    if sys.stdin is None:
        raise FeedError("stdin is closed; pipe a feed in, or name a file instead of '-'")
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the source: it is read twice
    stdin = cast("io.BufferedReader", sys.stdin.buffer)
    try:
        while block := _arrived(stdin):
            spool.write(block)
        spool.flush()
    except OSError as error:
        raise FeedError(
            f"stdin cannot be taken into {tempfile.gettempdir()}: {error.strerror or error}; "
            "make room there, or name a file instead of '-'"
        ) from error
    size = spool.tell()

    def opener() -> IO[bytes]:
        return io.BufferedReader(Slice(spool, 0, size))

    return Source(name=STDIN, index=0, inside=STDIN, size=size, opener=opener)


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
