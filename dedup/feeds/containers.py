"""Archives of files, `.zip` and `.tar`, to their members; nothing is unpacked onto the disk by its name."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from dedup.feeds.compression import MOST_TIMES, Damaged, most_plain
from dedup.feeds.sources import Opener, Source
from dedup.feeds.streams import Guarded, Slice, said

_MANY = 32  # archives held open: a folder may hold thousands, and a process may open some hundred files

_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # the second of one without members
_TAR_MARK = slice(257, 262)
_ENCRYPTED = 1
_ZIP_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)


class Member(NamedTuple):
    """A file in an archive: its path without any step upwards, its stored size, and what opens it."""

    inside: str
    size: int
    opener: Opener


def kind_of(head: bytes) -> str:
    """Which kind of archive starts so: `zip`, `tar` or nothing."""
    if head.startswith(_ZIP_MARKS):
        return "zip"
    return "tar" if head[_TAR_MARK] == b"ustar" else ""


class Containers:
    """The archives of a feed; the latest of them are open."""

    def __init__(self) -> None:
        self._opened: OrderedDict[str, Any] = OrderedDict()

    def members(self, source: Source, kind: str) -> Iterator[Member]:
        """The files of an archive in its own order; raises `Damaged`, after the last that can be read."""
        return self._of_zip(source) if kind == "zip" else self._of_tar(source)

    def _of_zip(self, source: Source) -> Iterator[Member]:
        listed = [info for info in self._zip(source).infolist() if not info.is_dir()]
        # No member gives more than it is listed with.
        if sum(info.file_size for info in listed) > most_plain(source.size):
            raise Damaged(f"its members unpack to more than {MOST_TIMES} times its size, which no feed does")
        for info in listed:
            yield Member(_within(info.filename), info.compress_size, self._zip_opener(source, info))

    def _zip_opener(self, source: Source, info: zipfile.ZipInfo) -> Opener:
        def opener() -> IO[bytes]:
            if info.flag_bits & _ENCRYPTED:
                raise Damaged("the zip member is encrypted; unpack it before")
            try:
                file = self._zip(source).open(info)
            except _ZIP_BROKEN as error:
                raise Damaged(f"the zip member cannot be unpacked: {said(error)}") from error
            return io.BufferedReader(Guarded(file, _ZIP_BROKEN, "the zip member is damaged"))

        return opener

    def _of_tar(self, source: Source) -> Iterator[Member]:
        file, damage = self._tar(source)
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                for info in archive:
                    if info.isfile():
                        yield Member(_within(info.name), info.size, self._tar_opener(source, info))
                    archive.members = []  # type: ignore[attr-defined] # it would keep all of them
        except (tarfile.TarError, OSError, ValueError) as error:
            raise damage or Damaged(f"the tar archive is damaged: {said(error)}") from error
        if damage is not None:
            raise damage

    def _tar_opener(self, source: Source, info: tarfile.TarInfo) -> Opener:
        start, size, is_sparse = info.offset_data, info.size, info.sparse is not None

        def opener() -> IO[bytes]:
            if is_sparse:
                raise Damaged("the tar member is stored with holes in it; unpack it before")
            return io.BufferedReader(Slice(self._tar(source)[0], start, size))

        return opener

    def _zip(self, source: Source) -> zipfile.ZipFile:
        def opened() -> zipfile.ZipFile:
            try:
                return zipfile.ZipFile(_whole(source)[0])
            except _ZIP_BROKEN as error:
                raise Damaged(f"the zip archive is damaged: {said(error)}") from error

        found: zipfile.ZipFile = self._kept(source, opened)
        return found

    def _tar(self, source: Source) -> tuple[IO[bytes], Damaged | None]:
        found: tuple[IO[bytes], Damaged | None] = self._kept(source, lambda: _whole(source))
        return found

    def _kept(self, source: Source, opened: Callable[[], Any]) -> Any:
        found = self._opened.pop(source.name, None)
        self._opened[source.name] = found = opened() if found is None else found
        if len(self._opened) > _MANY:
            self._opened.popitem(last=False)  # whoever still reads from it keeps it open
        return found


def _whole(source: Source) -> tuple[IO[bytes], Damaged | None]:
    """The plain bytes of a source in a file to seek in, and what befell it where it breaks off.

    That is the file itself, or an unlinked temporary one.
    """
    if not source.compression:
        file = source.open()
        if file.seekable():
            return file, None
        file.close()
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its members
    try:
        for block in source.blocks():
            spool.write(block)
    except Damaged as damage:
        return spool, damage
    return spool, None


def in_utf8(name: str) -> str:
    """A file's name as it can be written down; bytes of it that are not UTF-8 as `\\xe9`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _within(name: str) -> str:
    """The path of a member, without what would lead out of a folder."""
    parts = PurePosixPath(in_utf8(name.replace("\\", "/").replace("\0", ""))).parts
    return "/".join(part for part in parts if part not in ("/", "//", "..", ".")) or "member"
