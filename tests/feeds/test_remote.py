from __future__ import annotations

import io
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import fsspec
import pytest

from dedup.errors import FeedError
from dedup.feeds import read
from tests.feeds.made import column, lines, packed, rejects, texts

FILES = {
    "a.jsonl.gz": packed(lines({"text": "a"}), ".gz"),
    "sub/b.txt": b"b",
    "sub/c.bin": b"?",
    "d.csv": b"text\nd\n",
}


@pytest.fixture
def in_memory() -> Iterator[str]:
    service = fsspec.filesystem("memory")
    for name, data in FILES.items():
        service.pipe(f"/feed/{name}", data)
    yield "memory://feed"
    service.rm("/feed", recursive=True)


def test_a_folder_at_an_address_is_read_as_one_on_disk(in_memory: str) -> None:
    feed = read([in_memory])
    assert texts(feed) == ["a", "d", "b"]
    assert feed.inputs == tuple(f"{in_memory}/{name}" for name in ("a.jsonl.gz", "d.csv", "sub/b.txt"))
    assert column(feed, "id")[2] == "sub/b.txt"
    assert feed.counts["unknown_files"] == 1


@pytest.mark.parametrize(("pattern", "there"), [("*.csv", ["d"]), ("**/*.txt", ["b"]), ("d.csv", ["d"])])
def test_a_pattern_or_a_file_at_an_address_is_read(in_memory: str, pattern: str, there: list[str]) -> None:
    assert texts(read([f"{in_memory}/{pattern}"])) == there


def test_parquet_and_archives_at_an_address_are_read(in_memory: str, tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame({"text": ["p"]}).to_parquet(tmp_path / "p.parquet")
    packed_up = io.BytesIO()
    with zipfile.ZipFile(packed_up, "w") as archive:
        archive.writestr("z.txt", "z")
    service = fsspec.filesystem("memory")
    service.pipe("/feed/p.parquet", (tmp_path / "p.parquet").read_bytes())
    service.pipe("/feed/z.zip", packed_up.getvalue())
    assert texts(read([f"{in_memory}/p.parquet", f"{in_memory}/z.zip"])) == ["p", "z"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://nothing/here.jsonl", "memory://nothing/here.jsonl does not exist; check the address"),
        ("memory://nothing/*.txt", "memory://nothing/*.txt does not exist; check the address"),
        ("strange://a/b", "strange://a/b cannot be listed: Protocol not known: strange"),
    ],
)
def test_an_address_where_nothing_is_is_an_error(address: str, message: str) -> None:
    with pytest.raises(FeedError) as error:
        read([address])
    assert str(error.value) == message


def test_what_is_missing_for_addresses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(FeedError, match=r"comes with pip install 'wirededup\[remote\]'$"):
        read(["s3://bucket/feed.jsonl"])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _served(handler: object) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "feed.jsonl.gz").write_bytes(FILES["a.jsonl.gz"])
    yield from _served(partial(_Quiet, directory=str(tmp_path)))


def test_a_file_is_read_over_http_whatever_its_query(server: str) -> None:
    feed = read([f"http://{server}/feed.jsonl.gz?token=a*b"])
    assert texts(feed) == ["a"]
    assert feed.inputs == (f"http://{server}/feed.jsonl.gz",)  # without what may be secret


def test_a_file_that_the_server_has_not_is_an_error(server: str) -> None:
    with pytest.raises(FeedError, match=r"gone\.jsonl does not exist; check the address"):
        read([f"http://{server}/gone.jsonl"])


class _Bucket(_Quiet):
    """As much of S3 as it takes to list a bucket and get what is in it."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        name = parts.path.removeprefix("/wire/").removeprefix("/wire")
        data = FILES.get(name)
        if not name:
            data = self._listed(asked.get("prefix", [""])[0])
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if body and data:
            self.wfile.write(data)

    def _listed(self, prefix: str) -> bytes:
        inside = "".join(
            f"<Contents><Key>{name}</Key><Size>{len(data)}</Size>"
            "<LastModified>2026-03-02T10:00:00.000Z</LastModified></Contents>"
            for name, data in FILES.items()
            if name.startswith(prefix)
        )
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>wire</Name><IsTruncated>false</IsTruncated>{inside}</ListBucketResult>"
        ).encode()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in (
        ("ACCESS_KEY_ID", "x"),
        ("SECRET_ACCESS_KEY", "x"),
        ("EC2_METADATA_DISABLED", "true"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    for address in _served(_Bucket):
        yield f"?scheme=http&endpoint_override={address}&region=eu-west-1"


@pytest.mark.parametrize(("path", "there"), [("wire/sub/b.txt", ["b"]), ("wire", ["a", "d", "b"])])
def test_a_bucket_is_read_by_arrow_where_s3fs_is_not_there(path: str, there: list[str], bucket: str) -> None:
    feed = read([f"s3://{path}{bucket}"])
    assert texts(feed) == there
    assert rejects(feed) == []
