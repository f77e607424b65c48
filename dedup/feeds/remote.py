"""Addresses such as `s3://bucket/feed` to what lies there, by fsspec."""

from __future__ import annotations

import io
import re
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from dedup.errors import FeedError
from dedup.feeds.sources import Opener
from dedup.feeds.streams import Guarded, said

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_PATTERN = re.compile(r"[*?\[]")
_ONE_FILE = frozenset(("http", "https"))  # a `?` is part of the address, and a page of links is no folder
_OF_ARROW = frozenset(("s3", "gs", "gcs"))

# Each service has errors of its own, which need not be OSErrors.
_ANY: tuple[type[Exception], ...] = (Exception,)


class Found(NamedTuple):
    """A file at an address: its name, its path below what was named, its size (0: unknown), its opener."""

    name: str
    inside: str
    size: int
    opener: Opener


def is_address(name: str) -> bool:
    """Whether an input is an address, not a path."""
    return _ADDRESS.match(name) is not None


def files_at(name: str) -> tuple[list[Found], bool]:
    """The files at an address, in order, and whether it named several: a folder or a pattern.

    Raises `FeedError` where a library is missing, nothing is there, or the service refuses.
    """
    try:
        return _files_at(name)
    except ImportError as error:
        raise FeedError(
            f"{name}: {said(error)}; what reads addresses comes with pip install 'wirededup[remote]'"
        ) from error
    except FileNotFoundError as error:
        raise FeedError(f"{name} does not exist; check the address") from error
    except _ANY as error:
        raise FeedError(f"{name} cannot be listed: {said(error)}") from error


def _files_at(name: str) -> tuple[list[Found], bool]:
    scheme = urlsplit(name).scheme.lower()
    service, path = _service(name, scheme)
    shown = urlsplit(name)._replace(query="", fragment="").geturl()  # a query may hold what is secret
    if scheme in _ONE_FILE:
        return [_found(service, path, shown, shown.rpartition("/")[2])], False
    if _PATTERN.search(path):
        paths, above = sorted(service.glob(path)), _PATTERN.split(path)[0].rpartition("/")[0]
        paths = [each for each in paths if not service.isdir(each)]
    elif service.isdir(path):
        paths, above = sorted(service.find(path)), path.rstrip("/")
    else:
        return [_found(service, path, shown, path.rpartition("/")[2])], False
    if not paths:
        raise FileNotFoundError(name)
    root = name[: name.index(above)] if above and above in name else f"{scheme}://"
    return [_found(service, each, f"{root}{each}", each.removeprefix(f"{above}/")) for each in paths], True


def _service(name: str, scheme: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it. Without s3fs or gcsfs, Arrow's own is used."""
    from fsspec.core import url_to_fs

    try:
        service, path = url_to_fs(name)
    except ImportError:
        if scheme not in _OF_ARROW:
            raise
        from fsspec.implementations.arrow import ArrowFSWrapper
        from pyarrow.fs import FileSystem

        parts = urlsplit(name)
        bucket = f"{scheme}://{parts.netloc}" + (f"?{parts.query}" if "=" in parts.query else "")
        service = ArrowFSWrapper(FileSystem.from_uri(bucket)[0])
        path = f"{parts.netloc}{parts.path}"
    return service, path


def _found(service: Any, path: str, name: str, inside: str) -> Found:
    size = service.info(path).get("size") or 0

    def opener() -> IO[bytes]:
        try:
            file = service.open(path, "rb")
        except _ANY as error:
            raise OSError(said(error)) from error
        return io.BufferedReader(Guarded(file, _ANY, "cannot be read"))

    return Found(name, inside or "index", size, opener)
